/**
 * What is known of every pair while mail flows, besides what holds it back:
 * values that were adjusted, counts of matches, ages of bindings. In columns,
 * because there may be a million pairs. No clock, no rules: times and numbers
 * come from the caller, times in microseconds since 1970.
 * Source: engine.md section 1.
 */
import { grown, type PairTable } from "../model/pair-table.js"
import { type CacheCounts, noCounts } from "./cache-counts.js"
import { KeyTable } from "./key-table.js"
import { Float64s, Int32s } from "./paged.js"
import { PairHolds } from "./pair-holds.js"
import type { Part } from "./part.js"
import { SlidingCounts } from "./sliding-count.js"

/** Options whose value may be adjusted, in the order in which a lift or a raise tells them. */
export const ADJUSTABLE = [
  "max_outbound_connections",
  "max_deliveries_per_connection",
  "outbound_throttle_messages",
  "retry_interval",
  "max_retry_interval",
] as const
export type AdjustableOption = (typeof ADJUSTABLE)[number]
const WIDTH = ADJUSTABLE.length

const ALERT_EVENTS = ["throttle", "suspension", "blackhole"] as const
export type AlertEvent = (typeof ALERT_EVENTS)[number]

/** One option of one pair that was adjusted at least once. */
export interface AdjustedValue {
  readonly pair: number
  readonly option: AdjustableOption
  /** What it rested at when it was first adjusted. */
  readonly initial: number
  /** Null once it has gone back to where it rests. */
  readonly value: number | null
  readonly changes: number
  /** Since when it has had its value; NaN while it rests. */
  readonly sinceMicros: number
}

/** A time that has not come: no comparison with it holds. */
const NEVER = Number.NaN

interface RecordFacts {
  readonly startMicros: number
  readonly nowMicros: number
  readonly rows: number
}

/** Rules that one store can tell apart: a pair and a rule together are one number below 2^53. */
const MAX_RULES = 2 ** 22

export class PairRecords extends PairHolds {
  readonly pairs: PairTable
  /** When sweeps began; -1 before the first event. */
  startMicros = -1
  /** The latest time anything happened at; -1 before the first event. */
  nowMicros = -1
  /** What was asked of the alerts that are remembered. */
  readonly alertCounts: CacheCounts = noCounts()
  #matchCounts = new SlidingCounts()

  #columns = makeColumns()
  /**
   * Since when nothing was adjusted and no rule fired. In one piece, though a fork has to copy it:
   * every event asks, and a page is one look-up more.
   */
  #quietFrom = new Float64Array(512).fill(NEVER)
  /** Names of MX hosts, and of rules, by number. */
  #hosts = new KeyTable()
  #rules = new KeyTable()
  #rows = 0

  /** @param original records that these are to be a copy of, which goes its own way */
  constructor(pairs: PairTable, original?: PairRecords) {
    super()
    this.pairs = pairs
    if (original !== undefined) this.#copy(original)
  }

  /**
   * Notes an attempt: with its first a pair, and perhaps its binding, begins to be known.
   * @returns since when nothing was adjusted and no rule fired: what growth waits for
   */
  touch(pair: number, atMicros: number): number {
    if (pair >= this.#quietFrom.length) this.#grow(pair + 1)
    const quietFrom = this.#quietFrom[pair] as number
    if (!Number.isNaN(quietFrom)) return quietFrom
    this.#quietFrom[pair] = atMicros
    const binding = this.pairs.bindingOf(pair)
    if (Number.isNaN(this.#columns.birth.get(binding))) this.#columns.birth.set(binding, atMicros)
    return atMicros
  }

  /** MX host by which the rules of a pair were found last; null when none is known. */
  mxOf(pair: number): string | null {
    const number = this.#columns.mxOf.get(pair)
    return number === 0 ? null : (this.#hosts.keyOf(number - 1) ?? null)
  }

  noteMx(pair: number, mx: string | null): void {
    if (mx === this.mxOf(pair)) return
    this.#columns.mxOf.set(pair, mx === null ? 0 : this.#hosts.of(mx) + 1)
  }

  disturb(pair: number, atMicros: number): void {
    if (pair >= this.#quietFrom.length) this.#grow(pair + 1)
    this.#quietFrom[pair] = atMicros
  }

  /** NaN before the first adjustment. */
  lastAdjustMicros(pair: number): number {
    return this.#columns.lastAdjust.get(pair)
  }

  noteAdjust(pair: number, atMicros: number): void {
    this.#columns.lastAdjust.set(pair, atMicros)
  }

  /** Whole seconds since the binding of a pair was born. */
  ageSec(pair: number, atMicros: number): number {
    const birth = this.#columns.birth.get(this.pairs.bindingOf(pair))
    return Number.isNaN(birth) ? 0 : Math.max(0, Math.floor((atMicros - birth) / 1e6))
  }

  setAge(pair: number, atMicros: number, seconds: number): void {
    this.setBirth(this.pairs.bindingOf(pair), atMicros - seconds * 1e6)
  }

  /** When a binding was born; NaN before its first attempt. */
  birthMicros(binding: number): number {
    return this.#columns.birth.get(binding)
  }

  setBirth(binding: number, micros: number): void {
    this.#columns.birth.set(binding, micros)
  }

  /** An adjusted value, or null while the option rests. */
  adjusted(pair: number, option: AdjustableOption): number | null {
    const row = this.#columns.rowOf.get(pair)
    if (row === 0) return null
    const value = this.#columns.values.get((row - 1) * WIDTH + ADJUSTABLE.indexOf(option))
    return Number.isNaN(value) ? null : value
  }

  adjust(pair: number, option: AdjustableOption, from: number, to: number, atMicros: number): void {
    const row = this.#rowFor(pair)
    const at = (row - 1) * WIDTH + ADJUSTABLE.indexOf(option)
    if (this.#columns.changes.get(at) === 0) this.#columns.initials.set(at, from)
    this.#columns.values.set(at, to)
    this.#columns.since.set(at, atMicros)
    this.#columns.changes.add(at, 1)
  }

  /** Lets every option of a pair rest again. */
  restart(pair: number): void {
    for (const at of this.#placesOf(pair)) {
      this.#columns.values.set(at, NEVER)
      this.#columns.since.set(at, NEVER)
    }
  }

  /** Lets every option of a pair rest again, as if it had never been adjusted. */
  forgetAdjustments(pair: number): void {
    this.restart(pair)
    for (const at of this.#placesOf(pair)) {
      this.#columns.initials.set(at, 0)
      this.#columns.changes.set(at, 0)
    }
  }

  /** What was ever adjusted, by pair in order of first sight. */
  *adjustedValues(): IterableIterator<AdjustedValue> {
    for (let pair = 0; pair < this.pairs.count; pair++) {
      const row = this.#columns.rowOf.get(pair)
      if (row === 0) continue
      for (const [slot, option] of ADJUSTABLE.entries()) {
        const at = (row - 1) * WIDTH + slot
        const changes = this.#columns.changes.get(at)
        if (changes === 0) continue
        const value = this.#columns.values.get(at)
        const initial = this.#columns.initials.get(at)
        const sinceMicros = this.#columns.since.get(at)
        yield { pair, option, initial, value: Number.isNaN(value) ? null : value, changes, sinceMicros }
      }
    }
  }

  /** Counts a match of a rule, in the window given. */
  countMatch(pair: number, ruleId: string, atMicros: number, spanMicros: number): number {
    return this.#matchCounts.add(this.#matchKey(pair, ruleId), atMicros, spanMicros)
  }

  /** Matches counted before that still lie in their window. */
  matchCount(pair: number, ruleId: string, atMicros: number): number {
    return this.#matchCounts.count(this.#matchKey(pair, ruleId), atMicros)
  }

  /** May an alert go out? If so it counts as sent. At most one an event, pair and interval. */
  alert(pair: number, event: AlertEvent, atMicros: number, intervalMicros: number): boolean {
    const at = (this.#rowFor(pair) - 1) * ALERT_EVENTS.length + ALERT_EVENTS.indexOf(event)
    if (atMicros - this.#columns.alerts.get(at) < intervalMicros) {
      this.alertCounts.hits++
      return false
    }
    this.alertCounts.misses++
    this.alertCounts.stores++
    this.#columns.alerts.set(at, atMicros)
    return true
  }

  /** Events of pairs of which it is remembered when they were last told. */
  get alertsRemembered(): number {
    let count = 0
    for (let at = 0; at < this.#rows * ALERT_EVENTS.length; at++)
      if (!Number.isNaN(this.#columns.alerts.get(at))) count++
    return count
  }

  /** Everything but the names of pairs. */
  protected *recordParts(): Generator<Part> {
    const facts: RecordFacts = {
      startMicros: this.startMicros,
      nowMicros: this.nowMicros,
      rows: this.#rows,
    }
    const pairs = this.pairs.count
    if (pairs > this.#quietFrom.length) this.#grow(pairs)
    yield { name: "records", facts, columns: { quietFrom: this.#quietFrom.subarray(0, pairs) } }
    yield* this.holdParts(pairs)
    yield* this.#hosts.parts("records-hosts", {})
    yield* this.#rules.parts("records-rules", {})
    for (const [column, pages] of Object.entries(this.#columns))
      yield* pages.parts("records-page", { column })
    yield* this.#matchCounts.parts("records-matches")
  }

  /** Takes over a part; false for one of something else. */
  protected takeRecords(part: Part): boolean {
    switch (part.name) {
      case "records": {
        const { startMicros, nowMicros, rows } = part.facts as RecordFacts
        this.#quietFrom = part.columns.quietFrom as Float64Array<ArrayBuffer>
        this.startMicros = startMicros
        this.nowMicros = nowMicros
        this.#rows = rows
        return true
      }
      case "records-hosts":
        this.#hosts.takePart(part)
        return true
      case "records-rules":
        this.#rules.takePart(part)
        return true
      case "records-page": {
        const { column } = part.facts as { readonly column: keyof Columns }
        this.#columns[column].takePart(part)
        return true
      }
      case "records-matches":
        this.#matchCounts.takePart(part)
        return true
      default:
        return this.takeHolds(part)
    }
  }

  #copy(other: PairRecords): void {
    this.startMicros = other.startMicros
    this.nowMicros = other.nowMicros
    this.#matchCounts = other.#matchCounts.fork()
    const forks = Object.entries(other.#columns).map(([name, column]) => [name, column.fork()])
    this.#columns = Object.fromEntries(forks)
    this.#quietFrom = other.#quietFrom.slice()
    this.#hosts = other.#hosts.fork()
    this.#rules = other.#rules.fork()
    this.#rows = other.#rows
    this.copyHolds(other)
  }

  #grow(length: number): void {
    this.#quietFrom = grown(this.#quietFrom, Float64Array, length, NEVER)
  }

  /** Where the values of a pair stand; nowhere while it has none. */
  *#placesOf(pair: number): IterableIterator<number> {
    const row = this.#columns.rowOf.get(pair)
    if (row > 0) for (let slot = 0; slot < WIDTH; slot++) yield (row - 1) * WIDTH + slot
  }

  #matchKey(pair: number, ruleId: string): number {
    return pair * MAX_RULES + this.#rules.of(ruleId)
  }

  #rowFor(pair: number): number {
    const known = this.#columns.rowOf.get(pair)
    if (known > 0) return known
    this.#columns.rowOf.set(pair, ++this.#rows)
    return this.#rows
  }
}

type Columns = ReturnType<typeof makeColumns>

function makeColumns() {
  return {
    // By pair; 0 = none, NEVER = not yet.
    lastAdjust: new Float64s(NEVER),
    /** Number of the MX host of its latest reply that was judged, from 1. */
    mxOf: new Int32s(),
    /** Row of adjusted values, from 1. */
    rowOf: new Int32s(),
    // By row and option; NEVER = not adjusted.
    values: new Float64s(NEVER),
    initials: new Float64s(),
    /** Since when a value is what it is. */
    since: new Float64s(NEVER),
    changes: new Int32s(),
    /** By row and event: when it was last told. */
    alerts: new Float64s(NEVER),
    /** By binding: when it was born. */
    birth: new Float64s(NEVER),
  }
}
