/**
 * Times as other servers write them, to microseconds since 1970; null for what
 * is none. Source: foreign-traffic-formats.md sections 1 to 3.
 */

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,12}))?(Z|[+-]\d\d:?\d\d)$/

/** RFC 3339, also with a blank for the T, an offset without colon, and more digits than microseconds have. */
export function readStamp(text: string): number | null {
  const match = RFC_3339.exec(text)
  if (match === null) return null
  const [, year, month, day, hour, minute, second, fraction = "", zone = "Z"] = match
  const ms = utcMs(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second))
  if (ms === null) return null
  const micros = Number(fraction.slice(0, 6).padEnd(6, "0"))
  return ms * 1000 + micros - offsetMinutes(zone) * 60e6
}

/** Milliseconds since 1970 of fields in UTC, or null when there is no such time. A leap second counts as the next one. */
export function utcMs(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | null {
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return null
  const ms = Date.UTC(year, month - 1, day, hour, minute, second)
  // The 31st of April is the 1st of May to Date.UTC.
  return new Date(ms).getUTCMonth() === month - 1 || second === 60 ? ms : null
}

const DAY_MS = 86_400e3
/** Clocks of two machines may differ by so much. */
const CLOCKS_MS = 60e3

/** Fields of a stamp that names neither year nor zone. */
export interface LocalFields {
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

/**
 * The same for a stamp without year and zone that was written about now: the last such time that lies at most a
 * day ahead. Of an hour that is repeated when summer time ends it is the later one, unless that is yet to come.
 * @param offsetAt minutes east of UTC at a time, milliseconds since 1970
 */
export function recentMs(
  { month, day, hour, minute, second }: LocalFields,
  nowMs: number,
  offsetAt: (atMs: number) => number,
): number | null {
  const thisYear = new Date(nowMs).getUTCFullYear()
  // The 29th of February may be eight years back.
  for (let year = thisYear + 1; year >= thisYear - 8; year--) {
    const localMs = utcMs(year, month, day, hour, minute, second)
    if (localMs === null) continue
    const offsets = [offsetAt(localMs + DAY_MS), offsetAt(localMs - DAY_MS)]
    const times = offsets.map((minutes) => localMs - minutes * 60e3)
    // In the hour that summer time leaves out there is none: then either will do.
    const real = times.filter((ms, i) => offsetAt(ms) === offsets[i])
    const possible = (real.length > 0 ? real : times).sort((a, b) => b - a)
    const last = possible.find((ms) => ms <= nowMs + CLOCKS_MS) ?? (possible.at(-1) as number)
    if (last <= nowMs + DAY_MS) return last
  }
  return null
}

function offsetMinutes(zone: string): number {
  if (zone === "Z") return 0
  const digits = zone.slice(1).replace(":", "")
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return zone.startsWith("-") ? -minutes : minutes
}
