/**
 * What is known of every pair while mail flows: suspensions, blackholes, values
 * that were adjusted, counts of matches, ages of bindings. In columns, because
 * there may be a million pairs. No clock, no rules: times and numbers come from
 * the caller, times in microseconds since 1970.
 * Source: engine.md section 1.
 */
import { grown, PairTable } from "../model/pair-table.js"
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
}

interface PairState {
  readonly binding: string
  readonly domain: string
  /** MX host of its latest reply that was judged. */
  readonly mx: string | null
  readonly quietFromMicros: number | null
  readonly lastAdjustMicros: number | null
  readonly suspendedUntilMicros: number
  readonly blackholedUntilMicros: number
  readonly values: readonly {
    readonly option: AdjustableOption
    readonly initial: number
    readonly value: number | null
    readonly changes: number
  }[]
  readonly alerts: readonly { readonly event: AlertEvent; readonly atMicros: number }[]
}

/** A store as plain data: it can be written as JSON and read back. */
export interface StoreState {
  readonly startMicros: number
  readonly nowMicros: number
  readonly bindings: readonly { readonly binding: string; readonly birthMicros: number | null }[]
  readonly pairs: readonly PairState[]
  /** `pair` is an index into `pairs`. */
  readonly matches: readonly {
    readonly pair: number
    readonly ruleId: string
    readonly spanMicros: number
    readonly times: readonly number[]
    readonly counts: readonly number[]
  }[]
}

/** A time that has not come: no comparison with it holds. */
const NEVER = Number.NaN

function known(micros: number | undefined): number | null {
  return micros === undefined || Number.isNaN(micros) ? null : micros
}

/** Rules that one store can tell apart: a pair and a rule together are one number below 2^53. */
const MAX_RULES = 2 ** 22

export class Store {
  readonly pairs: PairTable
  /** When sweeps began; -1 before the first event. */
  startMicros = -1
  /** The latest time anything happened at; -1 before the first event. */
  nowMicros = -1
  readonly #matchCounts = new SlidingCounts()

  // By pair; 0 = none, NEVER = not yet.
  #suspendedUntil = new Float64Array(512)
  #blackholedUntil = new Float64Array(512)
  #lastAdjust = new Float64Array(512).fill(NEVER)
  #quietFrom = new Float64Array(512).fill(NEVER)
  /** 1 = suspended or blackholed: what every attempt asks, in a column small enough to stay at hand. */
  #isHeld = new Uint8Array(512)
  readonly #mx: (string | null)[] = []
  /** Row of adjusted values, from 1. */
  #rowOf = new Int32Array(512)

  // By row and option; NaN = not adjusted.
  #values = new Float64Array(64 * WIDTH).fill(Number.NaN)
  #initials = new Float64Array(64 * WIDTH)
  #changes = new Int32Array(64 * WIDTH)
  #rows = 0

  /** By binding: when it was born. */
  #birth = new Float64Array(64).fill(NEVER)
  readonly #ruleNumbers = new Map<string, number>()
  readonly #ruleIds: string[] = []
  readonly #lastAlert = new Map<number, number>()
  /** Pairs that are suspended or blackholed, in order of the holds' beginning. */
  readonly #held = new Set<number>()
  #nextDueMicros = Number.POSITIVE_INFINITY

  constructor(pairs: PairTable = new PairTable()) {
    this.pairs = pairs
  }

  /** When the first of the suspensions and blackholes ends; infinite when there are none. */
  get nextDueMicros(): number {
    return this.#nextDueMicros
  }

  /** Notes an attempt: with its first a pair, and perhaps its binding, begins to be known. */
  touch(pair: number, atMicros: number): void {
    this.#grow(pair + 1)
    if (!Number.isNaN(this.#quietFrom[pair])) return
    this.#quietFrom[pair] = atMicros
    const binding = this.pairs.bindingOf(pair)
    if (binding >= this.#birth.length) this.#birth = grown(this.#birth, Float64Array, binding + 1, NEVER)
    if (Number.isNaN(this.#birth[binding])) this.#birth[binding] = atMicros
  }

  /** MX host by which the rules of a pair were found last; null when none is known. */
  mxOf(pair: number): string | null {
    return this.#mx[pair] ?? null
  }

  noteMx(pair: number, mx: string | null): void {
    this.#mx[pair] = mx
  }

  /** Since when nothing was adjusted and no rule fired: what growth waits for. NaN before the first attempt. */
  quietFromMicros(pair: number): number {
    return this.#quietFrom[pair] as number
  }

  disturb(pair: number, atMicros: number): void {
    this.#quietFrom[pair] = atMicros
  }

  /** NaN before the first adjustment. */
  lastAdjustMicros(pair: number): number {
    return this.#lastAdjust[pair] as number
  }

  noteAdjust(pair: number, atMicros: number): void {
    this.#lastAdjust[pair] = atMicros
  }

  /** Whole seconds since the binding of a pair was born. */
  ageSec(pair: number, atMicros: number): number {
    const birth = this.#birth[this.pairs.bindingOf(pair)] as number
    return Number.isNaN(birth) ? 0 : Math.max(0, Math.floor((atMicros - birth) / 1e6))
  }

  setAge(pair: number, atMicros: number, seconds: number): void {
    this.#birth[this.pairs.bindingOf(pair)] = atMicros - seconds * 1e6
  }

  isHeld(pair: number): boolean {
    return this.#isHeld[pair] === 1
  }

  /** When the suspension of a pair is due to end; 0 without one. */
  suspendedUntil(pair: number): number {
    return this.#suspendedUntil[pair] ?? 0
  }

  blackholedUntil(pair: number): number {
    return this.#blackholedUntil[pair] ?? 0
  }

  suspend(pair: number, untilMicros: number): void {
    this.#suspendedUntil[pair] = untilMicros
    this.#hold(pair, untilMicros)
  }

  blackhole(pair: number, untilMicros: number): void {
    this.#blackholedUntil[pair] = untilMicros
    this.#hold(pair, untilMicros)
  }

  /** Pairs with a suspension or blackhole that is due at this time. */
  duePairs(atMicros: number): number[] {
    const due: number[] = []
    for (const pair of this.#held) {
      const suspended = this.#suspendedUntil[pair] as number
      const blackholed = this.#blackholedUntil[pair] as number
      if ((suspended !== 0 && suspended <= atMicros) || (blackholed !== 0 && blackholed <= atMicros))
        due.push(pair)
    }
    return due
  }

  /** Ends what is due of one pair; what has been ended is told by the times before. */
  lift(pair: number, atMicros: number): void {
    const ends = (until: number | undefined): boolean => until !== 0 && (until ?? 0) <= atMicros
    if (ends(this.#suspendedUntil[pair])) this.#suspendedUntil[pair] = 0
    if (ends(this.#blackholedUntil[pair])) this.#blackholedUntil[pair] = 0
    if (this.suspendedUntil(pair) !== 0 || this.blackholedUntil(pair) !== 0) return
    this.#isHeld[pair] = 0
    this.#held.delete(pair)
  }

  /** To be called when lifting is done. */
  recomputeDue(): void {
    let next = Number.POSITIVE_INFINITY
    for (const pair of this.#held) {
      for (const until of [this.suspendedUntil(pair), this.blackholedUntil(pair)])
        if (until !== 0 && until < next) next = until
    }
    this.#nextDueMicros = next
  }

  /** An adjusted value, or null while the option rests. */
  adjusted(pair: number, option: AdjustableOption): number | null {
    const row = this.#rowOf[pair] ?? 0
    if (row === 0) return null
    const value = this.#values[(row - 1) * WIDTH + ADJUSTABLE.indexOf(option)] as number
    return Number.isNaN(value) ? null : value
  }

  adjust(pair: number, option: AdjustableOption, from: number, to: number): void {
    const row = this.#rowFor(pair)
    const at = (row - 1) * WIDTH + ADJUSTABLE.indexOf(option)
    if (this.#changes[at] === 0) this.#initials[at] = from
    this.#values[at] = to
    this.#changes[at] = (this.#changes[at] as number) + 1
  }

  /** Lets every option of a pair rest again. */
  restart(pair: number): void {
    const row = this.#rowOf[pair] ?? 0
    if (row > 0) this.#values.fill(Number.NaN, (row - 1) * WIDTH, row * WIDTH)
  }

  /** What was ever adjusted, by pair in order of first sight. */
  *adjustedValues(): IterableIterator<AdjustedValue> {
    for (let pair = 0; pair < this.pairs.count; pair++) {
      const row = this.#rowOf[pair] ?? 0
      if (row === 0) continue
      for (const [slot, option] of ADJUSTABLE.entries()) {
        const at = (row - 1) * WIDTH + slot
        const changes = this.#changes[at] as number
        if (changes === 0) continue
        const value = this.#values[at] as number
        const initial = this.#initials[at] as number
        yield { pair, option, initial, value: Number.isNaN(value) ? null : value, changes }
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
    const key = pair * ALERT_EVENTS.length + ALERT_EVENTS.indexOf(event)
    const last = this.#lastAlert.get(key)
    if (last !== undefined && atMicros - last < intervalMicros) return false
    this.#lastAlert.set(key, atMicros)
    return true
  }

  /** A copy that goes its own way. */
  fork(): Store {
    const copy = new Store()
    copy.restore(this.state())
    return copy
  }

  /** Everything, as plain data by name: what a later store, with other numbers, takes over. */
  state(): StoreState {
    const { pairs } = this
    const pairStates: PairState[] = []
    for (let pair = 0; pair < pairs.count; pair++) {
      const row = (this.#rowOf[pair] ?? 0) - 1
      const values = ADJUSTABLE.flatMap((option, slot) => {
        const at = row * WIDTH + slot
        const changes = row < 0 ? 0 : (this.#changes[at] as number)
        if (changes === 0) return []
        return [
          { option, initial: this.#initials[at] as number, value: this.adjusted(pair, option), changes },
        ]
      })
      const alerts = ALERT_EVENTS.flatMap((event, i) => {
        const atMicros = this.#lastAlert.get(pair * ALERT_EVENTS.length + i)
        return atMicros === undefined ? [] : [{ event, atMicros }]
      })
      pairStates.push({
        ...pairs.name(pair),
        mx: this.mxOf(pair),
        quietFromMicros: known(this.#quietFrom[pair]),
        lastAdjustMicros: known(this.#lastAdjust[pair]),
        suspendedUntilMicros: this.suspendedUntil(pair),
        blackholedUntilMicros: this.blackholedUntil(pair),
        values,
        alerts,
      })
    }
    const bindings = Array.from({ length: pairs.bindingCount }, (_, binding) => ({
      binding: pairs.bindingName(binding),
      birthMicros: known(this.#birth[binding]),
    }))
    const matches = Array.from(this.#matchCounts.states(), ({ key, ...window }) => ({
      pair: Math.floor(key / MAX_RULES),
      ruleId: this.#ruleIds[key % MAX_RULES] as string,
      ...window,
    }))
    return {
      startMicros: this.startMicros,
      nowMicros: this.nowMicros,
      bindings,
      pairs: pairStates,
      matches,
    }
  }

  /** Takes over a state; only for a store that has seen nothing, with a table of pairs of its own. */
  restore(state: StoreState): void {
    this.startMicros = state.startMicros
    this.nowMicros = state.nowMicros
    const numbers = state.pairs.map((one) => {
      const pair = this.pairs.of(one.binding, one.domain)
      this.#grow(pair + 1)
      this.#mx[pair] = one.mx
      this.#quietFrom[pair] = one.quietFromMicros ?? NEVER
      this.#lastAdjust[pair] = one.lastAdjustMicros ?? NEVER
      if (one.suspendedUntilMicros !== 0) this.suspend(pair, one.suspendedUntilMicros)
      if (one.blackholedUntilMicros !== 0) this.blackhole(pair, one.blackholedUntilMicros)
      for (const { option, initial, value, changes } of one.values) {
        const at = (this.#rowFor(pair) - 1) * WIDTH + ADJUSTABLE.indexOf(option)
        this.#initials[at] = initial
        this.#values[at] = value ?? Number.NaN
        this.#changes[at] = changes
      }
      for (const { event, atMicros } of one.alerts)
        this.#lastAlert.set(pair * ALERT_EVENTS.length + ALERT_EVENTS.indexOf(event), atMicros)
      return pair
    })
    // Every binding came with a pair, in the order of the pairs: the numbers are those of the table.
    const births = new Map(state.bindings.map(({ binding, birthMicros }) => [binding, birthMicros]))
    this.#birth = grown(this.#birth, Float64Array, this.pairs.bindingCount, NEVER)
    for (let binding = 0; binding < this.pairs.bindingCount; binding++)
      this.#birth[binding] = births.get(this.pairs.bindingName(binding)) ?? NEVER
    for (const { pair, ruleId, ...window } of state.matches)
      this.#matchCounts.restore({ ...window, key: this.#matchKey(numbers[pair] as number, ruleId) })
  }

  #hold(pair: number, untilMicros: number): void {
    this.#held.add(pair)
    this.#isHeld[pair] = 1
    if (untilMicros < this.#nextDueMicros) this.#nextDueMicros = untilMicros
  }

  #matchKey(pair: number, ruleId: string): number {
    let number = this.#ruleNumbers.get(ruleId)
    if (number === undefined) {
      number = this.#ruleIds.push(ruleId) - 1
      this.#ruleNumbers.set(ruleId, number)
    }
    return pair * MAX_RULES + number
  }

  #rowFor(pair: number): number {
    const known = this.#rowOf[pair] as number
    if (known > 0) return known
    const row = ++this.#rows
    this.#rowOf[pair] = row
    if (row * WIDTH > this.#values.length) {
      const used = this.#values.length
      this.#values = grown(this.#values, Float64Array)
      this.#values.fill(Number.NaN, used)
      this.#initials = grown(this.#initials, Float64Array)
      this.#changes = grown(this.#changes, Int32Array)
    }
    return row
  }

  #grow(length: number): void {
    if (length <= this.#quietFrom.length) return
    this.#suspendedUntil = grown(this.#suspendedUntil, Float64Array, length)
    this.#blackholedUntil = grown(this.#blackholedUntil, Float64Array, length)
    this.#lastAdjust = grown(this.#lastAdjust, Float64Array, length, NEVER)
    this.#quietFrom = grown(this.#quietFrom, Float64Array, length, NEVER)
    this.#isHeld = grown(this.#isHeld, Uint8Array, length)
    this.#rowOf = grown(this.#rowOf, Int32Array, length)
  }
}
