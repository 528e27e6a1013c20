/**
 * The same as `readTraffic`, the reading done by a thread of its own: on a
 * machine with two cores the engine need not wait for the lines, nor they for it.
 */
import { Worker } from "node:worker_threads"
import { PairTable } from "../model/pair-table.js"
import { workerUrl } from "../model/places.js"
import { BatchReader } from "./batch.js"
import { SourceError, STDIN } from "./source.js"
import { type FileReport, readTraffic, type TrafficConsumer, type TrafficOptions } from "./traffic.js"
import type { TrafficMessage, TrafficRequest } from "./traffic-worker.js"

/**
 * Reads traffic to its end; standard input, which only the main thread has, in this thread.
 * @throws SourceError as `readTraffic` does
 */
export async function readTrafficAside(
  options: TrafficOptions,
  consumer: TrafficConsumer,
): Promise<readonly FileReport[]> {
  if (options.files.includes(STDIN)) return readTraffic(options, consumer)
  const { pairs = new PairTable(), ...rest } = options
  const request: TrafficRequest = { ...rest, countsReceptions: consumer.receptions !== undefined }
  const worker = new Worker(workerUrl("ingest/traffic-worker.js"), { workerData: request })
  const reader = new BatchReader(pairs, consumer)
  const inbox = new Inbox(worker)
  try {
    for (;;) {
      const message = await inbox.next()
      switch (message.kind) {
        case "batch":
          await consumer.ready
          reader.take(message.batch)
          worker.postMessage("taken")
          break
        case "bad":
          for (const line of message.lines) consumer.bad(line)
          break
        case "progress":
          await consumer.pause(message.progress)
          break
        case "done":
          await consumer.ready
          return message.files
        case "refused": {
          const { code, path, message: text, hint } = message.error
          throw new SourceError(code, path, text, hint)
        }
      }
    }
  } finally {
    await worker.terminate()
  }
}

/** Messages of a worker, one after the other. */
class Inbox {
  readonly #waiting: TrafficMessage[] = []
  #fault: Error | null = null
  #wake: (() => void) | null = null

  constructor(worker: Worker) {
    worker.on("message", (message: TrafficMessage) => {
      this.#waiting.push(message)
      this.#wake?.()
    })
    const fail = (error: Error): void => {
      this.#fault ??= error
      this.#wake?.()
    }
    worker.on("error", fail)
    worker.on("exit", (code) => {
      if (code !== 0) fail(new Error(`the thread that reads traffic ended with ${code}`))
    })
  }

  async next(): Promise<TrafficMessage> {
    for (;;) {
      const message = this.#waiting.shift()
      if (message !== undefined) return message
      if (this.#fault !== null) throw this.#fault
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
