/**
 * What an action does, or why it does nothing: one shape in every output.
 * Source: cli.md, EFFECT.
 */
import type { ActionName } from "./rule.js"

export type IgnoredReason =
  | "already-suspended"
  | "suspended"
  | "adjustment-interval"
  | "no-default"
  | "at-bound"
  | "observe-only"
  | "disabled"
  | "unknown"

/** What happens without a rule's action: the end of a hold, the return of a value, growth. */
type EngineAction = "lift" | "restart" | "raise"

/** What operators do by hand. */
export type OperatorAction = "override" | "enable" | "ttl" | "reset"

export interface Effect {
  readonly action: ActionName | EngineAction | OperatorAction
  readonly args: readonly string[]
  readonly outcome: "applied" | "ignored"
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
