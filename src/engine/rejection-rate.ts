/**
 * The share of attempts that a receiver refuses for good, over a sliding window:
 * when it grows too high the pair is suspended, if the operator wants that.
 * Source: engine.md section 6, "Rejection rate", and O10 and O15 of section 12.
 */
import type { RejectionRate } from "../config/settings.js"
import type { Store } from "../store/store.js"

/** Names under which the store counts, beside the ids of rules. */
const DELIVERED = "rejection-rate:delivered"
const REJECTED = "rejection-rate:rejected"

export class RejectionRates {
  readonly #store: Store
  readonly #periodMicros: number

  constructor(store: Store, periodSec: number) {
    this.#store = store
    this.#periodMicros = periodSec * 1e6
  }

  delivered(pair: number, atMicros: number): void {
    this.#store.countMatch(pair, DELIVERED, wholeSecond(atMicros), this.#periodMicros)
  }

  /** Counts a permanent failure; true when the rate now exceeds what is tolerated. */
  rejected(pair: number, atMicros: number, rate: RejectionRate): boolean {
    const second = wholeSecond(atMicros)
    const rejected = this.#store.countMatch(pair, REJECTED, second, this.#periodMicros)
    const delivered = this.#store.matchCount(pair, DELIVERED, second)
    const attempts = rejected + delivered
    // Multiplied, not divided: a share that is exactly the percentage does not exceed it.
    return attempts >= rate.minAttempts && rejected * 100 > rate.percentage * attempts
  }
}

/** One entry a second keeps the window small on the busiest pair; an attempt leaves it less than a second early. */
function wholeSecond(atMicros: number): number {
  return Math.floor(atMicros / 1e6) * 1e6
}
