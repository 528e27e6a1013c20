/**
 * What happens to one reply and why: the engine itself, on a pair without
 * history, told that the rule's trigger is met.
 * Source: cli.md, `adaptive explain`.
 */
import type { OptionLookup } from "../config/lookup.js"
import type { Effect } from "../model/effect.js"
import { type RuleRef, refOf } from "../model/rule.js"
import type { RuleSet } from "../rules/rule-set.js"
import { Store } from "../store/store.js"
import { withheld } from "./act.js"
import { Engine } from "./engine.js"
import type { AskFunction } from "./parameter.js"
import { phaseNote } from "./phase-note.js"

export interface ExplainRequest {
  readonly binding: string
  /** Routing domain. */
  readonly domain: string
  readonly mx: string | null
  readonly phase: string | null
  readonly response: string
  /** Event time, seconds since 1970, for the ends of suspensions and for functions that ask the time. */
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

const DEAF = { decision() {}, matched() {}, unmatched() {} }

export function explain(
  rules: RuleSet,
  lookup: OptionLookup,
  ask: AskFunction,
  request: ExplainRequest,
): Explanation {
  const { binding, domain, mx, phase, response, atSec } = request
  const rulesDomain = rules.resolve(domain, mx)
  const list = rules.listOf(rulesDomain)
  const match = list.first(response)
  const last = match === null ? list.rules.length : list.rules.indexOf(match) + 1
  const considered = list.rules.slice(0, last).map((rule) => ({ rule: refOf(rule), matched: rule === match }))
  const common = { binding, domain, rulesDomain, considered }
  if (match === null) {
    return { ...common, match: null, matchedText: null, trigger: null, effects: [], message: null, notes: [] }
  }
  // Without a time there is only the one at which the rules were loaded.
  const asked: AskFunction = atSec === null ? (id, args) => ask(id, { ...args, atSec: null }) : ask
  const engine = new Engine({ rules, ask: asked, lookup, store: new Store(), listener: DEAF })
  const pair = engine.store.pairs.of(binding, domain)
  const atMicros = Math.round((atSec ?? 0) * 1e6)
  // What it would do is worth knowing also where it may not.
  const effects = engine.carryOut(match.actions, { atMicros, pair, mx, response })
  const idle = engine.idleReason(match, pair)
  const shown = idle === null ? effects : withheld(effects, idle)
  return {
    ...common,
    match: refOf(match),
    matchedText: list.match(match, response)?.groups[0] ?? null,
    trigger: match.trigger.text,
    effects: atSec === null ? shown.map((effect) => ({ ...effect, until: null })) : shown,
    message: match.message,
    notes: [phaseNote(match, phase) ?? [], engine.takeNotes()].flat(),
  }
}
