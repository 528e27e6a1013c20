/**
 * Numbers for keys that are texts, so that counts stand in columns. A number is
 * given anew once its key was removed. Unlike the engine's pairs, which come as
 * bytes by the million and stay, these come from scripts and may go again.
 */
import { Int32s } from "./paged.js"
import { KEYS_IN_PART, type Part, packTexts, unpackTexts } from "./part.js"

/** Words of a slot: row from 1, hash of its key. */
const SLOT = 2
const FIRST_SLOTS = 16
const MAX_LOAD = 0.6
const SPREAD = 0x9e3779b1 | 0

interface PartFacts {
  /** Keys in all parts together. */
  readonly size: number
}

export class KeyTable {
  #slots = new Int32s()
  #mask = FIRST_SLOTS - 1
  #keys: (string | undefined)[] = []
  /** Rows without a key, the one freed last on top. */
  #free = new Int32s()
  #freed = 0

  /** Keys held. */
  get size(): number {
    return this.#keys.length - this.#freed
  }

  /** Every row given is smaller. */
  get rows(): number {
    return this.#keys.length
  }

  /** The row of a key; -1 when there is none. */
  find(key: string): number {
    return this.#row(this.#slotOf(key, hashOf(key)))
  }

  /** The row of a key, which gets one if it has none. */
  of(key: string): number {
    const hash = hashOf(key)
    const slot = this.#slotOf(key, hash)
    const known = this.#row(slot)
    if (known >= 0) return known
    const row = this.#freed > 0 ? this.#free.get(--this.#freed) : this.#keys.length
    this.#put(slot, row, key, hash)
    return row
  }

  /** Undefined for a row without a key. */
  keyOf(row: number): string | undefined {
    return this.#keys[row]
  }

  /** Takes a key out; its row may be given to another. Returns it, or -1. */
  remove(key: string): number {
    let hole = this.#slotOf(key, hashOf(key))
    const row = this.#row(hole)
    if (row < 0) return -1
    this.#keys[row] = undefined
    this.#release(row)
    // Later entries move up where the hole would cut them off from where their search begins.
    const slots = this.#slots
    for (let slot = (hole + 1) & this.#mask; slots.get(slot * SLOT) !== 0; slot = (slot + 1) & this.#mask) {
      const home = slots.get(slot * SLOT + 1) & this.#mask
      if (((slot - home) & this.#mask) < ((slot - hole) & this.#mask)) continue
      slots.set(hole * SLOT, slots.get(slot * SLOT))
      slots.set(hole * SLOT + 1, slots.get(slot * SLOT + 1))
      hole = slot
    }
    slots.set(hole * SLOT, 0)
    return row
  }

  /** Every key with its row, by row. */
  *entries(): IterableIterator<readonly [row: number, key: string]> {
    for (let row = 0; row < this.#keys.length; row++) {
      const key = this.#keys[row]
      if (key !== undefined) yield [row, key]
    }
  }

  /** All parts have been taken: rows that no key came for may be given from now on. */
  settle(): void {
    for (let row = this.#keys.length - 1; row >= 0; row--)
      if (this.#keys[row] === undefined) this.#release(row)
  }

  /** All keys with their rows, in parts of a name. */
  *parts(name: string, facts: object): Generator<Part> {
    const { size } = this
    let rows: number[] = []
    let keys: string[] = []
    const take = (): Part => {
      const part = {
        name,
        facts: { ...facts, size } satisfies PartFacts,
        columns: { rows: Int32Array.from(rows), ...packTexts(keys) },
      }
      rows = []
      keys = []
      return part
    }
    for (const [row, key] of this.entries()) {
      rows.push(row)
      keys.push(key)
      if (rows.length === KEYS_IN_PART) yield take()
    }
    if (rows.length > 0) yield take()
  }

  /** Takes over the keys of a part, with their rows; when all are in, `settle` must be called. */
  takePart({ facts, columns: { rows, bytes, lengths } }: Part): void {
    // Room for all from the start: making more later means entering everything anew.
    if (this.#keys.length === 0)
      while ((facts as PartFacts).size > (this.#mask + 1) * MAX_LOAD) this.#mask = this.#mask * 2 + 1
    for (const [i, key] of unpackTexts(bytes, lengths).entries()) {
      const row = rows?.[i] as number
      while (this.#keys.length < row) this.#keys.push(undefined)
      const hash = hashOf(key)
      this.#put(this.#slotOf(key, hash), row, key, hash)
    }
  }

  fork(): KeyTable {
    const copy = new KeyTable()
    copy.#slots = this.#slots.fork()
    copy.#mask = this.#mask
    copy.#keys = this.#keys.slice()
    copy.#free = this.#free.fork()
    copy.#freed = this.#freed
    return copy
  }

  #put(slot: number, row: number, key: string, hash: number): void {
    this.#keys[row] = key
    this.#slots.set(slot * SLOT, row + 1)
    this.#slots.set(slot * SLOT + 1, hash)
    if (this.size > (this.#mask + 1) * MAX_LOAD) this.#spread()
  }

  #release(row: number): void {
    this.#free.set(this.#freed++, row)
  }

  #row(slot: number): number {
    return this.#slots.get(slot * SLOT) - 1
  }

  /** Where a key stands, or would. */
  #slotOf(key: string, hash: number): number {
    const slots = this.#slots
    let slot = hash & this.#mask
    for (;;) {
      const entry = slots.get(slot * SLOT)
      if (entry === 0) return slot
      if (slots.get(slot * SLOT + 1) === hash && this.#keys[entry - 1] === key) return slot
      slot = (slot + 1) & this.#mask
    }
  }

  #spread(): void {
    const old = this.#slots
    const mask = this.#mask * 2 + 1
    const slots = new Int32s()
    for (let from = 0; from <= this.#mask; from++) {
      const entry = old.get(from * SLOT)
      if (entry === 0) continue
      const hash = old.get(from * SLOT + 1)
      let slot = hash & mask
      while (slots.get(slot * SLOT) !== 0) slot = (slot + 1) & mask
      slots.set(slot * SLOT, entry)
      slots.set(slot * SLOT + 1, hash)
    }
    this.#slots = slots
    this.#mask = mask
  }
}

function hashOf(key: string): number {
  let hash = key.length
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), SPREAD)
  hash ^= hash >>> 15
  hash = Math.imul(hash, SPREAD)
  return hash ^ (hash >>> 13)
}
