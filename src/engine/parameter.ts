/**
 * What an option is for a pair at one moment, and between which bounds rules may
 * move it. Source: rule-files.md section 5 and decisions 6 to 9 of section 9;
 * engine.md section 5.
 */
import type { PairSettings } from "../config/settings.js"
import { TUNABLE_OPTIONS } from "../model/options.js"
import type { Configuration } from "../model/rule.js"

export interface Parameter {
  readonly option: string
  /** The value in effect; null when nothing gives the option one (unlimited). Throttles are per hour. */
  readonly value: number | null
  /** What it is without any adjustment. */
  readonly start: number | null
  /** Reductions stop here. */
  readonly floor: number
  /** Growth stops here; null = no limit is known. */
  readonly ceiling: number | null
  /** A range that every value is kept in, or null. */
  readonly range: { readonly low: number; readonly high: number } | null
  /** Where the value comes from: the rule file's line, the configuration, the product. */
  readonly source: "rules" | "configuration" | "default" | "none"
  /** Set when a `configuration` function gave no usable answer and the configured value was kept. */
  readonly complaint: string | null
}

/** Answers `configuration` functions; the caller owns the VM. */
export type AskFunction = (
  id: number,
  args: {
    /** What the configuration system says. */
    readonly current: number
    /** What was last set by an adjustment; `current` when nothing was. */
    readonly last: number
    readonly ageSec: number
    /** Attempted messages; always 0. */
    readonly count: number
    /** What the clock of the scripts shows, seconds since 1970; null: the time at which they were loaded. */
    readonly atSec: number | null
  },
) =>
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly reason: string; readonly isNil: boolean }

/** An option of one set of rules under one set of settings: whatever does not change from pair to pair. */
export interface OptionPlan {
  readonly option: string
  /** The parameter while nothing was adjusted; null where a function has to be asked each time. */
  readonly resting: Parameter | null
  readonly configured: Configuration | null
  readonly settings: PairSettings
}

export interface Circumstances {
  /** The adjusted value; null while the option rests. */
  readonly adjusted: number | null
  /** Seconds since the binding's birth. */
  readonly ageSec: number
  /** The event's time, or that for which somebody asks. */
  readonly atSec: number
  readonly ask: AskFunction
}

/** Age that `force_max_binding_age` passes to functions. */
export const MAX_AGE_SEC = 2 ** 31 - 1

/** @param configured what the rule files say of this option for the pair, or null */
export function planOption(
  option: string,
  configured: Configuration | null,
  settings: PairSettings,
): OptionPlan {
  const isFunction = configured?.value.kind === "function"
  const resting = isFunction ? null : bounded(option, rest(option, configured, settings), settings)
  return { option, resting, configured, settings }
}

export function parameterOf(plan: OptionPlan, now: Circumstances): Parameter {
  const { option, settings } = plan
  if (plan.resting !== null) {
    return now.adjusted === null ? plan.resting : withValue(plan.resting, now.adjusted)
  }
  const asked = askFor(plan, now)
  const resting = bounded(option, asked, settings)
  // A function says what is allowed at most, whatever was adjusted before.
  return now.adjusted === null ? resting : withValue(resting, lesser(asked.start, now.adjusted))
}

function withValue(resting: Parameter, value: number): Parameter {
  const { range } = resting
  return { ...resting, value: positive(range === null ? value : clamp(value, range)) }
}

/** Applies the operator's bounds, which win over what the rules say, also over its range. */
function bounded(option: string, resting: Resting, settings: PairSettings): Parameter {
  const { source, complaint } = resting
  const bounds = settings.bounds.get(option) ?? null
  const most = resting.range?.high ?? resting.start
  if (bounds === null) {
    const { start, range } = resting
    const floor = lowest(option, range?.low ?? 1)
    return { option, value: start, start, floor, ceiling: most, range, source, complaint }
  }
  const high = Math.max(bounds.low, Math.min(most ?? bounds.high, bounds.high))
  const range = { low: bounds.low, high: resting.range === null ? bounds.high : high }
  // "No limit" lies above any bound; a range without a start has none.
  const unlimited = resting.range === null ? bounds.high : null
  const start = positive(resting.start === null ? unlimited : clamp(resting.start, range))
  return {
    option,
    value: start,
    start,
    floor: lowest(option, bounds.low),
    ceiling: high,
    range,
    source,
    complaint,
  }
}

interface Resting {
  readonly start: number | null
  readonly range: Parameter["range"]
  readonly source: Parameter["source"]
  readonly complaint: string | null
}

/** What the option is without adjustments, functions and the operator's bounds. */
function rest(option: string, configured: Configuration | null, settings: PairSettings): Resting {
  const explicit = settings.written.get(option) ?? null
  const value = configured?.value
  if (value?.kind === "number")
    return { start: positive(value.value), range: null, source: "rules", complaint: null }
  if (value?.kind === "range")
    return { start: startIn(value, explicit), range: value, source: "rules", complaint: null }
  const productDefault = TUNABLE_OPTIONS[option]?.defaultValue ?? null
  const source = explicit !== null ? "configuration" : productDefault !== null ? "default" : "none"
  const bounds = settings.bounds.get(option)
  // Bounds alone are a range: what nobody wrote starts at its bottom.
  if (bounds !== undefined && configured === null)
    return { start: startIn(bounds, explicit), range: bounds, source, complaint: null }
  return { start: positive(explicit ?? productDefault), range: null, source, complaint: null }
}

function askFor(
  { option, configured, settings }: OptionPlan,
  { adjusted, ageSec, atSec, ask }: Circumstances,
): Resting {
  const value = configured?.value
  if (value?.kind !== "function") throw new Error(`${option} has no function to ask`)
  const current = settings.written.get(option) ?? TUNABLE_OPTIONS[option]?.defaultValue ?? 0
  const answer = ask(value.id, { current, last: adjusted ?? current, ageSec, count: 0, atSec })
  if (answer.ok) return { start: positive(answer.value), range: null, source: "rules", complaint: null }
  return { ...rest(option, configured, settings), complaint: answer.isNil ? null : answer.reason }
}

/** Only an explicit positive value starts elsewhere than at the bottom of a range. */
function startIn(range: { low: number; high: number }, explicit: number | null): number | null {
  return positive(explicit !== null && explicit > 0 ? clamp(explicit, range) : range.low)
}

function clamp(value: number, { low, high }: { low: number; high: number }): number {
  return Math.min(Math.max(value, low), high)
}

/** The smaller limit; null is none. */
function lesser(limit: number | null, value: number): number {
  return limit === null ? value : Math.min(limit, value)
}

/** 0 means "no limit": there is nothing to reduce then. */
function positive(value: number | null): number | null {
  return value !== null && value > 0 ? value : null
}

/** Never 0, which would lift the limit. A throttle may already rest below one an hour. */
function lowest(option: string, low: number): number {
  return option === "outbound_throttle_messages" ? Math.max(low, 0) : Math.max(low, 1)
}
