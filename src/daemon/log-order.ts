/**
 * Logs that have something to tell at the same time tell it in the order of their
 * times: else the first one that is read moves time on, and all that the others
 * tell of hours counts as of one moment. What goes on at its own pace, such as
 * events over HTTP, waits as well while a log is behind. Knows no files; time to
 * wait is made by a timer that is given.
 */
import type { JournalEvent } from "./entries.js"
import type { SourceNote } from "./ledger.js"

export interface LogOrderOptions {
  /** Takes what several logs tell, as one. @returns settled when it is on the disk */
  readonly take: (events: readonly JournalEvent[], notes: readonly SourceNote[]) => Promise<void>
  /** Waits; ends early, in any way, when the signal says so. */
  readonly timer: (ms: number, signal: AbortSignal) => Promise<unknown>
}

/** What a log tells at one time. */
export interface LogPart {
  readonly events: readonly JournalEvent[]
  /** How far it was read then; null where that is no place to go on from. */
  readonly note: SourceNote | null
}

/** A log that has not moved for so long, e.g. on a file system that hangs, is waited for no more. */
const STUCK_MS = 5000

export class LogOrder {
  readonly #timer: LogOrderOptions["timer"]
  readonly #take: LogOrderOptions["take"]
  readonly #places = new Set<LogPlace>()
  readonly #waiting = new Set<() => void>()

  constructor({ timer, take }: LogOrderOptions) {
    this.#timer = timer
    this.#take = take
  }

  /** A log that will be read; until its first look has ended the others wait for it. */
  enter(): LogPlace {
    const place = new LogPlace(this)
    this.#places.add(place)
    return place
  }

  leave(place: LogPlace): void {
    this.#places.delete(place)
  }

  get size(): number {
    return this.#places.size
  }

  /** No log can have anything earlier to tell. */
  mayTell(atMicros: number): boolean {
    return this.#earlier(null, atMicros).length === 0
  }

  /** Takes of all logs what no other one can have anything earlier than: many small pieces as one large one. */
  merge(): void {
    const events: JournalEvent[] = []
    const notes = new Map<string, SourceNote>()
    const told = new Set<LogPlace>()
    for (let place = this.#first(); place !== null; place = this.#first()) {
      const part = place.parts[place.taken++] as LogPart
      for (const event of part.events) events.push(event)
      if (part.note !== null) notes.set(part.note.source, part.note)
      place.told(part)
      told.add(place)
    }
    if (told.size === 0) return
    const written = this.#take(events, [...notes.values()])
    for (const place of told) place.written.push(written)
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
    if (this.#waiting.size === 0) return
    for (const go of this.#waiting) go()
    this.#waiting.clear()
  }

  /** The log whose next part comes first; null where that has to wait. */
  #first(): LogPlace | null {
    let first: LogPlace | null = null
    for (const place of this.#places) {
      if (place.taken === place.parts.length) continue
      // What is no event happens at no time.
      if (place.nextMicros === null) return place
      if (first === null || place.nextMicros < (first.nextMicros as number)) first = place
    }
    return first !== null && this.#earlier(first, first.nextMicros as number).length === 0 ? first : null
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
  /** What it has to tell, and how much of that has been taken. */
  parts: readonly LogPart[] = []
  taken = 0
  /** Where what was taken is brought to the disk. */
  written: Promise<void>[] = []
  /** Of what it told last: what comes is not earlier. */
  #lastMicros = Number.NEGATIVE_INFINITY

  constructor(order: LogOrder) {
    this.#order = order
  }

  /** Others have something to tell too. */
  get isShared(): boolean {
    return this.#order.size > 1
  }

  /** Of what it would tell next; null where that is no event, or not known. */
  get nextMicros(): number | null {
    return this.parts[this.taken]?.events[0]?.atMicros ?? null
  }

  get earliestMicros(): number {
    return this.nextMicros ?? this.#lastMicros
  }

  reads(isReading: boolean): void {
    this.isReading = isReading
    this.#moved()
  }

  /**
   * Tells all of it, each part when it is its turn; when the signal says so, what is left is not told.
   * @returns how many parts were taken, and what brings them to the disk
   */
  async tell(
    parts: readonly LogPart[],
    signal: AbortSignal,
  ): Promise<{ readonly written: readonly Promise<void>[]; readonly taken: number }> {
    this.parts = parts
    this.taken = 0
    this.#moved()
    while (this.taken < this.parts.length && !signal.aborted) {
      if (this.nextMicros !== null) await this.#order.turn(this, this.nextMicros, signal)
      if (!signal.aborted) this.#order.merge()
    }
    const { written, taken } = this
    this.parts = []
    this.taken = 0
    this.written = []
    return { written, taken }
  }

  /** Something of it has been taken. */
  told({ events }: Pick<LogPart, "events">): void {
    const last = events.at(-1)
    if (last !== undefined) this.#lastMicros = last.atMicros
    this.#moved()
  }

  leave(): void {
    this.#order.leave(this)
    this.#moved()
  }

  #moved(): void {
    this.moves++
    this.isStuck = false
    this.#order.wake()
  }
}
