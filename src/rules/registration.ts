/**
 * One registered table (the system file's `Rules`, or the argument of
 * `registerRules`) to entries by key, before anything is merged.
 * Source: rule-files.md sections 1, 2 and 7.
 */
import type { Place } from "../model/diagnostic.js"
import { TUNABLE_OPTIONS } from "../model/options.js"
import type { RawEntry, RawRegistration } from "../model/raw.js"
import { compileDomain, type DraftDomain } from "./domain.js"
import { readDomainKey } from "./domain-key.js"
import { describe, describeKey, isTable, namedEntries } from "./raw-table.js"
import type { Report } from "./report.js"

export type DraftEntry =
  | {
      readonly kind: "alias"
      readonly key: string
      readonly target: string
      readonly place: Place
      readonly custom: boolean
    }
  | {
      readonly kind: "table"
      readonly key: string
      readonly domain: DraftDomain
      readonly place: Place
      readonly custom: boolean
    }

export interface DraftRegistration {
  readonly mode: RawRegistration["mode"]
  readonly entries: ReadonlyMap<string, DraftEntry>
  /** Entries that lost against one whose key was already in lower case; they still count as written. */
  readonly losers: readonly DraftEntry[]
}

const VALUE_FORM = "write a table { responses = { … } }, or the name of another domain as an alias"

export function compileRegistration(raw: RawRegistration, report: Report): DraftRegistration {
  const custom = raw.mode !== "system"
  const entries = new Map<string, DraftEntry>()
  const losers: DraftEntry[] = []
  // Keys already in lower case first: they win a collision.
  const named = namedEntries(raw.rules)
  const lower = named.filter(({ key }) => key === key.toLowerCase())
  const upper = named.filter(({ key }) => key !== key.toLowerCase())
  reportKeysWithoutName(raw, report)
  for (const field of [...lower, ...upper]) {
    const entry = compileEntry(field, custom, report)
    if (entry === null) continue
    const first = entries.get(entry.key)
    if (first === undefined) {
      entries.set(entry.key, entry)
      continue
    }
    losers.push(entry)
    report.add(
      "E_DOMAIN_COLLISION",
      entry.place,
      `"${field.key}" is the same domain as the key in line ${first.place.line}, which wins: this one is ignored`,
      "keep one of the two",
    )
  }
  return { mode: raw.mode, entries, losers }
}

function reportKeysWithoutName(raw: RawRegistration, report: Report): void {
  for (const entry of raw.rules.entries) {
    if (typeof entry.key === "string") continue
    const seen = describe(entry.value)
    report.add(
      "E_DOMAIN_KEY",
      entry.valuePlace,
      `${seen} has no domain name (${describeKey(entry.key)}): it is ignored`,
      'write ["example.com"] = { … }',
    )
  }
}

function compileEntry(
  field: RawEntry & { readonly key: string },
  custom: boolean,
  report: Report,
): DraftEntry | null {
  const place = field.keyPlace ?? (isTable(field.value) ? field.value.place : null) ?? report.place
  if (isMisplaced(field)) {
    report.add(
      "E_RULES_MISPLACED",
      place,
      `\`${field.key}\` stands beside the domains: it is ignored`,
      `move it into a domain: ["example.com"] = { ${field.key} = { … } }`,
    )
    return null
  }
  const domainKey = readDomainKey(field.key, field.keyPlace, report)
  const { key } = domainKey
  if (typeof field.value === "string") {
    return { kind: "alias", key, target: aliasTarget(field, report), place, custom }
  }
  if (isTable(field.value) && domainKey.kind !== "mx") {
    return { kind: "table", key, domain: compileDomain(key, field.value, custom, report), place, custom }
  }
  const hint =
    domainKey.kind === "mx" ? "an `mx:` key takes the name of a domain whose rules it shares" : VALUE_FORM
  report.add(
    "E_DOMAIN_VALUE",
    field.valuePlace ?? place,
    `"${field.key}" is ${describe(field.value)}: it is ignored`,
    hint,
  )
  return null
}

function aliasTarget(field: RawEntry & { readonly key: string }, report: Report): string {
  const target = field.value as string
  const folded = target.toLowerCase()
  if (folded !== target) {
    report.add(
      "E_DOMAIN_CASE",
      field.valuePlace,
      `the alias target "${target}" is read as "${folded}": domains are compared in lower case`,
      `write "${folded}"`,
    )
  }
  return folded
}

/** `configuration`, `responses` or `sweep_rules` where a domain's name belongs. */
function isMisplaced(field: RawEntry & { readonly key: string }): boolean {
  if (field.key === "responses" || field.key === "rules" || field.key === "sweep_rules") return true
  if (field.key !== "configuration") return false
  if (!isTable(field.value)) return true
  const names = namedEntries(field.value).map(({ key }) => key)
  return names.length === 0 || names.some((name) => Object.hasOwn(TUNABLE_OPTIONS, name.toLowerCase()))
}
