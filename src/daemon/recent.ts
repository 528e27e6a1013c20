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

/** Room for a block and the event that fills it. */
const ROOM_BYTES = BLOCK_BYTES + (1 << 16)

function sharedRoom(bytes: number): Buffer {
  return Buffer.from(new SharedArrayBuffer(Math.max(bytes, ROOM_BYTES)))
}

function copyOf(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length))
  copy.set(bytes)
  return copy
}

export class RecentEvents {
  readonly #writer: EntryWriter
  #blocks: Block[] = []
  #bytes = 0
  #latestMicros = 0

  constructor(pairs: PairTable) {
    this.#writer = new EntryWriter(pairs, sharedRoom)
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
    const whole = this.#writer.handOver()
    if (whole === null) return
    // One that somebody asked for early would keep room for a whole one.
    const bytes = whole.length < BLOCK_BYTES / 2 ? copyOf(whole) : whole
    // Each block names its pairs itself: those before it may be gone.
    this.#writer.begin()
    this.#blocks.push({ bytes, toMicros: this.#latestMicros })
    this.#bytes += bytes.buffer.byteLength
    const isOld = ({ toMicros }: Block): boolean => toMicros < this.#latestMicros - HOUR_MICROS
    for (let first = this.#blocks[0]; first !== undefined; first = this.#blocks[0]) {
      if (!isOld(first) && this.#bytes <= MAX_BYTES) return
      this.#bytes -= first.bytes.buffer.byteLength
      this.#blocks.shift()
    }
  }
}
