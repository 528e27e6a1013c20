/**
 * Sweep rules: from time to time every pair's share of bounces and complaints is
 * held against its rules. What fires is found first, for all pairs, since what is
 * done to one changes nothing for another; then it acts. Here counts are kept,
 * sweeps are planned and thresholds compared; what an action does stands elsewhere.
 * Source: engine.md section 7, steps 5 and 6, and O12 and O15 of section 12.
 */
import type { ModuleSettings, PairSettings } from "../config/settings.js"
import { bounceClassNumber, UNDETERMINED } from "../model/bounce-class.js"
import type { SweepFiring } from "../model/decision.js"
import type { SweepRule } from "../model/sweep-rule.js"
import type { Store } from "../store/store.js"
import { inOrder } from "./in-order.js"
import type { PairFacts } from "./pair-facts.js"

/** A rule whose threshold a pair has met. */
export interface PairFiring extends SweepFiring {
  readonly pair: number
}

/** What a rule is held against for one pair, as the console tells it. */
export interface SweepCount {
  readonly rule: SweepRule
  /** Messages with the rule's codes, and those they are a share of. */
  readonly count: number
  readonly total: number
}

/** The class of a reply that the traffic brings none for: a Momentum number. */
export type Classify = (reply: string, domain: string, mx: string | null) => number

/** Sweeps are made at most once a second: that is how fine statistics are. */
const SHORTEST_MICROS = 1e6
/** Counts that are taken back in the time in which one pair is looked at. */
const FORGOTTEN_A_PAIR = 4

interface Failure {
  readonly pair: number
  readonly atMicros: number
  readonly mx: string | null
  readonly response: string
  readonly bounceClass: string | null
}

export interface SweepHost {
  /** Null: what comes without a class is undetermined. */
  readonly classify: Classify | null
  /** Told of every rule that some pair is held against. */
  met(rule: SweepRule): void
  /** Lets a rule act whose threshold is met. */
  fire(firing: PairFiring, atMicros: number): void
}

/**
 * Pairs that can be looked at while one pair is acted on, when that is slowest: after a fork, and far
 * from all others, whatever it writes lies in a page that has to be copied first.
 */
const PAIRS_AN_ACTION = 500

export class SweepRules {
  /** When the next sweep is due; infinite when none are made. */
  nextMicros = Number.POSITIVE_INFINITY
  readonly #store: Store
  readonly #facts: PairFacts
  readonly #module: ModuleSettings
  readonly #host: SweepHost
  readonly #intervalMicros: number
  /** By list of rules: does one of them fire although nothing bounced? */
  readonly #known = new Map<readonly SweepRule[], boolean>()

  constructor(store: Store, facts: PairFacts, module: ModuleSettings, host: SweepHost) {
    this.#store = store
    this.#facts = facts
    this.#module = module
    this.#host = host
    const { bounceSweepMicros } = module
    this.#intervalMicros = bounceSweepMicros === 0 ? 0 : Math.max(bounceSweepMicros, SHORTEST_MICROS)
    store.stats.configure(module.fblWindow)
    if (store.startMicros >= 0) this.begin()
  }

  /** Sweeps are made from now on: the store knows when it all began. */
  begin(): void {
    this.nextMicros = this.#after(this.#store.nowMicros)
  }

  delivered(pair: number, atMicros: number): void {
    const { stats } = this.#store
    if (this.#module.countsBounces) stats.sent(pair, atMicros)
    if (this.#module.countsFeedback) stats.delivered(pair, atMicros)
  }

  /**
   * Counts a permanent failure.
   * @param reply the receiver's, as rules have rewritten it: the class that the traffic has is of the first one
   */
  failed(event: Failure, reply: string): void {
    if (!this.#module.countsBounces) return
    const isRewritten = reply !== event.response
    this.#store.stats.bounced(event.pair, this.#classOf(event, reply, isRewritten), false, event.atMicros)
  }

  /** Counts a bounce that came by mail: its message was delivered, and counted so. */
  bouncedLater(event: Failure): void {
    if (!this.#module.countsBounces) return
    this.#store.stats.bounced(event.pair, this.#classOf(event, event.response, false), true, event.atMicros)
  }

  reported(pair: number, category: string | null, atMicros: number): void {
    if (!this.#module.countsFeedback || category === null) return
    this.#store.stats.reported(pair, category.toLowerCase(), atMicros)
  }

  /** What each rule of a pair is held against. */
  counts(pair: number, atMicros: number): SweepCount[] {
    this.#store.stats.forget(atMicros)
    return this.#facts.sweepRulesOf(pair).map((rule) => {
      const total =
        rule.family === "bounce"
          ? this.#store.stats.attempts(pair)
          : this.#store.stats.deliveries(pair, atMicros)
      return { rule, count: this.#count(rule, pair), total }
    })
  }

  /**
   * The sweep that is due: first it is found what fires, then it acts, pair by pair in the order of
   * their names, rules of one pair in their own order.
   * @param pairsASlice stops after so many pairs, or what takes as long
   * @param liftMicros when the first pair that is held now is let go
   * @param toMicros until when no events come, unless they come while this stops
   */
  *run(pairsASlice: number, liftMicros: number, toMicros: number): Generator<void> {
    const atMicros = this.nextMicros
    this.nextMicros = this.#after(atMicros)
    const { pairs, stats, nowMicros } = this.#store
    while (!stats.forget(atMicros, pairsASlice * FORGOTTEN_A_PAIR)) yield
    const { count } = pairs
    // Memory that is never written to costs nothing, and a list that grew would be copied now and then.
    const found = new Int32Array(count)
    let length = 0
    for (let pair = 0; pair < count; pair += pairsASlice) {
      if (pair > 0) yield
      length = this.#find(pair, Math.min(pair + pairsASlice, count), atMicros, found, length)
    }
    if (length === 0) {
      if (this.#store.nowMicros === nowMicros) this.#skip(atMicros, liftMicros, toMicros)
      return
    }
    // Only numbers are kept and put in order: there may be as many as there are pairs.
    const inTurn = yield* inOrder(found.subarray(0, length), (a, b) => pairs.compare(a, b), pairsASlice)
    const actingASlice = Math.max(1, Math.floor(pairsASlice / PAIRS_AN_ACTION))
    for (const [i, pair] of inTurn.entries()) {
      if (i > 0 && i % actingASlice === 0) yield
      for (const firing of this.#firings(pair, atMicros)) this.#host.fire(firing, atMicros)
    }
  }

  /** Nothing fired: goes on with the next sweep that could find anything else while no event comes (R5). */
  #skip(atMicros: number, liftMicros: number, toMicros: number): void {
    const change = Math.min(this.#store.stats.nextChangeMicros(atMicros), liftMicros)
    const next = change > toMicros ? this.#after(toMicros) : this.#atOrAfter(change)
    this.nextMicros = Math.max(this.nextMicros, next)
  }

  /** Adds the numbers of pairs of which some rule fires. @returns how many there are now */
  #find(from: number, to: number, atMicros: number, found: Int32Array, length: number): number {
    const store = this.#store
    let lastRules: readonly SweepRule[] | null = null
    let firesOnNothing = false
    let end = length
    for (let pair = from; pair < to; pair++) {
      const settings = this.#facts.settingsOf(pair)
      if (!settings.enabled || store.isHeld(pair)) continue
      const rules = this.#facts.sweepRulesOf(pair)
      if (rules !== lastRules) {
        lastRules = rules
        firesOnNothing = this.#meet(rules)
      }
      if (!firesOnNothing && store.stats.isClean(pair)) continue
      if (rules.some((rule) => this.#firing(pair, rule, settings, atMicros) !== null)) found[end++] = pair
    }
    return end
  }

  /** What fires of a pair, found before any of it acts. */
  #firings(pair: number, atMicros: number): PairFiring[] {
    const settings = this.#facts.settingsOf(pair)
    return this.#facts
      .sweepRulesOf(pair)
      .flatMap((rule) => this.#firing(pair, rule, settings, atMicros) ?? [])
  }

  #firing(pair: number, rule: SweepRule, settings: PairSettings, atMicros: number): PairFiring | null {
    const isBounce = rule.family === "bounce"
    const { stats } = this.#store
    if (!rule.enabled || !(isBounce ? this.#module.countsBounces : this.#module.countsFeedback)) return null
    const count = this.#count(rule, pair)
    if (count === 0 && !isMetByNothing(rule)) return null
    const total = isBounce ? stats.attempts(pair) : stats.deliveries(pair, atMicros)
    const least = isBounce ? settings.attemptThreshold : settings.fblVolumeThreshold
    if (total === 0 || total < least) return null
    // Multiplied first: the quotient is then exact wherever a threshold is met exactly.
    const percent = (count * 100) / total
    const level = percent >= rule.high.percent ? "high" : percent >= rule.low.percent ? "low" : null
    return level === null ? null : { pair, rule, level, count, total }
  }

  #count(rule: SweepRule, pair: number): number {
    const { stats } = this.#store
    return rule.family === "bounce" ? stats.bounces(pair, rule.classes) : stats.reports(pair, rule.categories)
  }

  /** @returns whether one of the rules fires although nothing bounced */
  #meet(rules: readonly SweepRule[]): boolean {
    const known = this.#known.get(rules)
    if (known !== undefined) return known
    for (const rule of rules) this.#host.met(rule)
    const firesOnNothing = rules.some(isMetByNothing)
    this.#known.set(rules, firesOnNothing)
    return firesOnNothing
  }

  #classOf({ pair, mx, bounceClass }: Failure, reply: string, isRewritten: boolean): number {
    if (bounceClass !== null && !isRewritten) return bounceClassNumber(bounceClass)
    const { classify } = this.#host
    return classify === null ? UNDETERMINED : classify(reply, this.#store.pairs.name(pair).domain, mx)
  }

  /** The first sweep after a time; there is none at the start, when nothing has happened yet. */
  #after(atMicros: number): number {
    if (this.#intervalMicros === 0) return Number.POSITIVE_INFINITY
    const { startMicros } = this.#store
    const passed = Math.floor((atMicros - startMicros) / this.#intervalMicros)
    return startMicros + Math.max(1, passed + 1) * this.#intervalMicros
  }

  #atOrAfter(atMicros: number): number {
    const { startMicros } = this.#store
    return startMicros + Math.ceil((atMicros - startMicros) / this.#intervalMicros) * this.#intervalMicros
  }
}

/** A threshold of 0 is met by a pair without a bounce. */
function isMetByNothing({ low, high }: SweepRule): boolean {
  return low.percent <= 0 || high.percent <= 0
}
