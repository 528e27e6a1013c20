/** Reads traffic in a thread of its own, and sends it in batches as fast as they are taken. */
import { parentPort, workerData } from "node:worker_threads"
import { PairTable } from "../model/pair-table.js"
import { BatchWriter, buffersOf, type EventBatch } from "./batch.js"
import type { BadLine } from "./collector.js"
import { SourceError } from "./source.js"
import { type FileReport, readTraffic, type TrafficOptions } from "./traffic.js"

type Progress = { readonly doneBytes: number; readonly totalBytes: number | null }

export type TrafficMessage =
  | { readonly kind: "batch"; readonly batch: EventBatch }
  | { readonly kind: "bad"; readonly lines: readonly BadLine[] }
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "done"; readonly files: readonly FileReport[] }
  | {
      readonly kind: "refused"
      readonly error: Pick<SourceError, "code" | "path" | "message" | "hint">
    }

/** Batches on their way: more would only use memory. */
const MAX_UNDERWAY = 24

export interface TrafficRequest extends Omit<TrafficOptions, "pairs"> {
  readonly countsReceptions: boolean
}

async function read(
  { countsReceptions, ...options }: TrafficRequest,
  post: (message: TrafficMessage, move?: ArrayBuffer[]) => void,
) {
  const pairs = new PairTable()
  let underway = 0
  let taken: (() => void) | null = null
  parentPort?.on("message", () => {
    underway--
    taken?.()
  })
  const writer = new BatchWriter(pairs, { audits: options.audits === true, countsReceptions }, (batch) => {
    underway++
    post({ kind: "batch", batch }, buffersOf(batch))
  })
  let bad: BadLine[] = []
  const tellBad = (): void => {
    if (bad.length > 0) post({ kind: "bad", lines: bad })
    bad = []
  }
  try {
    const files = await readTraffic(
      { ...options, pairs },
      {
        event: (event) => writer.event(event),
        clock: (atMicros) => writer.clock(atMicros),
        bad: (line) => void bad.push(line),
        pause: async (progress) => {
          tellBad()
          post({ kind: "progress", progress })
          while (underway > MAX_UNDERWAY) {
            await new Promise<void>((resolve) => {
              taken = resolve
            })
          }
        },
      },
    )
    writer.flush()
    tellBad()
    post({ kind: "done", files })
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    const { code, path, message, hint } = error
    post({ kind: "refused", error: { code, path, message, hint } })
  }
  parentPort?.close()
}

if (parentPort !== null) {
  const port = parentPort
  await read(workerData as TrafficRequest, (message, move = []) => port.postMessage(message, move))
}
