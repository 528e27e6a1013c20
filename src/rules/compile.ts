/**
 * Raw registrations to a compiled rule set with every finding that can be made
 * without traffic. Pure: no files, no clock, no VM.
 * Source: rule-files.md sections 2, 6, 7, 9 and 10.
 */
import { byPlace, type Diagnostic } from "../model/diagnostic.js"
import { TUNABLE_OPTIONS } from "../model/options.js"
import type { RawRegistration } from "../model/raw.js"
import type { ActionName, Configuration, ResponseRule } from "../model/rule.js"
import type { DraftDomain } from "./domain.js"
import { type MergedRules, mergeRegistrations } from "./merge.js"
import { alwaysBeats, type PlainStart, plainStart } from "./pattern-subset.js"
import { compileRegistration, type DraftEntry } from "./registration.js"
import { Report } from "./report.js"
import { type DraftRule, ruleId } from "./response.js"
import type { DomainData, RuleSetData } from "./rule-set.js"
import { sweepRuleOf } from "./sweep.js"

export interface CompileOptions {
  readonly revision: string
  /** Findings made before: in the source text, while running the scripts. */
  readonly findings: readonly Diagnostic[]
  /** False holds a file against the original, which has neither `mx:` nor `*`. */
  readonly extensions: boolean
  /** Told whose rules are compiled next, so that a file whose patterns take too long can be named. */
  readonly onCompile?: (file: string) => void
}

export function compileRules(
  registrations: readonly RawRegistration[],
  options: CompileOptions,
): RuleSetData {
  const report = new Report({ file: registrations[0]?.place.file ?? "", line: 1, column: 1 })
  let current = ""
  const drafts = registrations.map((raw) => {
    if (raw.place.file !== current) options.onCompile?.(raw.place.file)
    current = raw.place.file
    return compileRegistration(raw, report.at(raw.place))
  })
  const merged = mergeRegistrations(drafts, report)
  const aliases = resolveAliases(merged, options, report)
  const everything = options.extensions ? tableOf(merged, "*") : null
  const domains: DomainData[] = []
  let responses = 0
  let configurations = 0
  for (const entry of merged.entries.values()) {
    if (entry.kind !== "table") continue
    responses += entry.domain.rules.length
    if (entry.domain.configured) configurations++
    if (entry.key === "*" && everything === null) {
      reportExtension(entry, report)
      continue
    }
    domains.push(freezeDomain(withoutExtensions(entry.domain, options, report), report))
    lintList(entry.domain, everything, report)
  }
  return {
    revision: options.revision,
    domains,
    ...aliases,
    counts: { domains: merged.tables, aliases: merged.aliases, responses, configurations },
    diagnostics: distinct([...options.findings, ...report.findings]).sort(byPlace),
  }
}

function tableOf(merged: MergedRules, key: string): DraftDomain | null {
  const entry = merged.entries.get(key)
  return entry?.kind === "table" ? entry.domain : null
}

function reportExtension(entry: DraftEntry, report: Report): void {
  report
    .about(entry.key, entry.place)
    .add(
      "E_EXTENSION_STRICT",
      entry.place,
      `"${entry.key}" is an extension of this runtime and is switched off: the original never matches it`,
      "leave it out of files meant for the original",
    )
}

/** The original reads no sweep rules from a rule file. */
function withoutExtensions(domain: DraftDomain, options: CompileOptions, report: Report): DraftDomain {
  if (options.extensions || domain.sweeps === null) return domain
  report
    .about(domain.key, domain.sweeps.place)
    .add(
      "E_EXTENSION_STRICT",
      domain.sweeps.place,
      "`sweep_rules` is an extension of this runtime and is switched off: the original reads them from its configuration only",
      "write adaptive_sweep_rule stanzas in ecelerity.conf",
    )
  return { ...domain, sweeps: null }
}

type ResolvedAliases = Pick<RuleSetData, "aliases" | "deadAliases" | "mxSuffixes">

/** One hop only: an alias must name a table. */
function resolveAliases(merged: MergedRules, options: CompileOptions, report: Report): ResolvedAliases {
  const aliases: [string, string][] = []
  const deadAliases: string[] = []
  const mxSuffixes: [string, string][] = []
  for (const entry of merged.entries.values()) {
    if (entry.kind !== "alias") continue
    const isMx = entry.key.startsWith("mx:")
    if (isMx && !options.extensions) {
      reportExtension(entry, report)
      continue
    }
    if (!namesTable(entry, merged, report)) {
      if (!isMx) deadAliases.push(entry.key)
    } else if (isMx) mxSuffixes.push([entry.key.slice(3).replace(/\.$/, ""), entry.target])
    else aliases.push([entry.key, entry.target])
  }
  mxSuffixes.sort(([a], [b]) => b.length - a.length || (a < b ? -1 : 1))
  return { aliases, deadAliases, mxSuffixes }
}

function namesTable(
  entry: Extract<DraftEntry, { kind: "alias" }>,
  merged: MergedRules,
  report: Report,
): boolean {
  const target = merged.entries.get(entry.target)
  if (target?.kind === "table") return true
  const about = report.about(entry.key, entry.place)
  if (target === undefined) {
    about.add(
      "E_ALIAS_DANGLING",
      entry.place,
      `"${entry.key}" is an alias of "${entry.target}", which is not in the file: it has no rules`,
      `add a table for "${entry.target}", or name a domain that has one`,
    )
  } else {
    const hint =
      target.target === entry.key
        ? "the two name each other: give one of them a table"
        : `name "${target.target}" itself`
    about.add(
      "E_ALIAS_CHAIN",
      entry.place,
      `"${entry.key}" is an alias of "${entry.target}", which is an alias too: it has no rules`,
      hint,
    )
  }
  return false
}

function freezeDomain(domain: DraftDomain, report: Report): DomainData {
  const rules: ResponseRule[] = []
  const copies = new Map<string, number>()
  domain.rules.forEach((draft, i) => {
    const { body } = draft
    if (body === null) return
    const counted = JSON.stringify([body.code, body.trigger.text])
    const copy = copies.get(counted) ?? 0
    copies.set(counted, copy + 1)
    const { code, trigger, actions, message, phase, observe } = body
    rules.push(
      Object.freeze({
        id: ruleId(domain.key, code, trigger.text, copy),
        file: draft.place.file,
        line: draft.place.line,
        domain: domain.key,
        index: i + 1,
        code,
        trigger,
        actions,
        message,
        phase,
        observe,
      }),
    )
  })
  reportBeatenRules(domain, report)
  const { key, configuration, sweeps } = domain
  const sweepRules = sweeps?.rules.map((draft) => sweepRuleOf(key, draft)) ?? []
  const sweepFamilies = sweeps?.families ?? []
  return { key, rules, configuration: [...configuration.values()], sweepRules, sweepFamilies }
}

/** More would make a list of thousands of rules slow to load, and nobody reads so many findings. */
const MAX_PLAIN = 200

interface Earlier {
  readonly rule: DraftRule
  readonly start: PlainStart
}

/** Rules that never match, because an earlier one always does. */
function reportBeatenRules(domain: DraftDomain, report: Report): void {
  const byCode = new Map<string, DraftRule>()
  const plain: Earlier[] = []
  domain.rules.forEach((rule, i) => {
    if (rule.body === null) return
    const { code } = rule.body
    const start = plainStart(code)
    const earlier = byCode.get(code) ?? plain.find((one) => alwaysBeats(one.start, start))?.rule
    if (earlier !== undefined) reportBeaten(rule, code, earlier, report.about(domain.key, rule.place, i + 1))
    if (byCode.has(code)) return
    byCode.set(code, rule)
    if (start.whole && plain.length < MAX_PLAIN) plain.push({ rule, start })
  })
}

function reportBeaten(rule: DraftRule, code: string, earlier: DraftRule, report: Report): void {
  const isEqual = earlier.body?.code === code
  if (earlier.custom && !rule.custom) {
    report.add(
      "E_RULE_SHADOWS",
      earlier.place,
      `this custom rule ${isEqual ? "has the pattern of" : "matches whatever is matched by"} the system rule in ${rule.place.file}:${rule.place.line}, which never matches any more`,
      "intended when the custom rule should decide instead; otherwise change its pattern",
    )
    return
  }
  const { file, line } = earlier.place
  const where = file === rule.place.file ? `line ${line}` : `${file}:${line}`
  if (isEqual) {
    report.add(
      "E_RULE_UNREACHABLE",
      rule.place,
      `the pattern "${code}" stands in ${where} already: this rule never matches`,
      "remove one of the two",
    )
  } else {
    report.add(
      "E_RULE_UNREACHABLE",
      rule.place,
      `whatever "${code}" matches is matched first by "${earlier.body?.code}" in ${where}: this rule never matches`,
      "put the specific rule before the general one",
    )
  }
}

/** Which option an action lowers, where nothing but a written value makes it act. */
const ADJUSTED: Partial<Record<ActionName, string>> = {
  throttle: "outbound_throttle_messages",
  reduce_connections: "max_outbound_connections",
  reduce_deliveries: "max_deliveries_per_connection",
}

/** An adjustment needs a base: "no default, no action". */
function lintList(domain: DraftDomain, everything: DraftDomain | null, report: Report): void {
  domain.rules.forEach((rule, i) => {
    for (const action of rule.body?.actions ?? []) {
      const option = ADJUSTED[action.name]
      if (option === undefined || (TUNABLE_OPTIONS[option]?.defaultValue ?? 0) > 0) continue
      const configured = domain.configuration.get(option) ?? everything?.configuration.get(option)
      if (isBase(configured)) continue
      report
        .about(domain.key, rule.place, i + 1)
        .add(
          "E_ACTION_NO_DEFAULT",
          rule.place,
          `"${action.name}" lowers ${option}, which is unlimited unless something sets it: the action is skipped`,
          `set ${option} in this domain's configuration, or in ecelerity.conf`,
        )
    }
  })
}

function isBase(configured: Configuration | undefined): boolean {
  if (configured === undefined) return false
  const { value } = configured
  if (value.kind === "number") return value.value > 0
  return value.kind === "range" ? value.high > 0 : true
}

/** A copied table brings its findings twice. */
function distinct(findings: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>()
  return findings.filter(({ code, file, line, column, message }) => {
    const key = JSON.stringify([code, file, line, column, message])
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}
