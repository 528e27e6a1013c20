/**
 * What every command that replays traffic does around it: rules load while lines
 * are read ahead, and what is wrong with either is told.
 */
import { SourceError } from "../ingest/source.js"
import type { FileReport } from "../ingest/traffic.js"
import { diagnostic } from "../model/diagnostic.js"
import type { LoadedRules } from "../reload/load.js"
import { trafficFindings } from "../replay/findings.js"
import { countFindings, renderFinding } from "../report/findings.js"
import { BadLines } from "./bad-lines.js"
import { type Context, EXIT } from "./context.js"
import type { Progress } from "./progress.js"
import { type Setup, type SetupOptions, usableRules } from "./setup.js"
import { SCRIPT_CLOCK_SEC, type TrafficGiven } from "./traffic-options.js"

export interface ReplayingOptions extends SetupOptions, TrafficGiven {
  /** Goes on although the rules have errors. */
  readonly force?: boolean
  /** Tells every line that cannot be read. */
  readonly allBad?: boolean
}

export interface Begun {
  readonly loading: Promise<LoadedRules>
  readonly badLines: BadLines
}

/** Begins to load the rules; the promise is rejected with Refused when they cannot be used. */
export function beginLoading(
  context: Context,
  { rules, given }: Setup,
  { from, force, allBad }: ReplayingOptions,
  progress: Progress,
): Begun {
  const loading = usableRules(
    context,
    rules,
    { nowSec: from ?? SCRIPT_CLOCK_SEC, configuration: given },
    { done: "replayed", force: force === true },
  )
  const badLines = new BadLines(context, progress, allBad === true)
  // Lines are read while the rules load; what is wrong with the rules is told first.
  loading.then(
    () => badLines.begin(),
    () => {},
  )
  return { loading, badLines }
}

/** Tells what was found about the files. @returns whether some could not be read to their end */
export function tellTraffic(context: Context, files: readonly FileReport[]): boolean {
  const findings = trafficFindings(files)
  for (const finding of findings) context.err(renderFinding(finding, () => undefined, context.errStyle))
  return countFindings(findings).errors > 0
}

/**
 * Tells why a file could not be read; anything else is thrown on.
 * @param outcome what comes of it, e.g. "nothing is replayed"
 * @returns the exit code
 */
export function tellUnreadable(context: Context, error: unknown, outcome: string): number {
  if (!(error instanceof SourceError)) throw error
  const { code, path, message, hint } = error
  const finding = diagnostic(code, { file: path, line: 1, column: 1 }, `${message}: ${outcome}`, hint)
  context.err(renderFinding(finding, () => undefined, context.errStyle))
  return EXIT.usage
}
