/**
 * Starts the worker that loads rules. By itself, and without anything else to
 * load: a command begins with it, so that the worker gets ready while the command
 * does. Keeps out what the worker is asked.
 */
import { Worker } from "node:worker_threads"
import { workerUrl } from "../model/places.js"

/** Room for tables and closures of the largest rule files, several times over. */
export const WORKER_HEAP_MB = 192
/** A load makes much and keeps most of it until its end: with less, a third of its time is collecting garbage. */
const WORKER_YOUNG_HEAP_MB = 64

let ahead: Worker | null = null

/** Starts a worker that the next caller of `startWorker` gets. It keeps no process alive. */
export function startAhead(): void {
  ahead ??= start()
}

/** A worker that nobody else has. */
export function startWorker(): Worker {
  const worker = ahead ?? start()
  ahead = null
  return worker
}

function start(): Worker {
  const worker = new Worker(workerUrl("reload/worker.js"), {
    resourceLimits: {
      maxOldGenerationSizeMb: WORKER_HEAP_MB,
      maxYoungGenerationSizeMb: WORKER_YOUNG_HEAP_MB,
    },
  })
  worker.unref()
  return worker
}
