/** Rehearses rules in a thread of its own: the daemon takes events meanwhile. */
import { parentPort, workerData } from "node:worker_threads"
import { configurationFor, type GivenConfiguration } from "../reload/conf-files.js"
import { loadRecorded, type RecordedRules, rulingOf } from "../reload/load.js"
import { compare, perform } from "./rehearsal.js"

export interface RehearsalRequest {
  readonly blocks: readonly Uint8Array[]
  readonly before: RecordedRules
  readonly after: RecordedRules
  readonly configuration: GivenConfiguration
}

async function rehearse({ blocks, before, after, configuration }: RehearsalRequest) {
  const performed = []
  for (const recorded of [before, after])
    performed.push(perform(blocks, rulingOf(await loadRecorded(recorded)), configurationFor(configuration)))
  const [old, fresh] = performed
  if (old === undefined || fresh === undefined) throw new Error("nothing was performed")
  return compare(old, fresh)
}

if (parentPort !== null) {
  const port = parentPort
  rehearse(workerData as RehearsalRequest).then(
    (rehearsal) => port.postMessage(rehearsal),
    (error: unknown) => {
      throw error
    },
  )
}
