/**
 * Events to decisions: match, trigger, act, grow, lift. One event after the
 * other on event time; state stands in the store, what is decided goes to the
 * listener. Whether the events are live or recorded is not known here.
 * No I/O, no timers, no clock, no VM. Source: engine.md sections 3 to 6;
 * rule-files.md sections 3, 4 and 9.
 */

import type { OptionLookup } from "../config/lookup.js"
import { type ModuleSettings, type PairSettings, Settings } from "../config/settings.js"
import type { Decision, SweepFiring } from "../model/decision.js"
import type { Effect } from "../model/effect.js"
import type { Action, ResponseRule } from "../model/rule.js"
import type { RuleSet } from "../rules/rule-set.js"
import { ADJUSTABLE, type AdjustableOption, type Store } from "../store/store.js"
import { effect, ignored, isAdjustment, type PairView, untried } from "./act.js"
import { alertsOf } from "./alerts.js"
import { askedLately } from "./asked-lately.js"
import { carryOut } from "./carry-out.js"
import type { EngineEvent, EngineListener } from "./event.js"
import { grownValue } from "./grow.js"
import { Lifts } from "./lifts.js"
import { PairFacts } from "./pair-facts.js"
import type { AskFunction, Parameter } from "./parameter.js"
import { phaseNote } from "./phase-note.js"
import { RejectionRates } from "./rejection-rate.js"
import { type Classify, type PairFiring, type SweepCount, SweepRules } from "./sweep.js"

/** Rules, and what goes with them: they come and go together. */
export interface EngineRules {
  readonly rules: RuleSet
  /** Answers `configuration` functions. */
  readonly ask: AskFunction
  /** Class of a failure whose traffic brings none; without it all of these are undetermined. */
  readonly classify?: Classify | null
}

export interface EngineOptions extends EngineRules {
  readonly lookup: OptionLookup
  readonly store: Store
  readonly listener: EngineListener
}

/** Internal texts of the original are replies that its rules are written for; other local ones are not. */
const INTERNAL = "[internal]"
const NONE: readonly never[] = Object.freeze([])

export class Engine {
  readonly store: Store
  /** The configuration in force, and how often it was another one. */
  lookup: OptionLookup
  reconfigurations = 0
  readonly #listener: EngineListener
  #ruling: EngineRules
  // What depends on rules and options, made anew when they are others.
  #module!: ModuleSettings
  #facts!: PairFacts
  #askLately!: AskFunction
  #rates!: RejectionRates
  #sweeps!: SweepRules
  #lifts!: Lifts
  #notes: string[] = []
  readonly #idleEffects = {
    disabled: new Map<ResponseRule, readonly Effect[]>(),
    "observe-only": new Map<ResponseRule, readonly Effect[]>(),
  }

  constructor({ lookup, store, listener, ...ruling }: EngineOptions) {
    this.store = store
    this.lookup = lookup
    this.#listener = listener
    this.#ruling = ruling
    this.#setUp()
  }

  /** Goes on with other options from now on; what was counted and decided stays. */
  reconfigure(lookup: OptionLookup): void {
    this.lookup = lookup
    this.reconfigurations++
    this.#setUp()
    this.#lifts.plan()
  }

  /**
   * Goes on with other rules from the next event on: all of them, whole. What was counted for a rule
   * stays its own as long as its id is the same, what was decided stays; a rule that is gone acts no more.
   */
  replaceRules(ruling: EngineRules): void {
    this.#ruling = ruling
    for (const known of Object.values(this.#idleEffects)) known.clear()
    this.#setUp()
    this.#lifts.plan()
  }

  #setUp(): void {
    const { store, lookup } = this
    const { rules, ask, classify = null } = this.#ruling
    const settings = new Settings(lookup)
    this.#module = settings.module
    this.#askLately = askedLately(ask)
    this.#facts = new PairFacts(rules, ask, settings, store, (note) => this.#notes.push(note))
    this.#lifts = new Lifts(
      {
        store,
        parameter: (pair, option, atMicros, mx) => this.parameter(pair, option, atMicros, mx),
        lifted: (pair, atMicros, effects) =>
          this.#decide({ pair, atMicros, response: null }, "lift", null, null, effects),
      },
      this.#module,
    )
    this.#sweeps = new SweepRules(store, this.#facts, this.#module, {
      classify,
      met: (rule) => this.#listener.swept?.(rule),
      fire: (firing, atMicros) => this.#fire(firing, atMicros),
    })
    this.#rates = new RejectionRates(store, this.#module.statsPeriodSec)
  }

  /**
   * Lets time pass: sweeps that are due by now lift what has ended, and hold pairs against sweep rules.
   * @param atMicros event time; an earlier one than before changes nothing
   */
  advance(atMicros: number): void {
    if (!this.#pass(atMicros)) return
    if (this.#lifts.nextMicros > atMicros && this.#sweeps.nextMicros > atMicros) return
    for (const _ of this.#sweepUntil(atMicros, Number.POSITIVE_INFINITY));
  }

  /**
   * The same as `advance`, and stops now and then, for whoever has events waiting. What is due when it
   * is begun is its own: events that are taken meanwhile do not make it happen a second time. Without
   * such events the outcome is that of `advance`.
   * @param pairsASlice pairs looked at between two stops
   */
  *sweepSlices(atMicros: number, pairsASlice: number): Generator<void> {
    if (this.#pass(atMicros)) yield* this.#sweepUntil(atMicros, pairsASlice)
  }

  /** What the sweep rules of a pair are held against, in the order in which they act. */
  sweepCounts(pair: number, atMicros: number): readonly SweepCount[] {
    return this.#sweeps.counts(pair, atMicros)
  }

  /** @returns false for a time that has passed */
  #pass(atMicros: number): boolean {
    const { store } = this
    if (atMicros <= store.nowMicros) return false
    const isFirst = store.startMicros < 0
    if (isFirst) store.startMicros = atMicros
    store.nowMicros = atMicros
    if (isFirst) this.#sweeps.begin()
    this.#lifts.plan()
    return true
  }

  /** Sweeps one after the other, each at its own time; of two at one time the one that lifts comes first. */
  *#sweepUntil(atMicros: number, pairsASlice: number): Generator<void> {
    const sweeps = this.#sweeps
    const lifts = this.#lifts
    for (;;) {
      lifts.plan()
      if (lifts.nextMicros <= Math.min(atMicros, sweeps.nextMicros)) lifts.lift(lifts.nextMicros)
      else if (sweeps.nextMicros > atMicros) return
      else {
        // Where no sweep lifts, whoever looks does.
        if (lifts.isLazy) lifts.lift(sweeps.nextMicros)
        const liftMicros = lifts.isLazy ? this.store.nextDueMicros : lifts.nextMicros
        yield* sweeps.run(pairsASlice, liftMicros, atMicros)
      }
    }
  }

  /** When time alone brings something about next; infinite when nothing is due. Call after `advance`. */
  get nextDueMicros(): number {
    this.#lifts.plan()
    return Math.min(this.#lifts.nextMicros, this.#sweeps.nextMicros)
  }

  /**
   * Is mail of the pair held back at this time? Ends what is over where no sweep does.
   * @param atMicros the time `advance` was last called with
   */
  isHeld(pair: number, atMicros: number): boolean {
    const { store } = this
    const { manualHold, enabled } = this.#facts.settingsOf(pair)
    if (manualHold !== null) return true
    // A suspension of before Adaptive Delivery was switched off stands, and holds nothing.
    if (!enabled || !store.hasHold(pair)) return false
    if (this.#lifts.isLazy) this.#lifts.liftPair(pair, atMicros)
    return store.isHeld(pair)
  }

  /** What the configuration itself holds the mail of a pair with, and how far apart what waited is to go. */
  holdSettings(pair: number): Pick<PairSettings, "enabled" | "manualHold" | "retryFuzzSec"> {
    return this.#facts.settingsOf(pair)
  }

  /** When a pair that is held is let go: at the first sweep at or after the end of what holds it longest. */
  liftMicros(pair: number): number {
    const { store } = this
    const suspendedUntil = store.isSuspended(pair) ? store.suspendedUntil(pair) : 0
    const until = Math.max(suspendedUntil, store.blackholedUntil(pair))
    return this.#lifts.sweepAt(until)
  }

  /** When what ends at a time is lifted. */
  sweepAt(untilMicros: number): number {
    return this.#lifts.sweepAt(untilMicros)
  }

  /** Takes one event, after `advance` to its time. Receptions change nothing. */
  process(event: EngineEvent): void {
    switch (event.type) {
      case "delivery":
        this.#delivery(event)
        break
      case "transient":
      case "permanent":
        this.#failure(event)
        break
      case "oob":
        if (this.#facts.settingsOf(event.pair).enabled) this.#sweeps.bouncedLater(event)
        break
      case "fbl":
        if (this.#facts.settingsOf(event.pair).enabled)
          this.#sweeps.reported(event.pair, event.fblType, event.atMicros)
        break
    }
  }

  /** An option of a pair at a time, adjustments included. */
  parameter(pair: number, option: string, atMicros: number, mx: string | null = null): Parameter {
    return this.#facts.parameter(pair, option, atMicros, mx)
  }

  /** The same for whoever only asks how things are: a function's answer may be half a minute old. */
  parameterLately(pair: number, option: string, atMicros: number, mx: string | null): Parameter {
    return this.#facts.parameter(pair, option, atMicros, mx, this.#askLately)
  }

  /** How many answers are kept of each option that is managed: what the console calls a look-up cache. */
  planCounts(): ReadonlyMap<string, number> {
    return this.#facts.planCounts()
  }

  /** Names the scope that a pair shares a configured value with; null where the value is its own. */
  sharedScope(pair: number, option: AdjustableOption, parameter: Parameter): string | null {
    return this.#facts.sharedScope(pair, option, parameter)
  }

  /** Where no sweep lifts, whoever looks does: an attempt too. */
  #liftIfLazy({ pair, atMicros }: EngineEvent): void {
    if (this.#lifts.isLazy && this.store.hasHold(pair)) this.#lifts.liftPair(pair, atMicros)
  }

  #delivery(event: EngineEvent): void {
    const { pair, atMicros } = event
    const { store } = this
    this.#liftIfLazy(event)
    const quietFromMicros = store.touch(pair, atMicros)
    const settings = this.#facts.settingsOf(pair)
    if (atMicros - quietFromMicros >= settings.positiveAdjustmentMicros) {
      this.#raise(event, settings)
    }
    // What happened while Adaptive Delivery was off counts for nothing (BZ4065).
    if (!settings.enabled) return
    if (settings.rejectionRate !== null) this.#rates.delivered(pair, atMicros)
    this.#sweeps.delivered(pair, atMicros)
  }

  #failure(event: EngineEvent): void {
    const { pair, atMicros } = event
    this.#liftIfLazy(event)
    this.store.touch(pair, atMicros)
    let reply = event.response
    if (!event.local || reply.includes(INTERNAL)) reply = this.#respond(event)
    const isPermanent =
      reply === event.response ? event.type === "permanent" : reply.charCodeAt(0) === 0x35 /* 5 */
    if (!isPermanent) return
    const settings = this.#facts.settingsOf(pair)
    if (!settings.enabled) return
    if (settings.rejectionRate !== null) this.#rejected(event, settings)
    this.#sweeps.failed(event, reply)
  }

  /** Holds a reply against the rules; returns the reply, rewritten if a rule says so. */
  #respond(event: EngineEvent): string {
    const { pair, atMicros, response } = event
    const rule = this.#facts.rulingOf(pair, event.mx).list.first(response)
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
    if (reason === null) return this.carryOut(rule.actions, event)
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

  #view({ pair, atMicros, response: reply, mx }: Occasion): PairView {
    return {
      atMicros,
      reply,
      ageSec: this.store.ageSec(pair, atMicros),
      parameter: (option) => this.#facts.ruled(pair, option, atMicros, mx),
    }
  }

  /** Why nothing that a rule wants is done for a pair at all; null where it is. */
  idleReason(rule: ResponseRule, pair: number): "disabled" | "observe-only" | null {
    if (!this.#facts.settingsOf(pair).enabled) return "disabled"
    return rule.observe ? "observe-only" : null
  }

  /** Carries out the actions of a rule that fired, in order, as far as they may be. */
  carryOut(actions: readonly Action[], event: Occasion): Effect[] {
    const { pair, atMicros } = event
    const effects = carryOut(actions, {
      pair,
      atMicros,
      store: this.store,
      view: this.#view(event),
      managed: this.#module.managed,
      adjustmentMicros: this.#facts.settingsOf(pair).adjustmentMicros,
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
      if (!this.#module.managed.has(option)) continue
      // A function says what is allowed at most: unless something lowered it, there is no room.
      const isAdjusted = store.adjusted(pair, option) !== null
      if (!isAdjusted && this.#facts.planOf(pair, option, event.mx).resting === null) continue
      const parameter = this.parameter(pair, option, atMicros, event.mx)
      const from = parameter.value
      const to = grownValue(parameter, isAdjusted)
      if (from === null || to === null || to === from) continue
      store.adjust(pair, option, from, to, atMicros)
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
    if (store.hasHold(pair)) return
    const until = atMicros + rate.suspensionSec * 1e6
    store.suspend(pair, until)
    store.disturb(pair, atMicros)
    const suspension = { name: "suspend", args: [rate.suspensionText] } as const
    this.#decide(event, "rejection-rate", null, null, [effect(suspension, { until: until / 1e6 })])
  }

  /** A sweep rule whose threshold is met acts. */
  #fire({ pair, ...sweep }: PairFiring, atMicros: number): void {
    const { rule, level } = sweep
    const occasion = { pair, atMicros, response: "", mx: this.store.mxOf(pair) }
    const effects = this.carryOut(rule[level].actions, occasion)
    this.#decide(occasion, "sweep", null, sweep.count, effects, sweep)
  }

  #decide(
    about: { readonly pair: number; readonly atMicros: number; readonly response: string | null },
    source: Decision["source"],
    rule: ResponseRule | null,
    count: number | null,
    effects: readonly Effect[],
    sweep: SweepFiring | null = null,
  ): void {
    const { pair, atMicros } = about
    const { pairs } = this.store
    const notes = this.takeNotes()
    this.#listener.decision({
      atMicros,
      pair,
      ...(source === "sweep" ? pairs.nameOnce(pair) : pairs.name(pair)),
      source,
      rule,
      sweep,
      response: source === "response" || source === "rejection-rate" ? about.response : null,
      count,
      effects,
      alerts:
        source === "lift" || source === "positive"
          ? NONE
          : alertsOf(effects, pair, atMicros, this.#facts.settingsOf(pair), this.store),
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
}

/** What actions are carried out for: a reply, or a sweep, which has none. */
type Occasion = Pick<EngineEvent, "pair" | "atMicros" | "response" | "mx">

/** What happens without a rule's action. */
const RAISE = { name: "raise", args: NONE } as const
