/**
 * What can only be seen in the source: a key that one constructor names twice.
 * Once the table exists, the first value is gone without a trace.
 * Source: rule-files.md, section 7, "duplicate keys".
 */
import type { TableField, TableSite } from "./ast.js"
import type { Findings } from "./findings.js"
import { readable } from "./wording.js"

export function findDuplicateKeys(tables: readonly TableSite[], findings: Findings): void {
  for (const table of tables) {
    if (table.fields.length > 1) checkTable(table, findings)
  }
}

function checkTable(table: TableSite, findings: Findings): void {
  const seen = new Map<string | number, TableField>()
  for (const field of table.fields) {
    if (field.key === null || field.kind === "positional") continue
    const first = seen.get(field.key)
    if (first === undefined) seen.set(field.key, field)
    else report(first, field, field.key, findings)
  }
}

function report(first: TableField, second: TableField, key: string | number, findings: Findings): void {
  const shown = typeof key === "string" ? `"${readable(key)}"` : String(key)
  findings.note(
    "E_LUA_DUPLICATE_KEY",
    second,
    `the key ${shown} is already set on line ${first.line}; only the last value counts`,
    "remove one of the two, or merge them",
  )
}
