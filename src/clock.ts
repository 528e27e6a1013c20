/**
 * The only file that reads the wall clock. Everything else is handed time as
 * data, so that a replay gives the same bytes whenever it runs.
 */

/** Seconds since 1970, with a fraction. */
export type EpochSeconds = number

/** Now, for programs that face a person or a live server. */
export function wallClockSec(): EpochSeconds {
  return Date.now() / 1000
}

/** Minutes that this machine's clock on the wall is ahead of UTC at a time, milliseconds since 1970. */
export function localOffsetMinutes(atMs: number): number {
  return -new Date(atMs).getTimezoneOffset()
}

/** Milliseconds from an arbitrary start, never going back: for deadlines only, never for data. */
export function monotonicMs(): number {
  return performance.now()
}
