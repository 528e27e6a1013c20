/**
 * Has rules rehearsed by a thread of its own, and waits for what comes of it: not
 * longer than is bearable, and not when the daemon ends.
 */
import { Worker } from "node:worker_threads"
import { workerUrl } from "../model/places.js"
import { RulesFault } from "../reload/fault.js"
import type { Rehearsal } from "./rehearsal.js"
import type { RehearsalRequest } from "./rehearsal-worker.js"

interface RehearsalLimits {
  /** Milliseconds that it may take. */
  readonly limitMs: number
  /** Ends it. */
  readonly signal: AbortSignal
  /** Waits; ends early when the signal says so. */
  readonly timer: (ms: number, signal: AbortSignal) => Promise<unknown>
}

/** An hour of events, twice, and two sets of rules. */
const HEAP_MB = 1024
const TOO_LONG = "look for functions in the rules that take long"
const BROKEN = "after an upgrade of this program start it again; or else give it more memory"

/** @throws RulesFault E_RULES_REHEARSAL when it takes too long, or cannot be made at all; the signal's reason */
export async function rehearse(request: RehearsalRequest, limits: RehearsalLimits): Promise<Rehearsal> {
  const { limitMs, signal, timer } = limits
  signal.throwIfAborted()
  const worker = new Worker(workerUrl("daemon/rehearsal-worker.js"), {
    workerData: request,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  })
  const done = new AbortController()
  try {
    return await new Promise<Rehearsal>((resolve, reject) => {
      const refuse = (why: string, hint: string): void =>
        reject(new RulesFault("E_RULES_REHEARSAL", `rules could not be rehearsed${why}`, hint))
      worker.once("message", resolve)
      worker.on("error", (error) => refuse(`: ${error.message}`, BROKEN))
      worker.once("exit", () => refuse(": the thread has ended", BROKEN))
      const until = AbortSignal.any([signal, done.signal])
      until.addEventListener("abort", () => reject(signal.reason))
      timer(limitMs, until).then(
        () => refuse(` within ${limitMs / 1000} seconds`, TOO_LONG),
        // Nobody waits any more.
        () => {},
      )
    })
  } finally {
    done.abort()
    await worker.terminate()
  }
}
