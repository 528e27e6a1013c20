/**
 * Times as a person writes them at a prompt. What is relative counts from the
 * time that is shown there. All in UTC, as all that is printed.
 */
import { parseDurationSec } from "../model/duration.js"

export const WHEN_FORM =
  "Unix seconds, 2026-11-27T10:30:00, 10:30 or 10:30:15 (that day), +10 minutes or -2 hours"

/** The last second that is written with four digits for its year. */
const LAST_SEC = 253_402_300_799

/** @returns seconds since 1970; null for a text that is no time, or one before 1970 or after the year 9999 */
export function readWhen(text: string, nowSec: number): number | null {
  const sec = read(text.trim(), nowSec)
  return sec === null || sec < 0 || sec > LAST_SEC ? null : sec
}

function read(trimmed: string, nowSec: number): number | null {
  if (/^\d{1,10}(\.\d{1,6})?$/.test(trimmed)) return Number(trimmed)
  const relative = /^([+-])\s*(.+)$/.exec(trimmed)
  if (relative !== null) {
    const [, sign, span = ""] = relative
    const seconds = /^\d{1,9}$/.test(span) ? Number(span) : parseDurationSec(span)
    return seconds === null ? null : nowSec + (sign === "-" ? -seconds : seconds)
  }
  const ofDay = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(trimmed)
  if (ofDay !== null) {
    const [, hours = "", minutes = "", seconds = "0"] = ofDay
    if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return null
    const day = Math.floor(nowSec / 86_400) * 86_400
    return day + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  }
  const full = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(?:\.\d+)?Z?$/.exec(trimmed)
  const date = /^\d{4}-\d{2}-\d{2}$/.test(trimmed) ? `${trimmed}T00:00:00Z` : null
  const iso = full === null ? date : `${full[1]}T${full[2]}${full[3] ?? ":00"}Z`
  const millis = iso === null ? Number.NaN : Date.parse(iso)
  return Number.isNaN(millis) ? null : millis / 1000
}
