/** `adaptive summary`: the nightly report, of recorded traffic. */
import { configuredStore, dryRun as replay } from "../../api.js"
import type { Classifier } from "../../classify/classifier.js"
import { SourceError } from "../../ingest/source.js"
import { UNDETERMINED } from "../../model/bounce-class.js"
import { diagnostic } from "../../model/diagnostic.js"
import { trafficFindings } from "../../replay/findings.js"
import { baseOf, type ClassOf, MailCounts } from "../../replay/mail-counts.js"
import type { Summary } from "../../replay/tally.js"
import { countFindings, renderFinding } from "../../report/findings.js"
import { type MailSummary, mailSummaryJson, renderMailSummary } from "../../report/mail-summary.js"
import type { Store } from "../../store/store.js"
import { BadLines } from "../bad-lines.js"
import { type Context, EXIT } from "../context.js"
import { LineOutput } from "../output.js"
import { Progress } from "../progress.js"
import { readSetup, type SetupOptions, usableRules } from "../setup.js"
import { readTrafficOptions, SCRIPT_CLOCK_SEC, type TrafficGiven } from "../traffic-options.js"

export interface SummaryOptions extends SetupOptions, TrafficGiven {
  /** Bounce logs beside the traffic: more files, under the name they have in the original's script. */
  readonly bouncelog: readonly string[]
  readonly top: number
  /** Minutes that the clock of the report is ahead of UTC. */
  readonly zone: number
  readonly force?: boolean
  readonly json?: boolean
  readonly allBad?: boolean
}

export async function summary(context: Context, options: SummaryOptions): Promise<number> {
  const given = { ...options, traffic: [...options.traffic, ...options.bouncelog] }
  const traffic = readTrafficOptions(given)
  const { configuration, rules, forScripts } = readSetup(context, options)
  const store = configuredStore(configuration)
  const progress = new Progress(process.stderr)
  const loading = usableRules(
    context,
    rules,
    { nowSec: options.from ?? SCRIPT_CLOCK_SEC, configuration: forScripts },
    { done: "replayed", force: options.force === true },
  )
  const badLines = new BadLines(context, progress, options.allBad === true)
  loading.then(
    () => badLines.begin(),
    () => {},
  )
  // Events come when the rules are there, and the classes with them.
  let classifier: Classifier | null = null
  loading.then(
    (loaded) => {
      classifier = loaded.classifier
    },
    () => {},
  )
  const classOf: ClassOf = (response, domain, mx) =>
    classifier?.classNumber(response, domain, mx) ?? UNDETERMINED
  const counts = new MailCounts(store.pairs, classOf)
  try {
    const { summary: found, files } = await replay(
      loading,
      configuration,
      { ...traffic, store, receptions: true, aside: true },
      {
        event: (event) => counts.add(event),
        bad: (line) => badLines.add(line),
        pause: (done) => progress.update(done),
      },
    )
    progress.clear()
    badLines.end()
    const findings = trafficFindings(files)
    for (const finding of findings) context.err(renderFinding(finding, () => undefined, context.errStyle))
    const mail = mailSummary(counts, found, store, options.top)
    if (mail.overall.receptions === 0 && baseOf(mail.overall) > 0)
      context.err(
        `${context.errStyle.yellow("note:")} these logs tell no receptions: percentages are of deliveries and permanent failures`,
      )
    const customClasses = (await loading).classifier.namesOfClasses(configuration.customClasses)
    const output = new LineOutput()
    const text = { most: options.top, utcOffsetMinutes: options.zone, customClasses }
    output.line(options.json === true ? mailSummaryJson(mail) : renderMailSummary(mail, text))
    await output.end()
    return countFindings(findings).errors > 0 ? EXIT.usage : EXIT.ok
  } catch (error) {
    progress.clear()
    if (!(error instanceof SourceError)) throw error
    const { code, path, message, hint } = error
    const finding = diagnostic(
      code,
      { file: path, line: 1, column: 1 },
      `${message}: nothing is summed up`,
      hint,
    )
    context.err(renderFinding(finding, () => undefined, context.errStyle))
    return EXIT.usage
  }
}

function mailSummary(counts: MailCounts, found: Summary, store: Store, most: number): MailSummary {
  const { parameters, suspensions, blackholes } = found
  const { pairs } = store
  const modified = new Set(
    [...parameters, ...suspensions, ...blackholes].map(({ binding, domain }) => pairs.of(binding, domain)),
  )
  return {
    topBindings: counts.topBindings(most),
    topDomains: counts.topDomains(most),
    modified: [...modified]
      .map((pair) => ({ count: counts.ofPair(pair), classes: counts.classesOf(pair) }))
      .sort((a, b) => (a.count.name < b.count.name ? -1 : 1)),
    overall: counts.total(),
    adjustments: parameters,
    suspensions,
    blackholes,
    permanentReasons: counts.topReasons("permanent", most),
    transientReasons: counts.topReasons("transient", most),
  }
}
