/**
 * One file's side of the reading: numbers its lines, keeps account of each of
 * them, guards against clocks that jump, and puts events into the common queue.
 * Every line ends up as an event, a skipped kind or a bad line.
 */
import {
  DEFAULT_BINDING,
  type DeliveryEvent,
  EVENT_TYPES,
  type EventType,
  isPlainType,
  microsTaken,
  NOT_TOLD,
  TYPE_NUMBER,
} from "../model/event.js"
import type { PairTable } from "../model/pair-table.js"
import type { EventQueue } from "./event-queue.js"
import type { Joiner } from "./join.js"
import { LineCutter, type LineTaker } from "./lines.js"
import {
  groupOnly,
  type MakeReader,
  type PairSink,
  type Reader,
  type ReaderOptions,
  type Reply,
} from "./reader.js"

/** Kinds in the queue: event types by their place in EVENT_TYPES, then these. */
export const KIND_CLOCK = EVENT_TYPES.length
export const KIND_COPY = KIND_CLOCK + 1

export interface BadLine {
  readonly file: string
  readonly line: number
  /** From 1; null where no single byte is to blame. */
  readonly column: number | null
  readonly reason: string
}

/** What all files of one reading share. */
export interface Common {
  readonly queue: EventQueue
  readonly pairs: PairTable
  readonly joiner: Joiner | null
  readonly audits: boolean
  /** Time of the latest event that has gone out. */
  emittedMicros: number
  /** Times up to this one have come; what lies beyond is wrong. Recorded traffic has none, and confirms a step ahead by itself. */
  comeMicros?: number
  /** Times before this one are too long ago to be told as if they were now. */
  goneMicros?: number
  readonly reorderSec: number
  readonly maxWaiting: number
  /** Lets the earliest event go before its time: no more may wait. */
  readonly letGo: () => void
  readonly bad: (line: BadLine) => void
}

export interface Counts {
  /** Lines read, bad and blank ones included. */
  read: number
  bad: number
  readonly skipped: Map<string, number>
  /** By TYPE_NUMBER. */
  readonly events: number[]
  readonly notes: Set<"no-year">
}

function noCounts(): Counts {
  return { read: 0, bad: 0, skipped: new Map(), events: EVENT_TYPES.map(() => 0), notes: new Set() }
}

/**
 * A step ahead by more than this must be confirmed by the lines that follow: one
 * line with a wild time would make all later ones too late.
 */
const JUMP_MICROS = 86_400e6
/** So many lines in a row confirm it. */
const CONFIRMING_LINES = 64

interface Doubtful {
  readonly atMicros: number
  readonly kind: number
  readonly pair: number
  readonly reply: Reply | null
  readonly lines: number
  readonly line: number
  readonly deliveryMicros: number
}

export class Collector implements PairSink, LineTaker {
  readonly path: string
  readonly pairs: PairTable
  readonly joins: boolean
  readonly audits: boolean
  readonly counts: Counts
  /** First and latest event time; infinite before there is one. */
  firstMicros = Number.POSITIVE_INFINITY
  latestMicros = Number.NEGATIVE_INFINITY
  readonly #common: Common
  readonly #file: number
  readonly #reader: Reader
  readonly #cutter: LineCutter
  /** Lines since the last event. */
  #lines = 0
  #checkNul = false
  readonly #doubtful: Doubtful[] = []

  constructor(
    path: string,
    file: number,
    common: Common,
    format: { readonly make: MakeReader; readonly maxLineBytes: number },
    options: ReaderOptions,
    /** Of another one, whose lines these go on from. */
    counts: Counts | null = null,
  ) {
    this.path = path
    this.counts = counts ?? noCounts()
    this.pairs = common.pairs
    this.joins = common.joiner !== null
    this.audits = common.audits
    this.#common = common
    this.#file = file
    this.#reader = format.make(this, options)
    this.#cutter = new LineCutter(this, format.maxLineBytes)
  }

  feed(piece: Buffer): void {
    // One look over the whole piece is far cheaper than one over each line.
    this.#checkNul = piece.includes(0)
    this.#cutter.feed(piece)
  }

  /** Bytes of a line, or of a record over lines, whose end is not here yet. */
  get openBytes(): number {
    return this.#cutter.openBytes + (this.#reader.openBytes?.() ?? 0)
  }

  /** Of these, those of the line. */
  get openLineBytes(): number {
    return this.#cutter.openBytes
  }

  /** Tells more of a line that holds many records; false when it was all. */
  more(): boolean {
    return this.#reader.more?.() ?? false
  }

  /** A record that is open will not go on. */
  giveUpRecord(): void {
    if ((this.#reader.openBytes?.() ?? 0) > 0) this.#reader.end()
  }

  /** @param isBroken the file ends where it should not, perhaps in the middle of a line */
  end(isBroken: boolean): void {
    this.#checkNul = true
    if (isBroken && this.#cutter.drop()) {
      this.counts.read++
      this.#lines++
      this.skip("cut-off")
    }
    this.#cutter.end()
    this.#reader.end()
    this.#believe()
  }

  line(bytes: Buffer, start: number, end: number, size: number): void {
    this.counts.read++
    this.#lines++
    if (end === start) {
      this.#reader.aside?.(size)
      this.skip("blank")
    } else if (this.#checkNul && bytes.subarray(start, end).includes(0)) {
      const column = bytes.subarray(start, end).indexOf(0) + 1
      this.#reader.aside?.(size)
      this.bad("the line holds NUL bytes, as a crash leaves them", column)
    } else this.#reader.line(bytes, start, end, size)
  }

  tooLong(length: number, size: number): void {
    this.counts.read++
    this.#lines++
    this.#reader.aside?.(size)
    this.bad(`the line is ${length} bytes long, more than any line of this format`)
  }

  skip(kind: string): void {
    const { skipped } = this.counts
    skipped.set(kind, (skipped.get(kind) ?? 0) + 1)
  }

  bad(reason: string, column?: number, linesBack = 0): void {
    this.counts.bad++
    this.#common.bad({ file: this.path, line: this.counts.read - linesBack, column: column ?? null, reason })
  }

  note(note: "no-year"): void {
    this.counts.notes.add(note)
  }

  clock(atMicros: number, kind: string): void {
    this.skip(kind)
    this.#accept(atMicros, KIND_CLOCK, -1, null, NOT_TOLD)
  }

  event(event: DeliveryEvent): void {
    const { type } = event
    const hasPair = type !== "reception" || (this.audits && event.domain !== "")
    // Between binding and domain it tells names apart. JSON can write it where a line could not hold it.
    if (hasPair && (event.domain.includes("\0") || event.binding.includes("\0"))) {
      this.bad("the name of the binding or of the domain holds a NUL")
      return
    }
    const pair = hasPair ? this.pairs.of(event.binding, event.domain) : -1
    this.record(
      event.atMicros,
      TYPE_NUMBER[type],
      pair,
      this.#replyOf(event, pair),
      this.audits && type === "delivery" ? microsTaken(event.deliveryTimeSec) : NOT_TOLD,
    )
  }

  #replyOf(event: DeliveryEvent, pair: number): Reply | null {
    const { type, response, mx, phase, local, bounceClass, fblType } = event
    // "default" is what a record that names no group has: it tells nothing.
    const isNew = event.group !== DEFAULT_BINDING && pair >= 0 && this.pairs.lacksGroup(pair)
    const group = isNew ? event.group : null
    if (!isPlainType(TYPE_NUMBER[type]) || response !== "" || mx !== null)
      return { response, mx, phase, local, bounceClass, fblType, group, joinKey: null }
    return group === null ? null : groupOnly(group)
  }

  record(atMicros: number, type: number, pair: number, reply: Reply | null, deliveryMicros: number): void {
    this.counts.events[type] = (this.counts.events[type] as number) + 1
    if (reply !== null && reply.joinKey !== null) this.#common.joiner?.failure(reply)
    this.#accept(atMicros, type, pair, reply, deliveryMicros)
  }

  copy(atMicros: number, type: EventType, pair: number, reply: Reply): void {
    this.#common.joiner?.copy(reply)
    this.#accept(atMicros, KIND_COPY + (type === "permanent" ? 1 : 0), pair, reply, NOT_TOLD)
  }

  #accept(atMicros: number, kind: number, pair: number, reply: Reply | null, deliveryMicros: number): void {
    const { comeMicros, goneMicros } = this.#common
    if (comeMicros !== undefined && atMicros > comeMicros) {
      this.#future(atMicros - comeMicros, kind)
      return
    }
    if (goneMicros !== undefined && atMicros < goneMicros) {
      this.#past(goneMicros - atMicros, kind)
      return
    }
    if (comeMicros === undefined && atMicros > this.latestMicros + JUMP_MICROS && this.latestMicros >= 0) {
      const line = this.counts.read
      this.#doubtful.push({ atMicros, kind, pair, reply, lines: this.#lines, line, deliveryMicros })
      this.#lines = 0
      if (this.#doubtful.length >= CONFIRMING_LINES) this.#believe()
      return
    }
    if (this.#doubtful.length > 0) this.#refuse()
    this.#push(atMicros, kind, pair, reply, this.#lines, this.counts.read, deliveryMicros)
    this.#lines = 0
  }

  #future(aheadMicros: number, kind: number): void {
    const aheadSec = Math.ceil(aheadMicros / 1e6)
    this.#misplaced(
      kind,
      `its time lies ${aheadSec} s further in the future than clocks may differ: the clock of whoever wrote it is wrong, or ours`,
    )
  }

  #past(behindMicros: number, kind: number): void {
    const behindSec = Math.ceil(behindMicros / 1e6)
    this.#misplaced(
      kind,
      `its time lies ${behindSec} s further in the past than what is told now may lie: it was kept too long, or a clock or its zone is wrong`,
    )
  }

  #misplaced(kind: number, reason: string): void {
    this.#withdraw(kind)
    this.#common.bad({ file: this.path, line: this.counts.read, column: null, reason })
  }

  #push(
    atMicros: number,
    kind: number,
    pair: number,
    reply: Reply | null,
    lines: number,
    line: number,
    deliveryMicros: number,
  ): void {
    const common = this.#common
    // Judged by this file's own lines, not by what happens to have gone out: how much is read
    // at a time must not decide. Only where too much waits has more gone out than that.
    const limit = Math.max(this.latestMicros - common.reorderSec * 1e6, common.emittedMicros)
    if (atMicros < limit) {
      this.#late(limit - atMicros, kind, line)
      this.#lines += lines
      return
    }
    if (common.queue.size >= common.maxWaiting) common.letGo()
    if (atMicros > this.latestMicros) this.latestMicros = atMicros
    if (atMicros < this.firstMicros) this.firstMicros = atMicros
    common.queue.push(atMicros, kind, pair, reply, lines, this.#file, line, deliveryMicros)
  }

  #late(tooLateMicros: number, kind: number, line: number): void {
    const { reorderSec, comeMicros } = this.#common
    const backSec = Math.ceil(tooLateMicros / 1e6 + reorderSec)
    this.#withdraw(kind)
    this.#common.bad({
      file: this.path,
      line,
      column: 1,
      reason: `its time lies ${backSec} s before that of lines above it, and only ${reorderSec} s are ${
        // What comes live is taken as it comes: there is nothing that could be set.
        comeMicros === undefined ? "put in order (--reorder SECONDS)" : "let pass"
      }`,
    })
  }

  /** The lines that follow are as far ahead: the clock, or a gap, is real. */
  #believe(): void {
    for (const { atMicros, kind, pair, reply, lines, line, deliveryMicros } of this.#doubtful.splice(0))
      this.#push(atMicros, kind, pair, reply, lines, line, deliveryMicros)
  }

  /** The next line is back where the others were: these times were wrong. */
  #refuse(): void {
    for (const { atMicros, kind, lines, line } of this.#doubtful.splice(0)) {
      const aheadSec = Math.floor((atMicros - this.latestMicros) / 1e6)
      this.#lines += lines
      this.#withdraw(kind)
      const reason = `its time jumps ahead by ${aheadSec} s and the lines after it jump back: it is taken for wrong`
      this.#common.bad({ file: this.path, line, column: 1, reason })
    }
  }

  /** What was counted as an event is a bad line after all. */
  #withdraw(kind: number): void {
    this.counts.bad++
    const { events } = this.counts
    if (kind < events.length) events[kind] = (events[kind] as number) - 1
    if (kind === KIND_CLOCK) this.skip("wrong-time")
  }
}
