/** What the engine takes, and whom it tells. */
import type { Decision, Match } from "../model/decision.js"
import type { ResponseRule } from "../model/rule.js"
import type { SweepRule } from "../model/sweep-rule.js"

/** An event as the engine takes it; the pair is a number of the store's table. */
export interface EngineEvent {
  readonly atMicros: number
  readonly type: string
  readonly pair: number
  readonly mx: string | null
  readonly phase: string | null
  readonly response: string
  readonly local: boolean
  /** Class of a failure or an out-of-band bounce as the traffic has it; null when it does not tell. */
  readonly bounceClass: string | null
  /** Kind of a feedback report, e.g. "abuse"; null for other events. */
  readonly fblType: string | null
}

export interface EngineListener {
  decision(decision: Decision): void
  /** Every match of a rule, whether or not it fires. */
  matched(rule: ResponseRule, fired: boolean): void
  /** A match that did not fire; not called without interest in it. */
  unfired?(match: Match): void
  /** A failure that no rule matched. */
  unmatched(event: EngineEvent): void
  /** A sweep rule that pairs are held against, perhaps told more than once. */
  swept?(rule: SweepRule): void
}
