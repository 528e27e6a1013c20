/**
 * Runs one script away from the command's own thread, so that nothing it does
 * can keep the command from ending. Output is handed over in pieces: one
 * message per line would cost more than the line.
 */
import { parentPort, workerData } from "node:worker_threads"
import { monotonicMs } from "../clock.js"
import { SCRIPT_LIMITS } from "../lua/budget.js"
import type { RunOutcome } from "../lua/vm.js"
import type { GivenConfiguration } from "../reload/conf-files.js"
import { makeLuaHost, setArguments } from "./lua-host.js"

export interface LuaJob {
  readonly source: Uint8Array
  /** A path, or what stands for one: `stdin`. */
  readonly name: string
  readonly args: readonly string[]
  readonly roots: readonly string[]
  readonly configuration: GivenConfiguration | null
}

export type LuaReport =
  | { readonly kind: "out"; readonly bytes: Uint8Array }
  | { readonly kind: "log"; readonly text: string }
  | { readonly kind: "done"; readonly outcome: RunOutcome }

const FLUSH_BYTES = 8192
const FLUSH_MS = 50

function runJob(job: LuaJob, tell: (report: LuaReport) => void): void {
  let pending: Uint8Array[] = []
  let size = 0
  let flushedMs = monotonicMs()
  const flush = (): void => {
    if (size > 0) tell({ kind: "out", bytes: new Uint8Array(Buffer.concat(pending)) })
    pending = []
    size = 0
    flushedMs = monotonicMs()
  }
  const newline = new Uint8Array([0x0a])
  const { vm, api } = makeLuaHost({
    limits: SCRIPT_LIMITS,
    roots: job.roots,
    configuration: job.configuration,
    print: (line) => {
      pending.push(new Uint8Array(line), newline)
      size += line.length + 1
      if (size >= FLUSH_BYTES || monotonicMs() - flushedMs > FLUSH_MS) flush()
    },
    log: (text) => {
      flush()
      tell({ kind: "log", text })
    },
  })
  setArguments(vm, job.name, job.args)
  const outcome = vm.runFile(job.source, job.name, { args: job.args })
  api.runDeferred()
  flush()
  tell({ kind: "done", outcome })
}

if (parentPort !== null) {
  const port = parentPort
  runJob(workerData as LuaJob, (report) => port.postMessage(report))
}
