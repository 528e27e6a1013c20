/**
 * Judges a pattern without making it ready to run: what a linter needs of
 * thousands of patterns of which few will ever be asked. Keeps out matching.
 */
import { analyse } from "./analyse.js"
import { type PatternError, PatternFault } from "./fault.js"
import { parsePattern } from "./parse.js"

export type PatternVerdict =
  | {
      readonly ok: true /** Can the work grow exponentially with the subject? */
      readonly exponential: boolean
    }
  | { readonly ok: false; readonly error: PatternError }

/** A repeat of a group: without one no repeat can stand inside another. */
const REPEATED_GROUP = /\)[*+?{]/

/** Would PCRE compile this pattern, can it be honoured here, and can it run away? Never throws. */
export function judgePattern(source: string): PatternVerdict {
  try {
    const { root } = parsePattern(source)
    const exponential = REPEATED_GROUP.test(source) && analyse(root).cost.kind === "exponential"
    return { ok: true, exponential }
  } catch (fault) {
    if (fault instanceof PatternFault) return { ok: false, error: fault.error }
    throw fault
  }
}
