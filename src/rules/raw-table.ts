/** Reading helpers over raw tables: fields by name, the list part, and values in words for messages. */
import type { RawEntry, RawTable, RawValue } from "../model/raw.js"

export function isTable(value: RawValue | undefined): value is RawTable {
  return typeof value === "object" && value.kind === "table"
}

/** The entry of a field by name. */
export function entryOf(table: RawTable, name: string): RawEntry | undefined {
  return table.entries.find((entry) => entry.key === name)
}

/** Elements 1, 2, 3 … up to the first gap, as `ipairs` walks them. */
export function listOf(table: RawTable): readonly RawEntry[] {
  const byIndex = new Map<number, RawEntry>()
  for (const entry of table.entries) if (typeof entry.key === "number") byIndex.set(entry.key, entry)
  const list: RawEntry[] = []
  for (let i = 1; byIndex.has(i); i++) list.push(byIndex.get(i) as RawEntry)
  return list
}

/** Entries with a text key. */
export function namedEntries(table: RawTable): readonly (RawEntry & { readonly key: string })[] {
  return table.entries.filter((entry): entry is RawEntry & { key: string } => typeof entry.key === "string")
}

/** A value in words: `"text"`, `5`, `a table`. */
export function describe(value: RawValue | undefined): string {
  if (value === undefined) return "nothing"
  if (typeof value === "string") return `"${value.length > 60 ? `${value.slice(0, 57)}…` : value}"`
  if (typeof value !== "object") return String(value)
  return value.kind === "other" ? `a ${value.type}` : `a ${value.kind}`
}

export function describeKey(key: RawEntry["key"]): string {
  return typeof key === "object" ? `[${key.type}]` : typeof key === "string" ? `["${key}"]` : `[${key}]`
}
