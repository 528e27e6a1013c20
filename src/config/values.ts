/**
 * Texts of options to values: each form in one place, for `--set` and for
 * whatever reads a configuration file. Null means "not of this form".
 * Source: configuration.md section 1 (grammar) and section 3 (units).
 */
import { DURATION_FORM, parseDurationSec } from "../model/duration.js"
import type { OptionType } from "../model/options.js"
import { readSwitch } from "../model/switch.js"

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
}

/** What to write, for hints. */
export const OPTION_FORM: Readonly<Record<OptionType, string>> = {
  switch: "true or false",
  seconds: "a number of seconds of at least 0",
  count: "a whole number of at least 0",
  percent: "a number from 0 to 100",
  duration: DURATION_FORM,
  words: "words with blanks between them",
  range: "two numbers, the lower one first, e.g. (1 20)",
}

/**
 * A configured value in the unit that rules use. Throttles stand as messages per
 * second, or `N/SECONDS`, in configuration and per hour in rules.
 * @source rule-files.md section 5
 */
export function readTuned(option: string, text: string): number | null {
  if (option === "outbound_throttle_messages") {
    const match = /^(\d+(?:\.\d+)?)(?:\s*\/\s*(\d+))?$/.exec(text)
    if (match === null || match[2] === "0") return null
    return (Number(match[1]) * 3600) / Number(match[2] ?? 1)
  }
  return readNumber(text)
}

function readNumber(text: string): number | null {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : null
}

function readWords(text: string): readonly string[] {
  return text
    .replace(/^\s*\(|\)\s*$/g, "")
    .split(/[\s,]+/)
    .map((word) => word.replace(/^["']|["']$/g, "").toLowerCase())
    .filter((word) => word !== "")
}

function readRange(text: string): Range | null {
  const match = /^\(?\s*(\d+(?:\.\d+)?)\s*[\s,]\s*(\d+(?:\.\d+)?)\s*\)?$/.exec(text.trim())
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
}

export function readOption<T extends OptionType>(type: T, text: string): ValueOf[T] | null {
  return READERS[type](text)
}
