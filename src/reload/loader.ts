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

  /** Builds in the worker; resolves with findings, never rejects for what a script did. */
  async build(request: BuildRequest): Promise<BuildResult> {
    let { sources, findings, base = null } = request
    for (;;) {
      const outcome = await this.#attempt({ ...request, sources, findings, base })
      if ("data" in outcome) return outcome
      const running = (source: RuleSource): boolean => source.file === outcome.file
      const culprit = [base ?? [], sources].flat().find(running) ?? sources.at(-1) ?? base ?? undefined
      if (culprit === undefined) throw new Error(`loading rules failed: ${outcome.detail}`)
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

  #attempt(request: BuildRequest): Promise<BuildResult | Stop> {
    this.#worker ??= startWorker()
    const worker = this.#worker
    const limits = request.limits ?? LOAD_LIMITS
    return new Promise((resolve, reject) => {
      let running: string | null = null
      let timer: NodeJS.Timeout | undefined
      const settle = (finish: () => void): void => {
        clearTimeout(timer)
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
      worker.on("message", onMessage).on("error", onError).on("exit", onExit)
      worker.ref()
      watch()
      worker.postMessage(request)
    })
  }
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
