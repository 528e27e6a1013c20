/**
 * Texts of options to values: each form in one place, for `--set` and for
 * whatever reads a configuration file. Null means "not of this form".
 * Source: configuration.md section 1 (grammar) and section 3 (units).
 */
import { DURATION_FORM, parseDurationSec } from "../model/duration.js"
import { JLOG_FORM, type JlogFile, parseJlogFile } from "../model/jlog-file.js"
import { LOG_LEVELS, type LogLevel } from "../model/log-level.js"
import { MONITOR_FORM, type Monitor, parseMonitor } from "../model/monitor.js"
import type { OptionType } from "../model/options.js"
import { readSwitch, SWITCH_FORM } from "../model/switch.js"

export interface Range {
  readonly low: number
  readonly high: number
}

interface ValueOf {
  switch: boolean
  seconds: number
  count: number
  percent: number
  /** Seconds. */
  duration: number
  words: readonly string[]
  range: Range
  /** What a limit that rules tune is; null where it is none. */
  tuned: { readonly value: number | null }
  /** The same, of those that may also be written without a number. */
  retries: { readonly value: number | null }
  limit: { readonly value: number | null }
  /** Messages per hour; null where it is no limit. */
  throttle: { readonly value: number | null }
  monitor: Monitor
  text: string
  list: string
  dictionary: string
  level: LogLevel
  jlog: JlogFile
  cluster: "local" | "global" | "auto"
  blackhole: boolean
}

/** What to write, for hints. */
export const OPTION_FORM: Readonly<Record<OptionType, string>> = {
  switch: SWITCH_FORM,
  seconds: "a number of seconds of at least 0",
  count: "a whole number of at least 0",
  percent: "a number from 0 to 100",
  duration: DURATION_FORM,
  words: "words with blanks between them",
  range: "two numbers, the lower one first, e.g. (1 20)",
  tuned: "a number of at least 0",
  retries: 'a number of at least 0, "auto" or "none"',
  limit: "a number of at least 0, or -1 for no limit",
  throttle: '"N" per second or "N/SECONDS"',
  monitor: MONITOR_FORM,
  text: "a text in quotes",
  list: 'a list, e.g. ("one" "two")',
  dictionary: 'a dictionary, e.g. [ 99 = "profanity" ]',
  level: `one of ${LOG_LEVELS.join(", ")}`,
  jlog: JLOG_FORM,
  cluster: "local, global or auto",
  blackhole: 'true, false, "inline" or "internal"',
}

/**
 * A configured value in the unit that rules use. Throttles stand as messages per
 * second, or `N/SECONDS`, in configuration and per hour in rules.
 * @source rule-files.md section 5
 */
export function readTuned(option: string, text: string): number | null {
  return readOption(tunedType(option), text)?.value ?? null
}

/** How the value of an option that rules tune is written. */
export function tunedType(option: string): "throttle" | "retries" | "limit" | "tuned" {
  switch (option) {
    case "outbound_throttle_messages":
      return "throttle"
    case "max_retries":
      return "retries"
    case "max_outbound_connections":
    case "max_resident_active_queue":
      return "limit"
    default:
      return "tuned"
  }
}

function readThrottle(text: string): ValueOf["throttle"] | null {
  if (text === "") return { value: null }
  const match = /^(\d+(?:\.\d+)?)(?:\s*\/\s*(\d+))?$/.exec(text)
  if (match === null || /^0+$/.test(match[2] ?? "1")) return null
  return { value: (Number(match[1]) * 3600) / Number(match[2] ?? 1) }
}

function readLimit(text: string): ValueOf["tuned"] | null {
  const value = readNumber(text)
  return value === null ? null : { value }
}

function readNumber(text: string): number | null {
  return /^\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : null
}

function readWords(text: string): readonly string[] {
  return text
    .replace(/^\s*\(|\)\s*$/g, "")
    .split(/[\s,]+/)
    .map((word) => word.replace(/^["']|["']$/g, "").toLowerCase())
    .filter((word) => word !== "")
}

/** Any run of white space as one blank: patterns that look for several would try all ways of sharing a long one. */
function oneBlank(text: string): string {
  return text.trim().replace(/\s+/g, " ")
}

function readRange(text: string): Range | null {
  const match = /^\(? ?"?(\d{1,15}(?:\.\d{1,15})?)"?[ ,]{1,3}"?(\d{1,15}(?:\.\d{1,15})?)"? ?\)?$/.exec(
    oneBlank(text),
  )
  if (match === null) return null
  const low = Number(match[1])
  const high = Number(match[2])
  return low <= high ? { low, high } : null
}

const READERS: { readonly [T in OptionType]: (text: string) => ValueOf[T] | null } = {
  switch: readSwitch,
  seconds: readNumber,
  count: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : null),
  percent: (text) => {
    const value = readNumber(text.replace(/%$/, ""))
    return value === null || value > 100 ? null : value
  },
  duration: parseDurationSec,
  words: readWords,
  range: readRange,
  tuned: readLimit,
  retries: (text) => (/^(auto|none)$/i.test(text) ? { value: null } : readLimit(text)),
  limit: (text) => (text === "-1" ? { value: null } : readLimit(text)),
  throttle: readThrottle,
  // In a list each number may have its own quotes, or both the same.
  monitor: (text) => parseMonitor(oneBlank(text).replaceAll('"', "")),
  text: (text) => text,
  list: (text) => text,
  dictionary: (text) => text,
  level: (text) => LOG_LEVELS.find((level) => level === text.toLowerCase()) ?? null,
  jlog: parseJlogFile,
  cluster: (text) => {
    const word = text.toLowerCase()
    return word === "local" || word === "global" || word === "auto" ? word : null
  },
  blackhole: (text) => (/^(inline|internal)$/i.test(text) ? true : readSwitch(text)),
}

export function readOption<T extends OptionType>(type: T, text: string): ValueOf[T] | null {
  return READERS[type](text)
}
