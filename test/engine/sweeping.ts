/** An engine with sweep rules of its own for each binding, fed with plain events. */
import type { OptionLookup } from "../../src/config/lookup.js"
import { Engine } from "../../src/engine/engine.js"
import type { EngineEvent } from "../../src/engine/event.js"
import { readAction } from "../../src/model/action.js"
import type { Decision } from "../../src/model/decision.js"
import type { ActionName } from "../../src/model/rule.js"
import { parseSweepCode } from "../../src/model/sweep-code.js"
import type { SweepRule, SweepThreshold } from "../../src/model/sweep-rule.js"
import { Store } from "../../src/store/store.js"
import { custom, load } from "../rules/loading.js"

export const START_SEC = 1_790_000_000

export interface SweepSetUp {
  readonly options?: Readonly<Record<string, string>>
  /** By binding; those of "" where a binding has none. */
  readonly rules?: Readonly<Record<string, readonly SweepRule[]>>
  /** Options of one binding. */
  readonly bindings?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Rule file: what stands between the braces of the table. */
  readonly table?: string
  readonly store?: Store
  /** Time begins with the first event, not at 0. */
  readonly beginsLater?: boolean
  readonly classify?: (reply: string, domain: string, mx: string | null) => number
}

export function threshold(percent: number, ...words: string[]): SweepThreshold {
  const actions = []
  for (let i = 0; i < words.length; i += 2) {
    const action = readAction(words[i] as ActionName, words[i + 1] as string)
    if (action !== null) actions.push(action)
  }
  return { percent, words, actions }
}

export function sweepRule(name: string, codes: readonly string[], more: Partial<SweepRule> = {}): SweepRule {
  const read = codes.map(parseSweepCode)
  return {
    id: name,
    file: "ecelerity.conf",
    line: 1,
    name,
    scope: "",
    enabled: true,
    family: read[0]?.family ?? "bounce",
    codes,
    classes: read.flatMap((code) => (code?.family === "bounce" ? code.bounceClass : [])),
    categories: read.flatMap((code) => (code?.family === "fbl" ? code.category : [])),
    low: threshold(5, "throttle", "down"),
    high: threshold(10, "suspend", "4 hours"),
    ...more,
  }
}

function lookupOf({ options = {}, bindings = {}, rules = {} }: SweepSetUp): OptionLookup {
  return {
    lookup: ({ binding }, option) => bindings[binding]?.[option] ?? options[option] ?? null,
    declaration: () => "",
    bindingsOf: () => [],
    sweepRules: ({ binding }) => rules[binding] ?? rules[""] ?? [],
    likeness: ({ binding }) => binding,
    isUniform: false,
  }
}

export class Sweeping {
  readonly decisions: Decision[] = []
  readonly swept = new Set<string>()
  readonly engine: Engine
  readonly store: Store
  held = 0

  constructor(setUp: SweepSetUp = {}) {
    const { rules, functions } = load({ "custom.lua": custom(`{ ${setUp.table ?? ""} }`, "replace") })
    this.store = setUp.store ?? new Store()
    this.engine = new Engine({
      rules,
      ask: (id, args) => functions.call(id, args),
      lookup: lookupOf(setUp),
      store: this.store,
      listener: {
        decision: (decision) => this.decisions.push(decision),
        matched() {},
        unmatched() {},
        swept: ({ name }) => this.swept.add(name),
      },
      ...(setUp.classify === undefined ? {} : { classify: setUp.classify }),
    })
    if (setUp.beginsLater !== true) this.advance(0)
  }

  /** @param at seconds since the start */
  event(
    at: number,
    type: string,
    more: Partial<EngineEvent> & { binding?: string; domain?: string } = {},
  ): this {
    const { binding = "b1", domain = "a.test", ...fields } = more
    const atMicros = Math.round((START_SEC + at) * 1e6)
    const pair = this.store.pairs.of(binding, domain)
    this.engine.advance(atMicros)
    const isAttempt = type === "delivery" || type === "transient" || type === "permanent"
    if (isAttempt && this.engine.isHeld(pair, atMicros)) {
      this.held++
      return this
    }
    const response = type === "permanent" ? "550 no" : type === "transient" ? "450 later" : ""
    const plain = { mx: null, phase: null, response, local: false, bounceClass: null, fblType: null }
    this.engine.process({ ...plain, ...fields, atMicros, type, pair })
    return this
  }

  /** The same so many times. */
  events(count: number, at: number, type: string, more: Parameters<Sweeping["event"]>[2] = {}): this {
    for (let i = 0; i < count; i++) this.event(at, type, more)
    return this
  }

  advance(at: number): this {
    this.engine.advance(Math.round((START_SEC + at) * 1e6))
    return this
  }

  /** Decisions of sweeps, e.g. `3600 b1 a.test y low 3/100: throttle applied`. */
  get words(): string[] {
    return this.decisions.flatMap(({ atMicros, binding, domain, sweep, effects }) => {
      if (sweep === null) return []
      const done = effects.map(({ action, outcome, reason }) => `${action} ${reason ?? outcome}`).join(", ")
      const { rule, level, count, total } = sweep
      const at = atMicros / 1e6 - START_SEC
      return [`${at} ${binding} ${domain} ${rule.name} ${level} ${count}/${total}: ${done}`]
    })
  }
}
