/**
 * The public API. Rules are loaded in a worker that can be stopped; what comes
 * back is a frozen rule set, every finding, and the `configuration` functions.
 *
 * ```ts
 * import { explain, globalOptions, loadRules } from "adaptive-delivery"
 *
 * const loaded = await loadRules(["rules/adaptive_rules.lua", "rules/custom.lua"])
 * for (const finding of loaded.diagnostics) console.error(finding.message)
 * const answer = explain(loaded, globalOptions([]), { domain: "gmail.com", response: "421 4.7.28 …" })
 * ```
 */
import type { OptionLookup } from "./config/lookup.js"
import { type ExplainRequest, type Explanation, explain as explainReply } from "./engine/explain.js"
import type { LoadedRules } from "./reload/load.js"

export { globalOptions, type OptionLookup, SettingError } from "./config/lookup.js"
export type { Explanation } from "./engine/explain.js"
export { CODES, type Code, type Severity } from "./errors.js"
export type { Diagnostic } from "./model/diagnostic.js"
export type { Effect } from "./model/effect.js"
export type { ResponseRule, RuleRef } from "./model/rule.js"
export { type LoadedRules, type LoadOptions, loadRules } from "./reload/load.js"
export type { RuleSet } from "./rules/rule-set.js"

/**
 * What happens to one reply, and why, on a pair without history.
 * @param request `domain` and `response` are needed; the binding is "default" unless named
 */
export function explain(
  loaded: LoadedRules,
  lookup: OptionLookup,
  request: Pick<ExplainRequest, "domain" | "response"> & Partial<ExplainRequest>,
): Explanation {
  return explainReply(loaded.rules, lookup, (id, args) => loaded.functions.call(id, args), {
    binding: "default",
    mx: null,
    phase: null,
    atSec: null,
    ...request,
  })
}
