/**
 * Which characters count as the same letter under `(?i)`. In UTF-8 mode PCRE uses
 * Unicode's simple case folding, so `(?i)k` also matches the Kelvin sign; JavaScript
 * without the `u` flag does not. The classes are written out into the sets instead of
 * using the `i` flag, so that `(?i:…)` may be scoped. Keeps out full foldings (ß = ss)
 * and the Turkish ones, which PCRE does not apply either.
 */
import { type CharSet, contains, normalise, rangesOf } from "./charset.js"

const LAST_CASED_CODE = 0x1ffff
/** Dotted I and dotless i have no simple folding, whatever toLowerCase says. */
const WITHOUT_FOLDING: ReadonlySet<number> = new Set([0x130, 0x131])

/** The non-ASCII variants of ASCII letters: Kelvin sign and long s. */
export const KELVIN_SIGN = 0x212a
export const LONG_S = 0x17f

/** Costs about 20 ms to build, so only a pattern with caseless non-ASCII text pays for it. */
let classesByCode: Map<number, readonly number[]> | undefined

/** All code points that match `code` caselessly, `code` included, ascending. */
export function caseVariants(code: number): readonly number[] {
  if (code < 0x80) return isAsciiLetter(code) ? asciiVariants(code) : [code]
  classesByCode ??= buildClasses()
  return classesByCode.get(code) ?? [code]
}

/** The representative of a case class, for comparing back-references. */
export function foldCode(code: number): number {
  return caseVariants(code)[0] as number
}

/** The set with every case variant of its members added. */
export function closeUnderCase(set: CharSet): CharSet {
  const added = rangesOf(set)
  if ((set.at(-1) ?? 0) < 0x80) {
    for (const [lo, hi] of rangesOf(set)) {
      for (let code = lo; code <= hi; code++) {
        for (const variant of caseVariants(code)) added.push([variant, variant])
      }
    }
    return normalise(added)
  }
  classesByCode ??= buildClasses()
  for (const members of new Set(classesByCode.values())) {
    if (members.some((code) => contains(set, code))) {
      for (const code of members) added.push([code, code])
    }
  }
  return normalise(added)
}

function isAsciiLetter(code: number): boolean {
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x7a
}

function asciiVariants(code: number): readonly number[] {
  const upper = code & ~0x20
  const lower = code | 0x20
  if (lower === 0x6b) return [upper, lower, KELVIN_SIGN]
  if (lower === 0x73) return [upper, lower, LONG_S]
  return [upper, lower]
}

function buildClasses(): Map<number, readonly number[]> {
  const byFolding = new Map<number, number[]>()
  for (let code = 0x41; code <= LAST_CASED_CODE; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue
    const folded = simpleFolding(code)
    if (folded === code) continue
    const members = byFolding.get(folded) ?? [folded]
    members.push(code)
    byFolding.set(folded, members)
  }
  const classes = new Map<number, readonly number[]>()
  for (const members of byFolding.values()) {
    members.sort((a, b) => a - b)
    for (const code of members) classes.set(code, members)
  }
  return classes
}

/**
 * Simple folding out of the mappings the language offers: up, then down, as long as
 * each step yields one character. Checked against the `iu` flags in the tests.
 */
function simpleFolding(code: number): number {
  if (WITHOUT_FOLDING.has(code)) return code
  const text = String.fromCodePoint(code)
  return single((single(text.toUpperCase()) ?? text).toLowerCase())?.codePointAt(0) ?? code
}

function single(text: string): string | undefined {
  const code = text.codePointAt(0) as number
  return text.length === (code > 0xffff ? 2 : 1) ? text : undefined
}
