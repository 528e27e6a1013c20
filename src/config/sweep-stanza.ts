/**
 * An adaptive_sweep_rule stanza as it is written, to a rule; and which rules
 * hold for a scope. Source: engine.md section 7; configuration.md sections 3 and
 * 5; seed "adaptive", How Sweep Rules are Determined.
 */
import { DEFAULT_FBL_RULE, type SweepFamily, type SweepRule } from "../model/sweep-rule.js"
import { readSwitch } from "../model/switch.js"
import { findSetting, type Rank, type SweepStanza } from "./scope-tree.js"

/** Of a rule as of a scope. */
export const SWEEP_SWITCH = "adaptive_sweep_rule_enabled"

/**
 * The rules of a scope, disabled ones included, in the order in which they act: that of the
 * configuration, then the default rules.
 * @param ranks what the scope falls back through
 * @param outward what one of these scopes falls back through by itself
 * @param defaultBounceRule the rule where no stanza names a bounce class
 */
export function sweepRulesOf(
  ranks: readonly Rank[],
  outward: (rank: Rank) => readonly Rank[],
  defaultBounceRule: SweepRule,
): readonly SweepRule[] {
  const byName = new Map<string, { readonly stanza: SweepStanza; readonly enabled: boolean }>()
  const named = new Set<SweepFamily>()
  for (const rank of ranks) {
    if (rank.every(({ sweepRules }) => sweepRules.length === 0)) continue
    const scopeEnabled = isEnabled(outward(rank))
    for (const node of rank) {
      for (const stanza of node.sweepRules) {
        for (const family of stanza.families) named.add(family)
        // The most specific one wins, even if it is disabled.
        if (!byName.has(stanza.name))
          byName.set(stanza.name, { stanza, enabled: scopeEnabled && stanza.enabled !== false })
      }
    }
  }
  const rules: SweepRule[] = []
  for (const { stanza, enabled } of [...byName.values()].sort((a, b) => a.stanza.order - b.stanza.order))
    if (stanza.rule !== null) rules.push(Object.freeze({ ...stanza.rule, enabled }))
  if (isEnabled(ranks)) {
    if (!named.has("bounce")) rules.push(defaultBounceRule)
    if (!named.has("fbl")) rules.push(DEFAULT_FBL_RULE)
  }
  return Object.freeze(rules)
}

function isEnabled(ranks: readonly Rank[]): boolean {
  const found = findSetting(ranks, SWEEP_SWITCH)
  return found === null || readSwitch(found.setting.text) !== false
}
