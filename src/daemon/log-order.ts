/**
 * Logs that have something to tell at the same time tell it in the order of their
 * times: else the first one that is read moves time on, and all that the others
 * tell of hours counts as of one moment. What goes on at its own pace, such as
 * events over HTTP, waits as well while a log is behind. Knows no files; time to
 * wait is made by a timer that is given.
 */
export interface LogOrderOptions {
  /** Waits; ends early, in any way, when the signal says so. */
  readonly timer: (ms: number, signal: AbortSignal) => Promise<unknown>
}

/** A log that has not moved for so long, e.g. on a file system that hangs, is waited for no more. */
const STUCK_MS = 5000

export class LogOrder {
  readonly #timer: LogOrderOptions["timer"]
  readonly #places = new Set<LogPlace>()
  readonly #waiting = new Set<() => void>()

  constructor({ timer }: LogOrderOptions) {
    this.#timer = timer
  }

  /** A log that will be read; until its first look has ended the others wait for it. */
  enter(): LogPlace {
    const place = new LogPlace(this)
    this.#places.add(place)
    return place
  }

  leave(place: LogPlace): void {
    this.#places.delete(place)
    this.moved()
  }

  get size(): number {
    return this.#places.size
  }

  /** No other log can have anything earlier to tell. Of the same time, the log that was named first tells first, as in a dry-run. */
  mayTell(own: LogPlace | null, atMicros: number): boolean {
    let isBeforeOwn = true
    for (const place of this.#places) {
      if (place === own) isBeforeOwn = false
      else if (!place.isReading) continue
      else if (place.earliestMicros < atMicros || (isBeforeOwn && place.earliestMicros === atMicros))
        return false
    }
    return true
  }

  /** Until what happened at a time may be told; ends early when the signal says so. */
  async turn(own: LogPlace | null, atMicros: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.mayTell(own, atMicros)) if (await this.#isStuck(signal)) return
  }

  /** Something that others may wait for has changed. */
  moved(): void {
    for (const go of this.#waiting) go()
    this.#waiting.clear()
  }

  async #isStuck(signal: AbortSignal): Promise<boolean> {
    const moved = new AbortController()
    const go = (): void => moved.abort()
    this.#waiting.add(go)
    signal.addEventListener("abort", go, { once: true })
    await this.#timer(STUCK_MS, moved.signal).catch(() => {})
    this.#waiting.delete(go)
    signal.removeEventListener("abort", go)
    return !moved.signal.aborted
  }
}

export class LogPlace {
  readonly #order: LogOrder
  /** There may be more to read. */
  isReading = true
  /** Of what it would tell next; null while that is not known. */
  #nextMicros: number | null = null
  /** Of what it told last: what comes is not earlier. */
  #lastMicros = Number.NEGATIVE_INFINITY

  constructor(order: LogOrder) {
    this.#order = order
  }

  /** Others have something to tell too. */
  get isShared(): boolean {
    return this.#order.size > 1
  }

  get earliestMicros(): number {
    return this.#nextMicros ?? this.#lastMicros
  }

  mayTell(atMicros: number): boolean {
    return this.#order.mayTell(this, atMicros)
  }

  reads(isReading: boolean): void {
    this.isReading = isReading
    this.#order.moved()
  }

  /** Until it may tell what happened at a time. */
  turn(atMicros: number, signal: AbortSignal): Promise<void> {
    this.#nextMicros = atMicros
    this.#order.moved()
    return this.#order.turn(this, atMicros, signal)
  }

  told(atMicros: number): void {
    this.#nextMicros = null
    this.#lastMicros = atMicros
    this.#order.moved()
  }

  leave(): void {
    this.#order.leave(this)
  }
}
