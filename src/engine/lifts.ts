/**
 * The ends of suspensions and blackholes: sweeps lift what is over, at start +
 * k · interval, or, where none are made, whoever looks. When the first sweep with
 * something to lift is due is kept, so that an event costs one comparison.
 * Source: engine.md section 6, "Lifted", and O9 of section 12.
 */
import type { ModuleSettings } from "../config/settings.js"
import type { Effect } from "../model/effect.js"
import { ADJUSTABLE, type Store } from "../store/store.js"
import { effect } from "./act.js"
import type { Parameter } from "./parameter.js"

interface LiftHost {
  readonly store: Store
  parameter(pair: number, option: string, atMicros: number, mx: string | null): Parameter
  /** Takes what was lifted of a pair. */
  lifted(pair: number, atMicros: number, effects: readonly Effect[]): void
}

/** What happens without a rule's action. */
const RESTART = { name: "restart", args: Object.freeze([]) } as const

export class Lifts {
  /** The first sweep that has something to lift; infinite where there is nothing, or no sweep. */
  nextMicros = Number.POSITIVE_INFINITY
  readonly #host: LiftHost
  readonly #module: ModuleSettings
  #knownDueMicros = Number.POSITIVE_INFINITY

  constructor(host: LiftHost, module: ModuleSettings) {
    this.#host = host
    this.#module = module
  }

  /** Suspensions end when someone looks. */
  get isLazy(): boolean {
    return this.#module.sweepMicros === 0
  }

  /** Finds the next sweep, if what is due has changed. */
  plan(): void {
    const due = this.#host.store.nextDueMicros
    if (due === this.#knownDueMicros) return
    this.#knownDueMicros = due
    const isSwept = due !== Number.POSITIVE_INFINITY && !this.isLazy
    this.nextMicros = isSwept ? this.sweepAt(due) : Number.POSITIVE_INFINITY
  }

  /** The first sweep at or after a time; the time itself where none are made. */
  sweepAt(atMicros: number): number {
    const { sweepMicros } = this.#module
    if (sweepMicros === 0) return atMicros
    const { startMicros } = this.#host.store
    return startMicros + Math.max(0, Math.ceil((atMicros - startMicros) / sweepMicros)) * sweepMicros
  }

  /** Lifts whatever is over at a time, pair by pair in the order of their names. */
  lift(atMicros: number): void {
    const { store } = this.#host
    for (const pair of store.duePairs(atMicros).sort((a, b) => store.pairs.compare(a, b)))
      this.liftPair(pair, atMicros)
    store.recomputeDue()
    this.plan()
  }

  liftPair(pair: number, atMicros: number): void {
    const { store } = this.#host
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
    if (endsSuspension && !this.#module.readCacheAfterSuspension)
      effects.push(...this.#restart(pair, atMicros))
    this.#host.lifted(pair, atMicros, effects)
  }

  /** After a suspension every option starts anew. */
  #restart(pair: number, atMicros: number): Effect[] {
    const { store } = this.#host
    const mx = store.mxOf(pair)
    const effects: Effect[] = []
    for (const option of ADJUSTABLE) {
      if (store.adjusted(pair, option) === null) continue
      const { value: from, start: to } = this.#host.parameter(pair, option, atMicros, mx)
      if (from !== to) effects.push(effect(RESTART, { option, from, to }))
    }
    store.restart(pair)
    return effects
  }
}
