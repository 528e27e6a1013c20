/**
 * Traffic as it happens: bytes of one source to events, each at once, through the
 * readers of recorded traffic. Nothing waits to be put in order: an event that is
 * a little late counts as of the latest one, since time only goes on; one that is
 * too late, or lies in the future, is a bad line. No I/O, no clock: now is asked.
 */
import { EVENT_TYPES, type EventType, TYPE_NUMBER } from "../model/event.js"
import { PairTable } from "../model/pair-table.js"
import { type BadLine, Collector, type Common, type Counts, KIND_CLOCK, KIND_COPY } from "./collector.js"
import { detectFormat, FORMATS, type FormatName } from "./detect.js"
import { EventQueue } from "./event-queue.js"
import type { ReaderOptions } from "./reader.js"
import { emptyEvent, fillEvent, type TrafficEvent } from "./traffic.js"

export interface LiveOptions extends ReaderOptions {
  /** Of the source, for messages: a path, or whom it came from. */
  readonly name: string
  /** Null: the first lines tell. */
  readonly format: FormatName | null
  readonly pairs?: PairTable
  /** Receptions are told with their pair and deliveries with their time: an audit asks for it. */
  readonly audits?: boolean
  /** Events may be so late, seconds. */
  readonly lateSec?: number
  /** Their time may lie so far ahead of now, seconds: clocks differ. */
  readonly aheadSec?: number
  /** It may lie so far behind now, seconds; without it, as far as it likes: it is read again, and time waits for it. */
  readonly behindSec?: number
  /** A bouncelog's copies of failures that a mainlog tells of too are passed over. */
  readonly skipsCopies?: boolean
  /** Microseconds since 1970. */
  readonly nowMicros: () => number
}

export interface LiveConsumer {
  /** The object is filled anew for each event and valid during the call only. */
  event(event: TrafficEvent): void
  /** Time passes without an event. */
  clock(atMicros: number): void
  bad(line: BadLine): void
}

const LATE_SEC = 300
const AHEAD_SEC = 60
/** Each event goes before the next one comes: a feed may be made for a request of one line. */
const LIVE_CAPACITY = 4
const LINE_END = Buffer.from("\n")
/** Lines that tell no format: beyond, whatever it is, it is none of ours. */
const MAX_UNKNOWN_BYTES = 64 << 10

export class LiveFeed {
  readonly #options: LiveOptions
  readonly #consumer: LiveConsumer
  readonly #queue: EventQueue
  readonly #common: Common
  readonly #pairs: PairTable
  readonly #event = emptyEvent()
  #collector: Collector | null = null
  #format: FormatName | null = null
  /** What came before the format was known. */
  #unknown: Buffer = Buffer.alloc(0)
  #lineNumber = 0
  /** Times only go on. */
  #latestMicros = Number.NEGATIVE_INFINITY

  constructor(options: LiveOptions, consumer: LiveConsumer) {
    this.#options = options
    this.#consumer = consumer
    this.#pairs = options.pairs ?? new PairTable()
    this.#queue = new EventQueue(options.audits === true, LIVE_CAPACITY)
    this.#common = {
      queue: this.#queue,
      pairs: this.#pairs,
      joiner: null,
      audits: options.audits === true,
      // Never raised: what is late is judged by the source's own lines.
      emittedMicros: Number.NEGATIVE_INFINITY,
      reorderSec: options.lateSec ?? LATE_SEC,
      // Each event goes before the next one comes: how much is fed at a time must not decide.
      maxWaiting: 1,
      letGo: () => this.#drain(),
      bad: (line) => consumer.bad(line),
    }
    if (options.format !== null) this.#collector = this.#makeCollector(options.format)
  }

  /** Null until the source has told. */
  get format(): FormatName | null {
    return this.#format
  }

  /** Null until the source has told. */
  get counts(): Counts | null {
    return this.#collector?.counts ?? null
  }

  /** Bytes that were fed and not used up: of a line whose end is not here yet. */
  get openBytes(): number {
    return this.#collector?.openBytes ?? this.#unknown.length
  }

  /** Takes bytes; every event in them is told before it returns. */
  feed(bytes: Buffer): void {
    const { nowMicros, aheadSec = AHEAD_SEC, behindSec } = this.#options
    const now = nowMicros()
    this.#common.comeMicros = now + aheadSec * 1e6
    if (behindSec !== undefined) this.#common.goneMicros = now - behindSec * 1e6
    const collector = this.#collector ?? this.#detect(bytes)
    if (collector === null) return
    if (this.#unknown.length > 0) {
      collector.feed(this.#unknown)
      this.#unknown = Buffer.alloc(0)
    } else collector.feed(bytes)
    this.#drain()
  }

  /** What comes is of another file of the same log: a line that is open ends here. */
  rotated(): void {
    if (this.openBytes > 0) this.feed(LINE_END)
  }

  /** Nothing more comes. */
  end(): void {
    const collector = this.#collector ?? (this.#unknown.length === 0 ? null : this.#makeCollector("jsonl"))
    if (collector === null) return
    this.#collector = collector
    if (this.#unknown.length > 0) collector.feed(this.#unknown)
    this.#unknown = Buffer.alloc(0)
    collector.end(false)
    this.#drain()
  }

  /** Waits for lines that have a format's shape; much that has none is read as plain events, and refused line by line. */
  #detect(bytes: Buffer): Collector | null {
    this.#unknown = Buffer.concat([this.#unknown, bytes])
    const end = this.#unknown.lastIndexOf(0x0a) + 1
    const format =
      detectFormat(this.#unknown.subarray(0, end)) ??
      (this.#unknown.length > MAX_UNKNOWN_BYTES ? ("jsonl" as const) : null)
    if (format === null) return null
    this.#collector = this.#makeCollector(format)
    return this.#collector
  }

  #makeCollector(format: FormatName): Collector {
    this.#format = format
    const { name, nowMicros } = this.#options
    return new Collector(name, 0, this.#common, FORMATS[format], { nearMicros: nowMicros, ...this.#options })
  }

  #drain(): void {
    const queue = this.#queue
    while (queue.pop()) {
      const { head } = queue
      this.#lineNumber += head.lines
      const type = this.#typeOf(head.kind)
      head.atMicros = Math.max(head.atMicros, this.#latestMicros)
      this.#latestMicros = head.atMicros
      if (type === null) this.#consumer.clock(head.atMicros)
      else if (head.kind >= KIND_COPY && this.#options.skipsCopies === true) this.#collector?.skip("joined")
      else {
        if (head.kind >= KIND_COPY) this.#count(type)
        fillEvent(this.#event, head, type, this.#pairs)
        this.#event.lineNumber = this.#lineNumber
        this.#consumer.event(this.#event)
      }
    }
  }

  /** Null for a time without an event. */
  #typeOf(kind: number): EventType | null {
    if (kind === KIND_CLOCK) return null
    return EVENT_TYPES[kind] ?? (kind === KIND_COPY ? "transient" : "permanent")
  }

  /** A bouncelog's copy is an event where no mainlog tells of it. */
  #count(type: EventType): void {
    const events = this.counts?.events
    const number = TYPE_NUMBER[type]
    if (events !== undefined) events[number] = (events[number] as number) + 1
  }
}
