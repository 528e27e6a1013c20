/**
 * Finds which of many literals stand in a subject, in time that hardly depends on how
 * many there are. Each literal is entered under one gram, three or four characters of
 * it, chosen by the caller as its rarest. A search looks every gram of the subject up in
 * a small table, four places per word, and compares a literal only where the table says
 * so. No look-up waits for the one before, unlike the steps of an automaton. Keeps out
 * patterns and rules.
 */
import type { SubjectBytes } from "./subject-bytes.js"

/** Sets bit 5 of each character: letters lose their case, some others collide. */
const CASE_BITS = 0x20202020
/** Spreads the bits of a gram: 2^32 divided by the golden ratio. */
const SPREAD = 0x9e3779b1 | 0
const MIN_TABLE_BITS = 10
const MAX_TABLE_BITS = 16
/** Slots per gram: the inverse is the share of places that are looked at in vain. */
const SLOTS_PER_GRAM = 16

export interface Literal {
  /** ASCII, in lower case. */
  readonly text: string
  /** Where in the text its gram stands. */
  readonly gramAt: number
}

/** The key under which four (or, `mask` 0xffffff, three) characters are looked up. */
export function gramKey(text: string, at: number, mask: number): number {
  let key = 0
  for (let i = 3; i >= 0; i--) key = (key << 8) | (at + i < text.length ? text.charCodeAt(at + i) : 0)
  return (key | CASE_BITS) & mask
}

export class GramFilter {
  readonly #mask: number
  readonly #shift: number
  /** For each slot the first entry, counted from 1. */
  readonly #heads: Uint16Array | Int32Array
  readonly #next: Int32Array
  readonly #keys: Int32Array
  readonly #gramAt: Int32Array
  readonly #starts: Int32Array
  readonly #texts: Uint8Array
  /** The search in which a literal was last found: each is reported once. */
  readonly #foundIn: Float64Array
  #search = 0

  /** @param mask -1 for grams of four characters, 0xffffff for three */
  constructor(literals: readonly Literal[], mask: number) {
    const wanted = Math.ceil(Math.log2(Math.max(1, literals.length * SLOTS_PER_GRAM)))
    const bits = Math.min(MAX_TABLE_BITS, Math.max(MIN_TABLE_BITS, wanted))
    this.#mask = mask
    this.#shift = 32 - bits
    this.#heads = literals.length < 0xffff ? new Uint16Array(1 << bits) : new Int32Array(1 << bits)
    this.#next = new Int32Array(literals.length + 1)
    this.#foundIn = new Float64Array(literals.length + 1)
    this.#keys = Int32Array.from([0, ...literals.map(({ text, gramAt }) => gramKey(text, gramAt, mask))])
    this.#gramAt = Int32Array.from([0, ...literals.map((literal) => literal.gramAt)])
    this.#texts = Uint8Array.from(Buffer.from(literals.map((literal) => literal.text).join(""), "latin1"))
    this.#starts = new Int32Array(literals.length + 2)
    literals.forEach(({ text }, i) => {
      const entry = i + 1
      this.#starts[entry + 1] = (this.#starts[entry] as number) + text.length
      const slot = Math.imul(this.#keys[entry] as number, SPREAD) >>> this.#shift
      this.#next[entry] = this.#heads[slot] as number
      this.#heads[slot] = entry
    })
  }

  /** Writes the numbers of the literals found to `out`, which has room for all; returns how many. */
  search(subject: SubjectBytes, out: Int32Array): number {
    const { words, length } = subject
    this.#search++
    const heads = this.#heads
    const shift = this.#shift
    const mask = this.#mask
    let count = 0
    let word = (words[0] as number) | CASE_BITS
    for (let i = 1; 4 * i - 4 < length; i++) {
      const following = (words[i] as number) | CASE_BITS
      const key1 = (word >>> 8) | (following << 24)
      const key2 = (word >>> 16) | (following << 16)
      const key3 = (word >>> 24) | (following << 8)
      const head0 = heads[Math.imul(word & mask, SPREAD) >>> shift] as number
      const head1 = heads[Math.imul(key1 & mask, SPREAD) >>> shift] as number
      const head2 = heads[Math.imul(key2 & mask, SPREAD) >>> shift] as number
      const head3 = heads[Math.imul(key3 & mask, SPREAD) >>> shift] as number
      if ((head0 | head1 | head2 | head3) !== 0) {
        const at = 4 * i - 4
        if (head0 !== 0) count = this.#check(subject, head0, word & mask, at, out, count)
        if (head1 !== 0) count = this.#check(subject, head1, key1 & mask, at + 1, out, count)
        if (head2 !== 0) count = this.#check(subject, head2, key2 & mask, at + 2, out, count)
        if (head3 !== 0) count = this.#check(subject, head3, key3 & mask, at + 3, out, count)
      }
      word = following
    }
    return count
  }

  #check(subject: SubjectBytes, head: number, key: number, at: number, out: Int32Array, count: number): number {
    for (let entry = head; entry !== 0; entry = this.#next[entry] as number) {
      if (this.#keys[entry] !== key || this.#foundIn[entry] === this.#search) continue
      if (!this.#stands(subject, entry, at - (this.#gramAt[entry] as number))) continue
      this.#foundIn[entry] = this.#search
      out[count++] = entry - 1
    }
    return count
  }

  #stands(subject: SubjectBytes, entry: number, start: number): boolean {
    const from = this.#starts[entry] as number
    const size = (this.#starts[entry + 1] as number) - from
    if (start < 0 || start + size > subject.length) return false
    const { bytes } = subject
    const texts = this.#texts
    for (let i = 0; i < size; i++) {
      const byte = bytes[start + i] as number
      const folded = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
      if (folded !== texts[from + i]) return false
    }
    return true
  }
}
