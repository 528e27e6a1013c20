/**
 * What an option is for a pair before any adjustment, and between which bounds
 * rules may move it. Source: rule-files.md section 5 and decisions 6 to 8 of
 * section 9; engine.md section 5.
 */
import { type OptionLookup, readTuned, type Scope } from "../config/lookup.js"
import { TUNABLE_OPTIONS } from "../model/options.js"
import type { Configuration } from "../model/rule.js"

export interface Parameter {
  readonly option: string
  /** The resting value; null when nothing gives the option one (unlimited). Throttles are per hour. */
  readonly value: number | null
  /** Reductions stop here. */
  readonly floor: number
  /** Where the value comes from: the rule file's line, the configuration, the product. */
  readonly source: "rules" | "configuration" | "default" | "none"
  /** Set when a `configuration` function gave no usable answer and the configured value was kept. */
  readonly complaint: string | null
}

/** Answers `configuration` functions; the caller owns the VM. */
export type AskFunction = (
  id: number,
  current: number,
  last: number,
) =>
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly reason: string; readonly isNil: boolean }

/**
 * @param configured what the rule files say of this option for the pair, or null
 * @param ask runs a function; `last` is the current value while AD never set one
 */
export function restingParameter(
  option: string,
  configured: Configuration | null,
  lookup: OptionLookup,
  scope: Scope,
  ask: AskFunction,
): Parameter {
  const written = lookup.lookup(scope, option)
  const explicit = written === null ? null : readTuned(option, written)
  const productDefault = TUNABLE_OPTIONS[option]?.defaultValue ?? null
  const current = explicit ?? productDefault
  const base = {
    option,
    floor: lowest(option, 1),
    source: explicit !== null ? "configuration" : productDefault !== null ? "default" : "none",
    complaint: null,
  } as const
  if (configured === null) return { ...base, value: positive(current) }
  const { value: rule } = configured
  switch (rule.kind) {
    case "number":
      return { ...base, value: positive(rule.value), source: "rules" }
    case "range": {
      // Only an explicit positive value starts elsewhere than at the bottom of the range.
      const start =
        explicit !== null && explicit > 0 ? Math.min(Math.max(explicit, rule.low), rule.high) : rule.low
      return { ...base, value: positive(start), floor: lowest(option, rule.low), source: "rules" }
    }
    case "function": {
      const answer = ask(rule.id, current ?? 0, current ?? 0)
      if (answer.ok) return { ...base, value: positive(answer.value), source: "rules" }
      return { ...base, value: positive(current), complaint: answer.isNil ? null : answer.reason }
    }
  }
}

/** 0 means "no limit": there is nothing to reduce then. */
function positive(value: number | null): number | null {
  return value !== null && value > 0 ? value : null
}

/** Never 0, which would lift the limit. A throttle may already rest below one an hour. */
function lowest(option: string, low: number): number {
  return option === "outbound_throttle_messages" ? Math.max(low, 0) : Math.max(low, 1)
}
