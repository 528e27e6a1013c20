/**
 * Sweep rules once more, from engine.md section 7 alone and as plainly as can be:
 * every sweep is made, every event is kept, everything is counted anew. What the
 * engine does with random mail is held against this.
 */

export interface ModelRule {
  readonly name: string
  readonly enabled: boolean
  readonly codes: readonly string[]
  readonly low: number
  readonly high: number
  /** "down", or hours. */
  readonly lowAction: "down" | number
  readonly highAction: "down" | number
}

export interface ModelEvent {
  /** Microseconds. */
  readonly at: number
  readonly pair: string
  readonly type: string
  /** "bc:10" of a bounce, "fbl:abuse" of a report. */
  readonly code: string
}

export interface ModelPair {
  readonly enabled: boolean
  readonly rules: readonly ModelRule[]
  readonly attemptThreshold: number
  readonly volumeThreshold: number
}

export interface ModelOptions {
  readonly pairs: Readonly<Record<string, ModelPair>>
  readonly sweepSec: number
  readonly liftSec: number
  readonly adjustmentSec: number
  /** Messages an hour, of every pair to begin with. */
  readonly perHour: number
  readonly fblSizeSec: number
  readonly fblCount: number
  readonly bounces: boolean
  readonly feedback: boolean
}

/** What is asked and what is answered, e.g. `3600 b1 a.test y low 3/100: throttle applied`. */
export function modelSweeps(options: ModelOptions, events: readonly ModelEvent[]): string[] {
  const { pairs, sweepSec, liftSec } = options
  const start = events[0]?.at ?? 0
  const kept: ModelEvent[] = []
  const until: Record<string, number> = {}
  const adjusted: Record<string, number> = {}
  const perHour: Record<string, number> = {}
  const out: string[] = []
  let sweeps = 0
  let lifts = 0

  const lift = (at: number): void => {
    for (const [pair, end] of Object.entries(until)) {
      if (end > at) continue
      delete until[pair]
      delete perHour[pair]
    }
  }
  const sweep = (at: number): void => {
    if (liftSec === 0) lift(at)
    const firing: [string, ModelRule, "low" | "high", number, number][] = []
    for (const pair of Object.keys(pairs).sort(byName)) {
      const { enabled, rules } = pairs[pair] as ModelPair
      if (!enabled || until[pair] !== undefined) continue
      for (const rule of rules) {
        const rate = rateOf(options, kept, pair, rule, at)
        if (rate === null) continue
        const [count, total] = rate
        const isHigh = count * 100 >= rule.high * total
        if (isHigh || count * 100 >= rule.low * total)
          firing.push([pair, rule, isHigh ? "high" : "low", count, total])
      }
    }
    for (const [pair, rule, level, count, total] of firing) {
      const action = level === "high" ? rule.highAction : rule.lowAction
      let done: string
      if (action !== "down") {
        done = until[pair] === undefined ? "suspend applied" : "suspend already-suspended"
        until[pair] ??= at + action * 3600e6
      } else if (until[pair] !== undefined) done = "throttle suspended"
      else if (at - (adjusted[pair] ?? Number.NEGATIVE_INFINITY) < options.adjustmentSec * 1e6)
        done = "throttle adjustment-interval"
      else {
        const now = perHour[pair] ?? options.perHour
        perHour[pair] = Math.max(1, Math.floor((now * 4) / 5))
        done = now === 1 ? "throttle at-bound" : "throttle applied"
        if (now > 1) adjusted[pair] = at
      }
      out.push(`${at - start} ${pair} ${rule.name} ${level} ${count}/${total}: ${done}`)
    }
  }

  for (const event of events) {
    for (;;) {
      const nextLift = liftSec === 0 ? Number.POSITIVE_INFINITY : start + lifts * liftSec * 1e6
      const nextSweep = sweepSec === 0 ? Number.POSITIVE_INFINITY : start + (sweeps + 1) * sweepSec * 1e6
      if (Math.min(nextLift, nextSweep) > event.at) break
      if (nextLift <= nextSweep) {
        lift(nextLift)
        lifts++
      } else {
        sweep(nextSweep)
        sweeps++
      }
    }
    const isAttempt = ["delivery", "transient", "permanent"].includes(event.type)
    if (isAttempt && liftSec === 0) lift(event.at)
    if (isAttempt && until[event.pair] !== undefined) continue
    if ((pairs[event.pair] as ModelPair).enabled) kept.push(event)
  }
  return out
}

/** Count and total; null where the rule cannot fire. */
function rateOf(
  options: ModelOptions,
  events: readonly ModelEvent[],
  pair: string,
  rule: ModelRule,
  at: number,
): [number, number] | null {
  const isBounce = rule.codes.every((code) => code.startsWith("bc:"))
  if (!rule.enabled || !(isBounce ? options.bounces : options.feedback)) return null
  const { attemptThreshold, volumeThreshold } = options.pairs[pair] as ModelPair
  const size = options.fblSizeSec * 1e6
  const recent = events.filter((event) => {
    if (event.pair !== pair || event.at > at) return false
    if (isBounce) return event.at > at - 3600e6
    return Math.floor(event.at / size) > Math.floor(at / size) - options.fblCount
  })
  const of = (...types: string[]) => recent.filter(({ type }) => types.includes(type))
  const counted = isBounce ? of("permanent", "oob") : of("fbl")
  const count = counted.filter(({ code }) => rule.codes.includes(code)).length
  const total = isBounce ? of("permanent", "delivery").length : of("delivery").length
  if (total === 0 || total < (isBounce ? attemptThreshold : volumeThreshold)) return null
  return [count, total]
}

function byName(a: string, b: string): number {
  const [[ab = "", ad = ""], [bb = "", bd = ""]] = [a.split(" "), b.split(" ")]
  if (ab !== bb) return ab < bb ? -1 : 1
  return ad < bd ? -1 : ad > bd ? 1 : 0
}
