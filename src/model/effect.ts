/**
 * What an action does, or why it does nothing: one shape in every output.
 * Source: cli.md, EFFECT.
 */
import { ACTION_NAMES } from "./rule.js"

export const IGNORED_REASONS = [
  "already-suspended",
  "suspended",
  "adjustment-interval",
  "no-default",
  "at-bound",
  "observe-only",
  "disabled",
  "unknown",
] as const
export type IgnoredReason = (typeof IGNORED_REASONS)[number]

/** What happens without a rule's action: the end of a hold, the return of a value, growth. */
const ENGINE_ACTIONS = ["lift", "restart", "raise"] as const

/** What operators do by hand. */
const OPERATOR_ACTIONS = ["override", "enable", "ttl", "reset"] as const
export type OperatorAction = (typeof OPERATOR_ACTIONS)[number]

export const EFFECT_ACTIONS = [...ACTION_NAMES, ...ENGINE_ACTIONS, ...OPERATOR_ACTIONS] as const

export const EFFECT_OUTCOMES = ["applied", "ignored"] as const

export interface Effect {
  readonly action: (typeof EFFECT_ACTIONS)[number]
  readonly args: readonly string[]
  readonly outcome: (typeof EFFECT_OUTCOMES)[number]
  readonly reason: IgnoredReason | null
  /** The delivery option changed, in its name of the configuration. */
  readonly option: string | null
  readonly from: number | null
  readonly to: number | null
  /** When a suspension or blackhole ends, seconds since 1970; null without an event time. */
  readonly until: number | null
  /** The rewritten reply of a `transcode`. */
  readonly reply?: string
}
