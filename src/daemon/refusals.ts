/**
 * Requests that were refused, in the log: who asked for what, and why there was no
 * answer. Anyone can bring them about, so of each kind a few are told. What a
 * handler failed with is a mistake of this program, and an alarm.
 */
import type { HttpEvent } from "../http/desk.js"
import { StoreFault } from "../store/fault.js"
import { FewLines } from "./few-lines.js"
import type { Log } from "./log.js"
import type { DaemonMetrics } from "./metrics.js"
import type { ProgramFaults } from "./program-faults.js"

export interface RefusalsOptions {
  readonly log: Log
  readonly metrics: DaemonMetrics
  readonly faults: ProgramFaults
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: () => number
}

export class Refusals {
  readonly #options: RefusalsOptions
  readonly #lines: FewLines

  constructor(options: RefusalsOptions) {
    this.#options = options
    const { nowMs, log } = options
    this.#lines = new FewLines({ nowMs, tell: (facts, message) => log.warn(facts, message) })
  }

  readonly note = ({ code, status, message, hint, client, method, target, cause }: HttpEvent): void => {
    const { metrics, faults } = this.#options
    metrics.refused(code)
    const request = {
      ...(client === "" ? {} : { client }),
      ...(method === null ? {} : { method }),
      ...(target === null ? {} : { target: shownTarget(target, code === "E_HTTP_AUTH") }),
    }
    // A journal that took nothing until the end: that is told where it is written, and no mistake.
    const isFull = cause instanceof StoreFault && cause.code === "E_JOURNAL_WRITE"
    if (cause !== undefined && !isFull) faults.note(cause, request)
    else {
      const why = isFull ? { cause: `${cause.code}: ${cause.message}` } : {}
      this.#lines.tell(code, masked(message), { code, status, hint, ...why, ...request })
    }
  }

  /** Tells what was only counted. */
  close(): void {
    this.#lines.close()
  }
}

const MAX_TARGET = 200

/**
 * Tokens are asked for in a header, but who is told "no token" tries it in the query next, or as the user of an
 * address: a log is no place for them.
 */
function shownTarget(target: string, isStranger: boolean): string {
  const plain = target.replace(/^(https?:\/\/)[^/?#]*@/i, "$1")
  const told = isStranger ? plain.replace(/\?.*/s, "?…") : masked(plain)
  return told.length > MAX_TARGET ? `${told.slice(0, MAX_TARGET)}…` : told
}

/** Without the values of what is called like a secret. */
function masked(text: string): string {
  return text.replace(/([^=&?"\s]*(?:token|secret|passw|key|auth)[^=&?"\s]*=)[^&"\s]*/gi, "$1…")
}
