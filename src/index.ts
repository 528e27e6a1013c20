/**
 * The public API. Rules are loaded in a worker that can be stopped; what comes
 * back is a frozen rule set, every finding, and the `configuration` functions.
 *
 * ```ts
 * import { dryRun, explain, globalOptions, loadRules } from "adaptive-delivery"
 *
 * const loaded = await loadRules(["rules/adaptive_rules.lua", "rules/custom.lua"])
 * for (const finding of loaded.diagnostics) console.error(finding.message)
 * const answer = explain(loaded, globalOptions([]), { domain: "gmail.com", response: "421 4.7.28 …" })
 * const { summary } = await dryRun(loaded, globalOptions([]), { files: ["mainlog.ec.1.bz2"] })
 * ```
 */
export {
  configuredStore,
  createRuntime,
  dryRun,
  explain,
  type KeptRules,
  keepRules,
  loadConfig,
  replaceRules,
} from "./api.js"
export type { Configuration, LoadedConfiguration } from "./config/configuration.js"
export { globalOptions, SettingError } from "./config/global-options.js"
export type { OptionLookup } from "./config/lookup.js"
export { complete as consoleCandidates } from "./console/complete.js"
export { consoleReply, type Reply } from "./console/console.js"
export { type ConsoleTarget, consoleTarget } from "./console/target.js"
export { EventFault } from "./engine/event-fault.js"
export type { Explanation } from "./engine/explain.js"
export type { Runtime, RuntimeListener, SendAnswer } from "./engine/runtime.js"
export { CODES, type Code, type Severity } from "./errors.js"
export { SourceError } from "./ingest/source.js"
export type { AuditOptions } from "./model/audit-options.js"
export type { Decision, Match } from "./model/decision.js"
export type { Diagnostic } from "./model/diagnostic.js"
export type { Effect } from "./model/effect.js"
export type { Monitor } from "./model/monitor.js"
export { parseMonitor } from "./model/monitor.js"
export type { ResponseRule, RuleRef } from "./model/rule.js"
export { type KeptRevision, type ReloadOutcome, RulesRefused } from "./reload/keeper.js"
export { type LoadedRules, type LoadOptions, loadRules } from "./reload/load.js"
export type { DryRunListener, DryRunResult, Where } from "./replay/dry-run.js"
export { trafficFindings } from "./replay/findings.js"
export type { Summary } from "./replay/tally.js"
export type { RuleSet } from "./rules/rule-set.js"
export { type Restored, SnapshotFile } from "./store/backing/snapshot.js"
export type { DeliveryWindow } from "./store/delivery-series.js"
export { StoreFault } from "./store/fault.js"
export type { OutboundAudit } from "./store/outbound-audit.js"
export { Store, type StoreLimits } from "./store/store.js"
