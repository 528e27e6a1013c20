/**
 * Durations as operators write them: an integer, blanks, a unit.
 * Source: rule-files.md section 4.
 */

const UNIT_SEC = { second: 1, minute: 60, hour: 3600, day: 86_400 } as const
const FORM = /^\s*(\d{1,9})\s+(second|minute|hour|day)s?\s*$/i

/** A hundred years: what is added to a time stays one that can be written. */
const MAX_DAYS = 36_500

/** What to write, for hints. */
export const DURATION_FORM = 'an integer, a blank and a unit: seconds, minutes, hours or days, e.g. "2 hours"'

/**
 * Seconds of a duration text, or null when it is none. "0 hours" is none: nothing lasts that long; nor is
 * anything beyond a hundred years.
 */
export function parseDurationSec(text: string): number | null {
  const match = FORM.exec(text)
  if (match === null) return null
  const unit = (match[2] as string).toLowerCase() as keyof typeof UNIT_SEC
  const seconds = Number(match[1]) * UNIT_SEC[unit]
  return seconds > 0 && seconds <= MAX_DAYS * UNIT_SEC.day ? seconds : null
}
