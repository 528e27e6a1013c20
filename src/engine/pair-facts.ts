/**
 * What rules and configuration say for a pair: its settings, the rules of its
 * domain, and what an option is at a time, adjustments included. Looked up once
 * and kept, because every event asks. Decides nothing.
 * Source: engine.md sections 2 and 5; configuration.md section 2.
 */
import type { Scope } from "../config/lookup.js"
import type { PairSettings, Settings } from "../config/settings.js"
import { PagedList } from "../model/paged-list.js"
import { DEFAULT_BOUNCE_RULE, DEFAULT_FBL_RULE, type SweepRule } from "../model/sweep-rule.js"
import type { DomainSweeps, RuleList, RuleSet } from "../rules/rule-set.js"
import { ADJUSTABLE, type AdjustableOption, type Store } from "../store/store.js"
import {
  type AskFunction,
  MAX_AGE_SEC,
  type OptionPlan,
  type Parameter,
  parameterOf,
  planOption,
} from "./parameter.js"

/** What the rules of one revision say for all pairs that resolve to one key. */
interface Ruling {
  readonly key: string | null
  readonly list: RuleList
  readonly plans: Map<PairSettings, Map<string, OptionPlan>>
  readonly sweeps: Map<PairSettings, readonly SweepRule[]>
}

const NO_BOUNDS: PairSettings["bounds"] = new Map()

/** Mail on its way to another node of a cluster: never acted upon (engine.md section 1). */
const MOVING = "#mmove"

export class PairFacts {
  readonly #rules: RuleSet
  readonly #ask: AskFunction
  readonly #settings: Settings
  readonly #store: Store
  readonly #note: (note: string) => void
  readonly #rulings = new Map<string, Ruling>()
  /** Options on which Adaptive Delivery does not act. */
  readonly #plain = new Map<PairSettings, Map<string, Parameter>>()
  // By pair, filled in when first asked for.
  #pairSettings = new PagedList<PairSettings>()
  #groupVersion = 0
  readonly #pairRuling = new PagedList<Ruling>()
  #knownBindings = 0
  #isMovingSeen = false

  /** @param note takes what is worth a word, such as a function that gave no usable answer */
  constructor(
    rules: RuleSet,
    ask: AskFunction,
    settings: Settings,
    store: Store,
    note: (note: string) => void,
  ) {
    this.#rules = rules
    this.#ask = ask
    this.#settings = settings
    this.#store = store
    this.#note = note
  }

  /** An option of a pair as it is in force at a time, adjustments included. */
  parameter(
    pair: number,
    option: string,
    atMicros: number,
    mx: string | null,
    ask: AskFunction = this.#ask,
  ): Parameter {
    return this.#acts(pair, option)
      ? this.ruled(pair, option, atMicros, mx, ask)
      : this.#configured(pair, option)
  }

  /** What rules and adjustments make of an option, also where Adaptive Delivery does not act on it. */
  ruled(
    pair: number,
    option: string,
    atMicros: number,
    mx: string | null,
    ask: AskFunction = this.#ask,
  ): Parameter {
    const plan = this.planOf(pair, option, mx)
    const isAdjustable = (ADJUSTABLE as readonly string[]).includes(option)
    const adjusted = isAdjustable ? this.#store.adjusted(pair, option as AdjustableOption) : null
    // What is the same for all pairs needs neither their age nor a new object.
    if (plan.resting !== null && adjusted === null) return plan.resting
    const found = parameterOf(plan, {
      adjusted,
      ageSec: this.#settings.module.forceMaxBindingAge ? MAX_AGE_SEC : this.#store.ageSec(pair, atMicros),
      atSec: atMicros / 1e6,
      ask,
    })
    if (found.complaint !== null) this.#note(`${option}: ${found.complaint}; the configured value is kept`)
    return found
  }

  /**
   * Names the scope whose configured value of an option a pair has as it is, and shares with all that
   * resolve to it; null where rules or an adjustment gave the pair a value of its own.
   * @source configuration.md section 2, throttles
   */
  sharedScope(pair: number, option: AdjustableOption, { source }: Parameter): string | null {
    if (source !== "configuration") return null
    if (this.#acts(pair, option) && this.#store.adjusted(pair, option) !== null) return null
    return this.#settings.declaration(this.#scopeOf(pair), option)
  }

  /** What an option is made of for a pair: what does not change with time. */
  planOf(pair: number, option: string, mx: string | null): OptionPlan {
    const { key, plans } = this.rulingOf(pair, mx)
    const settings = this.settingsOf(pair)
    let byOption = plans.get(settings)
    if (byOption === undefined) {
      byOption = new Map()
      plans.set(settings, byOption)
    }
    let plan = byOption.get(option)
    if (plan === undefined) {
      const { managed } = this.#settings.module
      const configured = managed.has(option) ? this.#rules.configured(key, option) : null
      plan = planOption(option, configured, settings)
      byOption.set(option, plan)
    }
    return plan
  }

  /** What Adaptive Delivery does not act on is as the configuration has it: no rule, no adjustment, no bound. */
  #configured(pair: number, option: string): Parameter {
    const settings = this.settingsOf(pair)
    let byOption = this.#plain.get(settings)
    if (byOption === undefined) {
      byOption = new Map()
      this.#plain.set(settings, byOption)
    }
    let parameter = byOption.get(option)
    if (parameter === undefined) {
      parameter = planOption(option, null, { ...settings, bounds: NO_BOUNDS }).resting as Parameter
      byOption.set(option, parameter)
    }
    return parameter
  }

  #acts(pair: number, option: string): boolean {
    return this.settingsOf(pair).enabled && this.#settings.module.managed.has(option)
  }

  /** How many answers are kept of each option that is managed. */
  planCounts(): ReadonlyMap<string, number> {
    const counts = new Map(Array.from(this.#settings.module.managed, (option) => [option, 0]))
    for (const { plans } of this.#rulings.values())
      for (const byOption of plans.values())
        for (const option of byOption.keys())
          if (counts.has(option)) counts.set(option, (counts.get(option) ?? 0) + 1)
    return counts
  }

  /** What the configuration says for a pair. */
  settingsOf(pair: number): PairSettings {
    // Where all are alike, every event is spared a look-up.
    const { uniform } = this.#settings
    if (uniform !== null && !this.#hasMoving()) return uniform
    const { pairs } = this.#store
    if (pairs.groupVersion !== this.#groupVersion) {
      // A binding got its group: what was found without it is not true any more.
      this.#groupVersion = pairs.groupVersion
      this.#pairSettings = new PagedList()
    }
    const known = this.#pairSettings.get(pair)
    if (known !== undefined) return known
    // Names are made only where the options ask for them.
    const found = this.#settings.uniform ?? this.#settings.of(this.#scopeOf(pair))
    const isMoving = pairs.bindingName(pairs.bindingOf(pair)) === MOVING
    const settings = isMoving ? { ...found, enabled: false } : found
    this.#pairSettings.set(pair, settings)
    return settings
  }

  #scopeOf(pair: number): Scope {
    const { pairs } = this.#store
    return { ...pairs.nameOnce(pair), group: pairs.groupOf(pairs.bindingOf(pair)) }
  }

  /** Has mail on its way to another node been seen? Bindings are few, and only ever added. */
  #hasMoving(): boolean {
    const { pairs } = this.#store
    for (; this.#knownBindings < pairs.bindingCount; this.#knownBindings++)
      if (pairs.bindingName(this.#knownBindings) === MOVING) this.#isMovingSeen = true
    return this.#isMovingSeen
  }

  /** The sweep rules of a pair in the order in which they act, those of rule files among them. */
  sweepRulesOf(pair: number): readonly SweepRule[] {
    const settings = this.settingsOf(pair)
    if (!this.#rules.hasSweepRules) return settings.sweepRules
    const { key, sweeps } = this.rulingOf(pair, this.#store.mxOf(pair))
    let rules = sweeps.get(settings)
    if (rules === undefined) {
      rules = joined(settings, this.#rules.sweepsOf(key))
      sweeps.set(settings, rules)
    }
    return rules
  }

  /** The rules of a pair whose domain is hosted at an MX, or of its domain alone. */
  rulingOf(pair: number, mx: string | null): Ruling {
    const known = this.#pairRuling.get(pair)
    if (known !== undefined && this.#store.mxOf(pair) === mx) return known
    const key = this.#rules.resolve(this.#store.pairs.nameOnce(pair).domain, mx)
    const name = key ?? ""
    let ruling = this.#rulings.get(name)
    if (ruling === undefined) {
      ruling = { key, list: this.#rules.listOf(key), plans: new Map(), sweeps: new Map() }
      this.#rulings.set(name, ruling)
    }
    this.#pairRuling.set(pair, ruling)
    this.#store.noteMx(pair, mx)
    return ruling
  }
}

const DEFAULTS: ReadonlySet<string> = new Set([DEFAULT_BOUNCE_RULE.id, DEFAULT_FBL_RULE.id])

/**
 * The operator's stanzas, then those of rule files whose names they do not take, then what holds where
 * nobody named a code of the family. Where the operator switched sweep rules off, files have none either.
 */
function joined({ sweepRules, sweepEnabled }: PairSettings, files: DomainSweeps): readonly SweepRule[] {
  if (!sweepEnabled || (files.rules.length === 0 && files.families.length === 0)) return sweepRules
  const written = sweepRules.filter(({ id }) => !DEFAULTS.has(id))
  const names = new Set(written.map(({ name }) => name))
  const defaults = sweepRules.filter(({ id, family }) => DEFAULTS.has(id) && !files.families.includes(family))
  return [...written, ...files.rules.filter(({ name }) => !names.has(name)), ...defaults]
}
