/**
 * Counters under paths. A path names a counter; unlinking takes the name away,
 * and whoever holds the counter itself goes on counting with it.
 * Source: lua-dialect.md E, `msys.counter`.
 */

/** Held by handles too: that is why each is an object. */
export interface Counter {
  value: number
}

const MAX_COUNTERS = 100_000

export class Counters {
  readonly #byPath = new Map<string, Counter>()

  find(path: string): Counter | null {
    return this.#byPath.get(path) ?? null
  }

  /** The counter of that path, made if need be; null when there are too many. */
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

  fork(): Counters {
    const copy = new Counters()
    copy.restore(this.state())
    return copy
  }

  state(): (readonly [path: string, value: number])[] {
    return Array.from(this.#byPath, ([path, { value }]) => [path, value])
  }

  restore(counters: readonly (readonly [path: string, value: number])[]): void {
    for (const [path, value] of counters) this.#byPath.set(path, { value })
  }
}
