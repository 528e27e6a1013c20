/**
 * Where an option starts and how far it may go, for one domain: the part of the model that knows
 * configuration but no history. Worked out afresh at every question.
 *
 * Sources: rule-files.md §4, §5, §9 (5, 6, 7), §10; engine.md §5; configuration.md §3.
 */
import type { Configured, Domains, Option, Rule, Scenario, Table } from "./scenario.js"

export interface Limits {
  /** What the option rests at; null without a value: unlimited, so nothing to adjust. */
  readonly start: number | null
  /** The low end of the range or of the operator's bounds, 0 without either. */
  readonly low: number
  readonly ceiling: number | null
  readonly clamp: (value: number) => number
}

const PRODUCT_DEFAULT: Readonly<Record<Option, number | null>> = {
  max_outbound_connections: 32,
  max_deliveries_per_connection: null,
  outbound_throttle_messages: null,
  retry_interval: 1200,
  max_retry_interval: 43_200,
}

export function limitsOf(scenario: Scenario, domain: string, mx: string | undefined, option: Option): Limits {
  const explicit = explicitValue(scenario, option)
  const rules = tablesFor(scenario.domains, domain, mx)
    .map(({ table }) => table.configuration?.[option])
    .find((value) => value !== undefined)
  const bounds = operatorBounds(scenario, option)
  const range: readonly [number, number] | undefined =
    rules === undefined ? bounds : typeof rules === "number" ? undefined : rules

  const resting = restingValue(rules, range, explicit, option)
  const start = resting === null || bounds === undefined ? resting : between(resting, bounds)
  const highest = typeof rules === "number" ? rules : range === undefined ? start : range[1]
  const ceiling = highest !== null && bounds !== undefined ? Math.min(highest, bounds[1]) : highest
  // Operator bounds take the place of the range's low end and cut its high end.
  const low = (bounds ?? range)?.[0] ?? 0
  const high = Math.min(range?.[1] ?? Number.POSITIVE_INFINITY, bounds?.[1] ?? Number.POSITIVE_INFINITY)
  return { start, low, ceiling, clamp: (value) => between(value, [low, high]) }
}

function restingValue(
  rules: Configured | undefined,
  range: readonly [number, number] | undefined,
  explicit: number | null,
  option: Option,
): number | null {
  if (typeof rules === "number") return rules > 0 ? rules : null
  if (range === undefined) return explicit ?? PRODUCT_DEFAULT[option]
  if (explicit !== null) return between(explicit, range)
  return range[0] > 0 ? range[0] : null
}

function between(value: number, [lo, hi]: readonly [number, number]): number {
  return Math.min(Math.max(value, lo), hi)
}

/** A positive value from `--set`; the throttle is written per second or as `N/SECONDS` and kept per hour. */
function explicitValue({ settings }: Scenario, option: Option): number | null {
  const text = settings[option]
  if (text === undefined) return null
  const [count, seconds] = text.split("/").map(Number)
  const value =
    option === "outbound_throttle_messages" ? ((count ?? 0) * 3600) / (seconds ?? 1) : (count ?? 0)
  return value > 0 ? value : null
}

/** `adaptive_OPTION = (lo hi)` */
function operatorBounds({ settings }: Scenario, option: Option): readonly [number, number] | undefined {
  const text = settings[`adaptive_${option}`]
  if (text === undefined) return undefined
  const [lo, hi] = text.replace(/[()]/g, "").trim().split(/\s+/).map(Number)
  if (lo === undefined || hi === undefined) throw new Error(`no bounds: ${text}`)
  return [lo, hi]
}

interface Found {
  readonly key: string
  readonly table: Table
}

/** The tables a domain's rules come from, the more specific first. */
function tablesFor(domains: Domains, domain: string, mx: string | undefined): Found[] {
  const own = ownTable(domains, domain, mx)
  const star = domains["*"]
  return [
    ...(own === undefined ? [] : [own]),
    ...(star === undefined || typeof star === "string" ? [] : [{ key: "*", table: star }]),
  ]
}

function ownTable(domains: Domains, domain: string, mx: string | undefined): Found | undefined {
  const exact = domains[domain]
  if (exact !== undefined && typeof exact !== "string") return { key: domain, table: exact }
  const target = exact ?? mxTarget(domains, mx)
  if (target === undefined) return undefined
  const table = domains[target]
  // One hop only: an alias of an alias gives no rules.
  return table === undefined || typeof table === "string" ? undefined : { key: target, table }
}

function mxTarget(domains: Domains, mx: string | undefined): string | undefined {
  if (mx === undefined) return undefined
  const suffixes = Object.keys(domains)
    .filter((key) => key.startsWith("mx:") && mx.endsWith(key.slice(3)))
    .sort((a, b) => b.length - a.length)
  const target = suffixes[0] === undefined ? undefined : domains[suffixes[0]]
  return typeof target === "string" ? target : undefined
}

export interface Matched {
  readonly key: string
  /** From 1. */
  readonly index: number
  readonly rule: Rule
  /** What its counter is called. */
  readonly identity: string
}

/** The first rule, in file order, whose pattern is found in the reply. */
export function firstMatch(
  domains: Domains,
  domain: string,
  mx: string | undefined,
  reply: string,
): Matched | undefined {
  for (const { key, table } of tablesFor(domains, domain, mx)) {
    const rules = table.responses ?? []
    for (const [i, rule] of rules.entries()) {
      if (!new RegExp(rule.code).test(reply)) continue
      const equals = (other: Rule): boolean =>
        other.code === rule.code && triggerText(other) === triggerText(rule)
      const copy = rules.slice(0, i).filter(equals).length
      return { key, index: i + 1, rule, identity: JSON.stringify([key, rule.code, triggerText(rule), copy]) }
    }
  }
  return undefined
}

export function triggerText({ trigger }: Rule): string {
  return trigger === undefined ? "1" : String(trigger)
}
