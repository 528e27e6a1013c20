/**
 * Traffic as it happens: bytes of one source to events, each at once, through the
 * readers of recorded traffic. Nothing waits to be put in order: an event that is
 * a little late counts as of the latest one, since time only goes on; one that is
 * too late, or lies in the future, is a bad line. No I/O, no clock: now is asked.
 */
import { EVENT_TYPES, type EventType, TYPE_NUMBER } from "../model/event.js"
import { PairTable } from "../model/pair-table.js"
import { type BadLine, Collector, type Common, type Counts, KIND_CLOCK, KIND_COPY } from "./collector.js"
import { detectFormat, FORMATS, type FormatName, UNTOLD } from "./detect.js"
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
/** What tells no format is kept for one that comes later; beyond, it is bad, and what follows is looked at. */
const MAX_UNKNOWN_BYTES = 64 << 10
/** A long line tells what its records are: then it is taken apart as it is read. */
const RECORDS_AT_ONCE = 64

export class LiveFeed {
  readonly #options: LiveOptions
  readonly #consumer: LiveConsumer
  readonly #queue: EventQueue
  readonly #common: Common
  readonly #pairs: PairTable
  readonly #event = emptyEvent()
  #collector: Collector | null = null
  /** Tells of lines that told no format. */
  #untold: Collector | null = null
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
    if (options.format !== null) this.#begin(options.format)
  }

  /** Null until the source has told. */
  get format(): FormatName | null {
    return this.#format
  }

  /** Null until the source has told. */
  get counts(): Counts | null {
    return (this.#collector ?? this.#untold)?.counts ?? null
  }

  /** Much has come, and no line of it was of a known format. */
  get isUntold(): boolean {
    return this.#collector === null && this.#untold !== null
  }

  /** Bytes that were fed and not used up: of a line, or of a record over lines, whose end is not here yet. */
  get openBytes(): number {
    return this.#collector?.openBytes ?? this.#unknown.length + (this.#untold?.openBytes ?? 0)
  }

  /** Of these, those of the line. */
  get openLineBytes(): number {
    if (this.#collector !== null) return this.#collector.openLineBytes
    const open = this.#unknown.length - 1 - this.#unknown.lastIndexOf(0x0a)
    return open + (this.#untold?.openLineBytes ?? 0)
  }

  /** Takes bytes; every event in them is told before it returns, but for those that `more` tells. */
  feed(bytes: Buffer): void {
    const { nowMicros, aheadSec = AHEAD_SEC, behindSec } = this.#options
    const now = nowMicros()
    this.#common.comeMicros = now + aheadSec * 1e6
    if (behindSec !== undefined) this.#common.goneMicros = now - behindSec * 1e6
    if (this.#collector !== null) this.#collector.feed(bytes)
    else this.#feedUnknown(bytes)
    this.#drain()
  }

  /** Tells more of a line that holds many records; false when it was all. To be asked after each `feed`. */
  more(): boolean {
    const isMore = (this.#collector ?? this.#untold)?.more() ?? false
    this.#drain()
    return isMore
  }

  /** What comes is of another file of the same log: what is open ends here. */
  rotated(): void {
    if (this.openLineBytes > 0) this.feed(LINE_END)
    while (this.more());
    this.#collector?.giveUpRecord()
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#collector === null && this.#unknown.length > 0) {
      const format = detectFormat(this.#unknown)
      if (format !== null) this.#begin(format)
      else this.#tellUntold()
    }
    const collector = this.#collector ?? this.#untold
    if (collector === null) return
    collector.end(false)
    this.#drain()
  }

  /** Waits for a line that has a format's shape. */
  #feedUnknown(bytes: Buffer): void {
    let from = 0
    // The rest of a line that is longer than what may wait.
    if ((this.#untold?.openLineBytes ?? 0) > 0) {
      from = bytes.indexOf(0x0a) + 1 || bytes.length
      this.#untold?.feed(bytes.subarray(0, from))
    }
    if (from === bytes.length) return
    this.#unknown = Buffer.concat([this.#unknown, bytes.subarray(from)])
    const isMuch = this.#unknown.length > MAX_UNKNOWN_BYTES
    const end = this.#unknown.lastIndexOf(0x0a) + 1
    // Records may all stand on one line, whose end is far away.
    const isLong = isMuch && end === 0
    const format = detectFormat(isLong ? this.#unknown : this.#unknown.subarray(0, end))
    if (format !== null) this.#begin(format)
    else if (isMuch) this.#tellUntold()
  }

  #begin(format: FormatName): void {
    this.#format = format
    this.#collector = this.#makeCollector(FORMATS[format])
    this.#collector.feed(this.#unknown)
    this.#unknown = Buffer.alloc(0)
  }

  /** JSON of no known shape is taken for plain events that lack something, and told so. */
  #tellUntold(): void {
    const isJson = /^\s*[[{]/.test(this.#unknown.toString("latin1", 0, 64))
    this.#untold ??= this.#makeCollector(isJson ? FORMATS.jsonl : UNTOLD)
    this.#untold.feed(this.#unknown)
    this.#unknown = Buffer.alloc(0)
  }

  #makeCollector(format: Pick<(typeof FORMATS)[FormatName], "make" | "maxLineBytes">): Collector {
    const { name, nowMicros } = this.#options
    const options = { nearMicros: nowMicros, recordsAtOnce: RECORDS_AT_ONCE, ...this.#options }
    return new Collector(name, 0, this.#common, format, options, this.counts)
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
