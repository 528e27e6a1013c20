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
    this.wake()
  }

  get size(): number {
    return this.#places.size
  }

  /** No other log can have anything earlier to tell. */
  mayTell(own: LogPlace | null, atMicros: number): boolean {
    return this.#earlier(own, atMicros).length === 0
  }

  /** Until what happened at a time may be told; ends early when the signal says so. */
  async turn(own: LogPlace | null, atMicros: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const others = this.#earlier(own, atMicros)
      if (others.length === 0) return
      const moves = others.map((place) => place.moves)
      const isStill = (): boolean => others.every((place, i) => place.moves === moves[i])
      const waiting = new AbortController()
      let isOver = false
      void this.#timer(STUCK_MS, waiting.signal)
        .catch(() => {})
        .then(() => {
          isOver = true
          this.wake()
        })
      while (!isOver && !signal.aborted && isStill()) await this.#change(signal)
      waiting.abort()
      if (isOver && isStill()) for (const place of others) place.isStuck = true
    }
  }

  /** Something that others may wait for has changed. */
  wake(): void {
    for (const go of this.#waiting) go()
    this.#waiting.clear()
  }

  /** Logs that may have something earlier to tell. Of the same time, the log that was named first tells first, as in a dry-run. */
  #earlier(own: LogPlace | null, atMicros: number): LogPlace[] {
    const found: LogPlace[] = []
    let isBeforeOwn = true
    for (const place of this.#places) {
      if (place === own) isBeforeOwn = false
      else if (!place.isReading || place.isStuck) continue
      else if (place.earliestMicros < atMicros || (isBeforeOwn && place.earliestMicros === atMicros))
        found.push(place)
    }
    return found
  }

  async #change(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const go = (): void => {
        signal.removeEventListener("abort", go)
        resolve()
      }
      this.#waiting.add(go)
      signal.addEventListener("abort", go, { once: true })
    })
  }
}

export class LogPlace {
  readonly #order: LogOrder
  /** There may be more to read. */
  isReading = true
  /** It has not moved for long: nobody waits for it until it does. */
  isStuck = false
  moves = 0
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
    this.#moved()
  }

  /** Until it may tell what happened at a time. */
  turn(atMicros: number, signal: AbortSignal): Promise<void> {
    this.#nextMicros = atMicros
    this.#moved()
    return this.#order.turn(this, atMicros, signal)
  }

  told(atMicros: number): void {
    this.#nextMicros = null
    this.#lastMicros = atMicros
    this.#moved()
  }

  leave(): void {
    this.isReading = false
    this.#moved()
    this.#order.leave(this)
  }

  #moved(): void {
    this.moves++
    this.isStuck = false
    this.#order.wake()
  }
}
