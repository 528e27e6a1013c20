/**
 * The worker's side of a build: whatever a script does, only this thread hangs
 * or dies of it. Says which file it runs, so that the one it hung on is known.
 */
import { parentPort } from "node:worker_threads"
import { type BuildRequest, type BuildResult, buildRules } from "./build.js"

export type WorkerMessage =
  | { readonly kind: "running"; readonly file: string }
  | { readonly kind: "built"; readonly result: BuildResult }
  | { readonly kind: "broken"; readonly message: string }

const port = parentPort
if (port === null) throw new Error("this file runs as a worker")

port.on("message", (request: BuildRequest) => {
  const tell = (message: WorkerMessage): void => port.postMessage(message)
  try {
    tell({ kind: "built", result: buildRules(request, (file) => tell({ kind: "running", file })) })
  } catch (error) {
    // Not a script's fault (those are findings): ours, and it must be seen.
    tell({ kind: "broken", message: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
})
