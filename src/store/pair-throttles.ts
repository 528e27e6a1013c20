/**
 * `outbound_throttle_messages` of pairs, in messages per hour, enforced exactly:
 * the n-th message goes no earlier than n intervals after the first, however
 * long an interval is. Nothing is rounded on the way, so no error adds up.
 *
 * Who comes late keeps his place by up to one interval, or two seconds where
 * intervals are shorter: senders look at their queues now and then, not at each
 * microsecond. No aligned hour gets more than the limit plus one.
 * Source: engine.md section 2 (exactly, also below one a second and one an
 * hour; 0 is no limit), section 11 R11.
 */
import { Float64s, Int32s } from "./paged.js"
import { KEYS_IN_PART, type Part } from "./part.js"
import { Recency } from "./recency.js"

const HOUR_MICROS = 3600e6
/** Senders look at their queues about once a second. */
const LOOK_MICROS = 2e6

/** Pairs whose throttle is remembered, unless told otherwise: as many as the original's look-up cache. */
const PAIR_THROTTLES = 1_048_576

export class PairThrottles {
  readonly capacity: number
  /** Throttles forgotten, while they would still have held a message back, because there were too many. */
  evictedInForce = 0
  /** By pair: row from 1; 0 = none. */
  #rowOf = new Int32s()
  // By row.
  #pairs = new Int32s()
  #perHour = new Float64s()
  /** When its schedule began, and how many messages it has had since. */
  #base = new Float64s()
  #sent = new Float64s()
  /** The aligned hour of its last message, and how many went in it. */
  #hour = new Int32s()
  #sentInHour = new Int32s()
  #count = 0
  #recency = new Recency()

  constructor(capacity = PAIR_THROTTLES) {
    this.capacity = capacity
  }

  /** Throttles remembered. */
  get size(): number {
    return this.#count
  }

  /**
   * When may the next message of a pair go?
   * @param perHour the limit in force; 0 is no limit. A changed limit holds from the last message on
   * @returns `atMicros` itself if now
   */
  nextMicros(pair: number, perHour: number, atMicros: number): number {
    const row = perHour > 0 ? this.#find(pair) : -1
    return row < 0 ? atMicros : this.#next(row, perHour, atMicros)
  }

  /**
   * Lets a message go if it may, and counts it then.
   * @returns what `nextMicros` returns: `atMicros` if the message goes
   */
  take(pair: number, perHour: number, atMicros: number): number {
    if (!(perHour > 0)) return atMicros
    let row = this.#find(pair)
    if (row < 0) {
      row = this.#make(pair, atMicros)
      this.#begin(row, perHour, atMicros)
    } else {
      this.#recency.touch(row)
      const next = this.#next(row, perHour, atMicros)
      if (next > atMicros) return next
      const slot = this.#slot(row, perHour)
      const place = slot > atMicros ? atMicros : Math.max(slot, earliest(perHour, atMicros))
      if (place !== slot || perHour !== this.#perHour.get(row)) this.#begin(row, perHour, place)
      else this.#sent.add(row, 1)
    }
    const hour = Math.floor(atMicros / HOUR_MICROS)
    if (hour !== this.#hour.get(row)) {
      this.#hour.set(row, hour)
      this.#sentInHour.set(row, 0)
    }
    this.#sentInHour.add(row, 1)
    return atMicros
  }

  fork(): PairThrottles {
    const copy = new PairThrottles(this.capacity)
    copy.evictedInForce = this.evictedInForce
    copy.#rowOf = this.#rowOf.fork()
    copy.#pairs = this.#pairs.fork()
    copy.#perHour = this.#perHour.fork()
    copy.#base = this.#base.fork()
    copy.#sent = this.#sent.fork()
    copy.#hour = this.#hour.fork()
    copy.#sentInHour = this.#sentInHour.fork()
    copy.#count = this.#count
    copy.#recency = this.#recency.fork()
    return copy
  }

  /** All throttles, some in each part, the one used longest ago first. */
  *parts(name: string): Generator<Part> {
    const facts = { evictedInForce: this.evictedInForce }
    const rows = [...this.#recency.rows()]
    for (let from = 0; from < rows.length; from += KEYS_IN_PART) {
      const some = Int32Array.from(rows.slice(from, from + KEYS_IN_PART))
      const columns = {
        pairs: some.map((row) => this.#pairs.get(row)),
        perHour: Float64Array.from(some, (row) => this.#perHour.get(row)),
        base: Float64Array.from(some, (row) => this.#base.get(row)),
        sent: Float64Array.from(some, (row) => this.#sent.get(row)),
        hour: some.map((row) => this.#hour.get(row)),
        sentInHour: some.map((row) => this.#sentInHour.get(row)),
      }
      yield { name, facts, columns }
    }
  }

  /** Takes over the throttles of a part; when there is no room for all, the oldest go. */
  takePart({ facts, columns }: Part): void {
    this.evictedInForce = (facts as { readonly evictedInForce: number }).evictedInForce
    const of = (column: string, i: number): number => columns[column]?.[i] as number
    for (const [i, pair] of (columns.pairs as Int32Array).entries()) {
      const row = this.#make(pair, Number.POSITIVE_INFINITY)
      this.#perHour.set(row, of("perHour", i))
      this.#base.set(row, of("base", i))
      this.#sent.set(row, of("sent", i))
      this.#hour.set(row, of("hour", i))
      this.#sentInHour.set(row, of("sentInHour", i))
    }
  }

  #find(pair: number): number {
    return this.#rowOf.get(pair) - 1
  }

  /** A row for a pair: a new one, or that of the pair used longest ago. */
  #make(pair: number, atMicros: number): number {
    let row = this.#count
    if (row >= this.capacity) {
      row = this.#recency.oldest
      const evicted = this.#pairs.get(row)
      if (this.#next(row, this.#perHour.get(row), atMicros) > atMicros) this.evictedInForce++
      this.#recency.remove(row)
      this.#rowOf.set(evicted, 0)
      // Nothing of it must count for the new one.
      this.#perHour.set(row, 0)
    } else this.#count++
    this.#rowOf.set(pair, row + 1)
    this.#pairs.set(row, pair)
    this.#recency.add(row)
    return row
  }

  /** A schedule begins with a message at a place in time. */
  #begin(row: number, perHour: number, placeMicros: number): void {
    // What has gone in this hour counts against the limit that it went under.
    if (perHour !== this.#perHour.get(row)) this.#hour.set(row, -1)
    this.#perHour.set(row, perHour)
    this.#base.set(row, placeMicros)
    this.#sent.set(row, 1)
  }

  /** The place in time of the next message: one interval behind that of the last. */
  #slot(row: number, perHour: number): number {
    const base = this.#base.get(row)
    const sent = this.#sent.get(row)
    const known = this.#perHour.get(row)
    if (perHour === known) return base + sent * (HOUR_MICROS / perHour)
    return base + (sent - 1) * (HOUR_MICROS / known) + HOUR_MICROS / perHour
  }

  #next(row: number, perHour: number, atMicros: number): number {
    const slot = this.#slot(row, perHour)
    // Time has been set back: a schedule of later times says nothing.
    if (slot - HOUR_MICROS / perHour > atMicros + graceMicros(perHour)) return atMicros
    const next = slot > atMicros ? Math.ceil(slot) : atMicros
    const hour = this.#hour.get(row)
    const isFull = perHour === this.#perHour.get(row) && this.#sentInHour.get(row) > Math.floor(perHour)
    return isFull && Math.floor(next / HOUR_MICROS) === hour ? (hour + 1) * HOUR_MICROS : next
  }
}

/** How late a message may come and still be counted as in time. */
function graceMicros(perHour: number): number {
  return Math.max(LOOK_MICROS, HOUR_MICROS / perHour)
}

/** The earliest place that a message that goes now can have: into an hour, one interval is carried over at most. */
function earliest(perHour: number, atMicros: number): number {
  const hourStart = Math.floor(atMicros / HOUR_MICROS) * HOUR_MICROS
  return Math.max(atMicros - graceMicros(perHour), hourStart - HOUR_MICROS / perHour)
}
