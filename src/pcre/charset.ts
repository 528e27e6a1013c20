/**
 * Sets of code points, the alphabet every later stage works in. All of PCRE's ways
 * to write a set (`\h`, `[[:alpha:]]`, `\p{Lu}`, caseless letters …) end up as one
 * sorted list of ranges, so the translator, the engine and the analysis cannot
 * disagree about what a set holds. Keeps out syntax and case rules.
 */

/** Flat, sorted, non-touching ranges: [lo, hi, lo, hi, …], both ends included. */
export type CharSet = readonly number[]

export const MAX_CODE = 0x10ffff

export const EMPTY_SET: CharSet = []
export const ANY_CHAR: CharSet = [0, MAX_CODE]
export const NEWLINE: CharSet = [0x0a, 0x0a]

export function normalise(ranges: readonly (readonly [number, number])[]): CharSet {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0])
  const out: number[] = []
  for (const [lo, hi] of sorted) {
    const last = out.length - 1
    const end = out[last]
    if (end !== undefined && lo <= end + 1) out[last] = Math.max(end, hi)
    else out.push(lo, hi)
  }
  return out
}

export function rangesOf(set: CharSet): [number, number][] {
  const out: [number, number][] = []
  for (let i = 0; i < set.length; i += 2) out.push([set[i] as number, set[i + 1] as number])
  return out
}

export function union(...sets: readonly CharSet[]): CharSet {
  return unionOf(sets)
}

/** Of a list as long as a pattern may be: a call may not have so many arguments. */
export function unionOf(sets: readonly CharSet[]): CharSet {
  return normalise(sets.flatMap(rangesOf))
}

export function negate(set: CharSet): CharSet {
  const out: number[] = []
  let next = 0
  for (const [lo, hi] of rangesOf(set)) {
    if (lo > next) out.push(next, lo - 1)
    next = hi + 1
  }
  if (next <= MAX_CODE) out.push(next, MAX_CODE)
  return out
}

export function intersects(a: CharSet, b: CharSet): boolean {
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    if ((a[i + 1] as number) < (b[j] as number)) i += 2
    else if ((b[j + 1] as number) < (a[i] as number)) j += 2
    else return true
  }
  return false
}

export function contains(set: CharSet, code: number): boolean {
  let lo = 0
  let hi = set.length / 2 - 1
  while (lo <= hi) {
    const mid = (lo + hi) >> 1
    if (code < (set[2 * mid] as number)) hi = mid - 1
    else if (code > (set[2 * mid + 1] as number)) lo = mid + 1
    else return true
  }
  return false
}

/** How many code points the set holds. */
export function sizeOf(set: CharSet): number {
  return rangesOf(set).reduce((sum, [lo, hi]) => sum + hi - lo + 1, 0)
}

const ascii = (text: string): CharSet =>
  normalise([...text].map((ch) => [ch.charCodeAt(0), ch.charCodeAt(0)] as const))

const DIGIT = [0x30, 0x39]
const UPPER = [0x41, 0x5a]
const LOWER = [0x61, 0x7a]
const ALPHA = [...UPPER, ...LOWER]
const ALNUM = [...DIGIT, ...ALPHA]
/** VT included: PCRE since 8.34 and PCRE2. */
const SPACE = [0x09, 0x0d, 0x20, 0x20]
const WORD = union(ALNUM, ascii("_"))
const HORIZONTAL = normalise([
  [0x09, 0x09],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x180e, 0x180e],
  [0x2000, 0x200a],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
])
const VERTICAL: CharSet = [0x0a, 0x0d, 0x85, 0x85, 0x2028, 0x2029]

export const NOT_NEWLINE = negate(NEWLINE)
/** What ends a line for `\R`, when it is a single character. */
export const LINE_END = VERTICAL
export const WORD_CHARS: CharSet = WORD

/**
 * The backslash classes. Without `(*UCP)` PCRE looks only at ASCII, in UTF-8 mode
 * too. Source: pcre2pattern, "Generic character types".
 */
export const ESCAPE_SETS: Readonly<Record<string, CharSet>> = {
  d: DIGIT,
  D: negate(DIGIT),
  w: WORD,
  W: negate(WORD),
  s: SPACE,
  S: negate(SPACE),
  h: HORIZONTAL,
  H: negate(HORIZONTAL),
  v: VERTICAL,
  V: negate(VERTICAL),
}

/** Names inside `[[:name:]]`, ASCII only. Source: pcre2pattern, "POSIX character classes". */
export const POSIX_SETS: Readonly<Record<string, CharSet>> = {
  alpha: ALPHA,
  lower: LOWER,
  upper: UPPER,
  alnum: ALNUM,
  ascii: [0, 0x7f],
  blank: ascii(" \t"),
  cntrl: [0, 0x1f, 0x7f, 0x7f],
  digit: DIGIT,
  graph: [0x21, 0x7e],
  print: [0x20, 0x7e],
  punct: [0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e],
  space: SPACE,
  word: WORD,
  xdigit: [...DIGIT, 0x41, 0x46, 0x61, 0x66],
}
