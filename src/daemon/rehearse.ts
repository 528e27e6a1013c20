/** Has rules rehearsed by a thread of its own, and waits for what comes of it. */
import { Worker } from "node:worker_threads"
import { workerUrl } from "../model/places.js"
import type { Rehearsal } from "./rehearsal.js"
import type { RehearsalRequest } from "./rehearsal-worker.js"

/** An hour of events, twice, and two sets of rules. */
const HEAP_MB = 1024

export function rehearse(request: RehearsalRequest): Promise<Rehearsal> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerUrl("daemon/rehearsal-worker.js"), {
      workerData: request,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    })
    worker.once("message", (rehearsal: Rehearsal) => {
      resolve(rehearsal)
      void worker.terminate()
    })
    worker.once("error", reject)
    worker.once("exit", () => reject(new Error("its thread has ended")))
  })
}
