/**
 * Events to decisions: match, trigger, act, grow, lift. One event after the
 * other on event time; state stands in the store, what is decided goes to the
 * listener. Whether the events are live or recorded is not known here.
 * No I/O, no timers, no clock, no VM. Source: engine.md sections 3 to 6;
 * rule-files.md sections 3, 4 and 9.
 */

import type { OptionLookup } from "../config/lookup.js"
import { type PairSettings, Settings } from "../config/settings.js"
import { compareText } from "../model/compare.js"
import type { Decision, Match } from "../model/decision.js"
import type { Effect } from "../model/effect.js"
import type { ResponseRule } from "../model/rule.js"
import type { RuleList, RuleSet } from "../rules/rule-set.js"
import { ADJUSTABLE, type AdjustableOption, type Store } from "../store/store.js"
import { effect, ignored, isAdjustment, type PairView, untried } from "./act.js"
import { alertsOf } from "./alerts.js"
import { carryOut } from "./carry-out.js"
import { grownValue } from "./grow.js"
import {
  type AskFunction,
  MAX_AGE_SEC,
  type OptionPlan,
  type Parameter,
  parameterOf,
  planOption,
} from "./parameter.js"
import { RejectionRates } from "./rejection-rate.js"

/** An event as the engine takes it; the pair is a number of the store's table. */
export interface EngineEvent {
  readonly atMicros: number
  readonly type: string
  readonly pair: number
  readonly mx: string | null
  readonly phase: string | null
  readonly response: string
  readonly local: boolean
}

export interface EngineListener {
  decision(decision: Decision): void
  /** Every match of a rule, whether or not it fires. */
  matched(rule: ResponseRule, fired: boolean): void
  /** A match that did not fire; not called without interest in it. */
  unfired?(match: Match): void
  /** A failure that no rule matched. */
  unmatched(event: EngineEvent): void
}

/** What the rules of one revision say for all pairs that resolve to one key. */
interface Ruling {
  readonly key: string | null
  readonly list: RuleList
  readonly plans: Map<PairSettings, Map<string, OptionPlan>>
}

/** Internal texts of the original are replies that its rules are written for; other local ones are not. */
const INTERNAL = "[internal]"
/** Mail on its way to another node of a cluster: never acted upon (engine.md section 1). */
const MOVING = "#mmove"
const NONE: readonly never[] = Object.freeze([])

export class Engine {
  readonly store: Store
  readonly #rules: RuleSet
  readonly #ask: AskFunction
  readonly #listener: EngineListener
  readonly #settings: Settings
  readonly #rates: RejectionRates
  readonly #rulings = new Map<string, Ruling>()
  // By pair, filled in when first asked for.
  readonly #pairSettings: (PairSettings | undefined)[] = []
  readonly #pairRuling: (Ruling | undefined)[] = []
  #knownBindings = 0
  #isMovingSeen = false
  /** The first sweep that has something to lift. */
  #nextSweepMicros = Number.POSITIVE_INFINITY
  #knownDueMicros = Number.POSITIVE_INFINITY
  #notes: string[] = []
  readonly #idleEffects = {
    disabled: new Map<ResponseRule, readonly Effect[]>(),
    "observe-only": new Map<ResponseRule, readonly Effect[]>(),
  }

  constructor(
    rules: RuleSet,
    ask: AskFunction,
    lookup: OptionLookup,
    store: Store,
    listener: EngineListener,
  ) {
    this.store = store
    this.#rules = rules
    this.#ask = ask
    this.#listener = listener
    this.#settings = new Settings(lookup)
    this.#rates = new RejectionRates(store, this.#settings.module.statsPeriodSec)
  }

  /**
   * Lets time pass: sweeps that are due by now lift what has ended.
   * @param atMicros event time; an earlier one than before changes nothing
   */
  advance(atMicros: number): void {
    const { store } = this
    if (atMicros <= store.nowMicros) return
    if (store.startMicros < 0) store.startMicros = atMicros
    store.nowMicros = atMicros
    if (store.nextDueMicros !== this.#knownDueMicros) this.#planSweep()
    while (this.#nextSweepMicros <= atMicros) this.#sweep(this.#nextSweepMicros)
  }

  /**
   * Is mail of the pair held back at this time? Ends what is over where no sweep does.
   * @param atMicros the time `advance` was last called with
   */
  isHeld(pair: number, atMicros: number): boolean {
    const { store } = this
    if (!store.isHeld(pair)) return false
    if (this.#settings.module.sweepMicros === 0) this.#liftPair(pair, atMicros)
    return store.isHeld(pair)
  }

  /** When a pair that is held is let go: at the first sweep at or after the end of what holds it longest. */
  liftMicros(pair: number): number {
    const { store } = this
    const until = Math.max(store.suspendedUntil(pair), store.blackholedUntil(pair))
    return this.#sweepAt(until)
  }

  /** Takes one event, after `advance` to its time. Receptions, feedback and the like change nothing. */
  process(event: EngineEvent): void {
    switch (event.type) {
      case "delivery":
        this.#delivery(event)
        break
      case "transient":
      case "permanent":
        this.#failure(event)
        break
    }
  }

  /** An option of a pair at a time, adjustments included. */
  parameter(pair: number, option: string, atMicros: number, mx: string | null = null): Parameter {
    const plan = this.#planOf(pair, option, mx)
    const isAdjustable = (ADJUSTABLE as readonly string[]).includes(option)
    const adjusted = isAdjustable ? this.store.adjusted(pair, option as AdjustableOption) : null
    // What is the same for all pairs needs neither their age nor a new object.
    if (plan.resting !== null && adjusted === null) return plan.resting
    const found = parameterOf(plan, {
      adjusted,
      ageSec: this.#settings.module.forceMaxBindingAge ? MAX_AGE_SEC : this.store.ageSec(pair, atMicros),
      ask: this.#ask,
    })
    if (found.complaint !== null)
      this.#notes.push(`${option}: ${found.complaint}; the configured value is kept`)
    return found
  }

  /**
   * Names the scope whose configured value of an option a pair has as it is, and shares with all that
   * resolve to it; null where rules or an adjustment gave the pair a value of its own.
   * @source configuration.md section 2, throttles
   */
  sharedScope(pair: number, option: AdjustableOption, { source }: Parameter): string | null {
    if (source !== "configuration" || this.store.adjusted(pair, option) !== null) return null
    return this.#settings.declaration(this.store.pairs.name(pair), option)
  }

  #planOf(pair: number, option: string, mx: string | null): OptionPlan {
    const { key, plans } = this.#rulingOf(pair, mx)
    const settings = this.#settingsOf(pair)
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

  #delivery(event: EngineEvent): void {
    const { pair, atMicros } = event
    const { store } = this
    const quietFromMicros = store.touch(pair, atMicros)
    const settings = this.#settingsOf(pair)
    if (atMicros - quietFromMicros >= settings.positiveAdjustmentMicros) {
      this.#raise(event, settings)
    }
    if (settings.rejectionRate !== null) this.#rates.delivered(pair, atMicros)
  }

  #failure(event: EngineEvent): void {
    const { pair, atMicros } = event
    this.store.touch(pair, atMicros)
    let reply = event.response
    if (!event.local || reply.includes(INTERNAL)) reply = this.#respond(event)
    const isPermanent =
      reply === event.response ? event.type === "permanent" : reply.charCodeAt(0) === 0x35 /* 5 */
    const settings = this.#settingsOf(pair)
    if (isPermanent && settings.rejectionRate !== null) this.#rejected(event, settings)
  }

  /** Holds a reply against the rules; returns the reply, rewritten if a rule says so. */
  #respond(event: EngineEvent): string {
    const { pair, atMicros, response } = event
    const rule = this.#rulingOf(pair, event.mx).list.first(response)
    if (rule === null) {
      this.#listener.unmatched(event)
      return response
    }
    const { trigger } = rule
    const count =
      trigger.kind === "every" ? 1 : this.store.countMatch(pair, rule.id, atMicros, trigger.windowSec * 1e6)
    const fired = trigger.kind === "every" || count > trigger.count
    this.#listener.matched(rule, fired)
    if (!fired) {
      this.#listener.unfired?.({ atMicros, ...this.store.pairs.name(pair), rule, response, count })
      return response
    }
    const effects = this.#effects(rule, event)
    this.#decide(event, "response", rule, count, effects)
    return effects.find(({ reply }) => reply !== undefined)?.reply ?? response
  }

  /** What a rule that fired brings about. */
  #effects(rule: ResponseRule, event: EngineEvent): readonly Effect[] {
    const phase = phaseNote(rule, event.phase)
    if (phase !== null) this.#notes.push(phase)
    const reason = this.idleReason(rule, event.pair)
    if (reason === null) return this.carryOut(rule, event)
    // Rules that only observe fire often: what is the same at every firing is kept.
    const known = this.#idleEffects[reason].get(rule)
    if (known !== undefined) return known
    const view = this.#view(event)
    const effects = rule.actions.map((action) =>
      action.name === "warmup"
        ? ignored(action, reason, { from: view.ageSec })
        : untried(action, view, reason),
    )
    const isSame = !rule.actions.some((action) => action.name === "warmup" || isAdjustment(action))
    if (isSame) this.#idleEffects[reason].set(rule, effects)
    return effects
  }

  #view({ pair, atMicros, response: reply, mx }: EngineEvent): PairView {
    return {
      atMicros,
      reply,
      ageSec: this.store.ageSec(pair, atMicros),
      parameter: (option) => this.parameter(pair, option, atMicros, mx),
    }
  }

  /** Why nothing that a rule wants is done for a pair at all; null where it is. */
  idleReason(rule: ResponseRule, pair: number): "disabled" | "observe-only" | null {
    if (!this.#settingsOf(pair).enabled) return "disabled"
    return rule.observe ? "observe-only" : null
  }

  /** Carries out the actions of a rule that fired, in order, as far as they may be. */
  carryOut(rule: ResponseRule, event: EngineEvent): Effect[] {
    const { pair, atMicros } = event
    const effects = carryOut(rule.actions, {
      pair,
      atMicros,
      store: this.store,
      view: this.#view(event),
      managed: this.#settings.module.managed,
      adjustmentMicros: this.#settingsOf(pair).adjustmentMicros,
    })
    this.store.disturb(pair, atMicros)
    return effects
  }

  /** Every option of a pair that has room grows by a step. */
  #raise(event: EngineEvent, settings: PairSettings): void {
    const { pair, atMicros } = event
    const { store } = this
    if (!settings.enabled || store.isHeld(pair)) return
    store.disturb(pair, atMicros)
    const effects: Effect[] = []
    for (const option of ADJUSTABLE) {
      if (!this.#settings.module.managed.has(option)) continue
      // A function says what is allowed at most: unless something lowered it, there is no room.
      const isAdjusted = store.adjusted(pair, option) !== null
      if (!isAdjusted && this.#planOf(pair, option, event.mx).resting === null) continue
      const parameter = this.parameter(pair, option, atMicros, event.mx)
      const from = parameter.value
      const to = grownValue(parameter, isAdjusted)
      if (from === null || to === null || to === from) continue
      store.adjust(pair, option, from, to)
      effects.push(effect(RAISE, { option, from, to }))
    }
    if (effects.length > 0) this.#decide(event, "positive", null, null, effects)
    else this.#notes = []
  }

  /** Too many rejections of late suspend the pair. */
  #rejected(event: EngineEvent, settings: PairSettings): void {
    const { pair, atMicros } = event
    const { store } = this
    const rate = settings.rejectionRate
    if (rate === null || !this.#rates.rejected(pair, atMicros, rate)) return
    if (!settings.enabled || store.isHeld(pair)) return
    const until = atMicros + rate.suspensionSec * 1e6
    store.suspend(pair, until)
    store.disturb(pair, atMicros)
    const suspension = { name: "suspend", args: [rate.suspensionText] } as const
    this.#decide(event, "rejection-rate", null, null, [effect(suspension, { until: until / 1e6 })])
  }

  #planSweep(): void {
    const due = this.store.nextDueMicros
    this.#knownDueMicros = due
    const isSwept = due !== Number.POSITIVE_INFINITY && this.#settings.module.sweepMicros > 0
    this.#nextSweepMicros = isSwept ? this.#sweepAt(due) : Number.POSITIVE_INFINITY
  }

  /** The first sweep at or after a time; the time itself where none are made. */
  #sweepAt(atMicros: number): number {
    const { sweepMicros } = this.#settings.module
    if (sweepMicros === 0) return atMicros
    const { startMicros } = this.store
    return startMicros + Math.max(0, Math.ceil((atMicros - startMicros) / sweepMicros)) * sweepMicros
  }

  #sweep(atMicros: number): void {
    const { pairs } = this.store
    const byName = (a: number, b: number): number => {
      const one = pairs.name(a)
      const other = pairs.name(b)
      return compareText(one.binding, other.binding) || compareText(one.domain, other.domain)
    }
    for (const pair of this.store.duePairs(atMicros).sort(byName)) this.#liftPair(pair, atMicros)
    this.store.recomputeDue()
    this.#planSweep()
  }

  #liftPair(pair: number, atMicros: number): void {
    const { store } = this
    const suspension = store.suspendedUntil(pair)
    const blackhole = store.blackholedUntil(pair)
    const effects: Effect[] = []
    const endsSuspension = suspension !== 0 && suspension <= atMicros
    if (endsSuspension)
      effects.push(effect({ name: "lift", args: ["suspension"] }, { until: suspension / 1e6 }))
    if (blackhole !== 0 && blackhole <= atMicros)
      effects.push(effect({ name: "lift", args: ["blackhole"] }, { until: blackhole / 1e6 }))
    if (effects.length === 0) return
    store.lift(pair, atMicros)
    if (endsSuspension && !this.#settings.module.readCacheAfterSuspension)
      effects.push(...this.#restart(pair, atMicros))
    this.#decide({ pair, atMicros, response: null }, "lift", null, null, effects)
  }

  /** After a suspension every option starts anew. */
  #restart(pair: number, atMicros: number): Effect[] {
    const { store } = this
    const mx = store.mxOf(pair)
    const effects: Effect[] = []
    for (const option of ADJUSTABLE) {
      if (store.adjusted(pair, option) === null) continue
      const { value: from, start: to } = this.parameter(pair, option, atMicros, mx)
      if (from !== to) effects.push(effect(RESTART, { option, from, to }))
    }
    store.restart(pair)
    return effects
  }

  #decide(
    about: { readonly pair: number; readonly atMicros: number; readonly response: string | null },
    source: Decision["source"],
    rule: ResponseRule | null,
    count: number | null,
    effects: readonly Effect[],
  ): void {
    const { pair, atMicros } = about
    const notes = this.takeNotes()
    this.#listener.decision({
      atMicros,
      pair,
      ...this.store.pairs.name(pair),
      source,
      rule,
      response: source === "response" || source === "rejection-rate" ? about.response : null,
      count,
      effects,
      alerts:
        source === "lift" || source === "positive"
          ? NONE
          : alertsOf(effects, pair, atMicros, this.#settingsOf(pair), this.store),
      notes,
    })
  }

  /** What has been noted since the last decision. */
  takeNotes(): readonly string[] {
    if (this.#notes.length === 0) return NONE
    const notes = this.#notes
    this.#notes = []
    return notes
  }

  #settingsOf(pair: number): PairSettings {
    // Where all are alike, every event is spared a look-up.
    const { uniform } = this.#settings
    if (uniform !== null && !this.#hasMoving()) return uniform
    const known = this.#pairSettings[pair]
    if (known !== undefined) return known
    const { pairs } = this.store
    // Names are made only where the options ask for them.
    const found = this.#settings.uniform ?? this.#settings.of(pairs.name(pair))
    const isMoving = pairs.bindingName(pairs.bindingOf(pair)) === MOVING
    const settings = isMoving ? { ...found, enabled: false } : found
    this.#pairSettings[pair] = settings
    return settings
  }

  /** Has mail on its way to another node been seen? Bindings are few, and only ever added. */
  #hasMoving(): boolean {
    const { pairs } = this.store
    for (; this.#knownBindings < pairs.bindingCount; this.#knownBindings++)
      if (pairs.bindingName(this.#knownBindings) === MOVING) this.#isMovingSeen = true
    return this.#isMovingSeen
  }

  #rulingOf(pair: number, mx: string | null): Ruling {
    const known = this.#pairRuling[pair]
    if (known !== undefined && this.store.mxOf(pair) === mx) return known
    const key = this.#rules.resolve(this.store.pairs.name(pair).domain, mx)
    const name = key ?? ""
    let ruling = this.#rulings.get(name)
    if (ruling === undefined) {
      ruling = { key, list: this.#rules.listOf(key), plans: new Map() }
      this.#rulings.set(name, ruling)
    }
    this.#pairRuling[pair] = ruling
    this.store.noteMx(pair, mx)
    return ruling
  }
}

/** What happens without a rule's action. */
const RAISE = { name: "raise", args: NONE } as const
const RESTART = { name: "restart", args: NONE } as const

/** A phase that differs from the rule's: worth a word, no more. */
export function phaseNote(rule: ResponseRule, phase: string | null): string | null {
  if (rule.phase === null || phase === null || rule.phase === phase) return null
  if (rule.phase === "each_rcpt" && (phase === "rcptto" || phase === "data")) return null
  return `the rule names phase "${rule.phase}", the reply came in "${phase}": this never limits a match`
}
