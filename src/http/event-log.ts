/**
 * Numbered events, the latest of which are kept in memory for those who come back
 * or are slow: bounded by count and by bytes. Whoever asks for what is no longer
 * kept is told which ids are lost. No I/O, no clock.
 */

export interface LoggedEvent {
  readonly id: number
  /** One JSON text. */
  readonly data: string
}

/** Ids from and to, both lost. */
export interface Lost {
  readonly from: number
  readonly to: number
}

export interface Since {
  /** What was asked for and is not kept; null when nothing is. */
  readonly lost: Lost | null
  readonly events: readonly LoggedEvent[]
  /** There is nothing else up to this id: go on from it. */
  readonly toId: number
}

export interface EventLogOptions {
  readonly maxEvents: number
  /** Of the data of all events together, as UTF-8. */
  readonly maxBytes: number
  /** The highest id given before this log began: up to it nothing is kept. */
  readonly lastId?: number
}

export class EventLog {
  readonly #options: EventLogOptions
  /** In the order of ids; those before `#first` are dropped and wait to be cut off. */
  #events: LoggedEvent[] = []
  #first = 0
  #bytes = 0
  /** The highest id that is not kept any more. */
  #droppedId: number
  #latestId: number
  /** Of the last event, kept or not. */
  #lastEventId: number
  readonly #listeners = new Set<() => void>()

  constructor(options: EventLogOptions) {
    this.#options = options
    this.#latestId = options.lastId ?? 0
    this.#droppedId = this.#latestId
    this.#lastEventId = this.#latestId
  }

  /** Of the events that are kept; null when there is none. */
  get oldestId(): number | null {
    return this.#events[this.#first]?.id ?? null
  }

  /** The last id that was given, kept or not, with an event or without; 0 before the first. */
  get latestId(): number {
    return this.#latestId
  }

  /** Kept. */
  get count(): number {
    return this.#events.length - this.#first
  }

  /** Kept, of data. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Adds an event and wakes who follows. One that is larger than all of the log
   * may be is lost at once.
   * @param id above all before it; ids may be left out
   * @param data one JSON text
   * @throws RangeError for an id that does not go on: a mistake of the program
   */
  append(id: number, data: string): void {
    if (!Number.isSafeInteger(id) || id <= this.#latestId)
      throw new RangeError(`event id ${id} does not come after ${this.#latestId}`)
    this.#latestId = id
    this.#lastEventId = id
    this.#events.push({ id, data })
    this.#bytes += Buffer.byteLength(data)
    const { maxEvents, maxBytes } = this.#options
    while (this.count > 0 && (this.count > maxEvents || this.#bytes > maxBytes)) this.#drop()
    for (const listener of this.#listeners) listener()
  }

  /** Ids up to this one were given, and those behind the last event had none: whoever knows them has missed nothing. */
  passed(id: number): void {
    this.#latestId = Math.max(this.#latestId, id)
  }

  /** Is there an event after an id, kept or not? */
  hasAfter(id: number): boolean {
    return this.#lastEventId > id
  }

  /**
   * What came after an id.
   * @param maxEvents at most so many, the oldest ones
   * @param maxBytes at most so much data, but one event at least
   */
  since(afterId: number, maxEvents: number, maxBytes = Number.POSITIVE_INFINITY): Since {
    const lost = afterId < this.#droppedId ? { from: afterId + 1, to: this.#droppedId } : null
    const from = this.#indexAfter(afterId)
    let to = from
    let bytes = 0
    while (to < this.#events.length && to - from < maxEvents) {
      bytes += Buffer.byteLength(this.#events[to]?.data ?? "")
      if (bytes > maxBytes && to > from) break
      to++
    }
    const events = this.#events.slice(from, to)
    const isAll = to === this.#events.length
    return { lost, events, toId: isAll ? Math.max(afterId, this.#latestId) : (events.at(-1)?.id ?? afterId) }
  }

  /**
   * The latest events, the oldest of them first, without a gap.
   * @param maxEvents at most so many
   * @param maxBytes at most so much data
   * @returns all events behind an id
   */
  latest(
    maxEvents: number,
    maxBytes: number,
  ): { readonly afterId: number; readonly events: readonly LoggedEvent[] } {
    let from = this.#events.length
    let bytes = 0
    while (from > this.#first && this.#events.length - from < maxEvents) {
      bytes += Buffer.byteLength(this.#events[from - 1]?.data ?? "")
      if (bytes > maxBytes) break
      from--
    }
    const before = from > this.#first ? (this.#events[from - 1] as LoggedEvent).id : this.#droppedId
    return { afterId: before, events: this.#events.slice(from) }
  }

  /** Until there is an event after this id, or the signal is aborted. */
  async after(id: number, signal: AbortSignal): Promise<void> {
    if (this.hasAfter(id) || signal.aborted) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.#listeners.delete(done)
        signal.removeEventListener("abort", done)
        resolve()
      }
      this.#listeners.add(done)
      signal.addEventListener("abort", done)
    })
  }

  /** Where the first event after an id stands. */
  #indexAfter(id: number): number {
    let low = this.#first
    let high = this.#events.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#events[middle] as LoggedEvent).id > id) high = middle
      else low = middle + 1
    }
    return low
  }

  #drop(): void {
    const { id, data } = this.#events[this.#first] as LoggedEvent
    this.#droppedId = id
    this.#bytes -= Buffer.byteLength(data)
    this.#first++
    // Cut off now and then, so that each event is moved once at most, on the average.
    if (this.#first * 2 < this.#events.length) return
    this.#events = this.#events.slice(this.#first)
    this.#first = 0
  }
}
