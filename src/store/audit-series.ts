/**
 * Named audit series: counts by key in windows of absolute time. A series may
 * have several monitors (sizes of windows); what is added goes into all of them.
 * Keys of a string series are any texts, of a cidr series addresses, of which a
 * question may sum up a whole block.
 * Source: lua-dialect.md E, `msys.audit_series`; engine.md section 8.
 */
import { type Block, isWholeAddress, parseAddress, parseBlock } from "../model/address.js"
import { isMonitor, MAX_WINDOWS, MONITOR_FORM, type Monitor } from "../model/monitor.js"
import { AddressColumn } from "./address-column.js"
import { KEY_FORM, keyFault, StoreFault, shown } from "./fault.js"
import { KeyTable } from "./key-table.js"
import type { Part } from "./part.js"
import { WindowGrid } from "./window-grid.js"

const SERIES_TYPES = ["cidr", "cidr_ipv6", "string"] as const
export type SeriesType = (typeof SERIES_TYPES)[number]

export interface SeriesSpec {
  readonly type: SeriesType
  /** Windows kept: `count` in all, the running one among them. Questions ask the first unless told otherwise. */
  readonly monitors: readonly Monitor[]
  /** Goes into snapshots. */
  readonly persist: boolean
}

interface SeriesFacts {
  readonly series: string
  readonly spec: SeriesSpec
  readonly monitor: number
}

const MAX_SERIES = 10_000
/** Keys that one series may hold at a time. */
const MAX_KEYS = 1_000_000
const ONE = 0

export class AuditSeriesStore {
  readonly #series = new Map<string, Series>()

  /** Null for a series that is not defined. */
  spec(name: string): SeriesSpec | null {
    return this.#series.get(name)?.spec ?? null
  }

  get names(): string[] {
    return [...this.#series.keys()]
  }

  /**
   * Makes a series; the same definition again changes nothing.
   * @throws StoreFault E_SERIES_SPEC, E_SERIES_DEFINED, E_SERIES_FULL
   */
  define(name: string, spec: SeriesSpec): void {
    checkSpec(name, spec)
    const known = this.#series.get(name)
    if (known !== undefined) {
      if (describe(known.spec) === describe(spec)) return
      throw new StoreFault(
        "E_SERIES_DEFINED",
        `the series ${shown(name)} is defined as ${describe(known.spec)}, not ${describe(spec)}`,
        "use another name, or the same definition everywhere",
      )
    }
    if (this.#series.size >= MAX_SERIES) {
      throw new StoreFault(
        "E_SERIES_FULL",
        `there are ${MAX_SERIES} series already`,
        "use one series with many keys",
      )
    }
    this.#series.set(name, new Series(spec))
  }

  /**
   * Adds to a key, in the window that holds the time.
   * @param count may be negative or a fraction
   * @throws StoreFault E_SERIES_UNKNOWN, E_SERIES_KEY, E_SERIES_COUNT, E_SERIES_FULL
   */
  add(name: string, key: string, count: number, atMicros: number): void {
    const series = this.#get(name)
    if (!Number.isFinite(count)) {
      throw new StoreFault(
        "E_SERIES_COUNT",
        `the count is ${count}`,
        "write a number; it may be negative, e.g. -1",
      )
    }
    series.add(series.canonical(name, key), count, atMicros)
  }

  /**
   * Sum of windows `from` to `to`, both included, 0 being the one that holds the time.
   * @param key of a cidr series also a block, such as 192.0.2.0/24: the sum of its addresses
   * @returns 0 for a key that was never counted
   * @throws StoreFault E_SERIES_UNKNOWN, E_SERIES_KEY, E_SERIES_RANGE
   */
  count(name: string, key: string, from: number, to: number, atMicros: number, monitor = 0): number {
    const series = this.#get(name)
    const grid = series.grids[monitor]
    if (grid === undefined) {
      throw new StoreFault(
        "E_SERIES_RANGE",
        `monitor ${monitor} of the series ${shown(name)}, which has ${series.grids.length}`,
        `the monitors are 0 to ${series.grids.length - 1}`,
      )
    }
    const isWhole = Number.isInteger(from) && Number.isInteger(to)
    if (!isWhole || from < 0 || from > to || to >= grid.windows) {
      throw new StoreFault(
        "E_SERIES_RANGE",
        `windows ${from} to ${to} of the series ${shown(name)}, which has ${grid.windows}`,
        `the first window must not lie behind the last; they are 0 (the running one) to ${grid.windows - 1}`,
      )
    }
    const block = series.spec.type === "string" ? null : parseBlock(key)
    if (block !== null && key.includes("/") && !isWholeAddress(block)) {
      checkFamily(name, key, block, series.spec.type)
      return series.sumOfBlock(grid, block, from, to, atMicros)
    }
    const row = series.keys.find(series.canonical(name, block === null ? key : key.replace(/\/\d+$/, "")))
    return row < 0 ? 0 : grid.sum(row, ONE, from, to, atMicros)
  }

  /** Forgets a key with all its windows; nothing happens when there is none. */
  remove(name: string, key: string): void {
    const series = this.#get(name)
    series.remove(series.canonical(name, key))
  }

  /** Forgets all keys. */
  clear(name: string): void {
    this.#get(name).clear()
  }

  /** Keys held, for whoever charges the cost of a question about a block. */
  keys(name: string): number {
    return this.#get(name).keys.size
  }

  fork(): AuditSeriesStore {
    const copy = new AuditSeriesStore()
    for (const [name, series] of this.#series) copy.#series.set(name, series.fork())
    return copy
  }

  /** Series to be kept over a restart. */
  *parts(): Generator<Part> {
    for (const [name, { spec, keys, grids }] of this.#series) {
      if (!spec.persist) continue
      yield { name: "series", facts: { series: name, spec }, columns: {} }
      yield* keys.parts("series-keys", { series: name })
      for (const [monitor, grid] of grids.entries())
        yield* grid.parts("series-cells", { series: name, monitor })
      yield { name: "series-end", facts: { series: name }, columns: {} }
    }
  }

  /** Takes over a part; false for one of something else. */
  takePart(part: Part): boolean {
    if (!part.name.startsWith("series")) return false
    const { series: name, spec, monitor } = part.facts as SeriesFacts
    if (part.name === "series") this.#series.set(name, new Series(spec))
    const series = this.#series.get(name) as Series
    if (part.name === "series-keys") series.keys.takePart(part)
    else if (part.name === "series-cells") (series.grids[monitor] as WindowGrid).takePart(part)
    else if (part.name === "series-end") series.settle()
    return true
  }

  #get(name: string): Series {
    const series = this.#series.get(name)
    if (series !== undefined) return series
    throw new StoreFault(
      "E_SERIES_UNKNOWN",
      `there is no series ${shown(name)}`,
      "define it before it is used",
    )
  }
}

class Series {
  readonly spec: SeriesSpec
  grids: WindowGrid[]
  keys = new KeyTable()
  /** Of a cidr series: the address of each row. */
  #addresses: AddressColumn | null
  /** The next row to be looked at for being forgotten. */
  #hand = 0

  constructor(spec: SeriesSpec) {
    this.spec = spec
    this.grids = spec.monitors.map(({ sizeSec, count }) => new WindowGrid(sizeSec, count))
    this.#addresses = spec.type === "string" ? null : new AddressColumn(spec.type === "cidr" ? 4 : 6)
  }

  /** A key as it is held: an address always in one form. */
  canonical(name: string, key: string): string {
    const { type } = this.spec
    const fault = keyFault(key)
    if (fault !== null) throw new StoreFault("E_SERIES_KEY", `the key ${shown(key)} ${fault}`, KEY_FORM)
    if (type === "string") return key
    const address = parseAddress(key)
    checkFamily(name, key, address, type)
    return (address as { value: bigint }).value.toString(16)
  }

  add(key: string, count: number, atMicros: number): void {
    let row = this.keys.find(key)
    if (row < 0) {
      this.#forgetSome()
      if (this.keys.size >= MAX_KEYS) {
        throw new StoreFault(
          "E_SERIES_FULL",
          `the series holds ${MAX_KEYS} keys already and takes no new ones`,
          "use fewer keys, shorter windows, or several series",
        )
      }
      row = this.keys.of(key)
      this.#addresses?.set(row, BigInt(`0x${key}`))
    }
    for (const grid of this.grids) grid.add(row, ONE, count, atMicros)
  }

  remove(key: string): void {
    const row = this.keys.remove(key)
    if (row >= 0) for (const grid of this.grids) grid.clearRow(row)
  }

  clear(): void {
    this.keys = new KeyTable()
    for (const grid of this.grids) grid.clear()
  }

  sumOfBlock(grid: WindowGrid, block: Block, from: number, to: number, atMicros: number): number {
    const { keys } = this
    let sum = 0
    for (const row of (this.#addresses as AddressColumn).rowsIn(block, keys.rows))
      if (keys.keyOf(row) !== undefined) sum += grid.sum(row, ONE, from, to, atMicros)
    return sum
  }

  fork(): Series {
    const copy = new Series(this.spec)
    copy.grids = this.grids.map((grid) => grid.fork())
    copy.keys = this.keys.fork()
    copy.#addresses = this.#addresses?.fork() ?? null
    copy.#hand = this.#hand
    return copy
  }

  /** All keys and cells have been taken over. */
  settle(): void {
    this.keys.settle()
    if (this.#addresses === null) return
    for (const [row, key] of this.keys.entries()) this.#addresses.set(row, BigInt(`0x${key}`))
  }

  /**
   * Each new key has two old ones looked at: those with nothing in any window go. So a series
   * of keys that come and go stays as large as what it counts, and no add takes long.
   */
  #forgetSome(): void {
    for (let looks = 0; looks < 2 && this.keys.rows > 0; looks++) {
      const row = this.#hand
      this.#hand = (row + 1) % this.keys.rows
      const key = this.keys.keyOf(row)
      if (key !== undefined && !this.grids.some((grid) => grid.isLive(row))) this.keys.remove(key)
    }
  }
}

function checkSpec(name: string, { type, monitors }: SeriesSpec): void {
  const refuse = (message: string, hint: string): never => {
    throw new StoreFault("E_SERIES_SPEC", `the series ${shown(name)}: ${message}`, hint)
  }
  const fault = keyFault(name)
  if (fault !== null) refuse(`its name ${fault}`, KEY_FORM)
  if (!SERIES_TYPES.includes(type))
    refuse(`its type is ${shown(type)}`, `the types are ${SERIES_TYPES.join(", ")}`)
  if (monitors.length === 0) refuse("it has no monitor", `write ${MONITOR_FORM}`)
  for (const monitor of monitors)
    if (!isMonitor(monitor))
      refuse(`its windows are ${monitor.count} of ${monitor.sizeSec} seconds`, `write ${MONITOR_FORM}`)
  const windows = monitors.reduce((sum, { count }) => sum + count, 0)
  if (windows > MAX_WINDOWS)
    refuse(`its monitors have ${windows} windows`, `at most ${MAX_WINDOWS} are possible`)
}

function checkFamily(
  name: string,
  key: string,
  address: { readonly family: 4 | 6 } | null,
  type: SeriesType,
): void {
  const wanted = type === "cidr" ? 4 : 6
  if (address?.family === wanted) return
  const example = wanted === 4 ? "192.0.2.1" : "2001:db8::1"
  throw new StoreFault(
    "E_SERIES_KEY",
    `the key ${shown(key)} is no IPv${wanted} address, as the series ${shown(name)} takes`,
    `write e.g. ${example}; a question may also name a block, e.g. ${example.replace(/1$/, wanted === 4 ? "0/24" : "/64")}`,
  )
}

function describe({ type, monitors, persist }: SeriesSpec): string {
  const windows = monitors.map(({ sizeSec, count }) => `${sizeSec},${count}`).join(" ")
  return `${type} ${windows}${persist ? " persist" : ""}`
}
