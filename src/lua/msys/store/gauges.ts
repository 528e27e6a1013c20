/**
 * Named caches of gauges: counts that go up and down and are forgotten when
 * nothing changed them for `ttlSec`. A full cache drops the entry whose last
 * change lies furthest back. Time is handed in, never read.
 * Source: lua-dialect.md E, `msys.gauge_cache`.
 */

export interface GaugeSpec {
  readonly maxElems: number
  readonly ttlSec: number
}

export interface GaugeStore {
  spec(cache: string): GaugeSpec | null
  /** Makes a cache; the name must be free. False when there are too many. */
  define(cache: string, spec: GaugeSpec): boolean
  /** Adds to a gauge, which never falls below 0. A decrement makes no new entry. */
  change(cache: string, key: string, by: 1 | -1, atSec: number): void
  /** 0 for a key that is not there (any more). */
  get(cache: string, key: string, atSec: number): number
  remove(cache: string, key: string): void
}

const MAX_CACHES = 10_000

/** A `GaugeStore` in memory. */
export class MemoryGauges implements GaugeStore {
  readonly #caches = new Map<string, Cache>()

  spec(cache: string): GaugeSpec | null {
    return this.#caches.get(cache)?.spec ?? null
  }

  define(cache: string, spec: GaugeSpec): boolean {
    if (this.#caches.size >= MAX_CACHES) return false
    this.#caches.set(cache, new Cache(spec))
    return true
  }

  change(cache: string, key: string, by: 1 | -1, atSec: number): void {
    this.#get(cache).change(key, by, atSec)
  }

  get(cache: string, key: string, atSec: number): number {
    return this.#get(cache).value(key, atSec)
  }

  remove(cache: string, key: string): void {
    this.#get(cache).entries.delete(key)
  }

  #get(name: string): Cache {
    const cache = this.#caches.get(name)
    if (cache === undefined) throw new Error(`gauge cache ${name} is not defined`)
    return cache
  }
}

interface Entry {
  readonly value: number
  readonly changedSec: number
}

class Cache {
  /** In the order of the last change, the oldest first. */
  readonly entries = new Map<string, Entry>()

  constructor(readonly spec: GaugeSpec) {}

  value(key: string, atSec: number): number {
    const entry = this.entries.get(key)
    return entry === undefined || this.#isOver(entry, atSec) ? 0 : entry.value
  }

  change(key: string, by: 1 | -1, atSec: number): void {
    const value = this.value(key, atSec) + by
    if (value < 0) return
    this.entries.delete(key)
    this.#makeRoom(atSec)
    this.entries.set(key, { value, changedSec: atSec })
  }

  #makeRoom(atSec: number): void {
    for (const [key, entry] of this.entries) {
      if (this.entries.size < this.spec.maxElems && !this.#isOver(entry, atSec)) return
      this.entries.delete(key)
    }
  }

  #isOver({ changedSec }: Entry, atSec: number): boolean {
    return atSec - changedSec >= this.spec.ttlSec
  }
}
