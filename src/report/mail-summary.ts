/**
 * The summary that is mailed each night, in the layout of the original: sections,
 * columns and their widths to the letter, percentages cut off, not rounded.
 * Source: engine.md section 10, Summary; seed "adaptive", Summary Email.
 */
import { BOUNCE_CLASSES } from "../model/bounce-class.js"
import {
  type Base,
  baseOf,
  type ClassCount,
  type MailCount,
  type ReasonCount,
} from "../replay/mail-counts.js"
import type { HoldTally, Summary } from "../replay/tally.js"
import { withoutControls } from "./findings.js"
import { rounded } from "./words.js"

export interface MailSummary {
  readonly topBindings: readonly MailCount[]
  readonly topDomains: readonly MailCount[]
  /** Pairs that something was done to. */
  readonly modified: readonly { readonly count: MailCount; readonly classes: readonly ClassCount[] }[]
  readonly overall: MailCount
  readonly adjustments: Summary["parameters"]
  readonly suspensions: readonly HoldTally[]
  readonly blackholes: readonly HoldTally[]
  readonly permanentReasons: readonly ReasonCount[]
  readonly transientReasons: readonly ReasonCount[]
}

export interface SummaryText {
  /** How many lines the lists of the commonest have at most. */
  readonly most: number
  /** Minutes that the clock of the report is ahead of UTC. */
  readonly utcOffsetMinutes: number
  /** Names of the operator's own classes. */
  readonly customClasses: ReadonlyMap<number, string>
}

const PAIR_HEAD = [
  "Binding/Domain        Receptions   Deliveries     Transfails     Permfails",
  "==============        ==========   ==========     ==========     =========",
]
const TOP_HEAD = [
  "Binding        Receptions   Deliveries     Transfails     Permfails",
  "=======        ==========   ==========     ==========     =========",
]

export function renderMailSummary(summary: MailSummary, text: SummaryText): string {
  const { most } = text
  const base = baseOf(summary.overall)
  const topLines = (list: readonly MailCount[]): string[] => list.map((count) => topLine(count, base))
  return (
    [
      [`Top ${most} bindings by number of receptions:`, ...TOP_HEAD, ...topLines(summary.topBindings)],
      [`Top ${most} domains by number of receptions:`, ...TOP_HEAD, ...topLines(summary.topDomains)],
      [
        "Binding domains modified by Adaptive Delivery:",
        ...PAIR_HEAD,
        ...summary.modified.map(({ count }) => modifiedLine(count, base)),
      ],
      classes(summary, text),
      overall(summary.overall, base),
      adjustments(summary.adjustments),
      holds(
        "Adaptive Delivery Suspensions:",
        [
          "Binding          Domain                              Start    Stop",
          "=======          ======                              =====    ====",
        ],
        summary.suspensions,
        [16, 35],
        "No suspensions",
        text,
      ),
      holds(
        "Adaptive Delivery Blackholes:",
        [
          "Binding                  Domain                       Start    Stop",
          "=======                  ======                       =====    ====",
        ],
        summary.blackholes,
        [24, 28],
        "No blackholes",
        text,
      ),
      [`Top ${most} Permanent failure reasons:`, ...summary.permanentReasons.map(reasonLine)],
      [`Top ${most} Transient failure reasons:`, ...summary.transientReasons.map(reasonLine)],
    ]
      // Names and texts come from the traffic.
      .map((lines) => lines.map(withoutControls).join("\n"))
      .join("\n\n")
  )
}

/** The same as one object, with its numbers as they are. */
export function mailSummaryJson(summary: MailSummary): string {
  const { modified, ...rest } = summary
  return JSON.stringify({
    kind: "summary",
    ...rest,
    modified: modified.map(({ count, classes }) => ({ ...count, classes })),
  })
}

function topLine(count: MailCount, base: Base): string {
  const { name, receptions, deliveries, transients, permanents } = count
  const share = shareOf(base(count))
  return (
    `${name.padEnd(14)} ${String(receptions).padEnd(12)} ${deliveries} (${wide(share(deliveries))}%) ` +
    `${String(transients).padStart(5)} (${share(transients)}%) ${String(permanents).padStart(10)} (${wide(share(permanents))}%)`
  )
}

function modifiedLine(count: MailCount, base: Base): string {
  const { name, receptions, deliveries, transients, permanents } = count
  const share = shareOf(base(count))
  return (
    `${name.padEnd(20)} ${String(receptions).padStart(5)} ${String(deliveries).padStart(11)} (${wide(share(deliveries))}%) ` +
    `${String(transients).padStart(10)} (${share(transients)}%) ${String(permanents).padStart(7)} (${wide(share(permanents))}%)`
  )
}

function classes({ modified }: MailSummary, { customClasses }: SummaryText): string[] {
  const lines = modified.flatMap(({ count, classes }) =>
    classes.map(({ bounceClass, transients, permanents }) => {
      const name =
        customClasses.get(bounceClass) ?? BOUNCE_CLASSES.get(bounceClass)?.name ?? String(bounceClass)
      return `${count.name.padEnd(21)} ${name.padEnd(17)} ${String(transients).padStart(11)} ${String(permanents).padStart(14)}`
    }),
  )
  return [
    "Bounce classes by Adaptive binding/domain.",
    "Binding/Domain        Bounce Class        Transfails     Permfails",
    "==============        ============        ==========     =========",
    ...lines,
  ]
}

function overall(count: MailCount, base: Base): string[] {
  const { receptions, deliveries, transients, permanents } = count
  const share = shareOf(base(count))
  const part = (value: number, width: number): string =>
    `${String(value).padStart(width)} (${wide(share(value))}%)`
  return [
    "Overall statistics:",
    "Receptions        Deliveries        Transfails         Permfails",
    "==========        ==========        ==========         =========",
    `${String(receptions).padStart(10)} ${part(deliveries, 14)} ${part(transients, 10)} ${part(permanents, 10)}`,
  ]
}

function adjustments(list: MailSummary["adjustments"]): string[] {
  return [
    "Adaptive Delivery Adjustments:",
    "Binding          Domain        Variable                         Initial Updated  Changes",
    "=======          ======        ========                         ====== =======  =======",
    ...list.map(
      ({ binding, domain, option, initial, value, changes }) =>
        `${binding.padEnd(12)} ${domain.padStart(11)}        ${option.padEnd(29).slice(0, 29)} ` +
        `${rounded(initial).padStart(6)} ${rounded(value).padStart(7)} ${String(changes).padStart(8)}`,
    ),
  ]
}

function holds(
  title: string,
  head: readonly string[],
  list: readonly HoldTally[],
  [bindingWidth, domainWidth]: readonly [number, number],
  none: string,
  { utcOffsetMinutes }: SummaryText,
): string[] {
  const clock = (sec: number): string =>
    new Date((sec + utcOffsetMinutes * 60) * 1000).toISOString().slice(11, 16)
  const lines = list.map(
    ({ binding, domain, from, until }) =>
      `${binding.padEnd(bindingWidth)} ${domain.padEnd(domainWidth)} ${clock(from)}    ${clock(until)}`,
  )
  return [title, ...head, ...(lines.length === 0 ? [none] : lines)]
}

function reasonLine({ text, count }: ReasonCount): string {
  return `${String(count).padEnd(8)}: ${text}`
}

/** Percent, cut off. */
function shareOf(whole: number): (value: number) => number {
  return (value) => (whole === 0 ? 0 : Math.floor((value * 100) / whole))
}

/** `%3d` */
function wide(percent: number): string {
  return String(percent).padStart(3)
}
