/** `adaptive dry-run`: recorded traffic through the real engine. */

import { configuredStore, dryRun as replay } from "../../api.js"
import { consoleReply } from "../../console/console.js"
import { consoleTarget } from "../../console/target.js"
import type { Engine } from "../../engine/engine.js"
import { CODES, type Code } from "../../errors.js"
import type { BadLine } from "../../ingest/collector.js"
import { FORMAT_NAMES, type FormatName, isFormatName } from "../../ingest/detect.js"
import { SourceError } from "../../ingest/source.js"
import type { FileReport } from "../../ingest/traffic.js"
import { diagnostic } from "../../model/diagnostic.js"
import { MONITOR_FORM, parseMonitor } from "../../model/monitor.js"
import { nearest } from "../../model/nearest.js"
import type { DryRunListener, Mode } from "../../replay/dry-run.js"
import { deliveryTimeOf, trafficFindings } from "../../replay/findings.js"
import type { Summary } from "../../replay/tally.js"
import { type AuditReport, auditJson, renderAudit } from "../../report/audit.js"
import { renderDryRun } from "../../report/dry-run.js"
import { countFindings, oneLine, renderFinding } from "../../report/findings.js"
import { consoleJson, decisionJson, matchJson, summaryJson } from "../../report/json.js"
import { plural } from "../../report/words.js"
import { StoreFault } from "../../store/fault.js"
import type { OutboundAudit } from "../../store/outbound-audit.js"
import type { Store } from "../../store/store.js"
import { type Context, EXIT, UsageError } from "../context.js"
import { LineOutput } from "../output.js"
import { Progress } from "../progress.js"
import { readSetup, type SetupOptions, usableRules } from "../setup.js"

export interface DryRunOptions extends SetupOptions {
  readonly traffic: readonly string[]
  readonly format: string
  readonly mode: Mode
  readonly from?: number
  readonly to?: number
  readonly json?: boolean
  readonly matches?: boolean
  readonly sources?: boolean
  readonly force?: boolean
  readonly allBad?: boolean
  readonly reorder: number
  readonly year?: number
  readonly utcOffset?: number
  readonly audit: readonly string[]
  readonly auditDomain: readonly string[]
  readonly auditThreshold: number
  /** MiB that its counts may take: a window for each second of a day is easily written. */
  readonly auditMemory: number
  /** Commands for the state that the replay leaves behind. */
  readonly console: readonly string[]
}

/** Pieces of input between two looks at that. */
const PIECES_A_LOOK = 16

/** The instance in the manual's examples. */
const AUDIT_NAME = "outbound_audit1"

/** The clock that rule scripts see while they load: the same in every replay. */
const SCRIPT_CLOCK_SEC = 1_790_000_000

const BAD_LINE = "E_TRAFFIC_LINE" satisfies Code

/** Bad lines told one by one, of each file, unless all are wanted. */
const MAX_BAD_LINES = 10

export async function dryRun(context: Context, options: DryRunOptions): Promise<number> {
  const format = readFormat(options.format)
  const { configuration: lookup, rules } = readSetup(context, options)
  const { from, to } = options
  if (from !== undefined && to !== undefined && from >= to)
    throw new UsageError(`--from ${from} is not before --to ${to}`, "nothing lies between them: swap the two")
  if (options.traffic.filter((path) => path === "-").length > 1)
    throw new UsageError("standard input is named twice", "name - once")
  const store = configuredStore(lookup)
  const audit = defineAudit(options, store)
  const output = new LineOutput()
  const progress = new Progress(process.stderr)
  const loading = usableRules(
    context,
    rules,
    { nowSec: from ?? SCRIPT_CLOCK_SEC },
    { done: "replayed", force: options.force === true },
  )
  const badLines = new BadLines(context, progress, options.allBad === true)
  // Lines are read while the rules load; what is wrong with the rules is told first.
  loading.then(
    () => badLines.begin(),
    () => {},
  )
  try {
    const { summary, files, engine } = await replay(
      loading,
      lookup,
      {
        files: options.traffic,
        store,
        aside: true,
        format,
        reorderSec: options.reorder,
        mode: options.mode,
        ...(from === undefined ? {} : { fromSec: from }),
        ...(to === undefined ? {} : { toSec: to }),
        ...(options.year === undefined ? {} : { year: options.year }),
        ...(options.utcOffset === undefined ? {} : { utcOffsetMinutes: options.utcOffset }),
      },
      { ...streaming(options, output, progress, audit), bad: (line) => badLines.add(line) },
    )
    progress.clear()
    badLines.end()
    // Whether it is too much must not depend on when it was looked at.
    if (audit !== null) checkSize(audit, options.auditMemory)
    const { revision } = await loading
    const findings = trafficFindings(files)
    for (const finding of findings) context.err(renderFinding(finding, () => undefined, context.errStyle))
    const seen = audit === null ? null : { audit, ...auditFacts(summary, files, store) }
    let allTaken: boolean
    if (options.json === true) {
      for (const line of seen === null ? [] : auditJson(seen)) {
        output.line(line)
        await output.taken()
      }
      allTaken = converse(options, engine, output)
      for (const piece of summaryJson(summary)) output.write(piece)
      output.line("")
    } else {
      output.line(renderDryRun({ summary, files, mode: options.mode, revision }, context.outStyle))
      if (seen !== null) output.line(`\n${renderAudit(seen, context.outStyle)}`)
      allTaken = converse(options, engine, output)
    }
    await output.end()
    if (countFindings(findings).errors > 0) return EXIT.usage
    return allTaken ? EXIT.ok : EXIT.no
  } catch (error) {
    progress.clear()
    if (!(error instanceof SourceError)) throw error
    const { code, path, message, hint } = error
    const finding = diagnostic(
      code,
      { file: path, line: 1, column: 1 },
      `${message}: nothing is replayed`,
      hint,
    )
    context.err(renderFinding(finding, () => undefined, context.errStyle))
    return EXIT.usage
  }
}

/**
 * Gives the console its commands, each on the state that the one before it left.
 * @returns false when one was refused
 */
function converse(
  { console: commands, json }: Pick<DryRunOptions, "console" | "json">,
  engine: Engine,
  output: LineOutput,
): boolean {
  const target = consoleTarget(engine)
  let allTaken = true
  for (const command of commands) {
    const reply = consoleReply(command, target)
    allTaken &&= reply.ok
    const text = reply.text === "" ? "" : `\n${reply.text}`
    output.line(json === true ? consoleJson(command, reply) : `\n> ${oneLine(command)}${text}`)
  }
  return allTaken
}

/** The instance that `--audit` asks for; null when nothing does. @throws UsageError */
function defineAudit(options: DryRunOptions, store: Store): OutboundAudit | null {
  const { audit: texts, auditDomain: domainList, auditThreshold: threshold } = options
  if (texts.length === 0 && domainList.length === 0 && threshold === 0) return null
  const monitors = texts.map((text) => {
    const monitor = parseMonitor(text)
    if (monitor === null) throw new UsageError(`--audit "${text}" is no monitor`, `write ${MONITOR_FORM}`)
    return monitor
  })
  try {
    const given = { domainList, threshold, ...(monitors.length === 0 ? {} : { monitors }) }
    return store.audits.define(AUDIT_NAME, given)
  } catch (fault) {
    if (fault instanceof StoreFault) throw new UsageError(fault.message, fault.hint)
    throw fault
  }
}

/** @throws UsageError before an audit takes all memory there is */
function checkSize(audit: OutboundAudit, mebibytes: number): void {
  if (audit.bytes <= mebibytes * 2 ** 20) return
  throw new UsageError(
    `the audit's windows of ${plural(audit.domains().length, "domain")} take more than ${mebibytes} MiB`,
    "write fewer or longer windows with --audit, keep fewer domains with --audit-threshold or --audit-domain, or allow more with --audit-memory",
  )
}

function auditFacts(
  { span, held }: Summary,
  files: readonly FileReport[],
  { nowMicros }: Store,
): Omit<AuditReport, "audit"> {
  return {
    nowMicros,
    fromSec: span.from,
    deliveryTime: deliveryTimeOf(files),
    held: held.delivery + held.transient + held.permanent,
  }
}

/** Decisions as they are made. */
function streaming(
  options: DryRunOptions,
  output: LineOutput,
  progress: Progress,
  audit: OutboundAudit | null,
): DryRunListener {
  const shown = { sources: options.sources === true }
  let pieces = 0
  const pause: DryRunListener["pause"] = (done) => {
    progress.update(done)
    if (audit !== null && pieces++ % PIECES_A_LOOK === 0) checkSize(audit, options.auditMemory)
    return output.taken()
  }
  if (options.json !== true) return { pause }
  return {
    pause,
    decision: (decision, where) => output.line(decisionJson(decision, where, shown)),
    ...(options.matches === true
      ? { match: (match, where) => output.line(matchJson(match, where, shown)) }
      : {}),
  }
}

function readFormat(text: string): FormatName | null {
  if (text === "auto") return null
  if (isFormatName(text)) return text
  const guess = nearest(text, FORMAT_NAMES)
  throw new UsageError(
    `unknown format "${text}"`,
    guess === null ? `the formats are auto, ${FORMAT_NAMES.join(", ")}` : `did you mean ${guess}?`,
  )
}

/** Bad lines on their way to the terminal. */
class BadLines {
  readonly #context: Context
  readonly #progress: Progress
  readonly #all: boolean
  readonly #counts = new Map<string, number>()
  /** What came before `begin`; null from then on. */
  #early: BadLine[] | null = []

  constructor(context: Context, progress: Progress, all: boolean) {
    this.#context = context
    this.#progress = progress
    this.#all = all
  }

  add(line: BadLine): void {
    const { file } = line
    const count = (this.#counts.get(file) ?? 0) + 1
    this.#counts.set(file, count)
    if (!this.#all && count > MAX_BAD_LINES) return
    if (this.#early === null) this.#tell(line)
    else this.#early.push(line)
  }

  begin(): void {
    const early = this.#early ?? []
    this.#early = null
    for (const line of early) this.#tell(line)
  }

  #tell({ file, line, column, reason }: BadLine): void {
    this.#progress.clear()
    const { bold, yellow } = this.#context.errStyle
    const place = bold(`${oneLine(file)}:${line}:${column ?? 1}:`)
    this.#context.err(
      `${place} ${yellow(`${CODES[BAD_LINE].severity}[${BAD_LINE}]`)}: ${oneLine(reason)}: the line is left out`,
    )
  }

  end(): void {
    for (const [file, count] of this.#counts) {
      if (this.#all || count <= MAX_BAD_LINES) continue
      this.#context.err(
        `${oneLine(file)}: ${count - MAX_BAD_LINES} more lines like these are left out (--all-bad tells each)`,
      )
    }
  }
}
