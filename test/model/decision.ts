/** The shape of a decision in `dry-run --json`, less what depends on where the files lie. Source: cli.md. */
import type { ActionName, AttemptType, Option } from "./scenario.js"

export const REASONS = [
  "already-suspended",
  "suspended",
  "adjustment-interval",
  "no-default",
  "at-bound",
  "observe-only",
  "disabled",
] as const

export type Reason = (typeof REASONS)[number]

export const SOURCES = ["response", "positive", "lift"] as const

export interface Effect {
  readonly action: ActionName | "lift" | "restart" | "raise"
  readonly args: readonly string[]
  readonly outcome: "applied" | "ignored"
  readonly reason: Reason | null
  readonly option: Option | null
  readonly from: number | null
  readonly to: number | null
  readonly until: number | null
  /** The rewritten reply, of a transcode that was carried out. */
  readonly reply?: string
}

export interface Decision {
  readonly kind: "decision"
  readonly at: number
  readonly binding: string
  readonly domain: string
  readonly source: (typeof SOURCES)[number]
  readonly rule: { readonly domain: string; readonly index: number; readonly code: string } | null
  readonly response: string | null
  readonly trigger: string | null
  readonly count: number | null
  readonly effects: readonly Effect[]
}

export interface Answer {
  readonly decisions: readonly Decision[]
  readonly held: Readonly<Record<AttemptType, number>>
}
