/** Decisions made by hand, for what writes them down. */
import { effect as engineEffect } from "../../src/engine/act.js"
import type { Decision } from "../../src/model/decision.js"
import type { Effect } from "../../src/model/effect.js"
import type { ResponseRule } from "../../src/model/rule.js"
import { DEFAULT_BOUNCE_RULE } from "../../src/model/sweep-rule.js"

export const AT_SEC = 1_790_000_000

export const RULE: ResponseRule = {
  id: "r1",
  file: "custom.lua",
  line: 4,
  domain: "a.test",
  index: 1,
  code: "^421 busy",
  trigger: { kind: "rate", text: "1/60", count: 1, windowSec: 60 },
  actions: [],
  message: "Ask the postmaster",
  phase: null,
  observe: false,
}

export function effect(action: Effect["action"], args: readonly string[], change: Partial<Effect>): Effect {
  return engineEffect({ name: action, args }, change)
}

export const SUSPENDED = effect("suspend", ["10 minutes"], { until: AT_SEC + 600.25 })
export const BLACKHOLED = effect("blackhole", ["1 hours"], { until: AT_SEC + 3600.25 })
export const THROTTLED = effect("throttle", ["down"], {
  option: "outbound_throttle_messages",
  from: 100,
  to: 80,
})
export const SWEPT = {
  rule: DEFAULT_BOUNCE_RULE,
  level: "high",
  count: 143,
  total: 1000,
} as const

/** Of a response rule that fired, unless said otherwise. */
export function decision(effects: readonly Effect[], change: Partial<Decision> = {}): Decision {
  return {
    atMicros: (AT_SEC + 0.25) * 1e6,
    pair: 0,
    binding: "b1",
    domain: "a.test",
    source: "response",
    rule: RULE,
    sweep: null,
    response: "421 busy @ a.test",
    count: 2,
    effects,
    alerts: [],
    notes: [],
    ...change,
  }
}

/** Not of a response rule. */
export function otherDecision(
  source: Decision["source"],
  effects: readonly Effect[],
  change: Partial<Decision> = {},
): Decision {
  return decision(effects, { source, rule: null, count: null, response: null, ...change })
}
