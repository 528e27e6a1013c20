/**
 * What holds the mail of pairs back, and until when: suspensions, which an
 * operator may override, and blackholes. In columns, because there may be a
 * million pairs; the few that have one stand in a list besides. No clock, no
 * rules: times come from the caller, in microseconds since 1970.
 * Source: engine.md sections 1 and 6, and decision O8 of section 12.
 */
import { grown } from "../model/pair-table.js"
import { Float64s, Int32s } from "./paged.js"
import type { Part } from "./part.js"

// What the one look-up of every event tells of a pair; 0 where nothing stands.
/** Its mail is held back. */
const HELD = 1
/** An operator took back its suspension, which stands until it ends. */
const OVERRIDDEN = 2

interface HoldFacts {
  readonly heldCount: number
  /** Null when nothing is held. */
  readonly nextDueMicros: number | null
}

export class PairHolds {
  #columns = makeColumns()
  /** In one piece, though a fork has to copy it: every event asks, and a page is one look-up more. */
  #state = new Uint8Array(512)
  #heldCount = 0
  #nextDueMicros = Number.POSITIVE_INFINITY

  /** Counts changes of what holds mail and until when: what was found out at one number holds as long as it is the same. */
  holdsVersion = 0
  /** Told when the mail of a pair begins or ceases to be held; no copy and no snapshot takes it over. */
  heldChanged: ((pair: number, isHeld: boolean) => void) | null = null

  /** When the first of the suspensions and blackholes ends; infinite when there are none. */
  get nextDueMicros(): number {
    return this.#nextDueMicros
  }

  isHeld(pair: number): boolean {
    return ((this.#state[pair] as number) & HELD) !== 0
  }

  /** Stands there a suspension, overridden or not, or a blackhole? */
  hasHold(pair: number): boolean {
    return (this.#state[pair] as number) > 0
  }

  /** Is a pair suspended, and has nobody overridden it? */
  isSuspended(pair: number): boolean {
    return this.suspendedUntil(pair) !== 0 && !this.isOverridden(pair)
  }

  /** Does a suspension stand that lets mail go, because an operator took it back? */
  isOverridden(pair: number): boolean {
    return ((this.#state[pair] as number) & OVERRIDDEN) !== 0
  }

  /** When the suspension of a pair is due to end, overridden or not; 0 without one. */
  suspendedUntil(pair: number): number {
    return this.#columns.suspendedUntil.get(pair)
  }

  blackholedUntil(pair: number): number {
    return this.#columns.blackholedUntil.get(pair)
  }

  suspend(pair: number, untilMicros: number): void {
    this.#columns.suspendedUntil.set(pair, untilMicros)
    this.#hold(pair, untilMicros)
    this.#mark(pair, HELD)
  }

  blackhole(pair: number, untilMicros: number): void {
    this.#columns.blackholedUntil.set(pair, untilMicros)
    this.#hold(pair, untilMicros)
  }

  /** Lets mail of a suspended pair go, while its suspension stands and its time runs on. */
  override(pair: number): void {
    if (this.suspendedUntil(pair) === 0) return
    this.#mark(pair, OVERRIDDEN | (this.blackholedUntil(pair) === 0 ? 0 : HELD))
  }

  /** Holds mail again that an overridden suspension let go. */
  enable(pair: number): void {
    if (this.suspendedUntil(pair) !== 0) this.#mark(pair, HELD)
  }

  /** Another end for a suspension that stands; `recomputeDue` is to follow. */
  moveEnd(pair: number, untilMicros: number): void {
    if (this.suspendedUntil(pair) === 0) return
    this.#columns.suspendedUntil.set(pair, untilMicros)
    this.holdsVersion++
  }

  #mark(pair: number, state: number): void {
    const before = this.#state[pair] as number
    this.#state[pair] = state
    this.holdsVersion++
    const isHeld = (state & HELD) !== 0
    if (isHeld !== ((before & HELD) !== 0)) this.heldChanged?.(pair, isHeld)
  }

  /** Pairs whose mail is held, in no order. */
  *heldPairs(): IterableIterator<number> {
    for (const pair of this.#listedPairs()) if (this.isHeld(pair)) yield pair
  }

  /** Pairs with a suspension, overridden or not, in no order. */
  *suspendedPairs(): IterableIterator<number> {
    for (const pair of this.#listedPairs()) if (this.suspendedUntil(pair) !== 0) yield pair
  }

  /** Pairs with a suspension or blackhole that is due at this time. */
  duePairs(atMicros: number): number[] {
    const due: number[] = []
    for (const pair of this.#listedPairs()) {
      const suspended = this.suspendedUntil(pair)
      const blackholed = this.blackholedUntil(pair)
      if ((suspended !== 0 && suspended <= atMicros) || (blackholed !== 0 && blackholed <= atMicros))
        due.push(pair)
    }
    return due
  }

  /** Ends what is due of one pair; what has been ended is told by the times before. */
  lift(pair: number, atMicros: number): void {
    const ends = (until: number): boolean => until !== 0 && until <= atMicros
    const wasOverridden = this.isOverridden(pair)
    if (ends(this.suspendedUntil(pair))) this.#columns.suspendedUntil.set(pair, 0)
    if (ends(this.blackholedUntil(pair))) this.#columns.blackholedUntil.set(pair, 0)
    if (this.suspendedUntil(pair) !== 0 || this.blackholedUntil(pair) !== 0) {
      this.#mark(pair, HELD)
      if (wasOverridden) this.override(pair)
      return
    }
    this.#mark(pair, 0)
    const place = this.#columns.heldAt.get(pair) - 1
    const last = this.#columns.held.get(--this.#heldCount)
    this.#columns.held.set(place, last)
    this.#columns.heldAt.set(last, place + 1)
    this.#columns.heldAt.set(pair, 0)
  }

  /** To be called when lifting, or moving ends, is done. */
  recomputeDue(): void {
    let next = Number.POSITIVE_INFINITY
    for (const pair of this.#listedPairs()) {
      for (const until of [this.suspendedUntil(pair), this.blackholedUntil(pair)])
        if (until !== 0 && until < next) next = until
    }
    this.#nextDueMicros = next
  }

  /** @param pairs how many pairs there are names for: columns have the same length however they came about */
  protected *holdParts(pairs: number): Generator<Part> {
    if (pairs > this.#state.length) this.#state = grown(this.#state, Uint8Array, pairs)
    const facts: HoldFacts = {
      heldCount: this.#heldCount,
      nextDueMicros: Number.isFinite(this.#nextDueMicros) ? this.#nextDueMicros : null,
    }
    yield { name: "holds", facts, columns: { state: this.#state.subarray(0, pairs) } }
    for (const [column, pages] of Object.entries(this.#columns)) yield* pages.parts("holds-page", { column })
  }

  /** Takes over a part; false for one of something else. */
  protected takeHolds(part: Part): boolean {
    if (part.name === "holds") {
      const { heldCount, nextDueMicros } = part.facts as HoldFacts
      this.#state = part.columns.state as Uint8Array<ArrayBuffer>
      this.#heldCount = heldCount
      this.#nextDueMicros = nextDueMicros ?? Number.POSITIVE_INFINITY
      return true
    }
    if (part.name !== "holds-page") return false
    const { column } = part.facts as { readonly column: keyof ReturnType<typeof makeColumns> }
    this.#columns[column].takePart(part)
    return true
  }

  protected copyHolds(other: PairHolds): void {
    const { suspendedUntil, blackholedUntil, held, heldAt } = other.#columns
    this.#columns = {
      suspendedUntil: suspendedUntil.fork(),
      blackholedUntil: blackholedUntil.fork(),
      held: held.fork(),
      heldAt: heldAt.fork(),
    }
    this.#state = other.#state.slice()
    this.#heldCount = other.#heldCount
    this.#nextDueMicros = other.#nextDueMicros
  }

  #hold(pair: number, untilMicros: number): void {
    if (this.#columns.heldAt.get(pair) === 0) {
      this.#columns.held.set(this.#heldCount++, pair)
      this.#columns.heldAt.set(pair, this.#heldCount)
    }
    if (pair >= this.#state.length) this.#state = grown(this.#state, Uint8Array, pair + 1)
    this.#mark(pair, (this.#state[pair] as number) | HELD)
    if (untilMicros < this.#nextDueMicros) this.#nextDueMicros = untilMicros
  }

  *#listedPairs(): IterableIterator<number> {
    for (let place = 0; place < this.#heldCount; place++) yield this.#columns.held.get(place)
  }
}

function makeColumns() {
  return {
    // By pair; 0 = none.
    suspendedUntil: new Float64s(),
    blackholedUntil: new Float64s(),
    /** Pairs that are suspended or blackholed, in no order; and the place of each in the list, from 1. */
    held: new Int32s(),
    heldAt: new Int32s(),
  }
}
