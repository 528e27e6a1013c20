/**
 * What is odd about recorded traffic as a whole: said beside the result, because
 * a replay of half a log looks like the replay of a quiet day.
 * Source: foreign-traffic-formats.md sections 0 to 3.
 */
import { FORMATS } from "../ingest/detect.js"
import type { FileReport } from "../ingest/traffic.js"
import { type Diagnostic, diagnostic } from "../model/diagnostic.js"
import { TYPE_NUMBER } from "../model/event.js"

export function trafficFindings(files: readonly FileReport[]): Diagnostic[] {
  return [...files.flatMap(fileFindings), ...mixtureFindings(files)]
}

/** What delivery times count from: the connection, or the reception ("spool"); null where there are none. */
export type DeliveryTimeKind = "connection" | "spool" | "mixed" | null

export function deliveryTimeOf(files: readonly FileReport[]): DeliveryTimeKind {
  const kinds = new Set(
    files
      .filter(({ counts }) => (counts.events[TYPE_NUMBER.delivery] as number) > 0)
      .flatMap(({ format }) => (format === null ? [] : [FORMATS[format].deliveryTime]))
      .filter((kind) => kind !== null),
  )
  const [kind = null] = kinds
  return kinds.size > 1 ? "mixed" : kind
}

function fileFindings(report: FileReport): Diagnostic[] {
  const { path: file, format, counts, broken } = report
  const found: Diagnostic[] = []
  const add = (code: Parameters<typeof diagnostic>[0], message: string, hint: string, line = 1): void => {
    found.push(diagnostic(code, { file, line, column: 1 }, message, hint))
  }
  const end = Math.max(1, counts.read)
  if (broken !== null) {
    const so = `${counts.read} lines before it are replayed`
    if (!broken.isCut) {
      const hint = "fetch the file again; what lies behind the damage is not replayed"
      add(
        "E_TRAFFIC_DAMAGED",
        `the ${broken.compression} data is damaged here (${broken.detail}): ${so}`,
        hint,
        end,
      )
    } else if (broken.compression === "zstd") {
      const hint = "nothing to do: a segment that is still being written ends like this"
      add("E_TRAFFIC_SEGMENT", `the zstd data ends in mid-frame here: ${so}`, hint, end)
    } else {
      const hint = "fetch the file again, or wait until it is complete"
      add("E_TRAFFIC_CUT", `the ${broken.compression} data ends too early here: ${so}`, hint, end)
    }
  } else if (format === null) {
    add("E_TRAFFIC_EMPTY", "the file is empty: nothing of it is replayed", "check which file was meant")
  }
  if (counts.read > 0 && counts.bad === counts.read) {
    const hint = "name the right format with --format, or check which file was meant"
    add("E_TRAFFIC_NOTHING", `no line of the file can be read as ${format}`, hint)
  }
  if (counts.notes.has("no-year")) {
    const hint = "give the year of the first line with --year, and --utc-offset where it was not UTC"
    add("E_TRAFFIC_YEAR", "the stamps name no year: 2000 is assumed", hint)
  }
  return found
}

/** What only all files together show: bounces may stand in one log, deliveries in another. */
function mixtureFindings(files: readonly FileReport[]): Diagnostic[] {
  const count = ({ counts }: FileReport, type: keyof typeof TYPE_NUMBER): number =>
    counts.events[TYPE_NUMBER[type]] as number
  const total = (type: keyof typeof TYPE_NUMBER): number =>
    files.reduce((sum, file) => sum + count(file, type), 0)
  const first = files.find((file) => count(file, "permanent") + count(file, "transient") > 0)
  if (first === undefined) return []
  const place = { file: first.path, line: 1, column: 1 }
  const found: Diagnostic[] = []
  if (total("delivery") === 0) {
    found.push(
      diagnostic(
        "E_TRAFFIC_DELIVERIES",
        place,
        "the traffic has failures and no deliveries: rates cannot be judged, and nothing grows",
        "add the log that holds the deliveries",
      ),
    )
  }
  if (total("transient") === 0) {
    const hint =
      first.format === "powermta"
        ? 'let PowerMTA write type "t" records too: its default is d and b only'
        : "add the log that holds the temporary failures"
    found.push(
      diagnostic(
        "E_TRAFFIC_TRANSIENTS",
        place,
        "the traffic has permanent failures and no transient ones: most rules wait for 4xx replies and cannot fire",
        hint,
      ),
    )
  }
  return found
}
