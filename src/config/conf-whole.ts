/**
 * What only the whole of a configuration shows: modules that are missing, scripts
 * that are not named, groups that are large. Source: configuration.md section 5.
 */
import type { Code } from "../errors.js"
import type { Built } from "./conf-build.js"
import type { ScopeNode } from "./scope-tree.js"
import type { Stanza } from "./syntax/conf-ast.js"
import { type ConfReport, NOT_USED } from "./syntax/conf-report.js"

/** The script that makes Adaptive Delivery act. */
const ACTIVATING_SCRIPT = "msys.adaptive"
/** The original slows down with more; this one does not. */
const ADVISED_BINDINGS = 32

/** @param hasRules rules are named otherwise: no script need lead to them */
export function checkWhole(built: Built, hasRules: boolean, report: ConfReport): void {
  const module = (name: string): Stanza | null =>
    built.modules.find(({ stanza }) => stanza === name)?.first ?? null
  const adaptive = module("adaptive")
  if (adaptive === null) {
    const [rule] = built.sweepStanzas
    if (rule !== undefined)
      report.add(
        "E_CONF_MODULE",
        rule,
        "an adaptive_sweep_rule stands in a configuration without the adaptive module",
        `add adaptive { }; ${NOT_USED}`,
      )
  } else {
    checkAdaptive(adaptive, module, hasRules || built.scripts.some(({ text }) => isActivating(text)), report)
  }
  checkGroups(built.tree.root, report)
}

function checkAdaptive(
  adaptive: Stanza,
  module: (name: string) => Stanza | null,
  isActivated: boolean,
  report: ConfReport,
): void {
  const tell = (code: Code, message: string, hint: string): void => report.add(code, adaptive, message, hint)
  if (module("inbound_audit") === null)
    tell(
      "E_CONF_MODULE",
      "the adaptive module needs inbound_audit, which is not configured",
      `add inbound_audit { monitors = ("300,6") }; ${NOT_USED}`,
    )
  if (!isActivated)
    tell(
      "E_CONF_DISABLED",
      `CRITICAL: Adaptive Delivery is effectively disabled: no script has the source "${ACTIVATING_SCRIPT}"`,
      `add scriptlet "scriptlet" { script "adaptive" { source = "${ACTIVATING_SCRIPT}" } }`,
    )
  if (module("alerting") === null)
    tell("E_CONF_NO_ALERTING", "alerting is not configured: no alert is mailed", "add alerting { }")
}

/** The name of the module, or the path of its file. */
export function isActivating(source: string): boolean {
  return source === ACTIVATING_SCRIPT || /(^|\/)msys\/adaptive(\.lua)?$/.test(source)
}

function checkGroups(root: ScopeNode, report: ConfReport): void {
  for (const group of root.groups.values()) {
    const place = group.place
    if (group.bindings.size <= ADVISED_BINDINGS || place === null) continue
    report.add(
      "E_CONF_GROUP_SIZE",
      place,
      `the group '${group.name}' has ${group.bindings.size} bindings: the original advises at most ${ADVISED_BINDINGS}`,
      "nothing to mend here: a group of a thousand is checked as fast as one of ten",
    )
  }
}
