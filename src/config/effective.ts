/**
 * What is in effect somewhere, as an operator or a script asks for it: found by
 * falling back from a scope, or from a sweep rule in one. Defaults stand in the
 * catalogue. Source: configuration.md section 2; engine.md section 7, step 2.
 */
import type { Configuration } from "./configuration.js"
import type { Scope } from "./lookup.js"
import { findSetting, type Rank, type Setting, type SweepStanza } from "./scope-tree.js"
import { SWEEP_SWITCH } from "./sweep-stanza.js"

/** @returns null where nobody sets the option */
export function effectiveSetting(configuration: Configuration, scope: Scope, option: string): Setting | null {
  return findSetting(ranksOf(configuration, scope), option)?.setting ?? null
}

/**
 * An option of the sweep rule that acts in a scope: the most specific one of a name, which shadows the others as a whole.
 * @returns "no-rule" where there is none of that name; null where it does not set the option
 */
export function effectiveSweepSetting(
  configuration: Configuration,
  scope: Scope,
  rule: string,
  option: string,
): Setting | null | "no-rule" {
  const ranks = ranksOf(configuration, scope)
  const stanza = findSweepStanza(ranks, rule)
  if (stanza === null) return "no-rule"
  const own = stanza.settings.get(option)
  if (own !== undefined) return own
  return option === SWEEP_SWITCH ? (findSetting(ranks, option)?.setting ?? null) : null
}

function findSweepStanza(ranks: readonly Rank[], rule: string): SweepStanza | null {
  for (const rank of ranks)
    for (const { sweepRules } of rank) {
      const found = sweepRules.find(({ name }) => name === rule)
      if (found !== undefined) return found
    }
  return null
}

/** A group that is named is the one that is asked, whatever the binding's own is. */
function ranksOf(configuration: Configuration, scope: Scope): readonly Rank[] {
  const { group, binding } = scope
  return group === "" && binding !== "" ? configuration.ranks(scope) : configuration.tree.ranks(scope)
}
