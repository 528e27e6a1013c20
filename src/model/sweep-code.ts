/**
 * What a sweep rule names to be counted, and how long it may suspend: forms that
 * rule files and configuration files share.
 * Source: configuration.md section 3, adaptive_sweep_rule, and section 4.
 */

export type SweepCode =
  | { readonly family: "bounce"; readonly bounceClass: number }
  | { readonly family: "fbl"; readonly category: string }

/** What to write, for hints. */
export const SWEEP_CODE_FORM =
  'write "bc:" and the number of a bounce class, e.g. "bc:10", or "fbl:" and a category, e.g. "fbl:abuse"'

/** `bc:10` or `fbl:abuse`; null for anything else. */
export function parseSweepCode(text: string): SweepCode | null {
  const bounce = /^bc:(\d{1,3})$/i.exec(text.trim())
  if (bounce !== null) return { family: "bounce", bounceClass: Number(bounce[1]) }
  const fbl = /^fbl:(\S+)$/i.exec(text.trim())
  return fbl === null ? null : { family: "fbl", category: (fbl[1] as string).toLowerCase() }
}

/** The documents ask for whole hours that are a power of two; others work all the same. */
export function isAdvisedSuspension(seconds: number): boolean {
  return Number.isInteger(Math.log2(seconds / 3600)) && seconds >= 3600
}
