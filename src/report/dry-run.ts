/**
 * The summary of a replay as text that a person can act on: what fired where and
 * when, what it would have held, which rules and which failures met nothing.
 * Times are UTC. Source: cli.md, `adaptive dry-run`, text form.
 */
import type { FileReport } from "../ingest/traffic.js"
import type { EventType } from "../model/event.js"
import type { HoldTally, RuleTally, Summary } from "../replay/tally.js"
import { REASONS } from "./explanation.js"
import { oneLine } from "./findings.js"
import type { Style } from "./style.js"
import { grouped, plural, rounded, time } from "./words.js"

/** Characters of a pattern: enough to know it again. */
const MAX_CODE = 40
/** Lines of each list; the rest is counted. */
const MAX_LISTED = 10

export interface DryRunText {
  readonly summary: Summary
  readonly files: readonly FileReport[]
  readonly mode: "simulate" | "observe"
  readonly revision: string
}

export function renderDryRun(run: DryRunText, style: Style): string {
  const { summary } = run
  const sections = [
    traffic(run, style),
    fired(summary.rules, style),
    held(run, style),
    holds("Suspensions", summary.suspensions, style),
    holds("Blackholes", summary.blackholes, style),
    unlisted(summary),
    parameters(summary, style),
    unmatched(summary, style),
    idle(summary.rules, style),
  ]
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n")
}

function traffic({ summary, files, mode, revision }: DryRunText, style: Style): string[] {
  const { lines, events, span, local } = summary
  const names = files.map(({ path, format }) => `${oneLine(path)} (${format ?? "empty"})`)
  const counted = Object.entries(events).filter(([, count]) => count > 0)
  const skipped = Object.entries(lines.skipped).map(([kind, count]) => `${kind} ${grouped(count)}`)
  const out = [
    `${style.bold("Traffic")}  ${names.join(", ")}`,
    `  ${plural(lines.read, "line")}${lines.bad > 0 ? style.yellow(`, ${grouped(lines.bad)} of them unreadable`) : ""}${
      skipped.length === 0 ? "" : `; no events: ${skipped.join(", ")}`
    }`,
    `  ${counted.length === 0 ? "no events" : counted.map(([type, count]) => plural(count, ...EVENT_WORDS[type as EventType])).join(", ")}${
      local === 0 ? "" : `; ${grouped(local)} of the failures are our own side's, no receiver's`
    }`,
  ]
  if (span.from !== null && span.to !== null)
    out.push(`  ${time(span.from)} to ${time(span.to)} (${duration(span.to - span.from)})`)
  out.push(`  rules ${revision}, mode ${mode}`)
  return out
}

const EVENT_WORDS: Readonly<Record<EventType, readonly [one: string, many?: string]>> = {
  reception: ["reception"],
  delivery: ["delivery", "deliveries"],
  transient: ["transient failure"],
  permanent: ["permanent failure"],
  oob: ["out-of-band bounce"],
  fbl: ["complaint"],
}

function fired(rules: readonly RuleTally[], style: Style): string[] {
  const firing = rules.filter(({ fired: times }) => times > 0)
  // Rules that only observe fire often and do nothing: they stand apart.
  const watching = firing.filter(
    ({ applied, ignored }) => applied === 0 && ignored["observe-only"] !== undefined,
  )
  const acting = firing
    .filter((rule) => !watching.includes(rule))
    .sort((a, b) => b.applied - a.applied || b.fired - a.fired)
  const out = acting.length === 0 ? [style.bold("No rule would have acted.")] : actingRules(acting, style)
  if (watching.length > 0) {
    out.push("", style.bold("Rules that only observe (observe = true)"))
    for (const { rule, fired: times } of watching.sort((a, b) => b.fired - a.fired).slice(0, MAX_LISTED))
      out.push(`  ${grouped(times).padStart(9)}  ${describe(rule)}`)
    out.push(...more(watching.length, "rules"))
  }
  return out
}

function actingRules(rules: readonly RuleTally[], style: Style): string[] {
  const head = `${"matched".padStart(9)} ${"fired".padStart(7)} ${"effects".padStart(8)}  ${"first (UTC)".padEnd(19)}  ${"last (UTC)".padEnd(19)}  rule`
  const out = [style.bold("Rules that fired"), style.dim(`  ${head}`)]
  for (const { rule, matched, fired: times, applied, ignored, firstFired, lastFired } of rules.slice(
    0,
    MAX_LISTED,
  )) {
    const counts = `${grouped(matched).padStart(9)} ${grouped(times).padStart(7)} ${grouped(applied).padStart(8)}`
    out.push(`  ${counts}  ${time(firstFired ?? 0)}  ${time(lastFired ?? 0)}  ${describe(rule)}`)
    for (const [reason, count] of Object.entries(ignored)) {
      const why = REASONS[reason as keyof typeof REASONS]
      out.push(style.dim(`  ${"".padStart(17)} ${grouped(count).padStart(8)}  not done: ${why}`))
    }
  }
  return [...out, ...more(rules.length, "rules")]
}

function held({ summary, mode }: DryRunText, style: Style): string[] {
  if (mode === "observe") return ["Everything was counted as recorded (--mode observe): nothing was held."]
  const { delivery, transient, permanent } = summary.held
  if (delivery + transient + permanent === 0) return [style.bold("Nothing would have been held.")]
  const rejections = transient + permanent
  const total = summary.events.transient + summary.events.permanent
  return [
    style.bold("What would have been held back"),
    `  ${style.green(`${plural(rejections, "rejection")} spared`)} (${grouped(transient)} transient, ${grouped(permanent)} permanent; ${percent(rejections, total)} of all failures)`,
    `  ${style.yellow(`${plural(delivery, "delivery", "deliveries")} delayed`)} (${percent(delivery, summary.events.delivery)} of all deliveries)`,
  ]
}

function holds(title: string, list: readonly HoldTally[], style: Style): string[] {
  if (list.length === 0) return []
  const out = [
    style.bold(`${title}: ${grouped(list.length)}`),
    style.dim(
      `  ${"from".padEnd(19)}  ${"until".padEnd(19)}  ${"spared".padStart(7)} ${"delayed".padStart(7)}  pair, rule`,
    ),
  ]
  const spared = ({ held: { transient, permanent } }: HoldTally): number => transient + permanent
  // Those that hold most, in the order of their times.
  const shown = [...list]
    .sort((a, b) => spared(b) + b.held.delivery - spared(a) - a.held.delivery)
    .slice(0, MAX_LISTED)
    .sort((a, b) => a.from - b.from)
  for (const hold of shown) {
    const by = hold.by === null ? "rejection rate" : describeShortly(hold.by)
    const open = hold.lifted === null ? style.dim(" (still in force at the end)") : ""
    out.push(
      `  ${time(hold.from)}  ${time(hold.until)}  ${grouped(spared(hold)).padStart(7)} ${grouped(hold.held.delivery).padStart(7)}  ${oneLine(`${hold.binding}::${hold.domain}`)}  ${by}${open}`,
    )
  }
  return [...out, ...more(list.length, title.toLowerCase())]
}

function unlisted({ leftOff }: Summary): string[] {
  if (leftOff === 0) return []
  const what = plural(leftOff, "suspension or blackhole", "suspensions and blackholes")
  return [`${what} more than these lists hold; --json tells each as a decision`]
}

function parameters({ parameters: list }: Summary, style: Style): string[] {
  if (list.length === 0) return []
  const shown = [...list].sort((a, b) => b.changes - a.changes).slice(0, MAX_LISTED)
  const out = [style.bold(`Values adjusted: ${grouped(list.length)}`)]
  for (const { binding, domain, option, initial, value, changes } of shown) {
    const pair = oneLine(`${binding}::${domain}`)
    const change =
      value === initial
        ? `${option} ${rounded(initial)}, moved and back`
        : `${option} ${rounded(initial)} -> ${rounded(value)}`
    out.push(`  ${pair}  ${change} in ${plural(changes, "step")}`)
  }
  return [...out, ...more(list.length, "values")]
}

function unmatched({ unmatched: { failures, top }, events, local }: Summary, style: Style): string[] {
  if (failures === 0) return []
  const all = events.transient + events.permanent - local
  const out = [
    `${style.bold(`Failures that no rule matched: ${grouped(failures)}`)} (${percent(failures, all)} of what receivers answered)`,
    style.dim(`  ${"count".padStart(9)} ${"domains".padStart(8)}  reply, with what varies masked`),
  ]
  for (const { text, count, domains } of top)
    out.push(
      `  ${grouped(count).padStart(9)} ${grouped(domains).padStart(8)}  ${oneLine(text).slice(0, 140)}`,
    )
  return out
}

/** Rules without an effect: those that matched and waited, and those that met nothing. */
function idle(rules: readonly RuleTally[], style: Style): string[] {
  const waiting = rules.filter(({ matched, fired: times }) => matched > 0 && times === 0)
  const written = rules.filter(({ rule }) => rule.file !== "")
  const never = written.filter(({ matched }) => matched === 0)
  const out: string[] = []
  if (waiting.length > 0) {
    out.push(style.bold(`Rules that matched, but never often enough to fire: ${grouped(waiting.length)}`))
    const most = [...waiting].sort((a, b) => b.matched - a.matched).slice(0, MAX_LISTED)
    for (const { rule, matched } of most) out.push(`  ${grouped(matched).padStart(9)}  ${describe(rule)}`)
    out.push(...more(waiting.length, "rules"))
  }
  if (never.length > 0) {
    const files = new Map<string, number>()
    for (const { rule } of never) files.set(rule.file, (files.get(rule.file) ?? 0) + 1)
    const where = Array.from(files, ([file, count]) => `${grouped(count)} in ${oneLine(file)}`)
    out.push(
      `${style.bold(`Rules that never matched: ${grouped(never.length)} of ${grouped(written.length)}`)} (${where.join(", ")}; --json lists them)`,
    )
  }
  return out
}

function more(count: number, what: string): string[] {
  return count > MAX_LISTED ? [`  … and ${grouped(count - MAX_LISTED)} more ${what} (--json lists all)`] : []
}

function describe(rule: RuleTally["rule"]): string {
  if ("name" in rule) {
    const scope = rule.scope === "" ? "" : ` in ${rule.scope}`
    return oneLine(`${rule.file === "" ? "" : `${rule.file}:${rule.line} `}sweep rule "${rule.name}"${scope}`)
  }
  const { file, line, domain, index, code } = rule
  const shown = code.length > MAX_CODE ? `${code.slice(0, MAX_CODE)}…` : code
  return oneLine(`${file}:${line} ["${domain}"] ${index}: ${shown}`)
}

function describeShortly(rule: RuleTally["rule"]): string {
  return oneLine(rule.file === "" && "name" in rule ? rule.name : `${rule.file}:${rule.line}`)
}

function duration(seconds: number): string {
  const units: [number, string][] = [
    [86_400, "d"],
    [3600, "h"],
    [60, "min"],
    [1, "s"],
  ]
  let rest = Math.round(seconds)
  const parts: string[] = []
  for (const [size, name] of units) {
    if (rest >= size) parts.push(`${Math.floor(rest / size)} ${name}`)
    rest %= size
  }
  return parts.slice(0, 2).join(" ") || "0 s"
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "none" : `${((part / whole) * 100).toFixed(1)} %`
}
