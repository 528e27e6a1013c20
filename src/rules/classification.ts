/**
 * Registered classification tables to one classification, with every finding
 * that can be made without traffic. Later registrations go before earlier ones;
 * what they say of a class replaces what was said before.
 * Source: receivers.md, "Bounce classification"; rule-files.md section 6.
 */
import { BOUNCE_CLASSES, CUSTOM_BELOW } from "../model/bounce-class.js"
import type { ClassDefinition, ClassEntry, ClassificationData } from "../model/classification.js"
import type { Diagnostic } from "../model/diagnostic.js"
import { nearest } from "../model/nearest.js"
import type { RawClassification, RawEntry, RawTable } from "../model/raw.js"
import { compileClassEntry, type KnownClasses } from "./classification-entry.js"
import { readDomainKey } from "./domain-key.js"
import { describe, describeKey, entryOf, isTable, listOf, namedEntries } from "./raw-table.js"
import { Report } from "./report.js"

const PARTS = ["classes", "overrides", "providers", "general"]
const CLASS_FIELDS = ["code", "name", "description"]
const CLASS_FORM = 'write classes = { profanity = { code = 99, name = "Profanity", description = "…" } }'
const LIST_FORM = 'write a list of entries: { { class = "…", markers = {"…"} }, … }'

interface Compiled {
  readonly data: ClassificationData
  /** Entries by the file that registered them, those of no use not counted. */
  readonly entries: ReadonlyMap<string, number>
  readonly findings: readonly Diagnostic[]
}

type Lists = Map<string, readonly ClassEntry[]>

export function compileClassification(registrations: readonly RawClassification[]): Compiled {
  const all = new Report({ file: "", line: 1, column: 1 })
  const classes = new Map<string, ClassDefinition>()
  let [overrides, providers, aliases] = [new Map() as Lists, new Map() as Lists, new Map<string, string>()]
  let general: readonly ClassEntry[] = []
  const counts = new Map<string, number>()
  for (const { mode, table, place } of registrations) {
    const report = all.at(place)
    checkParts(table, report)
    for (const definition of readClasses(table, report)) classes.set(definition.label, definition)
    if (mode === "replace") {
      ;[overrides, providers, aliases, general] = [new Map(), new Map(), new Map(), []]
    }
    const known: KnownClasses = { labels: new Set(classes.keys()), isNumber: isClassNumber }
    const list = (entry: RawEntry | undefined, about: Report): readonly ClassEntry[] => {
      const entries = readList(entry, known, about)
      counts.set(place.file, (counts.get(place.file) ?? 0) + entries.length)
      return entries
    }
    addKeyed(entryOf(table, "overrides"), "overrides", { lists: overrides, aliases: null, list, report })
    addKeyed(entryOf(table, "providers"), "providers", { lists: providers, aliases, list, report })
    general = [...list(entryOf(table, "general"), report), ...general]
  }
  const data: ClassificationData = {
    classes: [...classes.values()],
    overrides: [...overrides],
    providers: [...providers],
    aliases: [...aliases],
    general,
  }
  return { data, entries: counts, findings: all.findings }
}

function isClassNumber(code: number): boolean {
  return BOUNCE_CLASSES.has(code) || (Number.isInteger(code) && code >= 1 && code < CUSTOM_BELOW)
}

function checkParts(table: RawTable, report: Report): void {
  for (const { key, keyPlace } of namedEntries(table)) {
    if (PARTS.includes(key)) continue
    const guess = nearest(key, PARTS)
    report.add(
      "E_BOUNCE_SHAPE",
      keyPlace,
      `unknown part "${key}": it is ignored`,
      guess === null ? `the parts of a classification are ${PARTS.join(", ")}` : `did you mean "${guess}"?`,
    )
  }
  const stray = table.entries.find(({ key }) => typeof key !== "string")
  if (stray === undefined) return
  report.add(
    "E_BOUNCE_SHAPE",
    stray.valuePlace,
    `${describe(stray.value)} stands directly in the classification (${describeKey(stray.key)}): it is ignored`,
    "put entries for all receivers into general = { … }",
  )
}

function readClasses(table: RawTable, report: Report): ClassDefinition[] {
  const part = entryOf(table, "classes")
  if (part === undefined) return []
  if (!isTable(part.value)) {
    report.add(
      "E_BOUNCE_SHAPE",
      part.valuePlace,
      `classes is ${describe(part.value)}: it is ignored`,
      CLASS_FORM,
    )
    return []
  }
  return part.value.entries.flatMap((entry) => readClass(entry, report) ?? [])
}

function readClass({ key, value, keyPlace, valuePlace }: RawEntry, report: Report): ClassDefinition | null {
  const refuse = (message: string, hint: string): null => {
    report.add("E_BOUNCE_CLASS", valuePlace ?? keyPlace, message, hint)
    return null
  }
  if (typeof key !== "string" || key === "") {
    return refuse(`${describe(value)} has no class name (${describeKey(key)}): it is ignored`, CLASS_FORM)
  }
  // A bare number is enough where Momentum has the name.
  const fields = isTable(value) ? value : null
  const codeEntry = fields === null ? { value, valuePlace } : entryOf(fields, "code")
  const code = codeEntry?.value
  if (typeof code !== "number" || !isClassNumber(code)) {
    return refuse(
      `the class "${key}" has the number ${describe(code)}: it is ignored`,
      `write one of ${[...BOUNCE_CLASSES.keys()].join(", ")}, or a number of your own below ${CUSTOM_BELOW}`,
    )
  }
  if (fields === null) return { label: key, code, name: null, description: "" }
  checkClassFields(fields, report)
  const name = textOf(fields, "name", report)
  const known = BOUNCE_CLASSES.get(code)
  if (known !== undefined && name !== null) {
    report.add(
      "E_BOUNCE_CLASS",
      entryOf(fields, "name")?.valuePlace ?? null,
      `class ${code} is Momentum's "${known.name}": the name "${name}" is ignored`,
      `leave the name out, or take a number of your own below ${CUSTOM_BELOW}`,
    )
    return { label: key, code, name: null, description: textOf(fields, "description", report) ?? "" }
  }
  return { label: key, code, name, description: textOf(fields, "description", report) ?? "" }
}

function checkClassFields(table: RawTable, report: Report): void {
  for (const { key, valuePlace, keyPlace } of table.entries) {
    if (typeof key === "string" && CLASS_FIELDS.includes(key)) continue
    const guess = typeof key === "string" ? nearest(key, CLASS_FIELDS) : null
    report.add(
      "E_BOUNCE_FIELD",
      keyPlace ?? valuePlace,
      `unknown field ${typeof key === "string" ? `"${key}"` : describeKey(key)} of a class: it is ignored`,
      guess === null ? CLASS_FORM : `did you mean "${guess}"?`,
    )
  }
}

function textOf(table: RawTable, field: string, report: Report): string | null {
  const entry = entryOf(table, field)
  if (entry === undefined || typeof entry.value === "string")
    return entry === undefined ? null : (entry.value as string)
  report.add(
    "E_BOUNCE_FIELD",
    entry.valuePlace,
    `${field} is ${describe(entry.value)}: it is ignored`,
    "write a text",
  )
  return null
}

function readList(entry: RawEntry | undefined, known: KnownClasses, report: Report): ClassEntry[] {
  if (entry === undefined) return []
  if (!isTable(entry.value)) {
    const name = describeKey(entry.key)
    report.add(
      "E_BOUNCE_SHAPE",
      entry.valuePlace,
      `${name} is ${describe(entry.value)}, not a list: it is ignored`,
      LIST_FORM,
    )
    return []
  }
  const elements = listOf(entry.value)
  if (elements.length < entry.value.entries.length) {
    report.add(
      "E_BOUNCE_SHAPE",
      entry.value.place,
      "the list has a named field or a gap: what is not in the list is ignored",
      LIST_FORM,
    )
  }
  const seen = new Map<string, number>()
  return elements.flatMap((element) => {
    if (!isTable(element.value)) {
      const what = describe(element.value)
      report.add(
        "E_BOUNCE_SHAPE",
        element.valuePlace,
        `${what} stands where an entry is expected: it is ignored`,
        LIST_FORM,
      )
      return []
    }
    const compiled = compileClassEntry(element.value, known, report.at(element.value.place ?? report.place))
    if (compiled === null) return []
    reportBeaten(compiled, seen, element.value, report)
    return [compiled]
  })
}

/** Markers that stand in an earlier entry of the list already never decide anything. */
function reportBeaten(entry: ClassEntry, seen: Map<string, number>, table: RawTable, report: Report): void {
  for (const marker of entry.markers) {
    const line = seen.get(marker)
    if (line !== undefined) {
      report.add(
        "E_BOUNCE_UNREACHABLE",
        table.place,
        `the marker "${marker}" stands in line ${line} already: here it never decides`,
        "remove one of the two",
      )
    } else if (entry.reply.length === 0) seen.set(marker, table.place?.line ?? 0)
  }
}

interface Keyed {
  readonly lists: Lists
  /** Where keys may share the entries of others. */
  readonly aliases: Map<string, string> | null
  readonly list: (entry: RawEntry, report: Report) => readonly ClassEntry[]
  readonly report: Report
}

function addKeyed(part: RawEntry | undefined, name: string, { lists, aliases, list, report }: Keyed): void {
  if (part === undefined) return
  if (!isTable(part.value)) {
    report.add(
      "E_BOUNCE_SHAPE",
      part.valuePlace,
      `${name} is ${describe(part.value)}: it is ignored`,
      `write ${name} = { ["example.com"] = { entries } }`,
    )
    return
  }
  const added: [RawEntry, string, string][] = []
  for (const entry of part.value.entries) {
    if (typeof entry.key !== "string") {
      report.add(
        "E_DOMAIN_KEY",
        entry.valuePlace,
        `${describe(entry.value)} has no domain name (${describeKey(entry.key)}): it is ignored`,
        'write ["example.com"] = { … }',
      )
      continue
    }
    const { key } = readDomainKey(entry.key, entry.keyPlace, report)
    if (aliases !== null && typeof entry.value === "string") {
      added.push([entry, key, entry.value.toLowerCase()])
      continue
    }
    const entries = list(entry, report.about(key, entry.keyPlace))
    // A key of its own again: it no longer shares, but what it shared stays behind the new entries.
    const before = lists.get(key) ?? lists.get(aliases?.get(key) ?? "") ?? []
    aliases?.delete(key)
    lists.set(key, [...entries, ...before])
  }
  for (const [entry, key, target] of added) {
    if (lists.has(target)) {
      if (!lists.has(key)) aliases?.set(key, target)
      continue
    }
    report.add(
      "E_ALIAS_DANGLING",
      entry.valuePlace,
      `"${key}" is an alias of "${target}", which is not in the classification: it has no entries`,
      `add a list for "${target}", or name a key that has one`,
    )
  }
}
