/**
 * Named series of counts in time windows. Window boundaries are multiples of
 * the interval on the absolute clock, so two hosts (and a replay) count alike;
 * window 0 is the one that holds now. Time is handed in, never read.
 * Source: lua-dialect.md E, `msys.audit_series`; engine.md section 8.
 */
import { type Address, type Block, contains, isWholeAddress } from "./address.js"

export interface SeriesSpec {
  readonly type: "cidr" | "cidr_ipv6" | "string"
  readonly intervalSec: number
  readonly windows: number
  readonly persist: boolean
}

/** What a count belongs to: a string, or an address of the series' family. */
export type SeriesKey = string | Address

export interface SeriesStore {
  spec(name: string): SeriesSpec | null
  /** Makes a series; the name must be free. False when there are too many. */
  define(name: string, spec: SeriesSpec): boolean
  /** Adds to window 0 of a key. False when the series holds too many keys for a new one. */
  add(name: string, key: SeriesKey, count: number, atSec: number): boolean
  /** Sum of windows `from` to `to`, both inclusive, of one key or of all addresses in a block. */
  count(name: string, key: SeriesKey | Block, from: number, to: number, atSec: number): number
  remove(name: string, key: SeriesKey): void
  /** Keys held, for whoever charges the cost of a block query. */
  keys(name: string): number
}

const MAX_SERIES = 10_000
const MAX_KEYS = 1_000_000
/** Keys below which a series is not swept for dead ones. */
const SWEEP_FROM = 1000

/** A `SeriesStore` in memory. */
export class MemorySeries implements SeriesStore {
  readonly #series = new Map<string, Series>()

  spec(name: string): SeriesSpec | null {
    return this.#series.get(name)?.spec ?? null
  }

  define(name: string, spec: SeriesSpec): boolean {
    if (this.#series.size >= MAX_SERIES) return false
    this.#series.set(name, new Series(spec))
    return true
  }

  add(name: string, key: SeriesKey, count: number, atSec: number): boolean {
    return this.#get(name).add(itemKey(key), count, atSec)
  }

  count(name: string, key: SeriesKey | Block, from: number, to: number, atSec: number): number {
    const series = this.#get(name)
    if (typeof key === "object" && "prefix" in key) {
      if (!isWholeAddress(key)) return series.countBlock(key, from, to, atSec)
      return series.count(key.first, from, to, atSec)
    }
    return series.count(itemKey(key), from, to, atSec)
  }

  remove(name: string, key: SeriesKey): void {
    this.#get(name).items.delete(itemKey(key))
  }

  keys(name: string): number {
    return this.#get(name).items.size
  }

  #get(name: string): Series {
    const series = this.#series.get(name)
    if (series === undefined) throw new Error(`series ${name} is not defined`)
    return series
  }
}

function itemKey(key: SeriesKey): string | bigint {
  return typeof key === "string" ? key : key.value
}

class Series {
  readonly items = new Map<string | bigint, Item>()
  #sweepAt = SWEEP_FROM

  constructor(readonly spec: SeriesSpec) {}

  add(key: string | bigint, count: number, atSec: number): boolean {
    const window = this.#windowAt(atSec)
    let item = this.items.get(key)
    if (item === undefined) {
      if (this.items.size >= this.#sweepAt) this.#sweep(window)
      if (this.items.size >= MAX_KEYS) return false
      item = new Item()
      this.items.set(key, item)
    }
    item.add(window, count, this.spec.windows)
    return true
  }

  count(key: string | bigint, from: number, to: number, atSec: number): number {
    const now = this.#windowAt(atSec)
    return this.items.get(key)?.sum(now - Math.min(to, this.spec.windows - 1), now - from) ?? 0
  }

  countBlock(block: Block, from: number, to: number, atSec: number): number {
    const now = this.#windowAt(atSec)
    const oldest = now - Math.min(to, this.spec.windows - 1)
    let sum = 0
    for (const [value, item] of this.items) {
      const address: Address = { family: block.family, value: value as bigint }
      if (contains(block, address)) sum += item.sum(oldest, now - from)
    }
    return sum
  }

  #windowAt(atSec: number): number {
    return Math.floor(atSec / this.spec.intervalSec)
  }

  /** Forgets keys whose windows have all passed; then waits until as many new ones have come. */
  #sweep(window: number): void {
    for (const [key, item] of this.items) {
      if (item.newest <= window - this.spec.windows) this.items.delete(key)
    }
    this.#sweepAt = Math.max(SWEEP_FROM, 2 * this.items.size)
  }
}

/** The counts of one key, by absolute window number; windows without one are not held. */
class Item {
  newest = Number.NEGATIVE_INFINITY
  readonly #counts = new Map<number, number>()

  add(window: number, count: number, windows: number): void {
    this.newest = Math.max(this.newest, window)
    this.#counts.set(window, (this.#counts.get(window) ?? 0) + count)
    if (this.#counts.size <= windows) return
    for (const held of this.#counts.keys()) {
      if (held <= this.newest - windows) this.#counts.delete(held)
    }
  }

  sum(oldest: number, newest: number): number {
    let sum = 0
    for (const [window, count] of this.#counts) {
      if (window >= oldest && window <= newest) sum += count
    }
    return sum
  }
}
