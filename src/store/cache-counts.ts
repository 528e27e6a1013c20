/**
 * What was asked of something that remembers, and what it forgot, since it was
 * made: figures for the console. They are no state: a fork or a restart begins
 * at 0. Source: console.md section 5.
 */

export interface CacheCounts {
  /** Asked for, and there or not. */
  hits: number
  misses: number
  /** Put in. */
  stores: number
  /** Gone because they were too old, or because there was no room. */
  expired: number
  evicted: number
}

export function noCounts(): CacheCounts {
  return { hits: 0, misses: 0, stores: 0, expired: 0, evicted: 0 }
}
