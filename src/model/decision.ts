/**
 * What the engine decided, with everything that led to it. Plain data: printed,
 * counted and streamed alike. Source: cli.md, `adaptive dry-run`.
 */
import type { Effect } from "./effect.js"
import type { ResponseRule } from "./rule.js"
import type { SweepRule } from "./sweep-rule.js"

export const DECISION_SOURCES = [
  "response",
  "sweep",
  "rejection-rate",
  "positive",
  "lift",
  "operator",
] as const
type DecisionSource = (typeof DECISION_SOURCES)[number]

/** A sweep rule whose threshold was met, and by what. */
export interface SweepFiring {
  readonly rule: SweepRule
  readonly level: "low" | "high"
  /** Messages with the rule's codes, and those they are a share of. */
  readonly count: number
  readonly total: number
}

export interface Decision {
  readonly atMicros: number
  /** Number of the pair in the store's table. */
  readonly pair: number
  readonly binding: string
  readonly domain: string
  readonly source: DecisionSource
  readonly rule: ResponseRule | null
  /** Of a sweep; null for any other source. */
  readonly sweep: SweepFiring | null
  /** The reply that led to it; null when none did. */
  readonly response: string | null
  /** Matches in the rule's window, this one included; null without a rule. */
  readonly count: number | null
  readonly effects: readonly Effect[]
  /** Kinds of alerts that are due: at most one a kind, pair and notification interval. */
  readonly alerts: readonly string[]
  /** Doubts worth telling: a phase that differs, a function that failed. */
  readonly notes: readonly string[]
}

/** How a note on a phase that differs begins: it is the least of them, as a phase never limits a match. */
export const PHASE_NOTE = "the rule names phase"

/** A rule matched and its trigger was not met. */
export interface Match {
  readonly atMicros: number
  readonly binding: string
  readonly domain: string
  readonly rule: ResponseRule
  readonly response: string
  readonly count: number
}
