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

function offsetMinutes(zone: string): number {
  if (zone === "Z") return 0
  const digits = zone.slice(1).replace(":", "")
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))
  return zone.startsWith("-") ? -minutes : minutes
}
