/**
 * The system file and the registrations of custom scripts, in order, to one set
 * of domains and aliases. Pure: the base and the registrations are kept, and the
 * merge is done anew whenever one of them changes.
 * Source: rule-files.md section 6; decisions 10 to 12 of section 9.
 */
import type { Configuration } from "../model/rule.js"
import type { DraftDomain } from "./domain.js"
import type { DraftEntry, DraftRegistration } from "./registration.js"
import type { Report } from "./report.js"
import { mergeSweeps } from "./sweep.js"

export interface MergedRules {
  readonly entries: ReadonlyMap<string, DraftEntry>
  /** Keys as written, so that counts agree with what the author counts. */
  readonly tables: number
  readonly aliases: number
}

export function mergeRegistrations(registrations: readonly DraftRegistration[], report: Report): MergedRules {
  let entries = new Map<string, DraftEntry>()
  let losers: readonly DraftEntry[] = []
  for (const registration of registrations) {
    if (registration.mode === "augment") {
      for (const entry of registration.entries.values()) augment(entries, entry, report)
      losers = [...losers, ...registration.losers]
    } else {
      // The whole set is discarded, not only the domains named here.
      entries = new Map(registration.entries)
      losers = registration.losers
    }
  }
  const all = [...entries.values(), ...losers]
  return {
    entries,
    tables: all.filter(({ kind }) => kind === "table").length,
    aliases: all.filter(({ kind }) => kind === "alias").length,
  }
}

function augment(entries: Map<string, DraftEntry>, custom: DraftEntry, report: Report): void {
  const existing = entries.get(custom.key)
  if (existing === undefined) {
    entries.set(custom.key, custom)
    return
  }
  if (custom.kind === "alias") {
    keepExisting(existing, custom, report)
    return
  }
  if (existing.kind === "table") {
    entries.set(custom.key, { ...custom, domain: mergeDomains(custom.domain, existing.domain, report) })
    return
  }
  const target = entries.get(existing.target)
  if (target?.kind !== "table") {
    entries.set(custom.key, custom)
    return
  }
  report
    .about(custom.key, custom.place)
    .add(
      "E_ALIAS_COPY",
      custom.place,
      `"${custom.key}" was an alias of "${existing.target}": it now has its own copy of those rules, with these first`,
      `register the rules for "${existing.target}" if all its aliases should have them`,
    )
  entries.set(custom.key, { ...custom, domain: mergeDomains(custom.domain, target.domain, report) })
}

function keepExisting(
  existing: DraftEntry,
  custom: Extract<DraftEntry, { kind: "alias" }>,
  report: Report,
): void {
  if (existing.kind === "alias" && existing.target === custom.target) return
  const kept = existing.kind === "alias" ? `an alias of "${existing.target}"` : "a table of its own"
  report
    .about(custom.key, custom.place)
    .add(
      "E_ALIAS_KEPT",
      custom.place,
      `"${custom.key}" already is ${kept}, which stays: the alias of "${custom.target}" is ignored`,
      'register a table for it, or the whole set with "replace"',
    )
}

/** Custom rules first, order kept within each; options only where the existing table has none. */
function mergeDomains(custom: DraftDomain, existing: DraftDomain, report: Report): DraftDomain {
  const configuration = new Map<string, Configuration>(existing.configuration)
  for (const [option, value] of custom.configuration) {
    const kept = existing.configuration.get(option)
    if (kept === undefined) {
      configuration.set(option, value)
      continue
    }
    report
      .about(custom.key, custom.place)
      .add(
        "E_CONFIG_KEPT",
        { file: value.file, line: value.line, column: 1 },
        `${option} is set in ${kept.file}:${kept.line} already, which stays: this value is ignored`,
        "an augmenting script adds options, it does not change them; change the value there",
      )
  }
  return {
    key: custom.key,
    place: custom.place,
    rules: [...custom.rules, ...existing.rules],
    configuration,
    configured: custom.configured || existing.configured,
    sweeps: mergeSweeps(custom.sweeps, existing.sweeps),
  }
}
