/** Which fields a table of a rule file may have: names that are none are told, with what was probably meant. */
import type { Code } from "../errors.js"
import { nearest } from "../model/nearest.js"
import type { RawTable } from "../model/raw.js"
import { describe, namedEntries } from "./raw-table.js"
import type { Report } from "./report.js"

export interface FieldNames {
  readonly code: Code
  readonly known: readonly string[]
  /** Accepted as well, and not offered. */
  readonly also?: readonly string[]
  /** As messages call the table: `the fields of a rule`, `stands in the rule`. */
  readonly article: "a" | "an"
  readonly noun: string
  /** What to write in place of a value without a name. */
  readonly form?: string
}

/** Reports unknown fields; returns those that are probably a known one mistyped. */
export function checkFields(table: RawTable, names: FieldNames, report: Report): Set<string> {
  const { code, known, also = [], article, noun } = names
  const fields = `the fields of ${article} ${noun} are ${known.join(", ")}`
  const meant = new Set<string>()
  for (const { key, keyPlace } of namedEntries(table)) {
    if (known.includes(key) || also.includes(key)) continue
    const guess = nearest(key, known)
    if (guess !== null) meant.add(guess)
    report.add(
      code,
      keyPlace,
      `unknown field "${key}": it is ignored`,
      guess === null ? fields : `did you mean "${guess}"?`,
    )
  }
  for (const { key, value, valuePlace } of table.entries) {
    if (typeof key === "string") continue
    report.add(
      code,
      valuePlace,
      `${describe(value)} stands in the ${noun} without a field name: it is ignored`,
      names.form ?? `write FIELD = …; ${fields}`,
    )
  }
  return meant
}
