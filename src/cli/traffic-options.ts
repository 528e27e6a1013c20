/** What commands that read traffic have in common: which files, which formats, which times. */
import { FORMAT_NAMES, type FormatName, isFormatName } from "../ingest/detect.js"
import { nearest } from "../model/nearest.js"
import type { DryRunOptions, Mode } from "../replay/dry-run.js"
import { UsageError } from "./context.js"

export interface TrafficGiven {
  readonly traffic: readonly string[]
  readonly format: string
  readonly mode: Mode
  readonly from?: number
  readonly to?: number
  readonly reorder: number
  readonly year?: number
  readonly utcOffset?: number
}

/** The clock that rule scripts see while they load: the same in every replay. */
export const SCRIPT_CLOCK_SEC = 1_790_000_000

/** @throws UsageError for what makes no sense together */
export function readTrafficOptions(given: TrafficGiven): Omit<DryRunOptions, "ruling" | "lookup" | "store"> {
  const { from, to } = given
  const format = readFormat(given.format)
  if (from !== undefined && to !== undefined && from >= to)
    throw new UsageError(`--from ${from} is not before --to ${to}`, "nothing lies between them: swap the two")
  if (given.traffic.filter((path) => path === "-").length > 1)
    throw new UsageError("standard input is named twice", "name - once")
  return {
    files: given.traffic,
    format,
    reorderSec: given.reorder,
    mode: given.mode,
    ...(from === undefined ? {} : { fromSec: from }),
    ...(to === undefined ? {} : { toSec: to }),
    ...(given.year === undefined ? {} : { year: given.year }),
    ...(given.utcOffset === undefined ? {} : { utcOffsetMinutes: given.utcOffset }),
  }
}

/** Null: lines tell. @throws UsageError */
export function readFormat(text: string): FormatName | null {
  if (text === "auto") return null
  if (isFormatName(text)) return text
  const guess = nearest(text, FORMAT_NAMES)
  throw new UsageError(
    `unknown format "${text}"`,
    guess === null ? `the formats are auto, ${FORMAT_NAMES.join(", ")}` : `did you mean ${guess}?`,
  )
}
