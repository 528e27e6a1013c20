/**
 * Loads rule sets in a worker that can be stopped: a hard deadline and a memory
 * cap hold for what no budget inside the VM sees. A script that had to be
 * stopped is reported and left out; the others are loaded without it.
 * Source: lua-dialect.md, Limits.
 */
import type { Worker } from "node:worker_threads"
import { LOAD_LIMITS } from "../lua/budget.js"
import { type Diagnostic, diagnostic } from "../model/diagnostic.js"
import type { BuildRequest, BuildResult } from "./build.js"
import { RulesFault } from "./fault.js"
import type { RuleSource } from "./source.js"
import type { WorkerMessage } from "./worker.js"
import { startWorker, WORKER_HEAP_MB } from "./worker-start.js"

/** The VM's own deadline comes first; this one is for what the VM cannot see. */
const GRACE_MS = 3000

type Stop = {
  readonly kind: "deadline" | "memory" | "crash"
  readonly file: string | null
  readonly detail: string
}

export class RuleLoader {
  #worker: Worker | null = null

  /**
   * Builds in the worker; resolves with findings, never rejects for what a script did.
   * @param signal ends it, and the worker
   * @throws RulesFault E_RULES_WORKER when no worker starts; the signal's reason
   */
  async build(request: BuildRequest, signal?: AbortSignal): Promise<BuildResult> {
    let { sources, findings, base = null } = request
    for (;;) {
      signal?.throwIfAborted()
      const outcome = await this.#attempt({ ...request, sources, findings, base }, signal)
      if ("data" in outcome) return outcome
      // Before it runs any script there is none to blame.
      if (outcome.file === null) throw notStarted(outcome.detail)
      const running = (source: RuleSource): boolean => source.file === outcome.file
      const culprit = [base ?? [], sources].flat().find(running) ?? sources.at(-1) ?? base ?? undefined
      if (culprit === undefined) throw notStarted(outcome.detail)
      findings = [...findings, stopFinding(outcome, culprit.file, request)]
      sources = sources.filter((source) => source !== culprit)
      if (base === culprit) base = null
    }
  }

  /** Ends the worker; a later build starts a new one. */
  async close(): Promise<void> {
    const worker = this.#worker
    this.#worker = null
    await worker?.terminate()
  }

  #attempt(request: BuildRequest, signal?: AbortSignal): Promise<BuildResult | Stop> {
    this.#worker ??= startWorker()
    const worker = this.#worker
    const limits = request.limits ?? LOAD_LIMITS
    return new Promise((resolve, reject) => {
      let running: string | null = null
      let timer: NodeJS.Timeout | undefined
      const settle = (finish: () => void): void => {
        clearTimeout(timer)
        signal?.removeEventListener("abort", onAbort)
        worker.off("message", onMessage).off("error", onError).off("exit", onExit)
        worker.unref()
        finish()
      }
      const stop = (kind: Stop["kind"], detail: string): void => {
        this.#worker = null
        settle(() => {
          void worker.terminate()
          resolve({ kind, file: running, detail })
        })
      }
      const watch = (): void => {
        clearTimeout(timer)
        if (limits.deadlineMs === null) return
        timer = setTimeout(() => stop("deadline", "deadline"), limits.deadlineMs + GRACE_MS)
      }
      const onMessage = (message: WorkerMessage): void => {
        if (message.kind === "running") {
          running = message.file
          watch()
        } else if (message.kind === "built") settle(() => resolve(message.result))
        else settle(() => reject(new Error(message.message)))
      }
      const onError = (error: Error & { code?: string }): void => {
        stop(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? "memory" : "crash", error.message)
      }
      const onExit = (code: number): void => stop("crash", `the worker ended with code ${code}`)
      const onAbort = (): void => {
        this.#worker = null
        settle(() => {
          void worker.terminate()
          reject(signal?.reason)
        })
      }
      signal?.addEventListener("abort", onAbort)
      worker.on("message", onMessage).on("error", onError).on("exit", onExit)
      worker.ref()
      watch()
      worker.postMessage(request)
    })
  }
}

function notStarted(detail: string): RulesFault {
  return new RulesFault(
    "E_RULES_WORKER",
    `the thread that loads rules does not start: ${detail}`,
    "after an upgrade of this program start it again; or else give it more memory",
  )
}

function stopFinding(stop: Stop, file: string, request: BuildRequest): Diagnostic {
  const place = { file, line: 1, column: 1 }
  const left = "it was stopped, and its rules are not loaded"
  switch (stop.kind) {
    case "deadline": {
      const { deadlineMs } = request.limits ?? LOAD_LIMITS
      const hint = "look for a loop or a pattern that runs on"
      return diagnostic(
        "E_LUA_DEADLINE",
        place,
        `the script ran longer than ${deadlineMs} milliseconds: ${left}`,
        hint,
      )
    }
    case "memory": {
      const hint = "look for a table that grows in a loop"
      return diagnostic(
        "E_LUA_MEMORY",
        place,
        `the script used more than ${WORKER_HEAP_MB} MB: ${left}`,
        hint,
      )
    }
    case "crash":
      return diagnostic(
        "E_LUA_RUNTIME",
        place,
        `the script ended its worker (${stop.detail}): ${left}`,
        "simplify the script",
      )
  }
}
