/**
 * How many matches lie in the last S seconds: exact, for each key of pair and
 * rule. Matches of one instant share an entry, so a log with times of whole
 * seconds needs at most S entries a key, however many matches it holds; what
 * leaves the window is forgotten. Knows no rules: a key is a number.
 */

/** One key's matches: instants in order, and how many fell on each. */
interface Window {
  times: number[]
  counts: number[]
  /** The entries before this one have left the window. */
  head: number
  total: number
  /** The window when this key last counted: what lies outside is no loss. */
  spanMicros: number
}

/** Below this many keys a purge is not worth its scan. */
const MIN_KEYS_TO_PURGE = 1024
/** Dead entries are cut off when they outnumber the live ones by this. */
const MAX_DEAD = 32

export interface WindowState {
  readonly key: number
  readonly spanMicros: number
  readonly times: readonly number[]
  readonly counts: readonly number[]
}

export class SlidingCounts {
  readonly #windows = new Map<number, Window>()
  #purgeAt = MIN_KEYS_TO_PURGE

  get size(): number {
    return this.#windows.size
  }

  /**
   * Records one match and counts those in (at − span, at], this one included.
   * @param atMicros never earlier than the key's last one
   */
  add(key: number, atMicros: number, spanMicros: number): number {
    let window = this.#windows.get(key)
    if (window === undefined) {
      if (this.#windows.size >= this.#purgeAt) this.#purge(atMicros)
      window = { times: [atMicros], counts: [1], head: 0, total: 1, spanMicros }
      this.#windows.set(key, window)
      return 1
    }
    window.spanMicros = spanMicros
    const last = window.times.length - 1
    if (window.times[last] === atMicros) window.counts[last] = (window.counts[last] as number) + 1
    else {
      window.times.push(atMicros)
      window.counts.push(1)
    }
    window.total++
    forget(window, atMicros)
    return window.total
  }

  /** What was added before and still lies in the key's window at this time. */
  count(key: number, atMicros: number): number {
    const window = this.#windows.get(key)
    if (window === undefined) return 0
    forget(window, atMicros)
    return window.total
  }

  /** Everything that still counts, in the order in which keys were first met. */
  *states(): IterableIterator<WindowState> {
    for (const [key, { times, counts, head, spanMicros }] of this.#windows) {
      yield { key, spanMicros, times: times.slice(head), counts: counts.slice(head) }
    }
  }

  restore({ key, spanMicros, times, counts }: WindowState): void {
    const total = counts.reduce((sum, count) => sum + count, 0)
    this.#windows.set(key, { times: [...times], counts: [...counts], head: 0, total, spanMicros })
  }

  /** Drops keys whose matches all lie outside their window; doubles the room when few did. */
  #purge(atMicros: number): void {
    for (const [key, window] of this.#windows) {
      const last = window.times[window.times.length - 1] as number
      if (last <= atMicros - window.spanMicros) this.#windows.delete(key)
    }
    this.#purgeAt = Math.max(MIN_KEYS_TO_PURGE, 2 * this.#windows.size)
  }
}

/** Takes out what no longer lies in (at − span, at]. */
function forget(window: Window, atMicros: number): void {
  const { times, counts } = window
  const from = atMicros - window.spanMicros
  while (window.head < times.length && (times[window.head] as number) <= from) {
    window.total -= counts[window.head] as number
    window.head++
  }
  if (window.head > MAX_DEAD && window.head > times.length / 2) {
    times.splice(0, window.head)
    counts.splice(0, window.head)
    window.head = 0
  }
}
