/**
 * What an operator does to the state of pairs by hand: override a suspension,
 * enable it again, give it another end, drop what was adjusted, set the age of a
 * binding; and what there is to do it to. Nothing is decided here, no rule is
 * asked, and time does not go on: ends that have come are lifted by the sweep. Where
 * commands are given later than the state's time, ends and ages are reckoned from then.
 * Source: engine.md sections 1 and 6, R3 of section 11; console.md section 2.
 */
import type { OperatorAction } from "../model/effect.js"
import type { AdjustableOption, Store } from "../store/store.js"

/** A suspension that stands. */
export interface Suspension {
  readonly pair: number
  readonly untilMicros: number
  /** False once overridden: mail goes. */
  readonly enabled: boolean
}

/** An option that has a value because something moved it from where it rests. */
export interface Adjustment {
  readonly pair: number
  readonly option: AdjustableOption
  readonly value: number
  readonly sinceMicros: number
}

export interface BindingAge {
  readonly binding: number
  readonly ageSec: number
}

/** Which pairs are meant. */
export type Choice = (pair: number) => boolean

/** What was done to one pair, with its words; the state is as it is afterwards. */
export type OperationDone = (pair: number, action: OperatorAction, args: readonly string[]) => void

export interface OperationsOptions {
  /** Told of each pair that something was done to. */
  readonly done?: OperationDone
  /** When what is done is done; the state's time unless given, and not before it. */
  readonly nowMicros?: () => number
  /** When a suspension that ends at a time is lifted. */
  readonly liftMicros?: (untilMicros: number) => number
}

export class Operations {
  readonly #store: Store
  readonly #done: OperationDone
  readonly #nowMicros: () => number
  readonly #liftMicros: (untilMicros: number) => number

  constructor(store: Store, options: OperationsOptions = {}) {
    this.#store = store
    this.#done = options.done ?? (() => {})
    this.#nowMicros = options.nowMicros ?? (() => store.nowMicros)
    this.#liftMicros = options.liftMicros ?? ((untilMicros) => untilMicros)
  }

  /** In no order. */
  suspensions(isChosen: Choice): Suspension[] {
    const store = this.#store
    return this.#suspended(isChosen).map((pair) => ({
      pair,
      untilMicros: store.suspendedUntil(pair),
      enabled: !store.isOverridden(pair),
    }))
  }

  /** In no order. */
  adjustments(isChosen: Choice): Adjustment[] {
    const found: Adjustment[] = []
    for (const { pair, option, value, sinceMicros } of this.#store.adjustedValues())
      if (value !== null && isChosen(pair)) found.push({ pair, option, value, sinceMicros })
    return found
  }

  /** Lets the mail of suspended pairs go. @returns how many suspensions were meant */
  override(isChosen: Choice): number {
    return this.#each(isChosen, "override", [], (pair) => this.#store.override(pair))
  }

  /** Holds it again. @returns how many suspensions were meant */
  enable(isChosen: Choice): number {
    return this.#each(isChosen, "enable", [], (pair) => this.#store.enable(pair))
  }

  /**
   * Gives suspensions so many seconds from now, more or fewer than they had; 0 ends them at the next sweep.
   * @returns how many suspensions were meant
   */
  setRemaining(isChosen: Choice, seconds: number): number {
    const untilMicros = this.#nowMicros() + seconds * 1e6
    const count = this.#each(isChosen, "ttl", [String(seconds)], (pair) =>
      this.#store.moveEnd(pair, untilMicros),
    )
    this.#store.recomputeDue()
    return count
  }

  /**
   * Drops what was adjusted, and what is remembered of it; suspensions and ages stay.
   * @returns how many values in effect were dropped
   */
  reset(isChosen: Choice): number {
    const count = this.adjustments(isChosen).length
    const pairs = new Set<number>()
    for (const { pair } of this.#store.adjustedValues()) if (isChosen(pair)) pairs.add(pair)
    for (const pair of pairs) {
      this.#store.forgetAdjustments(pair)
      this.#done(pair, "reset", [])
    }
    return count
  }

  /** Of every binding that is known, by number. */
  ages(): BindingAge[] {
    const { pairs } = this.#store
    const nowMicros = this.#nowMicros()
    return Array.from({ length: pairs.bindingCount }, (_, binding) => {
      const birth = this.#store.birthMicros(binding)
      const ageSec = Number.isNaN(birth) ? 0 : Math.max(0, Math.floor((nowMicros - birth) / 1e6))
      return { binding, ageSec }
    })
  }

  /** Lets a binding be so old, for all domains; one that was never seen is known from now on. */
  setAge(binding: string, seconds: number): void {
    this.#store.setBirth(this.#store.pairs.binding(binding), this.#nowMicros() - seconds * 1e6)
  }

  #suspended(isChosen: Choice): number[] {
    const store = this.#store
    const nowMicros = this.#nowMicros()
    const chosen = [...store.suspendedPairs()].filter(isChosen)
    // One that is over is one, although the state's time has not come to the sweep that lifts it.
    return nowMicros <= store.nowMicros
      ? chosen
      : chosen.filter((pair) => this.#liftMicros(store.suspendedUntil(pair)) > nowMicros)
  }

  #each(
    isChosen: Choice,
    action: OperatorAction,
    args: readonly string[],
    act: (pair: number) => void,
  ): number {
    const pairs = this.#suspended(isChosen)
    for (const pair of pairs) {
      act(pair)
      this.#done(pair, action, args)
    }
    return pairs.length
  }
}
