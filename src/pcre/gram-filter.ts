/**
 * Finds which of many literals stand in a subject, in time that hardly depends on how
 * many there are. Each literal is entered under one gram, three or four characters of
 * it, chosen by the caller as its rarest. A search looks every gram of the subject up in
 * a small table, four places per word; no look-up waits for the one before, unlike the
 * steps of an automaton. What the table knows is confirmed by a second gram, not by the
 * whole literal: the pattern is tried next in any case. Keeps out patterns and rules.
 */
import type { SubjectBytes } from "./subject-bytes.js"

/** Sets bit 5 of each character: letters lose their case, some others collide. */
const CASE_BITS = 0x20202020
/** Spreads the bits of a gram: 2^32 divided by the golden ratio. */
const SPREAD = 0x9e3779b1 | 0
const MIN_TABLE_BITS = 8
/** 128 KiB of flags: what still stays in a core's second cache. */
const MAX_TABLE_BITS = 17
/** Flags per gram: the inverse is the share of places that are looked at in vain. */
const FLAGS_PER_GRAM = 128
/** So many times fewer lists of literals than flags. */
const LIST_SHIFT = 3

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
  /** For each hash of a gram: does any literal have it? */
  readonly #known: Uint8Array
  /** For each shortened hash the first entry, counted from 1. */
  readonly #heads: Int32Array
  readonly #next: Int32Array
  readonly #keys: Int32Array
  /** A second gram of the literal, and how far behind the first it stands. */
  readonly #otherKeys: Int32Array
  readonly #otherAt: Int32Array
  /** How much of the literal stands before its gram, and from its gram on. */
  readonly #before: Int32Array
  readonly #after: Int32Array
  /** The search in which a literal was last found: each is reported once. */
  readonly #foundIn: Float64Array
  #search = 0

  /** @param mask -1 for grams of four characters, 0xffffff for three */
  constructor(literals: readonly Literal[], mask: number) {
    const wanted = Math.ceil(Math.log2(Math.max(1, literals.length * FLAGS_PER_GRAM)))
    const bits = Math.min(MAX_TABLE_BITS, Math.max(MIN_TABLE_BITS, wanted))
    this.#mask = mask
    this.#shift = 32 - bits
    this.#known = new Uint8Array(1 << bits)
    this.#heads = new Int32Array(1 << (bits - LIST_SHIFT))
    this.#next = new Int32Array(literals.length + 1)
    this.#foundIn = new Float64Array(literals.length + 1)
    const size = mask === -1 ? 4 : 3
    const column = (value: (literal: Literal) => number): Int32Array =>
      Int32Array.from([0, ...literals.map((literal) => value(literal))])
    this.#keys = column(({ text, gramAt }) => gramKey(text, gramAt, mask))
    this.#otherKeys = column((literal) => gramKey(literal.text, farGram(literal, size), mask))
    this.#otherAt = column((literal) => farGram(literal, size) - literal.gramAt)
    this.#before = column(({ gramAt }) => gramAt)
    this.#after = column(({ text, gramAt }) => text.length - gramAt)
    for (let entry = 1; entry <= literals.length; entry++) {
      const hash = Math.imul(this.#keys[entry] as number, SPREAD) >>> this.#shift
      this.#known[hash] = 1
      this.#next[entry] = this.#heads[hash >> LIST_SHIFT] as number
      this.#heads[hash >> LIST_SHIFT] = entry
    }
  }

  /** Writes the numbers of the literals found to `out`, which has room for all; returns how many. */
  search(subject: SubjectBytes, out: Int32Array): number {
    const hits = this.#lookUp(subject.words, subject.marks, subject.length)
    if (hits === 0) return 0
    const search = ++this.#search
    const { words, marks } = subject
    const heads = this.#heads
    const keys = this.#keys
    const next = this.#next
    const foundIn = this.#foundIn
    const shift = this.#shift + LIST_SHIFT
    const mask = this.#mask
    let count = 0
    for (let i = 0; i < hits; i++) {
      const at = marks[i] as number
      let word = (words[at] as number) | CASE_BITS
      let following = (words[at + 1] as number) | CASE_BITS
      for (let place = 4 * at; place < 4 * at + 4; place++) {
        const key = word & mask
        for (
          let entry = heads[Math.imul(key, SPREAD) >>> shift] as number;
          entry !== 0;
          entry = next[entry] as number
        ) {
          if (keys[entry] !== key || foundIn[entry] === search || !this.#confirms(subject, entry, place))
            continue
          foundIn[entry] = search
          out[count++] = entry - 1
        }
        word = (word >>> 8) | (following << 24)
        following >>>= 8
      }
    }
    return count
  }

  /**
   * Marks the words in which a gram begins that the table knows; returns how many. Apart
   * from the comparisons, because a loop that calls nothing is twice as fast.
   */
  #lookUp(words: Int32Array, marks: Int32Array, length: number): number {
    const flags = this.#known
    const shift = this.#shift
    const mask = this.#mask
    const count = (length + 3) >> 2
    let hits = 0
    let word = (words[0] as number) | CASE_BITS
    for (let i = 0; i < count; i++) {
      const following = (words[i + 1] as number) | CASE_BITS
      const known =
        (flags[Math.imul(word & mask, SPREAD) >>> shift] as number) |
        (flags[Math.imul(((word >>> 8) | (following << 24)) & mask, SPREAD) >>> shift] as number) |
        (flags[Math.imul(((word >>> 16) | (following << 16)) & mask, SPREAD) >>> shift] as number) |
        (flags[Math.imul(((word >>> 24) | (following << 8)) & mask, SPREAD) >>> shift] as number)
      if (known !== 0) marks[hits++] = i
      word = following
    }
    return hits
  }

  #confirms(subject: SubjectBytes, entry: number, place: number): boolean {
    if (place < (this.#before[entry] as number) || place + (this.#after[entry] as number) > subject.length) {
      return false
    }
    const other = subject.view.getInt32(place + (this.#otherAt[entry] as number), true) | CASE_BITS
    return (other & this.#mask) === this.#otherKeys[entry]
  }
}

/** The gram at the start or at the end of a literal, whichever is farther from its first. */
function farGram({ text, gramAt }: Literal, size: number): number {
  const last = text.length - size
  return gramAt > last - gramAt ? 0 : last
}
