/**
 * Bytes of a source to events for the ledger. All sources share a table of names
 * that is not the state's own: lines that are no events for the engine make no
 * pair known to the state. What is read ahead is known before its turn; the ledger
 * sees to it that the journal names it then too.
 */
import { setImmediate as turn } from "node:timers/promises"
import type { Code } from "../errors.js"
import type { BadLine, Counts } from "../ingest/collector.js"
import type { FormatName } from "../ingest/detect.js"
import { LiveFeed, type LiveOptions } from "../ingest/live-feed.js"
import type { TrafficEvent } from "../ingest/traffic.js"
import { grown, PairTable } from "../model/pair-table.js"
import type { JournalEvent } from "./entries.js"

export interface IntakeOptions {
  /** The state's own names. */
  readonly pairs: PairTable
  /** Microseconds since 1970. */
  readonly nowMicros: () => number
  /** Of stamps that name no zone, minutes east of UTC. */
  readonly utcOffsetMinutes: NonNullable<LiveOptions["utcOffsetMinutes"]>
}

export interface FeedOptions extends Pick<LiveOptions, "skipsCopies" | "year" | "lateSec" | "behindSec"> {
  /** As many of these may come as like to: together they keep only so much of lines whose end is not here yet. */
  readonly isOneOfMany?: boolean
}

/** Lines whose end is not here yet hold too much memory. */
export class OpenBytesFault extends Error {
  readonly code: Code = "E_INTAKE_BUSY"
  readonly hint = "try again in a moment, and send shorter lines, e.g. one event a line"

  constructor() {
    super(
      `lines whose end is not here yet hold more than ${MAX_OPEN_BYTES >> 20} MiB: this one is not read on`,
    )
  }
}

/** What some bytes held. */
export interface Taken {
  readonly events: readonly JournalEvent[]
  /** Lines that are no events, and why: the first of them. */
  readonly bad: readonly BadLine[]
  /** How many there are. */
  readonly badCount: number
}

/** What a line held. */
export interface Step extends Taken {
  /** Bytes at the end of what was given that are not used up with it. */
  readonly unused: number
}

/** Little enough that whoever asks something meanwhile does not wait. */
const TURN_BYTES = 1 << 11
/** Of lines of all streams whose end is not here yet; one that is no longer than this never fails. */
const MAX_OPEN_BYTES = 64 << 20
const FREE_OPEN_BYTES = 256 << 10
/** Kept of the lines of one piece: one line may hold millions of things that are none. */
const MAX_BAD = 1000
const LF = 0x0a
const LINE_END = Buffer.from("\n")

export class Intake {
  readonly #options: IntakeOptions
  readonly #names = new PairTable()
  readonly #open = new OpenBytes()
  /** By a name's number here: its number there, from 1. */
  #numbers = new Int32Array(1024)

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  /** A source that begins. @param name for messages */
  feed(name: string, format: FormatName | null, { isOneOfMany = false, ...more }: FeedOptions = {}): Feed {
    const { nowMicros, utcOffsetMinutes } = this.#options
    return new Feed(
      { ...more, name, format, pairs: this.#names, audits: true, nowMicros, utcOffsetMinutes },
      (event) => this.#copy(event),
      isOneOfMany ? this.#open : null,
    )
  }

  /** Null for what concerns no pair. */
  #copy(event: TrafficEvent): JournalEvent | null {
    if (event.pair < 0) return null
    const {
      atMicros,
      type,
      typeNumber,
      mx,
      phase,
      response,
      local,
      bounceClass,
      fblType,
      group,
      deliveryMicros,
    } = event
    return {
      atMicros,
      type,
      typeNumber,
      pair: this.#numberOf(event.pair),
      mx,
      phase,
      response,
      local,
      bounceClass,
      fblType,
      group,
      deliveryMicros,
    }
  }

  #numberOf(own: number): number {
    if (own >= this.#numbers.length) this.#numbers = grown(this.#numbers, Int32Array, own + 1)
    const known = this.#numbers[own] as number
    if (known > 0) return known - 1
    const { binding, domain } = this.#names.nameOnce(own)
    const number = this.#options.pairs.of(binding, domain)
    this.#numbers[own] = number + 1
    return number
  }
}

class OpenBytes {
  readonly #ofFeeds = new Map<Feed, number>()
  #sum = 0

  /** @throws OpenBytesFault */
  note(feed: Feed, bytes: number): void {
    this.#sum += bytes - (this.#ofFeeds.get(feed) ?? 0)
    if (bytes === 0) this.#ofFeeds.delete(feed)
    else this.#ofFeeds.set(feed, bytes)
    if (this.#sum > MAX_OPEN_BYTES && bytes > FREE_OPEN_BYTES) throw new OpenBytesFault()
  }

  forget(feed: Feed): void {
    this.note(feed, 0)
  }
}

export class Feed {
  readonly #feed: LiveFeed
  #events: JournalEvent[] = []
  #bad: BadLine[] = []
  #badCount = 0

  readonly #open: OpenBytes | null

  /** @param open what it shares with others; null for one that may keep what it likes */
  constructor(
    options: LiveOptions,
    copy: (event: TrafficEvent) => JournalEvent | null,
    open: OpenBytes | null,
  ) {
    this.#open = open
    this.#feed = new LiveFeed(options, {
      event: (event) => {
        const copied = copy(event)
        if (copied !== null) this.#events.push(copied)
      },
      // The daemon's own clock goes on.
      clock: () => {},
      bad: (line) => {
        if (this.#badCount++ < MAX_BAD) this.#bad.push(line)
      },
    })
  }

  /** Bytes that were given and belong to a line, or to a record over lines, whose end is not there yet. */
  get openBytes(): number {
    return this.#feed.openBytes
  }

  /** Of these, those of the line. */
  get openLineBytes(): number {
    return this.#feed.openLineBytes
  }

  get format(): FormatName | null {
    return this.#feed.format
  }

  /** Much has come, and no line of it was of a known format. */
  get isUntold(): boolean {
    return this.#feed.isUntold
  }

  get counts(): Counts | null {
    return this.#feed.counts
  }

  /** Takes bytes, at once. */
  take(bytes: Buffer): Taken {
    this.#feed.feed(bytes)
    while (this.#feed.more());
    return this.#taken()
  }

  /** Takes no more, however it ended. */
  close(): void {
    this.#open?.forget(this)
  }

  /** The same, with turns of the event loop before and between. @throws OpenBytesFault */
  async takeInTurns(bytes: Buffer): Promise<Taken> {
    for (let at = 0; at < bytes.length; ) {
      await turn()
      const end = this.#pieceEnd(bytes, at)
      this.#feed.feed(bytes.subarray(at, end))
      while (this.#feed.more()) await turn()
      this.#open?.note(this, this.openBytes)
      at = end
    }
    return this.#taken()
  }

  /** The same, each line by itself. */
  async takeLines(bytes: Buffer): Promise<readonly Step[]> {
    const steps: Step[] = []
    let turnAt = 0
    for (let at = 0; at < bytes.length; ) {
      if (at >= turnAt) {
        await turn()
        turnAt = at + TURN_BYTES
      }
      const end = bytes.indexOf(LF, at) + 1 || bytes.length
      this.#feed.feed(bytes.subarray(at, end))
      while (this.#feed.more()) await turn()
      at = end
      steps.push({ ...this.#taken(), unused: bytes.length - end + this.openBytes })
    }
    return steps
  }

  /** What comes is of another file of the same log. */
  rotated(): Taken {
    this.#feed.rotated()
    return this.#taken()
  }

  /** Nothing more comes. */
  async end(): Promise<Taken> {
    // A line that lacks its end may hold many records.
    if (this.openLineBytes > 0) this.#feed.feed(LINE_END)
    while (this.#feed.more()) await turn()
    this.#feed.end()
    return this.#taken()
  }

  /** A long line is taken by itself, so that what stands on it can be told in turns. */
  #pieceEnd(bytes: Buffer, at: number): number {
    const end = Math.min(at + TURN_BYTES, bytes.length)
    const lineEnd = this.openLineBytes > TURN_BYTES ? bytes.indexOf(LF, at) + 1 : 0
    return lineEnd === 0 ? end : Math.min(end, lineEnd)
  }

  #taken(): Taken {
    const taken = { events: this.#events, bad: this.#bad, badCount: this.#badCount }
    this.#events = []
    this.#bad = []
    this.#badCount = 0
    return taken
  }
}
