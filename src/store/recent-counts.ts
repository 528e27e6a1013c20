/**
 * Counts by pair, and by pair and code, over the last so many ticks: exact, and
 * up to date at every moment, so that asking costs a look. What is over is taken
 * back as new counts come, two for one, or all of it by whoever is about to ask.
 * Most pairs have no code, and few have more than three: codes of a pair stand
 * in a list, which costs a pair without any four bytes.
 */
import { Int32s } from "./paged.js"
import type { Part } from "./part.js"
import { TickQueue } from "./tick-queue.js"

/** Counts taken back for each that comes: time that was lost is made up for soon. */
const TAKEN_BACK = 2
const NONE = 0

abstract class RecentCounts {
  protected queue: TickQueue
  spanTicks: number

  constructor(hasCodes: boolean, spanTicks: number) {
    this.queue = new TickQueue(hasCodes)
    this.spanTicks = spanTicks
  }

  /** When the oldest count is over; infinite when there is none. */
  get overTick(): number {
    return this.queue.headTick + this.spanTicks
  }

  get isEmpty(): boolean {
    return this.queue.headTick === Number.POSITIVE_INFINITY
  }

  get bytes(): number {
    return this.queue.bytes
  }

  /**
   * Takes back what lies outside (tick − span, tick].
   * @param limit stops after so many
   * @returns whether all of it is done
   */
  forget(tick: number, limit: number): boolean {
    const { queue } = this
    const over = tick - this.spanTicks
    if (queue.tailTick <= over) {
      this.clear()
      return true
    }
    for (let left = limit; queue.headTick <= over; left--) {
      if (left <= 0) return false
      const pair = queue.take()
      this.takeBack(pair, queue.takenCode)
    }
    return true
  }

  clear(): void {
    this.queue.clear()
  }

  *parts(name: string): Generator<Part> {
    yield* this.queue.parts(name)
  }

  /** Takes over a part; parts must come in the order in which they were given. */
  takePart(part: Part): void {
    TickQueue.each(part, (pair, code, tick) => {
      this.queue.add(pair, code, tick)
      this.putIn(pair, code)
    })
  }

  protected record(pair: number, code: number, tick: number): void {
    const { queue } = this
    // Whoever comes late counts as of now.
    const at = Math.max(tick, queue.tailTick)
    if (queue.headTick <= at - this.spanTicks) this.forget(at, TAKEN_BACK)
    queue.add(pair, code, at)
    this.putIn(pair, code)
  }

  protected abstract putIn(pair: number, code: number): void
  protected abstract takeBack(pair: number, code: number): void
}

export class RecentPairCounts extends RecentCounts {
  #totals = new Int32s()

  constructor(spanTicks: number) {
    super(false, spanTicks)
  }

  add(pair: number, tick: number): void {
    this.record(pair, 0, tick)
  }

  count(pair: number): number {
    return this.#totals.get(pair)
  }

  override clear(): void {
    super.clear()
    this.#totals.clear()
  }

  fork(): RecentPairCounts {
    const copy = new RecentPairCounts(this.spanTicks)
    copy.queue = this.queue.fork()
    copy.#totals = this.#totals.fork()
    return copy
  }

  protected putIn(pair: number): void {
    this.#totals.add(pair, 1)
  }

  protected takeBack(pair: number): void {
    this.#totals.add(pair, -1)
  }
}

export class RecentCodeCounts extends RecentCounts {
  /** By pair: the first entry of its list, from 1. */
  #first = new Int32s()
  // By entry.
  #codes = new Int32s()
  #counts = new Int32s()
  #next = new Int32s()
  #entries = 0
  /** Entries given back, each leading to the next. */
  #free = NONE

  constructor(spanTicks: number) {
    super(true, spanTicks)
  }

  /** @param code a whole number from 0 to 32,767 */
  add(pair: number, code: number, tick: number): void {
    this.record(pair, code, tick)
  }

  count(pair: number, code: number): number {
    const entry = this.#find(pair, code)
    return entry === NONE ? 0 : this.#counts.get(entry)
  }

  /** The first entry of a pair's list, 0 when it has none; then `next`, `codeOf` and `countOf` of an entry. */
  first(pair: number): number {
    return this.#first.get(pair)
  }

  next(entry: number): number {
    return this.#next.get(entry)
  }

  codeOf(entry: number): number {
    return this.#codes.get(entry)
  }

  countOf(entry: number): number {
    return this.#counts.get(entry)
  }

  override clear(): void {
    super.clear()
    if (this.#entries === 0) return
    this.#first.clear()
    this.#codes.clear()
    this.#counts.clear()
    this.#next.clear()
    this.#entries = 0
    this.#free = NONE
  }

  fork(): RecentCodeCounts {
    const copy = new RecentCodeCounts(this.spanTicks)
    copy.queue = this.queue.fork()
    copy.#first = this.#first.fork()
    copy.#codes = this.#codes.fork()
    copy.#counts = this.#counts.fork()
    copy.#next = this.#next.fork()
    copy.#entries = this.#entries
    copy.#free = this.#free
    return copy
  }

  protected putIn(pair: number, code: number): void {
    const known = this.#find(pair, code)
    if (known !== NONE) {
      this.#counts.add(known, 1)
      return
    }
    let entry = this.#free
    if (entry === NONE) entry = ++this.#entries
    else this.#free = this.#next.get(entry)
    this.#codes.set(entry, code)
    this.#counts.set(entry, 1)
    this.#next.set(entry, this.#first.get(pair))
    this.#first.set(pair, entry)
  }

  protected takeBack(pair: number, code: number): void {
    let before = NONE
    let entry = this.#first.get(pair)
    while (this.#codes.get(entry) !== code) {
      before = entry
      entry = this.#next.get(entry)
    }
    const left = this.#counts.get(entry) - 1
    this.#counts.set(entry, left)
    if (left > 0) return
    const next = this.#next.get(entry)
    if (before === NONE) this.#first.set(pair, next)
    else this.#next.set(before, next)
    this.#next.set(entry, this.#free)
    this.#free = entry
  }

  #find(pair: number, code: number): number {
    let entry = this.#first.get(pair)
    while (entry !== NONE && this.#codes.get(entry) !== code) entry = this.#next.get(entry)
    return entry
  }
}
