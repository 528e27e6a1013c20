/** `adaptive dry-run`: recorded traffic through the real engine. */

import { configuredStore, dryRun as replay } from "../../api.js"
import type { BadLine } from "../../ingest/collector.js"
import type { FileReport } from "../../ingest/traffic.js"
import { MONITOR_FORM, parseMonitor } from "../../model/monitor.js"
import { rulingOf } from "../../reload/load.js"
import type { DryRunListener } from "../../replay/dry-run.js"
import { deliveryTimeOf } from "../../replay/findings.js"
import type { Step } from "../../replay/session.js"
import type { Summary } from "../../replay/tally.js"
import { type AuditReport, auditJson, renderAudit } from "../../report/audit.js"
import { renderDryRun } from "../../report/dry-run.js"
import { decisionJson, matchJson, summaryJson } from "../../report/json.js"
import { plural } from "../../report/words.js"
import { StoreFault } from "../../store/fault.js"
import type { OutboundAudit } from "../../store/outbound-audit.js"
import type { Store } from "../../store/store.js"
import { type Context, EXIT, UsageError } from "../context.js"
import { LineOutput } from "../output.js"
import { Progress } from "../progress.js"
import { prompt } from "../prompt.js"
import { beginLoading, type ReplayingOptions, tellTraffic, tellUnreadable } from "../replaying.js"
import { readSetup } from "../setup.js"
import { readTrafficOptions } from "../traffic-options.js"
import { converse, type ReplayEnd, targetOf, travelFrom } from "./dry-run-console.js"
import { beginOutput, type OutputOptions } from "./dry-run-output.js"

export interface DryRunOptions extends ReplayingOptions, OutputOptions {
  readonly json?: boolean
  readonly matches?: boolean
  readonly sources?: boolean
  readonly audit: readonly string[]
  readonly auditDomain: readonly string[]
  readonly auditThreshold: number
  /** MiB that its counts may take: a window for each second of a day is easily written. */
  readonly auditMemory: number
  /** Commands for the state that the replay leaves behind. */
  readonly console: readonly string[]
  /** Commands are asked for afterwards. */
  readonly prompt?: boolean
}

/** Pieces of input between two looks at that. */
const PIECES_A_LOOK = 16

/** The instance in the manual's examples. */
const AUDIT_NAME = "outbound_audit1"

export async function dryRun(context: Context, options: DryRunOptions): Promise<number> {
  const traffic = readTrafficOptions(options)
  const setup = readSetup(context, options)
  const { configuration: lookup } = setup
  checkTogether(options)
  const store = configuredStore(lookup)
  const audit = defineAudit(options, store)
  const progress = new Progress(process.stderr)
  const written = await beginOutput(context, options, { configuration: lookup, pairs: store.pairs, progress })
  if (written !== null) context.goOnUnread()
  const output = new LineOutput(context)
  const { loading, badLines } = beginLoading(context, setup, options, progress)
  try {
    const listener = {
      ...streaming(options, output, progress, audit),
      bad: (line: BadLine) => badLines.add(line),
    }
    const told = written?.with(listener) ?? listener
    /** What time brings about at the prompt; null while the traffic lasts. */
    let later: Step[] | null = null
    const { summary, files, engine } = await replay(
      loading,
      lookup,
      { ...traffic, store, aside: true },
      {
        ...told,
        decision: (decision, where) => {
          if (later === null) told.decision?.(decision, where)
          else later.push({ decision, where })
        },
      },
    )
    const allWritten = (await written?.end()) ?? true
    progress.clear()
    badLines.end()
    // Whether it is too much must not depend on when it was looked at.
    if (audit !== null) checkSize(audit, options.auditMemory)
    const { revision } = await loading
    const isCut = tellTraffic(context, files)
    const seen = audit === null ? null : { audit, ...auditFacts(summary, files, store) }
    const target = targetOf(engine, lookup, options)
    let allTaken: boolean
    if (options.json === true) {
      for (const line of seen === null ? [] : auditJson(seen)) {
        output.line(line)
        await output.taken()
      }
      allTaken = converse(options, target, output)
      for (const piece of summaryJson(summary)) output.write(piece)
      output.line("")
    } else {
      output.line(renderDryRun({ summary, files, mode: options.mode, revision }, context.outStyle))
      if (seen !== null) output.line(`\n${renderAudit(seen, context.outStyle)}`)
      allTaken = converse(options, target, output)
    }
    await output.end()
    if (options.prompt === true) {
      const ruling = rulingOf(await loading)
      const end: ReplayEnd = {
        target,
        pass(atMicros) {
          later = []
          if (store.startMicros >= 0) engine.advance(atMicros)
          return later
        },
        session: (configuration) => ({
          ...traffic,
          ruling,
          lookup: configuration,
          makeStore() {
            const again = configuredStore(configuration)
            defineAudit(options, again)
            return again
          },
        }),
        makeTarget: (of, configuration) => targetOf(of, configuration, options),
      }
      allTaken = (await prompt(context, travelFrom(end))) && allTaken
    }
    if (isCut) return EXIT.usage
    return allTaken && allWritten ? EXIT.ok : EXIT.no
  } catch (error) {
    progress.clear()
    return tellUnreadable(context, error, "nothing is replayed")
  }
}

/** @throws UsageError for options that do not go together */
function checkTogether({ prompt, traffic, json, matches, sources }: DryRunOptions): void {
  if (prompt === true && traffic.includes("-"))
    throw new UsageError(
      "standard input cannot be both the traffic and the prompt",
      "write the traffic to a file",
    )
  if (prompt === true && json === true)
    throw new UsageError(
      "--json is for programs, --prompt for a person",
      "leave one of them out; programs ask with --console",
    )
  if (json === true) return
  for (const [name, isGiven] of Object.entries({ "--matches": matches, "--sources": sources }))
    if (isGiven === true)
      throw new UsageError(`${name} says what --json tells, which is not there`, "add --json")
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
