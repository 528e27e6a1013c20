/**
 * Finds which of many literals stand in a subject, in time that does not depend on how
 * many literals there are. Each literal is entered under one group of four characters
 * (a gram), its rarest. A search copies the subject into bytes once, looks every gram
 * of it up in a small table, four places per word, and compares the literal only where
 * the table says so; no place depends on the one before, which is what makes it faster
 * than an automaton. Keeps out patterns and rules.
 */
import { KELVIN_SIGN, LONG_S } from "./fold.js"

/** Sets bit 5 of four characters: letters lose their case, the rest only collides. */
const CASE_BITS = 0x20202020
/** Spreads the bits of a gram (2^32 divided by the golden ratio). */
const SPREAD = 0x9e3779b1 | 0
const MIN_TABLE_BITS = 10
const MAX_TABLE_BITS = 16
/** Table slots per gram: the share of places looked at in vain is its inverse. */
const SLOTS_PER_GRAM = 16
const KEPT_BYTES = 16_384
/** The four spare bytes let the last word be read whole. */
const SPARE_BYTES = 4

interface Entry {
  readonly key: number
  /** Folded characters of the literal. */
  readonly text: Uint8Array
  /** Where the gram stands in the literal. */
  readonly offset: number
  /** What to report. */
  readonly id: number
}

/** The subject as bytes, written by `loadSubject`; shared by all filters of a thread. */
let bytes = new Uint8Array(KEPT_BYTES)
let words = new Int32Array(bytes.buffer)
let writer = Buffer.from(bytes.buffer)
let length = 0

const WIDE = /[^\0-\xff]/

/** Copies a subject for the filters. Returns true if it holds characters beyond Latin-1. */
export function loadSubject(subject: string): boolean {
  if (subject.length + SPARE_BYTES > bytes.length) resize(subject.length + SPARE_BYTES)
  else if (bytes.length > KEPT_BYTES && subject.length < KEPT_BYTES - SPARE_BYTES) resize(KEPT_BYTES)
  const wide = WIDE.test(subject)
  length = writer.latin1Write(wide ? subject.replace(/[^\0-\xff]/g, narrowed) : subject, 0)
  words[length >> 2] = (words[length >> 2] as number) & ((1 << (8 * (length & 3))) - 1)
  words[(length >> 2) + 1] = 0
  return wide
}

function resize(size: number): void {
  bytes = new Uint8Array((size + 3) & ~3)
  words = new Int32Array(bytes.buffer)
  writer = Buffer.from(bytes.buffer)
}

/** A literal is ASCII; of the other characters only two match a letter of it caselessly. */
function narrowed(ch: string): string {
  const code = ch.charCodeAt(0)
  return code === KELVIN_SIGN ? "k" : code === LONG_S ? "s" : "\0"
}
