/** `adaptive summary`: the nightly report, of recorded traffic. */
import { configuredStore, dryRun as replay } from "../../api.js"
import type { Classifier } from "../../classify/classifier.js"
import { UNDETERMINED } from "../../model/bounce-class.js"
import { type ClassOf, MailCounts } from "../../replay/mail-counts.js"
import type { Summary } from "../../replay/tally.js"
import { type MailSummary, mailSummaryJson, renderMailSummary } from "../../report/mail-summary.js"
import { plural } from "../../report/words.js"
import type { Store } from "../../store/store.js"
import { type Context, EXIT } from "../context.js"
import { LineOutput } from "../output.js"
import { Progress } from "../progress.js"
import { beginLoading, type ReplayingOptions, tellTraffic, tellUnreadable } from "../replaying.js"
import { readSetup } from "../setup.js"
import { readTrafficOptions } from "../traffic-options.js"

export interface SummaryOptions extends ReplayingOptions {
  /** Bounce logs beside the traffic: more files, under the name they have in the original's script. */
  readonly bouncelog: readonly string[]
  readonly top: number
  /** Minutes that the clock of the report is ahead of UTC. */
  readonly zone: number
  readonly json?: boolean
}

export async function summary(context: Context, options: SummaryOptions): Promise<number> {
  const given = { ...options, traffic: [...options.traffic, ...options.bouncelog] }
  const traffic = readTrafficOptions(given)
  const setup = readSetup(context, options)
  const { configuration } = setup
  const store = configuredStore(configuration)
  const progress = new Progress(process.stderr)
  const { loading, badLines } = beginLoading(context, setup, options, progress)
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
    const isCut = tellTraffic(context, files)
    const mail = mailSummary(counts, found, store, options.top)
    const note = (text: string): void => context.err(`${context.errStyle.yellow("note:")} ${text}`)
    if (mail.overall.receptions === 0 && mail.overall.deliveries + mail.overall.permanents > 0)
      note("these logs tell no receptions: percentages are of deliveries and permanent failures")
    if (found.leftOff > 0)
      note(
        `${plural(found.leftOff, "suspension or blackhole", "suspensions and blackholes")} more than the lists hold: adaptive dry-run --json tells each`,
      )
    const customClasses = (await loading).classifier.namesOfClasses(configuration.customClasses)
    const output = new LineOutput(context)
    const text = { most: options.top, utcOffsetMinutes: options.zone, customClasses }
    output.line(options.json === true ? mailSummaryJson(mail) : renderMailSummary(mail, text))
    await output.end()
    return isCut ? EXIT.usage : EXIT.ok
  } catch (error) {
    progress.clear()
    return tellUnreadable(context, error, "nothing is summed up")
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
