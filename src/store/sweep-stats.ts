/**
 * What sweep rules are held against, by pair: deliveries and bounces by class of
 * the last hour, deliveries and feedback reports by category over the windows of
 * fbl_stats_monitor. What the documents describe as the series FBL_stats and
 * FBL_total is counted here under numbers of pairs. Knows no rules.
 *
 * The hour is exact to the microsecond at start + k seconds, which is when sweeps
 * are made: a second is counted from the time sweeps began, not from a full one.
 * Source: engine.md sections 7 and 8; O12 of section 12.
 */
import type { Monitor } from "../model/monitor.js"
import { KeyTable } from "./key-table.js"
import type { Part } from "./part.js"
import { RecentCodeCounts, RecentPairCounts } from "./recent-counts.js"
import { WindowGrid } from "./window-grid.js"

/** The period of bounce statistics is fixed (seed "adaptive", adaptive_attempt_threshold). */
const BOUNCE_SPAN_SEC = 3600
/** Categories of feedback that can be told apart: receivers know a handful, broken reports any number. */
const MAX_CATEGORIES = 1000
const DAY_WINDOWS: Monitor = Object.freeze({ sizeSec: 14_400, count: 6 })
/** Counts taken back at a time where nothing waits for it to be done. */
const WITHOUT_END = Number.POSITIVE_INFINITY

interface StatsFacts {
  readonly window: Monitor
  readonly lastDeliveryMicros: number | null
}

export class SweepStats {
  readonly #clock: { readonly startMicros: number }
  #sent = new RecentPairCounts(BOUNCE_SPAN_SEC)
  /** By class · 2, and one more for those out of band. */
  #bounces = new RecentCodeCounts(BOUNCE_SPAN_SEC)
  #window = DAY_WINDOWS
  #delivered = new WindowGrid(DAY_WINDOWS.sizeSec, DAY_WINDOWS.count)
  #lastDeliveryMicros = Number.NEGATIVE_INFINITY
  #reports = new RecentCodeCounts(DAY_WINDOWS.count)
  #categories = new KeyTable()

  /** @param clock knows when sweeps began */
  constructor(clock: { readonly startMicros: number }) {
    this.#clock = clock
  }

  /** Sets the windows of feedback; what windows of the same size have counted stays as far as these look back. */
  configure(window: Monitor): void {
    const { sizeSec, count } = this.#window
    if (window.sizeSec === sizeSec && window.count === count) return
    this.#window = { sizeSec: window.sizeSec, count: window.count }
    if (window.sizeSec === sizeSec) {
      this.#delivered = this.#delivered.resized(window.count)
      this.#reports.spanTicks = window.count
    } else {
      this.#delivered = new WindowGrid(window.sizeSec, window.count)
      this.#reports = new RecentCodeCounts(window.count)
    }
  }

  /** Counts a delivery for the share of bounces. */
  sent(pair: number, atMicros: number): void {
    this.#sent.add(pair, this.#second(atMicros))
  }

  /** Counts a permanent failure, or a bounce that came later by mail: that one was a delivery once. */
  bounced(pair: number, bounceClass: number, isOutOfBand: boolean, atMicros: number): void {
    this.#bounces.add(pair, bounceClass * 2 + (isOutOfBand ? 1 : 0), this.#second(atMicros))
  }

  /** Counts a delivery for the share of complaints. */
  delivered(pair: number, atMicros: number): void {
    if (this.#delivered.isPast(atMicros)) return
    this.#delivered.add(pair, 0, 1, atMicros)
    if (atMicros > this.#lastDeliveryMicros) this.#lastDeliveryMicros = atMicros
  }

  /** Counts a feedback report. */
  reported(pair: number, category: string, atMicros: number): void {
    if (this.#categories.find(category) < 0 && this.#categories.size >= MAX_CATEGORIES) return
    this.#reports.add(pair, this.#categories.of(category), this.#windowOf(atMicros))
  }

  /**
   * Takes back what is over at a time: to be done before anything is asked.
   * @param limit stops after so many
   * @returns whether all of it is done
   */
  forget(atMicros: number, limit: number = WITHOUT_END): boolean {
    const second = this.#second(atMicros)
    return (
      this.#sent.forget(second, limit) &&
      this.#bounces.forget(second, limit) &&
      this.#reports.forget(this.#windowOf(atMicros), limit)
    )
  }

  /** Has a pair neither bounces nor reports? */
  isClean(pair: number): boolean {
    return this.#bounces.first(pair) === 0 && this.#reports.first(pair) === 0
  }

  /** Attempts of the last hour that came to an end: deliveries and permanent failures. */
  attempts(pair: number): number {
    let attempts = this.#sent.count(pair)
    const bounces = this.#bounces
    for (let entry = bounces.first(pair); entry !== 0; entry = bounces.next(entry))
      if ((bounces.codeOf(entry) & 1) === 0) attempts += bounces.countOf(entry)
    return attempts
  }

  /** Bounces of the last hour with one of these classes, those out of band among them. */
  bounces(pair: number, classes: readonly number[]): number {
    let sum = 0
    const bounces = this.#bounces
    for (let entry = bounces.first(pair); entry !== 0; entry = bounces.next(entry))
      if (classes.includes(bounces.codeOf(entry) >> 1)) sum += bounces.countOf(entry)
    return sum
  }

  /** Deliveries over all windows of feedback. */
  deliveries(pair: number, atMicros: number): number {
    return this.#delivered.sum(pair, 0, 0, this.#window.count - 1, atMicros)
  }

  /** Reports of these categories over all windows of feedback. */
  reports(pair: number, categories: readonly string[]): number {
    if (this.#reports.first(pair) === 0) return 0
    let sum = 0
    for (const category of categories) {
      const number = this.#categories.find(category)
      if (number >= 0) sum += this.#reports.count(pair, number)
    }
    return sum
  }

  /** When the next of the counts is over, without new ones; infinite when there are none. */
  nextChangeMicros(atMicros: number): number {
    const { startMicros } = this.#clock
    const { sizeSec, count } = this.#window
    const sizeMicros = sizeSec * 1e6
    const second = Math.min(this.#sent.overTick, this.#bounces.overTick)
    const window = this.#windowOf(atMicros)
    const isOver = this.#windowOf(this.#lastDeliveryMicros) <= window - count
    const nextWindow = isOver ? this.#reports.overTick : window + 1
    return Math.min(startMicros + second * 1e6, nextWindow * sizeMicros)
  }

  /** Bytes of what grows with traffic. */
  get bytes(): number {
    return this.#sent.bytes + this.#bounces.bytes + this.#reports.bytes + this.#delivered.bytes
  }

  /** A copy that goes its own way. */
  fork(clock: { readonly startMicros: number }): SweepStats {
    const copy = new SweepStats(clock)
    copy.#sent = this.#sent.fork()
    copy.#bounces = this.#bounces.fork()
    copy.#window = this.#window
    copy.#delivered = this.#delivered.fork()
    copy.#lastDeliveryMicros = this.#lastDeliveryMicros
    copy.#reports = this.#reports.fork()
    copy.#categories = this.#categories.fork()
    return copy
  }

  *parts(): Generator<Part> {
    const last = this.#lastDeliveryMicros
    const facts: StatsFacts = {
      window: this.#window,
      lastDeliveryMicros: Number.isFinite(last) ? last : null,
    }
    yield { name: "sweep", facts, columns: {} }
    yield* this.#sent.parts("sweep-sent")
    yield* this.#bounces.parts("sweep-bounces")
    yield* this.#delivered.parts("sweep-delivered", {})
    yield* this.#categories.parts("sweep-categories", {})
    yield* this.#reports.parts("sweep-reports")
  }

  /** Takes over a part; false for one of something else. */
  takePart(part: Part): boolean {
    switch (part.name) {
      case "sweep": {
        const { window, lastDeliveryMicros } = part.facts as StatsFacts
        this.configure(window)
        this.#lastDeliveryMicros = lastDeliveryMicros ?? Number.NEGATIVE_INFINITY
        return true
      }
      case "sweep-sent":
        this.#sent.takePart(part)
        return true
      case "sweep-bounces":
        this.#bounces.takePart(part)
        return true
      case "sweep-delivered":
        this.#delivered.takePart(part)
        return true
      case "sweep-categories":
        this.#categories.takePart(part)
        return true
      case "sweep-reports":
        this.#reports.takePart(part)
        return true
      default:
        return false
    }
  }

  #second(atMicros: number): number {
    return Math.ceil((atMicros - this.#clock.startMicros) / 1e6)
  }

  #windowOf(atMicros: number): number {
    return Math.floor(atMicros / (this.#window.sizeSec * 1e6))
  }
}
