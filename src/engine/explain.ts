/**
 * What happens to one reply and why, without any history: the same matching and
 * the same actions as the engine, on a pair that rests.
 * Source: cli.md, `adaptive explain`.
 */
import { type OptionLookup, readSwitch } from "../config/lookup.js"
import type { Effect } from "../model/effect.js"
import { type ResponseRule, type RuleRef, refOf } from "../model/rule.js"
import type { RuleSet } from "../rules/rule-set.js"
import { effectsOf, withheld } from "./act.js"
import { type AskFunction, type Parameter, restingParameter } from "./parameter.js"

export interface ExplainRequest {
  readonly binding: string
  /** Routing domain. */
  readonly domain: string
  readonly mx: string | null
  readonly phase: string | null
  readonly response: string
  /** Event time, seconds since 1970, for the ends of suspensions. */
  readonly atSec: number | null
}

export interface Explanation {
  readonly binding: string
  readonly domain: string
  /** The key whose rules apply; null when only those of `*` do. */
  readonly rulesDomain: string | null
  /** Rules in the order they are tried, up to the first match. */
  readonly considered: readonly { readonly rule: RuleRef; readonly matched: boolean }[]
  readonly match: RuleRef | null
  readonly matchedText: string | null
  readonly trigger: string | null
  /** What the rule's actions do once its trigger is met. */
  readonly effects: readonly Effect[]
  readonly message: string | null
  /** Differences and doubts worth telling: a phase that differs, a function that failed. */
  readonly notes: readonly string[]
}

/** A binding first seen has age 0. */
const NEW_BINDING_AGE_SEC = 0

export function explain(
  rules: RuleSet,
  lookup: OptionLookup,
  ask: (
    id: number,
    args: { current: number; last: number; ageSec: number; count: number },
  ) => ReturnType<AskFunction>,
  request: ExplainRequest,
): Explanation {
  const { binding, domain, mx, response } = request
  const rulesDomain = rules.resolve(domain, mx)
  const list = rules.listOf(rulesDomain)
  const match = list.first(response)
  const last = match === null ? list.rules.length : list.rules.indexOf(match) + 1
  const considered = list.rules.slice(0, last).map((rule) => ({ rule: refOf(rule), matched: rule === match }))
  const common = { binding, domain, rulesDomain, considered }
  if (match === null) {
    return { ...common, match: null, matchedText: null, trigger: null, effects: [], message: null, notes: [] }
  }
  const notes: string[] = []
  const parameter = (option: string): Parameter => {
    const found = restingParameter(
      option,
      rules.configured(rulesDomain, option),
      lookup,
      { binding, domain },
      (id, current, lastSet) => ask(id, { current, last: lastSet, ageSec: NEW_BINDING_AGE_SEC, count: 0 }),
    )
    if (found.complaint !== null) notes.push(`${option}: ${found.complaint}; the configured value is kept`)
    return found
  }
  const pair = { atSec: request.atSec, reply: response, ageSec: NEW_BINDING_AGE_SEC, parameter }
  const planned = match.actions.flatMap((action) => effectsOf(action, pair))
  notePhase(match, request.phase, notes)
  return {
    ...common,
    match: refOf(match),
    matchedText: list.match(match, response)?.groups[0] ?? null,
    trigger: match.trigger.text,
    effects: gate(match, planned, lookup, request),
    message: match.message,
    notes,
  }
}

function gate(rule: ResponseRule, effects: Effect[], lookup: OptionLookup, scope: ExplainRequest): Effect[] {
  const enabled = readSwitch(lookup.lookup(scope, "adaptive_enabled") ?? "true")
  if (enabled === false || scope.binding === "#mmove") return withheld(effects, "disabled")
  return rule.observe ? withheld(effects, "observe-only") : effects
}

function notePhase(rule: ResponseRule, phase: string | null, notes: string[]): void {
  if (rule.phase === null || phase === null || rule.phase === phase) return
  notes.push(`the rule names phase "${rule.phase}", the reply came in "${phase}": this never limits a match`)
}
