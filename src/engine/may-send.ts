/**
 * "May I send now for this binding and domain, and if not, when?" One answer
 * from everything that can hold a message back: suspension, blackhole, and the
 * throttle of messages per hour. Source: engine.md sections 2 and 6.
 */
import type { Engine } from "./engine.js"

export interface SendAnswer {
  readonly allowed: boolean
  /** When it may go: the time asked for if now, otherwise when it is worth asking again. */
  readonly atMicros: number
  /** What holds it back. */
  readonly reason: "suspended" | "blackholed" | "throttled" | null
  /** Messages per hour in force; null without a limit. */
  readonly perHour: number | null
}

/** Lets a message of a pair go if it may, and counts it then. Call after `engine.advance` to the time. */
export function send(engine: Engine, pair: number, atMicros: number): SendAnswer {
  return answer(engine, pair, atMicros, (perHour) => engine.store.pairThrottles.take(pair, perHour, atMicros))
}

/** The same answer without a message being counted. */
export function whenToSend(engine: Engine, pair: number, atMicros: number): SendAnswer {
  return answer(engine, pair, atMicros, (perHour) =>
    engine.store.pairThrottles.nextMicros(pair, perHour, atMicros),
  )
}

function answer(
  engine: Engine,
  pair: number,
  atMicros: number,
  next: (perHour: number) => number,
): SendAnswer {
  const { store } = engine
  const limit = engine.parameter(pair, "outbound_throttle_messages", atMicros, store.mxOf(pair)).value ?? 0
  const perHour = limit > 0 ? limit : null
  if (engine.isHeld(pair, atMicros)) {
    const reason = store.suspendedUntil(pair) > 0 ? "suspended" : "blackholed"
    return { allowed: false, atMicros: engine.liftMicros(pair), reason, perHour }
  }
  const nextMicros = perHour === null ? atMicros : next(perHour)
  const allowed = nextMicros <= atMicros
  return { allowed, atMicros: nextMicros, reason: allowed ? null : "throttled", perHour }
}
