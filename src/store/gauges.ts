/**
 * Named caches of gauges: counts that go up and down and are forgotten when
 * nothing changed them for `ttlSec`. A full cache drops the entry whose last
 * change lies furthest back. Time is handed in, never read.
 * Source: lua-dialect.md E, `msys.gauge_cache`.
 */

import { KEY_FORM, keyFault, StoreFault, shown } from "./fault.js"
import { KeyTable } from "./key-table.js"
import { Float64s } from "./paged.js"
import { KEYS_IN_PART, type Part, packTexts, unpackTexts } from "./part.js"
import { Recency } from "./recency.js"

export interface GaugeSpec {
  readonly maxElems: number
  readonly ttlSec: number
}

const MAX_CACHES = 10_000
const MAX_ELEMS = 1_000_000
const MAX_TTL_SEC = 1e9

export class GaugeCaches {
  readonly #caches = new Map<string, Cache>()

  spec(cache: string): GaugeSpec | null {
    return this.#caches.get(cache)?.spec ?? null
  }

  /**
   * Makes a cache; the same definition again changes nothing.
   * @throws StoreFault E_GAUGE_SPEC, E_GAUGE_DEFINED, E_GAUGE_FULL
   */
  define(name: string, spec: GaugeSpec): void {
    const { maxElems, ttlSec } = spec
    const fault = keyFault(name)
    if (fault !== null) throw new StoreFault("E_GAUGE_SPEC", `the name ${shown(name)} ${fault}`, KEY_FORM)
    const isWhole = Number.isInteger(maxElems) && maxElems >= 1 && maxElems <= MAX_ELEMS
    if (!isWhole || !(ttlSec > 0 && ttlSec <= MAX_TTL_SEC)) {
      throw new StoreFault(
        "E_GAUGE_SPEC",
        `the cache ${shown(name)} is to hold ${maxElems} entries for ${ttlSec} seconds`,
        `write 1 to ${MAX_ELEMS} entries and more than 0 seconds, e.g. 1000 and 300`,
      )
    }
    const known = this.spec(name)
    if (known !== null) {
      if (known.maxElems === maxElems && known.ttlSec === ttlSec) return
      throw new StoreFault(
        "E_GAUGE_DEFINED",
        `the cache ${shown(name)} is defined as ${known.maxElems}, ${known.ttlSec}, not ${maxElems}, ${ttlSec}`,
        "use another name, or the same definition everywhere",
      )
    }
    if (this.#caches.size >= MAX_CACHES)
      throw new StoreFault(
        "E_GAUGE_FULL",
        `there are ${MAX_CACHES} caches already`,
        "use one cache with many keys",
      )
    this.#caches.set(name, new Cache({ maxElems, ttlSec }))
  }

  /**
   * Adds to a gauge, which never falls below 0. A decrement makes no new entry.
   * @throws StoreFault E_GAUGE_UNKNOWN, E_GAUGE_KEY
   */
  change(cache: string, key: string, by: 1 | -1, atMicros: number): void {
    this.#get(cache, key).change(key, by, atMicros)
  }

  /** 0 for a key that is not there (any more). */
  get(cache: string, key: string, atMicros: number): number {
    return this.#get(cache, key).value(key, atMicros)
  }

  remove(cache: string, key: string): void {
    this.#get(cache, key).remove(key)
  }

  fork(): GaugeCaches {
    const copy = new GaugeCaches()
    for (const [name, cache] of this.#caches) copy.#caches.set(name, cache.fork())
    return copy
  }

  *parts(): Generator<Part> {
    for (const [name, cache] of this.#caches) {
      yield { name: "gauges", facts: { cache: name, spec: cache.spec }, columns: {} }
      yield* cache.parts("gauges-entries", { cache: name })
    }
  }

  /** Takes over a part; false for one of something else. */
  takePart(part: Part): boolean {
    if (!part.name.startsWith("gauges")) return false
    const { cache, spec } = part.facts as { readonly cache: string; readonly spec: GaugeSpec }
    if (part.name === "gauges") this.#caches.set(cache, new Cache(spec))
    else this.#caches.get(cache)?.takePart(part)
    return true
  }

  #get(name: string, key: string): Cache {
    const cache = this.#caches.get(name)
    if (cache === undefined)
      throw new StoreFault(
        "E_GAUGE_UNKNOWN",
        `there is no cache ${shown(name)}`,
        "define it before it is used",
      )
    const fault = keyFault(key)
    if (fault !== null) throw new StoreFault("E_GAUGE_KEY", `the key ${shown(key)} ${fault}`, KEY_FORM)
    return cache
  }
}

class Cache {
  readonly spec: GaugeSpec
  #keys = new KeyTable()
  // By row.
  #values = new Float64s()
  #changed = new Float64s()
  /** In order of the last change. */
  #order = new Recency()

  constructor(spec: GaugeSpec) {
    this.spec = spec
  }

  value(key: string, atMicros: number): number {
    const row = this.#keys.find(key)
    return row < 0 || this.#isOver(row, atMicros) ? 0 : this.#values.get(row)
  }

  change(key: string, by: 1 | -1, atMicros: number): void {
    const value = this.value(key, atMicros) + by
    if (value < 0) return
    this.remove(key)
    for (let row = this.#order.oldest; row >= 0; row = this.#order.oldest) {
      if (this.#keys.size < this.spec.maxElems && !this.#isOver(row, atMicros)) break
      this.remove(this.#keys.keyOf(row) as string)
    }
    this.put(key, value, atMicros)
  }

  put(key: string, value: number, changedMicros: number): void {
    const row = this.#keys.of(key)
    this.#values.set(row, value)
    this.#changed.set(row, changedMicros)
    this.#order.add(row)
  }

  remove(key: string): void {
    const row = this.#keys.remove(key)
    if (row >= 0) this.#order.remove(row)
  }

  /** All entries, some in each part, in order of the last change. */
  *parts(name: string, facts: object): Generator<Part> {
    const rows = [...this.#order.rows()]
    for (let from = 0; from < rows.length; from += KEYS_IN_PART) {
      const some = rows.slice(from, from + KEYS_IN_PART)
      const columns = {
        ...packTexts(some.map((row) => this.#keys.keyOf(row) as string)),
        values: Float64Array.from(some, (row) => this.#values.get(row)),
        changed: Float64Array.from(some, (row) => this.#changed.get(row)),
      }
      yield { name, facts, columns }
    }
  }

  takePart({ columns: { bytes, lengths, values, changed } }: Part): void {
    for (const [i, key] of unpackTexts(bytes, lengths).entries())
      this.put(key, values?.[i] as number, changed?.[i] as number)
  }

  fork(): Cache {
    const copy = new Cache(this.spec)
    copy.#keys = this.#keys.fork()
    copy.#values = this.#values.fork()
    copy.#changed = this.#changed.fork()
    copy.#order = this.#order.fork()
    return copy
  }

  #isOver(row: number, atMicros: number): boolean {
    return atMicros - this.#changed.get(row) >= this.spec.ttlSec * 1e6
  }
}
