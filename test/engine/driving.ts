/**
 * Events through the engine, decisions in words: `4 response a.test[1] 4: suspend 1 hours | until 3604`.
 * Times are seconds since an arbitrary start.
 */
import { globalOptions } from "../../src/config/global-options.js"
import { Engine, type EngineRules } from "../../src/engine/engine.js"
import type { Decision, Match } from "../../src/model/decision.js"
import type { Effect } from "../../src/model/effect.js"
import { Store } from "../../src/store/store.js"
import { custom, load } from "../rules/loading.js"
import { inWords } from "./explaining.js"

const START_SEC = 1_790_000_000

/** [time, reply or "ok" for a delivery, domain, binding, MX host]; a reply beginning with 5 is permanent. */
export type Happening = readonly [number, string, string?, string?, string?]

export interface Drive {
  readonly table: string
  /** Other rules, each from a time on. */
  readonly tables?: readonly (readonly [time: number, table: string])[]
  readonly set?: readonly string[]
  readonly store?: Store
  /** Attempts of held pairs are not made, as in a simulation. */
  readonly holds?: boolean
}

export interface Driven {
  readonly words: string[]
  readonly decisions: Decision[]
  readonly matches: Match[]
  readonly unmatched: string[]
  readonly held: number
  readonly engine: Engine
}

export function drive(
  { table, tables = [], set = [], store = new Store(), holds = true }: Drive,
  events: readonly Happening[],
): Driven {
  const decisions: Decision[] = []
  const matches: Match[] = []
  const unmatched: string[] = []
  const engine = new Engine({
    ...rulesOf(table),
    lookup: globalOptions(set),
    store,
    listener: {
      decision: (decision) => decisions.push(decision),
      matched() {},
      unfired: (match) => matches.push(match),
      unmatched: ({ response }) => unmatched.push(response),
    },
  })
  let held = 0
  const waiting = [...tables]
  for (const [time, what, domain = "a.test", binding = "b1", mx = null] of events) {
    const atMicros = (START_SEC + time) * 1e6
    for (let next = waiting[0]; next !== undefined && next[0] <= time; next = waiting[0]) {
      engine.replaceRules(rulesOf(next[1]))
      waiting.shift()
    }
    const pair = store.pairs.of(binding, domain)
    engine.advance(atMicros)
    if (engine.isHeld(pair, atMicros) && holds) {
      held++
      continue
    }
    const type = what === "ok" ? "delivery" : what.startsWith("5") ? "permanent" : "transient"
    engine.process({
      atMicros,
      type,
      pair,
      mx,
      phase: null,
      response: what === "ok" ? "" : what,
      local: what.includes("[local]"),
      bounceClass: null,
      fblType: null,
    })
  }
  return { words: decisions.map(inOneLine), decisions, matches, unmatched, held, engine }
}

function rulesOf(table: string): EngineRules {
  const { rules, functions } = load({ "custom.lua": custom(`{ ${table} }`, "replace") })
  return { rules, ask: (id, args) => functions.call(id, args) }
}

function inOneLine({ atMicros, binding, domain, source, rule, count, effects }: Decision): string {
  const from = rule === null ? "" : ` ${rule.domain}[${rule.index}] ${count}`
  const pair = binding === "b1" && domain === "a.test" ? "" : ` ${binding}::${domain}`
  const done = effects.map((effect) => inWords(relative(effect))).join("; ")
  return `${atMicros / 1e6 - START_SEC}${pair} ${source}${from}: ${done}`
}

function relative(effect: Effect): Effect {
  return effect.until === null ? effect : { ...effect, until: effect.until - START_SEC }
}
