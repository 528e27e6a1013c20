/**
 * "May I send now for this binding and domain, and if not, when?" One answer
 * from everything that can hold a message back: suspension, blackhole, and the
 * throttle of messages per hour. A throttle that rules or an adjustment gave is
 * the pair's own; one that is configured is shared by all pairs of its scope.
 * Source: engine.md sections 2 and 6; configuration.md section 2, throttles.
 */
import type { Engine } from "./engine.js"

export interface SendAnswer {
  readonly allowed: boolean
  /** When it may go: the time asked for if now, otherwise when it is worth asking again. */
  readonly atMicros: number
  /** What holds it back. */
  readonly reason: "suspended" | "blackholed" | "throttled" | null
  /** Seconds over which the messages that waited are to be spread when they may go; 0 where nothing holds them. */
  readonly spreadSec: number
  /** Messages per hour in force; null without a limit. */
  readonly perHour: number | null
}

/** A configuration may change at any time. */
export const ASK_AGAIN_SEC = 60
const THROTTLE = "outbound_throttle_messages"

/** Lets a message of a pair go if it may, and counts it then. Call after `engine.advance` to the time. */
export function send(engine: Engine, pair: number, atMicros: number): SendAnswer {
  return answer(engine, pair, atMicros, "take")
}

/** The same answer without a message being counted. */
export function whenToSend(engine: Engine, pair: number, atMicros: number): SendAnswer {
  return answer(engine, pair, atMicros, "nextMicros")
}

function answer(engine: Engine, pair: number, atMicros: number, ask: "take" | "nextMicros"): SendAnswer {
  const { store } = engine
  const throttle = engine.parameter(pair, THROTTLE, atMicros, store.mxOf(pair))
  // What there is to say of it belongs to no decision.
  engine.takeNotes()
  const perHour = throttle.value
  if (engine.isHeld(pair, atMicros)) {
    const { manualHold, retryFuzzSec: spreadSec } = engine.holdSettings(pair)
    // The verdict of the configuration comes first, and no time ends it.
    const reason = manualHold ?? (store.isSuspended(pair) ? "suspended" : "blackholed")
    const untilMicros = manualHold === null ? engine.liftMicros(pair) : atMicros + ASK_AGAIN_SEC * 1e6
    return { allowed: false, atMicros: untilMicros, reason, spreadSec, perHour }
  }
  if (perHour === null) return { allowed: true, atMicros, reason: null, spreadSec: 0, perHour }
  const scope = engine.sharedScope(pair, THROTTLE, throttle)
  const nextMicros =
    scope === null
      ? store.pairThrottles[ask](pair, perHour, atMicros)
      : store.scopeThrottles[ask](store.scopeNumber(scope), perHour, atMicros)
  const allowed = nextMicros <= atMicros
  return { allowed, atMicros: nextMicros, reason: allowed ? null : "throttled", spreadSec: 0, perHour }
}
