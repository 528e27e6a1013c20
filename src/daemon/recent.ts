/**
 * The events of the last hour, as they were taken, for whoever wants to know what
 * other rules would have done with them. Bounded in time and bytes: of too many the
 * oldest are let go, a block at a time. Blocks stand in memory that threads share, so
 * that handing an hour over costs nothing.
 */
import type { PairTable } from "../model/pair-table.js"
import { EntryWriter, type JournalEvent } from "./entries.js"

interface Block {
  readonly bytes: Uint8Array
  readonly toMicros: number
}

const HOUR_MICROS = 3600e6
const BLOCK_BYTES = 1 << 20
const MAX_BYTES = 64 << 20

export class RecentEvents {
  readonly #writer: EntryWriter
  #blocks: Block[] = []
  #bytes = 0
  #latestMicros = 0

  constructor(pairs: PairTable) {
    this.#writer = new EntryWriter(pairs)
  }

  add(event: Readonly<JournalEvent>): void {
    this.#writer.event(event)
    this.#latestMicros = event.atMicros
    if (this.#writer.length >= BLOCK_BYTES) this.#seal()
  }

  /** The oldest first; each is read by itself, and never changed again. */
  blocks(): readonly Uint8Array[] {
    this.#seal()
    return this.#blocks.map(({ bytes }) => bytes)
  }

  #seal(): void {
    const written = this.#writer.take()
    if (written === null) return
    const bytes = new Uint8Array(new SharedArrayBuffer(written.length))
    bytes.set(written)
    // Each block names its pairs itself: those before it may be gone.
    this.#writer.begin()
    this.#blocks.push({ bytes, toMicros: this.#latestMicros })
    this.#bytes += bytes.length
    const isOld = ({ toMicros }: Block): boolean => toMicros < this.#latestMicros - HOUR_MICROS
    for (let first = this.#blocks[0]; first !== undefined; first = this.#blocks[0]) {
      if (!isOld(first) && this.#bytes <= MAX_BYTES) return
      this.#bytes -= first.bytes.length
      this.#blocks.shift()
    }
  }
}
