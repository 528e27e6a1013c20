/**
 * Exact counts in sliding windows: "how many matches in the last S seconds",
 * for triggers. Matches of one instant share an entry, so a log with times of
 * whole seconds needs at most S entries a key, however many matches it holds;
 * what leaves the window is forgotten, and so is a key with nothing left in it.
 * Entries stand in blocks that keys take and give back: no object a key.
 * Knows no rules: a key is a number.
 */
import { Float64s, Int32s } from "./paged.js"
import { KEYS_IN_PART, type Part } from "./part.js"

/** Instants of a block. */
const BLOCK = 8
const NONE = 0
const SPREAD = 0x9e3779b1 | 0
const FIRST_SLOTS = 1024
const MAX_LOAD = 0.6

export class SlidingCounts {
  /** Row of a key, from 1, at the place of its hash or behind it. */
  #slots = new Int32s()
  #mask = FIRST_SLOTS - 1
  // By row, from 1. The window is that when the key last counted: what lies outside is no loss.
  #keys = new Float64s()
  #spans = new Float64s()
  #totals = new Float64s()
  #first = new Int32s()
  #last = new Int32s()
  /** Entries of the first block that have left the window, and entries of the last one. */
  #gone = new Int32s()
  #filled = new Int32s()
  // By block, from 1, and entry.
  #times = new Float64s()
  #counts = new Float64s()
  #next = new Int32s()
  #rows = 0
  #blocks = 0
  /** Rows and blocks given back, each leading to the next. */
  #freeRow = NONE
  #freeBlock = NONE
  #size = 0
  /** The next row to be looked at for being forgotten. */
  #hand = 1

  /** Keys held. */
  get size(): number {
    return this.#size
  }

  /**
   * Records one match and counts those in (at − span, at], this one included.
   * @param atMicros never earlier than the key's last one
   */
  add(key: number, atMicros: number, spanMicros: number): number {
    const row = this.#row(key) || this.#make(key, atMicros)
    this.#spans.set(row, spanMicros)
    this.#append(row, atMicros, 1)
    this.#forget(row, atMicros)
    return this.#totals.get(row)
  }

  /** What was added before and still lies in the key's window at this time. */
  count(key: number, atMicros: number): number {
    const row = this.#row(key)
    if (row === NONE) return 0
    this.#forget(row, atMicros)
    return this.#totals.get(row)
  }

  /** A copy that goes its own way; pages are shared until one side writes. */
  fork(): SlidingCounts {
    const copy = new SlidingCounts()
    copy.#slots = this.#slots.fork()
    copy.#mask = this.#mask
    copy.#keys = this.#keys.fork()
    copy.#spans = this.#spans.fork()
    copy.#totals = this.#totals.fork()
    copy.#first = this.#first.fork()
    copy.#last = this.#last.fork()
    copy.#gone = this.#gone.fork()
    copy.#filled = this.#filled.fork()
    copy.#times = this.#times.fork()
    copy.#counts = this.#counts.fork()
    copy.#next = this.#next.fork()
    copy.#rows = this.#rows
    copy.#blocks = this.#blocks
    copy.#freeRow = this.#freeRow
    copy.#freeBlock = this.#freeBlock
    copy.#size = this.#size
    copy.#hand = this.#hand
    return copy
  }

  /** All keys with what counts for them, some in each part. */
  *parts(name: string): Generator<Part> {
    const empty = () => ({ keys: [], spans: [], lengths: [], times: [], counts: [] }) as Lists
    let lists = empty()
    for (let row = 1; row <= this.#rows; row++) {
      if (this.#first.get(row) === NONE) continue
      lists.keys.push(this.#keys.get(row))
      lists.spans.push(this.#spans.get(row))
      const before = lists.times.length
      this.#each(row, (at, count) => {
        lists.times.push(at)
        lists.counts.push(count)
      })
      lists.lengths.push(lists.times.length - before)
      if (lists.keys.length < KEYS_IN_PART && lists.times.length < KEYS_IN_PART * BLOCK) continue
      yield { name, facts: null, columns: packed(lists) }
      lists = empty()
    }
    if (lists.keys.length > 0) yield { name, facts: null, columns: packed(lists) }
  }

  /** Takes over the keys of a part; none may be there already. */
  takePart({ columns }: Part): void {
    const { keys, spans, lengths, times, counts } = columns as unknown as Lists
    let at = 0
    for (const [i, key] of keys.entries()) {
      const row = this.#make(key, Number.NEGATIVE_INFINITY)
      this.#spans.set(row, spans[i] as number)
      for (const end = at + (lengths[i] as number); at < end; at++)
        this.#append(row, times[at] as number, counts[at] as number)
    }
  }

  #each(row: number, tell: (at: number, count: number) => void): void {
    const last = this.#last.get(row)
    let entry = this.#gone.get(row)
    for (let block = this.#first.get(row); block !== NONE; block = this.#next.get(block)) {
      const end = block === last ? this.#filled.get(row) : BLOCK
      for (; entry < end; entry++)
        tell(this.#times.get(block * BLOCK + entry), this.#counts.get(block * BLOCK + entry))
      entry = 0
      if (block === last) return
    }
  }

  #append(row: number, atMicros: number, count: number): void {
    let block = this.#last.get(row)
    const filled = this.#filled.get(row)
    this.#totals.add(row, count)
    const place = block * BLOCK + filled
    if (block !== NONE && filled > 0 && this.#times.get(place - 1) === atMicros) {
      this.#counts.add(place - 1, count)
      return
    }
    if (block === NONE || filled === BLOCK) {
      const fresh = this.#takeBlock()
      if (block === NONE) {
        this.#first.set(row, fresh)
        this.#gone.set(row, 0)
      } else this.#next.set(block, fresh)
      this.#last.set(row, fresh)
      this.#filled.set(row, 0)
      block = fresh
    }
    const at = block * BLOCK + this.#filled.get(row)
    this.#times.set(at, atMicros)
    this.#counts.set(at, count)
    this.#filled.add(row, 1)
  }

  /** Takes out what no longer lies in (at − span, at]. The last block of a key stays with it. */
  #forget(row: number, atMicros: number): void {
    const from = atMicros - this.#spans.get(row)
    const last = this.#last.get(row)
    let block = this.#first.get(row)
    let gone = this.#gone.get(row)
    for (;;) {
      const end = block === last ? this.#filled.get(row) : BLOCK
      if (gone === end) {
        if (block === last) break
        const next = this.#next.get(block)
        this.#giveBlock(block)
        block = next
        gone = 0
        continue
      }
      const place = block * BLOCK + gone
      if (this.#times.get(place) > from) break
      this.#totals.add(row, -this.#counts.get(place))
      gone++
    }
    if (block !== this.#first.get(row)) this.#first.set(row, block)
    if (gone !== this.#gone.get(row)) this.#gone.set(row, gone)
  }

  /** Each new key has two old ones looked at: keys come and go, and what is over goes with them. */
  #make(key: number, atMicros: number): number {
    for (let looks = 0; looks < 2 && this.#rows > 0; looks++) {
      const row = this.#hand
      this.#hand = row >= this.#rows ? 1 : row + 1
      if (this.#first.get(row) === NONE) continue
      this.#forget(row, atMicros)
      if (this.#totals.get(row) === 0) this.#remove(row)
    }
    let row = this.#freeRow
    if (row === NONE) row = ++this.#rows
    else this.#freeRow = this.#last.get(row)
    this.#keys.set(row, key)
    this.#totals.set(row, 0)
    this.#first.set(row, NONE)
    this.#last.set(row, NONE)
    this.#filled.set(row, 0)
    this.#size++
    if (this.#size > (this.#mask + 1) * MAX_LOAD) this.#spread()
    let slot = this.#home(key)
    while (this.#slots.get(slot) !== NONE) slot = (slot + 1) & this.#mask
    this.#slots.set(slot, row)
    return row
  }

  #remove(row: number): void {
    for (let block = this.#first.get(row); ; ) {
      const next = this.#next.get(block)
      const isLast = block === this.#last.get(row)
      this.#giveBlock(block)
      if (isLast) break
      block = next
    }
    let hole = this.#home(this.#keys.get(row))
    while (this.#slots.get(hole) !== row) hole = (hole + 1) & this.#mask
    // Later entries move up where the hole would cut them off from where their search begins.
    for (let slot = (hole + 1) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const other = this.#slots.get(slot)
      if (other === NONE) break
      const home = this.#home(this.#keys.get(other))
      if (((slot - home) & this.#mask) < ((slot - hole) & this.#mask)) continue
      this.#slots.set(hole, other)
      hole = slot
    }
    this.#slots.set(hole, NONE)
    this.#first.set(row, NONE)
    this.#last.set(row, this.#freeRow)
    this.#freeRow = row
    this.#size--
  }

  #takeBlock(): number {
    const block = this.#freeBlock
    if (block === NONE) return ++this.#blocks
    this.#freeBlock = this.#next.get(block)
    return block
  }

  #giveBlock(block: number): void {
    this.#next.set(block, this.#freeBlock)
    this.#freeBlock = block
  }

  #row(key: number): number {
    for (let slot = this.#home(key); ; slot = (slot + 1) & this.#mask) {
      const row = this.#slots.get(slot)
      if (row === NONE || this.#keys.get(row) === key) return row
    }
  }

  #home(key: number): number {
    let hash = Math.imul((key % 2 ** 32) | 0, SPREAD) ^ Math.imul((key / 2 ** 32) | 0, 0x85ebca6b)
    hash ^= hash >>> 15
    hash = Math.imul(hash, SPREAD)
    return (hash ^ (hash >>> 13)) & this.#mask
  }

  #spread(): void {
    this.#mask = this.#mask * 2 + 1
    this.#slots = new Int32s()
    for (let row = 1; row <= this.#rows; row++) {
      if (this.#first.get(row) === NONE) continue
      let slot = this.#home(this.#keys.get(row))
      while (this.#slots.get(slot) !== NONE) slot = (slot + 1) & this.#mask
      this.#slots.set(slot, row)
    }
  }
}

interface Lists {
  readonly keys: number[]
  readonly spans: number[]
  /** Instants of each key. */
  readonly lengths: number[]
  readonly times: number[]
  readonly counts: number[]
}

function packed({ keys, spans, lengths, times, counts }: Lists): Part["columns"] {
  return {
    keys: Float64Array.from(keys),
    spans: Float64Array.from(spans),
    lengths: Int32Array.from(lengths),
    times: Float64Array.from(times),
    counts: Float64Array.from(counts),
  }
}
