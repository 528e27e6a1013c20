/**
 * Counters under paths. A path names a counter; unlinking takes the name away,
 * and whoever holds the counter itself goes on counting with it.
 * Source: lua-dialect.md E, `msys.counter`.
 */

export interface Counter {
  value: number
}

export interface CounterStore {
  find(path: string): Counter | null
  /** The counter of that path, made if need be; null when there are too many. */
  open(path: string): Counter | null
  unlink(path: string): void
}

const MAX_COUNTERS = 100_000

/** A `CounterStore` in memory. */
export class MemoryCounters implements CounterStore {
  readonly #byPath = new Map<string, Counter>()

  find(path: string): Counter | null {
    return this.#byPath.get(path) ?? null
  }

  open(path: string): Counter | null {
    const known = this.#byPath.get(path)
    if (known !== undefined) return known
    if (this.#byPath.size >= MAX_COUNTERS) return null
    const counter: Counter = { value: 0 }
    this.#byPath.set(path, counter)
    return counter
  }

  unlink(path: string): void {
    this.#byPath.delete(path)
  }
}
