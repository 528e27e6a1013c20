/**
 * Decisions that are made once more after a restart: those that nobody may have been
 * told of, all of them, and of those that have been told the last ones. Between two
 * copies of a state there may be millions, which must not stand in memory together.
 */
import type { Numbered } from "./core.js"

/** Told ones are let go many at a time: that moves all that stand behind them. */
const SLACK = 1.1

export class DecidedAgain {
  /** In order. Their numbers have no gaps. */
  #decided: Numbered[] = []
  readonly #maxTold: number
  #toldId: number
  /** Were some let go, so that what is left does not begin where it was begun? */
  hasGap = false

  /**
   * @param toldId the last decision that had been told when it was begun
   * @param maxTold so many of those that have been told are kept
   */
  constructor(toldId: number, maxTold: number) {
    this.#toldId = toldId
    this.#maxTold = maxTold
  }

  /** Not `push(...decided)`: one sweep may decide more than a call may have arguments. */
  add(decided: readonly Numbered[]): void {
    for (const one of decided) this.#decided.push(one)
    if (this.#toldCount > this.#maxTold * SLACK) this.#forget()
  }

  /** All up to this one have been told. */
  toldUpTo(id: number): void {
    this.#toldId = id
  }

  /** The last that have been told, and all that may not have been. */
  end(): { readonly told: readonly Numbered[]; readonly untold: readonly Numbered[] } {
    this.#forget()
    const count = this.#toldCount
    return { told: this.#decided.slice(0, count), untold: this.#decided.slice(count) }
  }

  get #toldCount(): number {
    const [first] = this.#decided
    if (first === undefined) return 0
    return Math.min(this.#decided.length, Math.max(0, this.#toldId - first.id + 1))
  }

  #forget(): void {
    const tooMany = this.#toldCount - this.#maxTold
    if (tooMany <= 0) return
    this.#decided.splice(0, tooMany)
    this.hasGap = true
  }
}
