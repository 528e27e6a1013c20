/**
 * Bytes of a source to events for the ledger. All sources share a table of names
 * that is not the state's own: lines that are no events for the engine make no
 * pair known to the state. What is read ahead is known before its turn; the ledger
 * sees to it that the journal names it then too.
 */
import { setImmediate as turn } from "node:timers/promises"
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

/** What some bytes held. */
export interface Taken {
  readonly events: readonly JournalEvent[]
  /** Lines that are no events, and why. */
  readonly bad: readonly BadLine[]
}

export class Intake {
  readonly #options: IntakeOptions
  readonly #names = new PairTable()
  /** By a name's number here: its number there, from 1. */
  #numbers = new Int32Array(1024)

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  /** A source that begins. @param name for messages */
  feed(
    name: string,
    format: FormatName | null,
    more: Pick<LiveOptions, "skipsCopies" | "year" | "lateSec" | "behindSec"> = {},
  ): Feed {
    const { nowMicros, utcOffsetMinutes } = this.#options
    return new Feed(
      { ...more, name, format, pairs: this.#names, audits: true, nowMicros, utcOffsetMinutes },
      (event) => this.#copy(event),
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

export class Feed {
  readonly #feed: LiveFeed
  #events: JournalEvent[] = []
  #bad: BadLine[] = []

  constructor(options: LiveOptions, copy: (event: TrafficEvent) => JournalEvent | null) {
    this.#feed = new LiveFeed(options, {
      event: (event) => {
        const copied = copy(event)
        if (copied !== null) this.#events.push(copied)
      },
      // The daemon's own clock goes on.
      clock: () => {},
      bad: (line) => void this.#bad.push(line),
    })
  }

  /** Bytes that were given and belong to a line whose end is not there yet. */
  get openBytes(): number {
    return this.#feed.openBytes
  }

  get format(): FormatName | null {
    return this.#feed.format
  }

  get counts(): Counts | null {
    return this.#feed.counts
  }

  take(bytes: Buffer): Taken {
    this.#feed.feed(bytes)
    return this.#taken()
  }

  /** What comes is of another file of the same log. */
  rotated(): Taken {
    this.#feed.rotated()
    return this.#taken()
  }

  /** Nothing more comes. */
  end(): Taken {
    this.#feed.end()
    return this.#taken()
  }

  #taken(): Taken {
    const taken = { events: this.#events, bad: this.#bad }
    this.#events = []
    this.#bad = []
    return taken
  }
}

/** Little enough that whoever asks something meanwhile does not wait. */
const TURN_BYTES = 1 << 11

/** Bytes to events as `take` does it, with turns of the event loop before and between. */
export async function inTurns(feed: Feed, bytes: Buffer): Promise<Taken> {
  const events: JournalEvent[] = []
  const bad: BadLine[] = []
  for (let at = 0; at < bytes.length; at += TURN_BYTES) {
    await turn()
    const taken = feed.take(bytes.subarray(at, at + TURN_BYTES))
    events.push(...taken.events)
    bad.push(...taken.bad)
  }
  return { events, bad }
}
