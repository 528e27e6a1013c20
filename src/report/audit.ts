/**
 * What an outbound_audit saw in a replay: its windows as the console prints
 * them, each with a bar, or as JSON Lines. Times are UTC.
 * Source: console.md section 3; traffic-formats.md section 9, deliveryTime.
 */
import type { DeliveryTimeKind } from "../replay/findings.js"
import type { DeliveryWindow } from "../store/delivery-series.js"
import type { OutboundAudit } from "../store/outbound-audit.js"
import { attemptsOf, bar, curves, mostOf } from "./audit-chart.js"
import { auditLine, meanDeliverySec } from "./audit-line.js"
import { oneLine } from "./findings.js"
import type { Style } from "./style.js"
import { grouped, plural, time } from "./words.js"

export interface AuditReport {
  readonly audit: OutboundAudit
  /** The time of the last event. */
  readonly nowMicros: number
  /** The time of the first event, in seconds; null without any. */
  readonly fromSec: number | null
  readonly deliveryTime: DeliveryTimeKind
  /** Attempts that would not have been made, which an audit does not see. */
  readonly held: number
}

/** Domains drawn: those with most attempts. */
const MAX_DOMAINS = 5
/** Windows of a monitor shown line by line; of more, only the newest, below a curve of all. */
const MAX_LINES = 24
const NEWEST = 7
const GLOBAL = "global"

const TIME_NOTES: Readonly<Record<"spool" | "mixed", string>> = {
  spool: "dt counts from reception: these logs tell no time of connection",
  mixed: "dt counts from connection in some of these logs and from reception in others",
}

/** One object a series: `domain` is null for all domains together, which come first. */
export function* auditJson({ audit, nowMicros, deliveryTime }: AuditReport): Generator<string> {
  yield* seriesJson(audit.name, null, audit.globalWindows(nowMicros), deliveryTime)
  for (const domain of audit.domains())
    yield* seriesJson(audit.name, domain, audit.windows(domain, nowMicros), deliveryTime)
}

function* seriesJson(
  instance: string,
  domain: string | null,
  windows: readonly DeliveryWindow[],
  deliveryTime: DeliveryTimeKind,
): Generator<string> {
  for (const [size, some] of bySize(windows)) {
    yield JSON.stringify({
      kind: "audit",
      instance,
      domain,
      size,
      count: some.length - 1,
      deliveryTimeFrom: deliveryTime,
      windows: some.map((window) => ({
        offset: window.offset,
        from: window.fromSec,
        receptions: window.receptions,
        deliveries: window.deliveries,
        deliveryTime: meanDeliverySec(window),
        transient: window.transient,
        permanent: window.permanent,
      })),
    })
  }
}

export function renderAudit(report: AuditReport, style: Style): string {
  const { audit, nowMicros, deliveryTime } = report
  const out = [
    `${style.bold(`Outbound audit ${oneLine(audit.name)}`)}, as it stands after the last event`,
    `  ${style.green("█")} delivered  ${style.yellow("▒")} transient  ${style.red("░")} permanent; the longest bar of a block stands for its busiest window`,
  ]
  if (deliveryTime === "spool" || deliveryTime === "mixed") out.push(`  ${TIME_NOTES[deliveryTime]}`)
  if (report.held > 0)
    out.push(
      `  ${plural(report.held, "attempt")} held back would not have been made and are not counted (--mode observe counts all)`,
    )
  const gap = notCovered(report)
  if (gap !== null) out.push(`  ${gap}`)
  if (audit.late > 0) out.push(`  ${plural(audit.late, "event")} came too late for a monitor`)
  const blocks = [block(GLOBAL, audit.globalWindows(nowMicros), style)]
  for (const domain of audit.busiest(nowMicros, MAX_DOMAINS))
    blocks.push(block(domain, audit.windows(domain, nowMicros), style))
  for (const lines of blocks) out.push("", ...lines)
  const others = audit.domains().length - MAX_DOMAINS
  if (others > 0) out.push("", `  … and ${plural(others, "domain")} more (--json lists all)`)
  return out.join("\n")
}

/** The monitors look back less far than the traffic goes: what would. */
function notCovered({ audit, nowMicros, fromSec }: AuditReport): string | null {
  if (fromSec === null) return null
  const nowSec = nowMicros / 1e6
  const reach = ({ sizeSec, count }: { sizeSec: number; count: number }): number =>
    (Math.floor(nowSec / sizeSec) - count) * sizeSec
  const { monitors } = audit.options
  if (monitors.some((monitor) => reach(monitor) <= fromSec)) return null
  const { sizeSec } = monitors.reduce((a, b) => (a.sizeSec > b.sizeSec ? a : b))
  const needed = Math.floor(nowSec / sizeSec) - Math.floor(fromSec / sizeSec)
  return `the traffic begins at ${time(fromSec)}, before the windows below: --audit "${sizeSec},${needed}" looks back on all of it`
}

function block(name: string, windows: readonly DeliveryWindow[], style: Style): string[] {
  return bySize(windows).flatMap(([size, all]) => {
    const isLong = all.length > MAX_LINES
    const some = isLong ? all.slice(0, NEWEST) : all
    const most = mostOf(some.map(attemptsOf))
    const lines = some.map((window) => oneLine(auditLine(name, window)))
    const width = mostOf(lines.map(({ length }) => length))
    const shown = some.map((window, i) => {
      const text = `  ${style.dim(time(window.fromSec))}  ${(lines[i] as string).padEnd(width)}  ${bar(window, most, style)}`
      return text.trimEnd()
    })
    if (!isLong) return shown
    const oldest = all.at(-1) as DeliveryWindow
    const end = (all[0] as DeliveryWindow).fromSec + size
    const title = `  ${oneLine(name)}, ${grouped(all.length)} windows of ${size} s, ${time(oldest.fromSec)} to ${time(end)}`
    return [
      title,
      ...curves(all, style),
      ...shown,
      `  … and ${grouped(all.length - NEWEST)} older windows (--json lists all)`,
    ]
  })
}

function bySize(windows: readonly DeliveryWindow[]): [size: number, windows: DeliveryWindow[]][] {
  const sizes = new Map<number, DeliveryWindow[]>()
  for (const window of windows) {
    const known = sizes.get(window.sizeSec)
    if (known === undefined) sizes.set(window.sizeSec, [window])
    else known.push(window)
  }
  return [...sizes]
}
