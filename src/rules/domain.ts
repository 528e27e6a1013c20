/** One domain's table: `responses`, `configuration` and `sweep_rules`. Source: rule-files.md sections 1 and 7. */
import type { Place } from "../model/diagnostic.js"
import { nearest } from "../model/nearest.js"
import type { RawEntry, RawTable } from "../model/raw.js"
import type { Configuration } from "../model/rule.js"
import { compileConfiguration } from "./configuration.js"
import { describe, describeKey, entryOf, isTable, listOf, namedEntries } from "./raw-table.js"
import type { Report } from "./report.js"
import { compileResponse, type DraftRule } from "./response.js"
import { compileSweeps, type DraftSweeps } from "./sweep.js"

export interface DraftDomain {
  readonly key: string
  readonly place: Place
  readonly rules: readonly DraftRule[]
  readonly configuration: ReadonlyMap<string, Configuration>
  /** Whether the table has a `configuration` at all: that is what `check` counts. */
  readonly configured: boolean
  readonly sweeps: DraftSweeps | null
}

const FIELDS = ["responses", "configuration", "sweep_rules"]
const RESPONSES_FORM =
  'write responses = { { code = "…", trigger = "1", action = {"suspend", "1 hours"} }, … }'

export function compileDomain(key: string, table: RawTable, custom: boolean, outer: Report): DraftDomain {
  const report = outer.about(key, table.place)
  checkFields(table, report)
  const responses = entryOf(table, "responses")
  const configuration = entryOf(table, "configuration")
  const sweeps = entryOf(table, "sweep_rules")
  return {
    key,
    place: table.place ?? report.place,
    rules: responses === undefined ? [] : compileResponses(key, responses, custom, report),
    configuration: configuration === undefined ? new Map() : compileConfiguration(configuration, report),
    configured: configuration !== undefined,
    sweeps: sweeps === undefined ? null : compileSweeps(sweeps, report),
  }
}

function checkFields(table: RawTable, report: Report): void {
  for (const { key, keyPlace } of namedEntries(table)) {
    if (FIELDS.includes(key)) continue
    const guess = key === "rules" ? "responses" : nearest(key, FIELDS)
    report.add(
      "E_DOMAIN_FIELD",
      keyPlace,
      `unknown field "${key}": it is ignored`,
      guess === null
        ? "a domain has `responses`, `configuration` and `sweep_rules`"
        : `did you mean "${guess}"?`,
    )
  }
  for (const entry of table.entries) {
    if (typeof entry.key === "string") continue
    const what = isTable(entry.value) ? "a rule stands" : `${describe(entry.value)} stands`
    report.add(
      "E_DOMAIN_FIELD",
      entry.valuePlace,
      `${what} directly in the domain (${describeKey(entry.key)}): it is ignored`,
      RESPONSES_FORM,
    )
  }
}

function compileResponses(key: string, entry: RawEntry, custom: boolean, report: Report): DraftRule[] {
  const { value } = entry
  if (!isTable(value)) {
    report.add(
      "E_RESPONSES_SHAPE",
      entry.valuePlace,
      `responses is ${describe(value)}: the domain has no rules`,
      RESPONSES_FORM,
    )
    return []
  }
  const list = listOf(value)
  reportStrayFields(value, list, report)
  const rules: DraftRule[] = []
  list.forEach((element, i) => {
    if (isTable(element.value)) {
      rules.push(compileResponse(element.value, custom, report.about(key, element.value.place, i + 1)))
      return
    }
    const seen = describe(element.value)
    report.add(
      "E_RESPONSES_SHAPE",
      element.valuePlace,
      `${seen} stands where a rule is expected: it is ignored`,
      RESPONSES_FORM,
    )
  })
  return rules
}

/** Only the list part of `responses` counts; what else stands there is named. */
function reportStrayFields(table: RawTable, list: readonly RawEntry[], report: Report): void {
  const named = namedEntries(table)
  if (named.some(({ key }) => key === "code") && list.length === 0) {
    report.add(
      "E_RESPONSES_SHAPE",
      table.place,
      "responses holds one rule without a list around it: the domain has no rules",
      "put the rule into braces of its own: responses = { { code = … } }",
    )
    return
  }
  for (const { key, keyPlace } of named) {
    const hint = FIELDS.includes(key) ? `close \`responses\` before \`${key}\`` : RESPONSES_FORM
    report.add("E_RULES_MISPLACED", keyPlace, `\`${key}\` stands inside \`responses\`: it is ignored`, hint)
  }
  const counted = list.length + named.length
  if (table.entries.length > counted) {
    report.add(
      "E_RESPONSES_SHAPE",
      table.place,
      `the list has a gap after element ${list.length}: what follows is ignored`,
      "leave no `nil` between the rules",
    )
  }
}
