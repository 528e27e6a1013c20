/**
 * The events of the last hour, as they were taken, for whoever wants to know what
 * other rules would have done with them. Bounded in time and bytes: of too many the
 * oldest are let go, a block at a time; so a block is ended by time too, or an hour of a
 * quiet host would be days. Blocks stand in memory that threads share, so that handing
 * an hour over costs nothing.
 */
import type { PairTable } from "../model/pair-table.js"
import { EntryWriter, type JournalEvent } from "./entries.js"

interface Block {
  readonly bytes: Uint8Array
  readonly toMicros: number
}

const HOUR_MICROS = 3600e6
/** How far beyond the hour what is handed over may begin. Each block names its pairs: not too short. */
const BLOCK_MICROS = 300e6
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
  /** Of the block that is being filled. */
  #fromMicros = 0
  #latestMicros = 0
  readonly #nowMicros: () => number

  /** @param nowMicros the time of the state, which goes on without events too */
  constructor(pairs: PairTable, nowMicros: () => number) {
    this.#writer = new EntryWriter(pairs, sharedRoom)
    this.#nowMicros = nowMicros
  }

  /** Events come in the order of their times. */
  add(event: Readonly<JournalEvent>): void {
    const { atMicros } = event
    if (atMicros - this.#fromMicros >= BLOCK_MICROS) {
      this.#seal()
      this.#fromMicros = atMicros
    }
    this.#writer.event(event)
    this.#latestMicros = atMicros
    if (this.#writer.length >= BLOCK_BYTES) this.#seal()
  }

  /** The oldest first; each is read by itself, and never changed again. */
  blocks(): readonly Uint8Array[] {
    this.#seal()
    this.#forget(Math.max(this.#latestMicros, this.#nowMicros()))
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
    this.#forget(this.#latestMicros)
  }

  #forget(nowMicros: number): void {
    const isOld = ({ toMicros }: Block): boolean => toMicros < nowMicros - HOUR_MICROS
    for (let first = this.#blocks[0]; first !== undefined; first = this.#blocks[0]) {
      if (!isOld(first) && this.#bytes <= MAX_BYTES) return
      this.#bytes -= first.bytes.buffer.byteLength
      this.#blocks.shift()
    }
  }
}
