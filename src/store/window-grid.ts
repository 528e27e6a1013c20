/**
 * Counts by row, metric and time window: the heart of every series. Windows
 * begin at multiples of their size since 1970, so two hosts, and a replay,
 * count alike. As many windows as are kept stand side by side, each a column
 * in chunks that exist only where something was counted; a window is forgotten
 * when another takes its place, at once and without touching its cells.
 *
 * Time is whatever the caller says, and may jump: a count goes into the window
 * of its own time, and a question sees the windows that end at its own time.
 * Source: engine.md section 8; console.md section 3, windows.
 */
import {
  type Cells,
  CHUNK_BITS,
  CHUNK_MASK,
  type Chunk,
  newOwner,
  type Owner,
  ownChunk,
  widen,
} from "./columns.js"
import type { Part } from "./part.js"

interface Slot {
  /** The window that stands here, by its number since 1970. */
  window: number
  chunks: (Chunk | undefined)[]
}

/** Over more than this, only windows that hold something are looked at: a series may have a hundred thousand. */
const MANY_WINDOWS = 256

const EMPTY_CHUNK = { cells: new Int16Array(0) }
const EMPTY: Slot = { window: -1, chunks: [] }

export class WindowGrid {
  readonly sizeSec: number
  readonly windows: number
  readonly metrics: number
  readonly #sizeMicros: number
  /** By window number modulo the windows kept; with holes, since a long series may use few of its windows. */
  #slots: (Slot | undefined)[] = []
  /** The same without holes. */
  #used: Slot[] = []
  #owner: Owner = newOwner()
  /** The slot written last: nearly always the next one's too. */
  #current: Slot = EMPTY
  #newest = -1

  /**
   * @param windows windows kept: the running one and those before it
   * @param metrics counts of each row, told apart by number
   */
  constructor(sizeSec: number, windows: number, metrics = 1) {
    this.sizeSec = sizeSec
    this.windows = windows
    this.metrics = metrics
    this.#sizeMicros = sizeSec * 1e6
  }

  /** Adds to a metric of a row, in the window that holds the time. */
  add(row: number, metric: number, amount: number, atMicros: number): void {
    const window = Math.floor(atMicros / this.#sizeMicros)
    const slot = window === this.#current.window ? this.#current : this.#slotFor(window)
    const number = row >>> CHUNK_BITS
    const place = (row & CHUNK_MASK) * this.metrics + metric
    let chunk = slot.chunks[number]
    if (chunk === undefined || chunk.owner !== this.#owner || place >= chunk.cells.length) {
      chunk = ownChunk(chunk, this.#owner, row & CHUNK_MASK, this.metrics)
      slot.chunks[number] = chunk
    }
    const { cells } = chunk
    const value = (cells[place] as number) + amount
    cells[place] = value
    if (cells[place] !== value) widen(chunk, place, value)
  }

  /**
   * The sum over windows, counted back from the one that holds the time.
   * @param from and `to`: both included; 0 is the running window. Windows not kept count 0
   */
  sum(row: number, metric: number, from: number, to: number, atMicros: number): number {
    const now = Math.floor(atMicros / this.#sizeMicros)
    const oldest = now - Math.min(to, this.windows - 1)
    const number = row >>> CHUNK_BITS
    const place = (row & CHUNK_MASK) * this.metrics + metric
    let sum = 0
    if (now - from - oldest > MANY_WINDOWS) {
      for (const { window, chunks } of this.#used) {
        const cells = window <= now - from && window >= oldest ? chunks[number]?.cells : undefined
        if (cells !== undefined && place < cells.length) sum += cells[place] as number
      }
      return sum
    }
    for (let window = now - from; window >= oldest && window >= 0; window--) {
      const slot = this.#slots[window % this.windows]
      if (slot === undefined || slot.window !== window) continue
      const cells = slot.chunks[number]?.cells
      if (cells !== undefined && place < cells.length) sum += cells[place] as number
    }
    return sum
  }

  /** Does a time lie further back than the windows kept from the latest one? */
  isPast(atMicros: number): boolean {
    return this.#newest - Math.floor(atMicros / this.#sizeMicros) >= this.windows
  }

  /**
   * Is anything counted for a row in the windows that stand? Their times do not matter: a clock
   * that is set back makes windows that were over the present ones.
   */
  isLive(row: number): boolean {
    const number = row >>> CHUNK_BITS
    const place = (row & CHUNK_MASK) * this.metrics
    for (const { chunks } of this.#used) {
      const cells = chunks[number]?.cells
      if (cells === undefined || place >= cells.length) continue
      for (let metric = 0; metric < this.metrics; metric++) if (cells[place + metric] !== 0) return true
    }
    return false
  }

  /** Sets all windows of a row to 0. */
  clearRow(row: number): void {
    const number = row >>> CHUNK_BITS
    const place = (row & CHUNK_MASK) * this.metrics
    for (const slot of this.#used) {
      const chunk = slot.chunks[number]
      if (chunk === undefined || place >= chunk.cells.length) continue
      if (chunk.cells.subarray(place, place + this.metrics).every((cell) => cell === 0)) continue
      const own = chunk.owner === this.#owner ? chunk : ownChunk(chunk, this.#owner, 0, this.metrics)
      own.cells.fill(0, place, place + this.metrics)
      slot.chunks[number] = own
    }
  }

  clear(): void {
    this.#slots = []
    this.#used = []
    this.#current = EMPTY
    this.#newest = -1
  }

  /** A copy that goes its own way; what both hold is shared until one of them writes. */
  fork(): WindowGrid {
    const copy = new WindowGrid(this.sizeSec, this.windows, this.metrics)
    for (const { window, chunks } of this.#used) {
      const slot = { window, chunks: chunks.slice() }
      copy.#slots[window % this.windows] = slot
      copy.#used.push(slot)
    }
    copy.#newest = this.#newest
    this.#owner = newOwner()
    return copy
  }

  /** Bytes of its cells. */
  get bytes(): number {
    let bytes = 0
    for (const { chunks } of this.#used) for (const chunk of chunks) bytes += chunk?.cells.byteLength ?? 0
    return bytes
  }

  /** The same counts in a grid of as many windows, which may be fewer or more; it goes its own way. */
  resized(windows: number): WindowGrid {
    const copy = new WindowGrid(this.sizeSec, windows, this.metrics)
    const slots = [...this.fork().#used].sort((a, b) => a.window - b.window)
    for (const { window, chunks } of slots) copy.#slotFor(window).chunks = chunks
    return copy
  }

  /** All cells, the oldest first, a chunk in each part; `facts` get its place beside what is given. */
  *parts(name: string, facts: object): Generator<Part> {
    for (const { window, chunks } of [...this.#used].sort((a, b) => a.window - b.window))
      for (const [chunk, { cells } = EMPTY_CHUNK] of chunks.entries())
        if (cells.length > 0) yield { name, facts: { ...facts, window, chunk }, columns: { cells } }
  }

  /** Takes over the cells of a part; they are its own from now on. */
  takePart({ facts, columns }: Part): void {
    const { window, chunk } = facts as { window: number; chunk: number }
    this.#slotFor(window).chunks[chunk] = { cells: columns.cells as Cells, owner: this.#owner }
  }

  #slotFor(window: number): Slot {
    const place = window % this.windows
    let slot = this.#slots[place]
    if (slot === undefined) {
      slot = { window, chunks: [] }
      this.#slots[place] = slot
      this.#used.push(slot)
    } else if (slot.window !== window) {
      slot.window = window
      slot.chunks = []
    }
    if (window > this.#newest) this.#newest = window
    this.#current = slot
    return slot
  }
}
