/** The `configuration` table of a domain. Source: rule-files.md section 5. */
import { nearest } from "../model/nearest.js"
import { TUNABLE_OPTIONS } from "../model/options.js"
import type { RawEntry, RawValue } from "../model/raw.js"
import type { Configuration, ConfiguredValue } from "../model/rule.js"
import { describe, describeKey, isTable, listOf, namedEntries } from "./raw-table.js"
import type { Report } from "./report.js"

const VALUE_FORM =
  "write a number, a range such as {5, 20}, or a function (current, last, age, count) -> number"

/** Options by name; a bad one is dropped, the others stay. */
export function compileConfiguration(entry: RawEntry, report: Report): Map<string, Configuration> {
  const options = new Map<string, Configuration>()
  const { value } = entry
  if (!isTable(value)) {
    const seen = describe(value)
    report.add(
      "E_CONFIG_SHAPE",
      entry.valuePlace,
      `configuration is ${seen}: it is ignored`,
      "write configuration = { option = value }",
    )
    return options
  }
  for (const field of value.entries) {
    if (typeof field.key === "string") continue
    const seen = describeKey(field.key)
    report.add(
      "E_CONFIG_SHAPE",
      field.valuePlace,
      `configuration has an element ${seen} without an option name: it is ignored`,
      "write option = value",
    )
  }
  for (const field of namedEntries(value)) {
    const option = optionName(field, report)
    if (option === null) continue
    const configured = compileValue(option, field.value, field, report)
    if (configured === null) continue
    const { file, line } = field.keyPlace ?? value.place ?? report.place
    options.set(option, Object.freeze({ option, value: configured, file, line }))
  }
  return options
}

function optionName(field: RawEntry & { key: string }, report: Report): string | null {
  let option = field.key.toLowerCase()
  if (option.startsWith("adaptive_") && Object.hasOwn(TUNABLE_OPTIONS, option.slice(9))) {
    option = option.slice(9)
    report.add(
      "E_CONFIG_PREFIX",
      field.keyPlace,
      `"${field.key}" sets bounds in ecelerity.conf; in a rule file it is read as ${option}`,
      `write ${option}`,
    )
  }
  const known = Object.hasOwn(TUNABLE_OPTIONS, option) ? TUNABLE_OPTIONS[option] : undefined
  if (known === undefined) {
    const guess = nearest(option, Object.keys(TUNABLE_OPTIONS))
    report.add(
      "E_CONFIG_OPTION",
      field.keyPlace,
      `unknown option "${field.key}": it is ignored`,
      guess === null
        ? `the options are ${Object.keys(TUNABLE_OPTIONS).join(", ")}`
        : `did you mean ${guess}?`,
    )
    return null
  }
  if (!known.managed) {
    report.add(
      "E_CONFIG_UNMANAGED",
      field.keyPlace,
      `${option} is not managed by default: this value has no effect`,
      `add it to adaptive_manage_options in the configuration, or remove it`,
    )
  }
  return option
}

function compileValue(
  option: string,
  value: RawValue,
  field: RawEntry,
  report: Report,
): ConfiguredValue | null {
  if (typeof value === "object" && value.kind === "function")
    return { kind: "function", id: value.id, lines: value.lines }
  const number = asNumber(value)
  if (number !== null) {
    if (number >= 0 && Number.isFinite(number)) return { kind: "number", value: number }
    report.add(
      "E_CONFIG_VALUE",
      field.valuePlace,
      `${option} is ${number}: it is ignored`,
      "write a number of at least 0",
    )
    return null
  }
  if (isTable(value)) {
    const [low, high, ...more] = listOf(value).map((element) => asNumber(element.value))
    const isPair = typeof low === "number" && typeof high === "number" && value.entries.length === 2
    if (isPair && more.length === 0) {
      if (low <= high && low >= 0 && Number.isFinite(high)) return { kind: "range", low, high }
      report.add(
        "E_CONFIG_VALUE",
        field.valuePlace,
        `${option} is the range {${low}, ${high}}: it is ignored`,
        "write {lowest, highest}, both at least 0",
      )
      return null
    }
  }
  report.add("E_CONFIG_VALUE", field.valuePlace, `${option} is ${describe(value)}: it is ignored`, VALUE_FORM)
  return null
}

/** Lua takes a numeric text for a number wherever it computes; so do we. */
function asNumber(value: RawValue): number | null {
  if (typeof value === "number") return value
  if (typeof value !== "string" || !/^\s*\d+(\.\d+)?\s*$/.test(value)) return null
  return Number(value)
}
