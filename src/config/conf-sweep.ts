/**
 * One adaptive_sweep_rule stanza to what it says, with everything that is wrong
 * with it. Source: configuration.md sections 3 and 5; seed "adaptive",
 * adaptive_sweep_rule Scope.
 */
import { ARGUMENT_FORM, isActionName, readAction } from "../model/action.js"
import { BOUNCE_CLASSES } from "../model/bounce-class.js"
import { nearest } from "../model/nearest.js"
import { ACTION_NAMES, type Action, type ActionName } from "../model/rule.js"
import { idOf } from "../model/rule-id.js"
import { isAdvisedSuspension, parseSweepCode, SWEEP_CODE_FORM } from "../model/sweep-code.js"
import { DEFAULT_HIGH, DEFAULT_LOW, type SweepFamily, type SweepThreshold } from "../model/sweep-rule.js"
import { readSwitch } from "../model/switch.js"
import { type ScopeNode, type SweepStanza, settingOf } from "./scope-tree.js"
import { type Assignment, elementsOf, type Stanza, type Value, valueText } from "./syntax/conf-ast.js"
import { type ConfReport, NOT_USED } from "./syntax/conf-report.js"

const ACTIONS = ACTION_NAMES.filter((name) => name !== "transcode")

interface Codes {
  readonly texts: readonly string[]
  readonly classes: readonly { readonly number: number; readonly at: Value }[]
  readonly categories: readonly string[]
}

/**
 * @param settings the stanza's own options that are valid
 * @param customClasses names of the operator's own classes, by number
 */
export function readSweepStanza(
  stanza: Pick<Stanza, "source" | "at">,
  name: string,
  settings: ReadonlyMap<string, Assignment>,
  node: ScopeNode,
  order: number,
  customClasses: ReadonlyMap<number, string>,
  report: ConfReport,
): SweepStanza {
  const codes = readCodes(settings.get("codes")?.value ?? null, report)
  const families: SweepFamily[] = []
  if (codes.classes.length > 0) families.push("bounce")
  if (codes.categories.length > 0) families.push("fbl")
  const own = settings.get("adaptive_sweep_rule_enabled")
  const enabled = own === undefined ? null : readSwitch(valueText(own.value))
  const low = readThreshold("low", settings, DEFAULT_LOW, report)
  const high = readThreshold("high", settings, DEFAULT_HIGH, report)
  const said = `adaptive_sweep_rule '${name}'`
  if (low.percent > high.percent)
    report.add(
      "E_SWEEP_THRESHOLDS",
      settings.get("low_threshold")?.value ?? settings.get("high_threshold")?.value ?? stanza,
      `${said} has a low_threshold of ${low.percent}, above its high_threshold of ${high.percent}: the low action never happens`,
      "let low_threshold be the smaller of the two",
    )
  for (const { number, at } of codes.classes)
    if (!BOUNCE_CLASSES.has(number) && !customClasses.has(number))
      report.add(
        "E_SWEEP_CLASS",
        at,
        `there is no bounce class ${number}: it never counts`,
        "write a class of the manual's table, or define it in bounce_classifier_override's custom_classes",
      )
  if (families.length === 0)
    report.add(
      "E_SWEEP_CODES",
      settings.get("codes")?.value ?? stanza,
      `${said} names no codes: it is ignored`,
      'write codes = ("bc:10") for bounces, or codes = ("fbl:abuse") for feedback reports',
    )
  if (families.length === 2)
    report.add(
      "E_SWEEP_MIXED",
      settings.get("codes")?.value ?? stanza,
      `${said} mixes bounce classes with feedback categories: it is ignored`,
      "write two rules: the two are counted over different times",
    )
  const family = families.length === 1 ? families[0] : undefined
  return {
    name,
    families,
    enabled,
    order,
    source: stanza.source,
    at: stanza.at,
    settings: new Map([...settings].map(([key, item]) => [key, settingOf(item)])),
    rule:
      family === undefined
        ? null
        : Object.freeze({
            id: idOf([name, node.id, codes.texts]),
            file: stanza.source.file,
            line: stanza.source.placeAt(stanza.at).line,
            name,
            scope: node.id,
            family,
            codes: codes.texts,
            classes: codes.classes.map(({ number }) => number),
            categories: codes.categories,
            low,
            high,
          }),
  }
}

function readCodes(value: Value | null, report: ConfReport): Codes {
  const texts: string[] = []
  const classes: { number: number; at: Value }[] = []
  const categories: string[] = []
  for (const element of value === null ? [] : elementsOf(value)) {
    // One text may hold several: `codes = "bc:10 bc:24"`.
    for (const text of valueText(element)
      .split(/[\s,]+/)
      .filter((word) => word !== "")) {
      const code = parseSweepCode(text)
      if (code?.family === "bounce") classes.push({ number: code.bounceClass, at: element })
      else if (code !== null) categories.push(code.category)
      else {
        report.add(
          "E_SWEEP_CODE",
          element,
          `"${text.slice(0, 60)}" is no code: it does not count`,
          SWEEP_CODE_FORM,
        )
        continue
      }
      texts.push(text)
    }
  }
  return { texts, classes, categories }
}

function readThreshold(
  level: "low" | "high",
  settings: ReadonlyMap<string, Assignment>,
  otherwise: SweepThreshold,
  report: ConfReport,
): SweepThreshold {
  const threshold = settings.get(`${level}_threshold`)
  const action = settings.get(`${level}_action`)
  const percent =
    threshold === undefined ? otherwise.percent : Number(valueText(threshold.value).replace(/%$/, ""))
  if (action === undefined) return { ...otherwise, percent }
  const words = elementsOf(action.value).map(valueText)
  return { percent, words, actions: readActions(elementsOf(action.value), report) }
}

/** `("suspend" "4 hours")`: each action takes one word behind its name. */
function readActions(elements: readonly Value[], report: ConfReport): readonly Action[] {
  const actions: Action[] = []
  for (let i = 0; i < elements.length; i += 2) {
    const named = elements[i] as Value
    const name = valueText(named).toLowerCase()
    if (!isActionName(name)) {
      const guess = name.length > 40 ? null : nearest(name, ACTIONS)
      report.add(
        "E_SWEEP_ACTION",
        named,
        `unknown action '${name.slice(0, 40)}'${guess === null ? "" : `; did you mean '${guess}'?`}`,
        `the actions are ${ACTIONS.join(", ")}; ${NOT_USED}`,
      )
      continue
    }
    const argument = elements[i + 1]
    const action = argument === undefined ? null : readAction(name, valueText(argument))
    if (action === null || name === "transcode") {
      const seen =
        argument === undefined ? "has no argument" : `cannot take "${valueText(argument).slice(0, 40)}"`
      report.add(
        "E_SWEEP_ACTION",
        argument ?? named,
        name === "transcode" ? "a sweep rule has no reply that transcode could rewrite" : `${name} ${seen}`,
        `${hintOf(name)}; ${NOT_USED}`,
      )
      continue
    }
    if (action.name === "suspend" && !isAdvisedSuspension(action.seconds))
      report.add(
        "E_SWEEP_SUSPENSION",
        argument ?? named,
        `"${action.args[0]}" is no power of two in hours: it is honoured, but the original refuses it`,
        "write 1, 2, 4, 8, 16 … hours",
      )
    actions.push(action)
  }
  return actions
}

function hintOf(name: ActionName): string {
  if (name === "transcode") return "write it into a response rule"
  // Elsewhere it is written as Lua has it.
  return name === "throttle" ? 'write ("throttle" "down"); there is no other direction' : ARGUMENT_FORM[name]
}
