/**
 * A domain's `sweep_rules`, for those who have no configuration file: the fields
 * are those of its adaptive_sweep_rule stanzas. The original reads no such thing
 * in a rule file.
 * Source: engine.md section 7; configuration.md section 3, adaptive_sweep_rule, and section 5.
 */

import { BOUNCE_CLASSES, CUSTOM_BELOW } from "../model/bounce-class.js"
import type { Place } from "../model/diagnostic.js"
import type { RawEntry, RawTable } from "../model/raw.js"
import type { Action } from "../model/rule.js"
import { idOf } from "../model/rule-id.js"
import { isAdvisedSuspension, parseSweepCode, SWEEP_CODE_FORM } from "../model/sweep-code.js"
import {
  DEFAULT_HIGH,
  DEFAULT_LOW,
  type SweepFamily,
  type SweepRule,
  type SweepThreshold,
} from "../model/sweep-rule.js"
import { readSwitch } from "../model/switch.js"
import { compileActions } from "./action.js"
import { checkFields, type FieldNames } from "./fields.js"
import { describe, entryOf, isTable, listOf, namedEntries } from "./raw-table.js"
import type { Report } from "./report.js"

type SweepBody = Omit<SweepRule, "id" | "file" | "line" | "scope">

export interface DraftSweep {
  readonly place: Place
  readonly body: SweepBody
}

export interface DraftSweeps {
  readonly place: Place
  readonly rules: readonly DraftSweep[]
  /** Named by any of its codes, also of rules that are ignored: the default rule of a family makes room (O11). */
  readonly families: readonly SweepFamily[]
}

const ENABLED = "adaptive_sweep_rule_enabled"
/** Inside a list of sweep rules it is clear whose switch this is. */
const ENABLED_SHORT = "enabled"
const FIELDS: FieldNames = {
  code: "E_SWEEP_FIELD",
  known: ["name", "codes", "low_threshold", "low_action", "high_threshold", "high_action", ENABLED],
  also: [ENABLED_SHORT],
  article: "a",
  noun: "sweep rule",
}
const FORM = 'write sweep_rules = { { name = "…", codes = {"bc:10", "bc:24"}, low_threshold = 3, … }, … }'

export function compileSweeps(entry: RawEntry, outer: Report): DraftSweeps {
  const { value } = entry
  const place = entry.valuePlace ?? outer.place
  if (!isTable(value)) {
    outer.add("E_SWEEP_SHAPE", place, `sweep_rules is ${describe(value)}: the domain has none`, FORM)
    return { place, rules: [], families: [] }
  }
  reportShape(value, outer)
  const rules = new Map<string, DraftSweep>()
  const families = new Set<SweepFamily>()
  for (const element of listOf(value)) {
    if (!isTable(element.value)) {
      const seen = describe(element.value)
      outer.add(
        "E_SWEEP_SHAPE",
        element.valuePlace,
        `${seen} stands where a sweep rule is expected: it is ignored`,
        FORM,
      )
      continue
    }
    const report = outer.at(element.value.place ?? place)
    const rule = compileSweep(element.value, families, report)
    if (rule === null) continue
    const first = rules.get(rule.body.name)
    if (first === undefined) rules.set(rule.body.name, rule)
    else
      report.add(
        "E_SWEEP_REPEATED",
        rule.place,
        `the name "${rule.body.name}" stands in line ${first.place.line} already: this rule is ignored`,
        "give it a name of its own",
      )
  }
  return { place, rules: [...rules.values()], families: [...families] }
}

function reportShape(table: RawTable, report: Report): void {
  const list = listOf(table)
  const named = namedEntries(table)
  for (const { key, keyPlace } of named) {
    const hint = FIELDS.known.includes(key) ? "put each rule into braces of its own: { { name = … } }" : FORM
    report.add("E_SWEEP_SHAPE", keyPlace, `\`${key}\` stands directly in sweep_rules: it is ignored`, hint)
  }
  if (table.entries.length > list.length + named.length)
    report.add(
      "E_SWEEP_SHAPE",
      table.place,
      `the list has a gap after element ${list.length}: what follows is ignored`,
      "leave no `nil` between the rules",
    )
}

/** The rule; null when it is ignored. What its codes name is noted in any case. */
function compileSweep(table: RawTable, families: Set<SweepFamily>, report: Report): DraftSweep | null {
  checkFields(table, FIELDS, report)
  const codes = compileCodes(entryOf(table, "codes"), report)
  for (const family of codes?.families ?? []) families.add(family)
  const name = compileName(entryOf(table, "name"), report)
  const low = compileThreshold("low", DEFAULT_LOW, table, report)
  const high = compileThreshold("high", DEFAULT_HIGH, table, report)
  const enabled = compileEnabled(table, report)
  if (low !== null && high !== null && low.percent > high.percent)
    report.add(
      "E_SWEEP_THRESHOLDS",
      entryOf(table, "low_threshold")?.valuePlace ?? null,
      `low_threshold ${low.percent} lies above high_threshold ${high.percent}: low_action is never carried out`,
      "write the lower percentage as low_threshold",
    )
  const family = codes?.families[0]
  if (codes === null || codes.families.length > 1 || family === undefined) return null
  if (name === null || low === null || high === null) return null
  const body = { name, enabled, family, ...codes.counted, low, high }
  return { place: report.place, body }
}

function compileName(entry: RawEntry | undefined, report: Report): string | null {
  if (typeof entry?.value === "string" && entry.value.trim() !== "") return entry.value
  report.add(
    "E_SWEEP_NAME",
    entry?.valuePlace ?? null,
    `\`name\` is ${describe(entry?.value)}: this rule is ignored`,
    "write a name: of rules with one name only the most specific one applies",
  )
  return null
}

interface Codes {
  readonly families: readonly SweepFamily[]
  readonly counted: Pick<SweepRule, "codes" | "classes" | "categories">
}

/** Null without a usable code. */
function compileCodes(entry: RawEntry | undefined, report: Report): Codes | null {
  const place = entry?.valuePlace ?? null
  const isAbsent = entry === undefined || (isTable(entry.value) && entry.value.entries.length === 0)
  if (isAbsent) {
    report.add("E_SWEEP_CODES", place, "the sweep rule has no codes: it is ignored", SWEEP_CODE_FORM)
    return null
  }
  const codes = new Set<string>()
  const classes = new Set<number>()
  const categories = new Set<string>()
  // One code needs no list, as in a configuration file.
  const elements = isTable(entry.value) ? elementsOf(entry.value, report) : [entry]
  for (const { value, valuePlace } of elements) {
    const code = typeof value === "string" ? parseSweepCode(value) : null
    if (code === null) {
      report.add("E_SWEEP_CODE", valuePlace, `${describe(value)} is no code: it is dropped`, SWEEP_CODE_FORM)
      continue
    }
    codes.add((value as string).trim())
    if (code.family === "fbl") {
      categories.add(code.category)
      continue
    }
    classes.add(code.bounceClass)
    if (!BOUNCE_CLASSES.has(code.bounceClass))
      report.add(
        "E_SWEEP_CLASS",
        valuePlace,
        `${describe(value)} is none of the built-in bounce classes`,
        `right for a class of your own, which is below ${CUSTOM_BELOW}; otherwise nothing is ever counted there`,
      )
  }
  const families: SweepFamily[] = []
  if (classes.size > 0) families.push("bounce")
  if (categories.size > 0) families.push("fbl")
  if (families.length === 0) {
    report.add("E_SWEEP_CODES", place, "none of the codes is one: the sweep rule is ignored", SWEEP_CODE_FORM)
    return null
  }
  if (families.length > 1)
    report.add(
      "E_SWEEP_MIXED",
      place,
      "codes names bounce classes and feedback categories: the sweep rule is ignored, and no default rule takes its place",
      "write two rules: they are counted over different times",
    )
  const counted = { codes: [...codes], classes: [...classes], categories: [...categories] }
  return { families, counted }
}

function elementsOf(table: RawTable, report: Report): readonly RawEntry[] {
  for (const { key, keyPlace } of namedEntries(table))
    report.add("E_SWEEP_CODE", keyPlace, `codes has a field "${key}", which is ignored`, SWEEP_CODE_FORM)
  return listOf(table)
}

/** What is done from which percentage on; null when that cannot be told, which disables the rule. */
function compileThreshold(
  level: "low" | "high",
  preset: SweepThreshold,
  table: RawTable,
  report: Report,
): SweepThreshold | null {
  const percent = compilePercent(entryOf(table, `${level}_threshold`), preset.percent, report)
  const actions = compileAction(entryOf(table, `${level}_action`), preset.actions, report)
  if (percent === null || actions === null) return null
  return { percent, words: actions.flatMap(({ name, args }) => [name, ...args]), actions }
}

function compilePercent(entry: RawEntry | undefined, preset: number, report: Report): number | null {
  if (entry === undefined) return preset
  const { value } = entry
  const isText = typeof value === "string" && /^\s*\d+(\.\d+)?\s*%?\s*$/.test(value)
  const percent = isText ? Number.parseFloat(value) : value
  if (typeof percent === "number" && percent >= 0 && percent <= 100) return percent
  report.add(
    "E_SWEEP_VALUE",
    entry.valuePlace,
    `${String(entry.key)} is ${describe(value)}: this rule is ignored`,
    "write a percentage from 0 to 100, e.g. 0.5",
  )
  return null
}

function compileAction(
  entry: RawEntry | undefined,
  preset: readonly Action[],
  report: Report,
): readonly Action[] | null {
  if (entry === undefined) return preset
  const all = compileActions(entry, report)
  const actions = all.filter(({ name }) => name !== "transcode")
  if (actions.length < all.length)
    report.add(
      "E_SWEEP_ACTION",
      entry.valuePlace,
      '"transcode" in a sweep rule, which has no reply to rewrite: it is dropped',
      "rewrite replies in `responses`",
    )
  for (const action of actions) {
    if (action.name !== "suspend" || isAdvisedSuspension(action.seconds)) continue
    report.add(
      "E_SWEEP_SUSPENSION",
      entry.valuePlace,
      `a sweep rule suspends for "${action.args.join(" ")}"; the original asks for 1, 2, 4, 8 … hours: it is carried out as written`,
      "write hours that are a power of two if the rule should work there too",
    )
  }
  if (actions.length > 0) return actions
  report.add(
    "E_SWEEP_VALUE",
    entry.valuePlace,
    `${String(entry.key)} has no action: this rule is ignored`,
    'write e.g. {"suspend", "4 hours"}, or leave it out for the default',
  )
  return null
}

function compileEnabled(table: RawTable, report: Report): boolean {
  const entry = entryOf(table, ENABLED) ?? entryOf(table, ENABLED_SHORT)
  if (entry === undefined) return true
  const { value } = entry
  const isEnabled = typeof value === "object" ? null : readSwitch(String(value))
  if (isEnabled !== null) return isEnabled
  report.add(
    "E_SWEEP_VALUE",
    entry.valuePlace,
    `${String(entry.key)} is ${describe(value)}: the rule is switched off`,
    "write true or false",
  )
  return false
}

/** The rule under its domain's key, as a configuration would name that scope. */
export function sweepRuleOf(key: string, { place, body }: DraftSweep): SweepRule {
  const scope = key === "*" ? "" : `domain ${key}`
  const id = idOf([body.name, scope, ...body.codes])
  return Object.freeze({ id, file: place.file, line: place.line, scope, ...body })
}

/** Custom rules first; of one name they win. */
export function mergeSweeps(custom: DraftSweeps | null, existing: DraftSweeps | null): DraftSweeps | null {
  if (custom === null || existing === null) return custom ?? existing
  const names = new Set(custom.rules.map(({ body }) => body.name))
  return {
    place: custom.place,
    rules: [...custom.rules, ...existing.rules.filter(({ body }) => !names.has(body.name))],
    families: [...new Set([...custom.families, ...existing.families])],
  }
}
