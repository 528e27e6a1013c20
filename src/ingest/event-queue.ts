/**
 * Events of several files in the order of their times. What comes in order, as
 * nearly everything does, stands in a ring of columns and costs no objects;
 * stragglers stand in a heap; the earlier of the two heads is next. Ties keep
 * the order of files, then of lines.
 * Source: traffic-formats.md section 1, merging.
 */

import { NOT_TOLD } from "../model/event.js"
import { grown } from "../model/pair-table.js"
import type { Reply } from "./reader.js"

export interface QueuedEvent {
  atMicros: number
  /** A small number of the caller's. */
  kind: number
  pair: number
  reply: Reply | null
  /** Lines since the event before in the same file, this one's included. */
  lines: number
  file: number
  /** Line in its file. */
  line: number
  /** How long a delivery took; NOT_TOLD in a queue that keeps no such times. */
  deliveryMicros: number
}

interface Straggler extends QueuedEvent {
  /** Order of arrival: lines may hold several events. */
  readonly serial: number
}

/** A power of two, as every later one is. */
const FIRST_CAPACITY = 4096

export class EventQueue {
  /** The event that `pop` took out last; the queue fills it anew each time. */
  readonly head: QueuedEvent = {
    atMicros: 0,
    kind: 0,
    pair: 0,
    reply: null,
    lines: 0,
    file: 0,
    line: 0,
    deliveryMicros: NOT_TOLD,
  }

  // By place in the ring.
  #at: Float64Array<ArrayBuffer>
  #line: Float64Array<ArrayBuffer>
  #pair: Int32Array<ArrayBuffer>
  #lines: Int32Array<ArrayBuffer>
  #kind: Uint8Array<ArrayBuffer>
  #file: Int32Array<ArrayBuffer>
  #reply: (Reply | null)[]
  /** Null where nobody asks: most replays do not, and a column costs memory traffic. */
  #deliveryMicros: Float64Array | null
  #mask: number
  #from = 0
  #count = 0
  readonly #heap: Straggler[] = []
  #serial = 0

  /**
   * @param keepsTimes of deliveries; else they come out as NOT_TOLD
   * @param capacity to begin with, a power of two
   */
  constructor(keepsTimes: boolean, capacity = FIRST_CAPACITY) {
    this.#at = new Float64Array(capacity)
    this.#line = new Float64Array(capacity)
    this.#pair = new Int32Array(capacity)
    this.#lines = new Int32Array(capacity)
    this.#kind = new Uint8Array(capacity)
    this.#file = new Int32Array(capacity)
    this.#reply = new Array(capacity).fill(null)
    this.#deliveryMicros = keepsTimes ? new Float64Array(capacity) : null
    this.#mask = capacity - 1
  }

  get size(): number {
    return this.#count + this.#heap.length
  }

  push(
    atMicros: number,
    kind: number,
    pair: number,
    reply: Reply | null,
    lines: number,
    file: number,
    line: number,
    deliveryMicros: number,
  ): void {
    if (this.#count > 0) {
      const last = (this.#from + this.#count - 1) & this.#mask
      const lastAt = this.#at[last] as number
      if (atMicros < lastAt || (atMicros === lastAt && file < (this.#file[last] as number))) {
        const serial = this.#serial++
        const kept = this.#deliveryMicros === null ? NOT_TOLD : deliveryMicros
        this.#pushHeap({ atMicros, kind, pair, reply, lines, file, line, deliveryMicros: kept, serial })
        return
      }
      if (this.#count > this.#mask) this.#grow()
    }
    const place = (this.#from + this.#count++) & this.#mask
    this.#at[place] = atMicros
    this.#line[place] = line
    this.#pair[place] = pair
    this.#lines[place] = lines
    this.#kind[place] = kind
    this.#file[place] = file
    if (reply !== null) this.#reply[place] = reply
    if (this.#deliveryMicros !== null) this.#deliveryMicros[place] = deliveryMicros
  }

  /** Time of the earliest event; infinite when there is none. */
  nextMicros(): number {
    const ring = this.#count === 0 ? Number.POSITIVE_INFINITY : (this.#at[this.#from] as number)
    const straggler = this.#heap[0]
    return straggler === undefined ? ring : Math.min(ring, straggler.atMicros)
  }

  /** Moves the earliest event to `head`; false when there is none. */
  pop(): boolean {
    const straggler = this.#heap[0]
    if (straggler !== undefined && this.#isFirst(straggler)) {
      Object.assign(this.head, this.#popHeap())
      return true
    }
    if (this.#count === 0) return false
    const place = this.#from
    this.#from = (place + 1) & this.#mask
    this.#count--
    const { head } = this
    head.atMicros = this.#at[place] as number
    head.kind = this.#kind[place] as number
    head.pair = this.#pair[place] as number
    head.lines = this.#lines[place] as number
    head.file = this.#file[place] as number
    head.line = this.#line[place] as number
    const reply = this.#reply[place] as Reply | null
    head.reply = reply
    if (reply !== null) this.#reply[place] = null
    head.deliveryMicros = this.#deliveryMicros === null ? NOT_TOLD : (this.#deliveryMicros[place] as number)
    return true
  }

  #isFirst({ atMicros, file, line }: Straggler): boolean {
    if (this.#count === 0) return true
    const place = this.#from
    const time = atMicros - (this.#at[place] as number)
    if (time !== 0) return time < 0
    const order = file - (this.#file[place] as number)
    return order !== 0 ? order < 0 : line < (this.#line[place] as number)
  }

  #pushHeap(event: Straggler): void {
    const heap = this.#heap
    let at = heap.push(event) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(event, heap[parent] as Straggler)) break
      heap[at] = heap[parent] as Straggler
      at = parent
    }
    heap[at] = event
  }

  #popHeap(): Straggler {
    const heap = this.#heap
    const first = heap[0] as Straggler
    const last = heap.pop() as Straggler
    if (heap.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Straggler, heap[child] as Straggler)) child++
      if (!isBefore(heap[child] as Straggler, last)) break
      heap[at] = heap[child] as Straggler
      at = child
    }
    heap[at] = last
    return first
  }

  /** Twice the places, the ring beginning at the first. */
  #grow(): void {
    const capacity = this.#mask + 1
    const from = this.#from
    const turned = <T extends Float64Array | Int32Array | Uint8Array>(
      column: T,
      make: new (length: number) => T,
    ): T => {
      const larger = grown(column, make)
      larger.set(column.subarray(from) as never)
      larger.set(column.subarray(0, from) as never, capacity - from)
      return larger
    }
    this.#at = turned(this.#at, Float64Array)
    this.#line = turned(this.#line, Float64Array)
    this.#pair = turned(this.#pair, Int32Array)
    this.#lines = turned(this.#lines, Int32Array)
    this.#kind = turned(this.#kind, Uint8Array)
    this.#file = turned(this.#file, Int32Array)
    if (this.#deliveryMicros !== null) this.#deliveryMicros = turned(this.#deliveryMicros, Float64Array)
    this.#reply = [
      ...this.#reply.slice(from),
      ...this.#reply.slice(0, from),
      ...new Array<null>(capacity).fill(null),
    ]
    this.#from = 0
    this.#mask = 2 * capacity - 1
  }
}

function isBefore(a: Straggler, b: Straggler): boolean {
  return (a.atMicros - b.atMicros || a.file - b.file || a.line - b.line || a.serial - b.serial) < 0
}
