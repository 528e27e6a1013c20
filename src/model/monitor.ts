/**
 * A monitor: how long its windows are and how many are looked back on.
 * Source: configuration.md section 1 (pairs) and section 3 (outbound_audit).
 */

export interface Monitor {
  readonly sizeSec: number
  readonly count: number
}

/** Windows longer than thirty years, or more than these, are typing errors. */
const MAX_WINDOW_SEC = 1e9
export const MAX_WINDOWS = 100_000

/** What to write, for hints. */
export const MONITOR_FORM = `"SIZE,COUNT": seconds of a window (1 to ${MAX_WINDOW_SEC}) and how many windows (1 to ${MAX_WINDOWS}), both whole numbers, e.g. "300,6"`

/** Two numbers and what may stand around them; a pattern tries many ways of sharing longer blanks. */
const MAX_TEXT = 200

const FORM = /^\s*\(?\s*(\d{1,10})(?:\s*,\s*|\s+)(\d{1,6})\s*\)?\s*$/

/** `300,6`, `(300, 6)` or `300 6`; null for anything else. */
export function parseMonitor(text: string): Monitor | null {
  const match = text.length > MAX_TEXT ? null : FORM.exec(text)
  if (match === null) return null
  const monitor = { sizeSec: Number(match[1]), count: Number(match[2]) }
  return isMonitor(monitor) ? monitor : null
}

export function isMonitor({ sizeSec, count }: Monitor): boolean {
  const isWhole = Number.isInteger(sizeSec) && Number.isInteger(count)
  return isWhole && sizeSec >= 1 && sizeSec <= MAX_WINDOW_SEC && count >= 1 && count <= MAX_WINDOWS
}
