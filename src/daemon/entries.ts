/**
 * What a journal's record says, entry by entry: events with the names of their
 * pairs, the passing of time, and notes of other kinds as JSON. Compact, because
 * every event is written; complete, because the engine is given nothing else when
 * a state is made up again. Names of pairs are told once in a segment.
 */
import { deserialize, serialize } from "node:v8"
import type { TrafficEvent } from "../ingest/traffic.js"
import { EVENT_TYPES, NOT_TOLD, PHASES, type Phase } from "../model/event.js"
import { grown, type PairTable } from "../model/pair-table.js"
import type { GivenConfiguration } from "../reload/conf-files.js"

/** An event as the engine has to take it; the pair is a number of the table that goes with it. */
export type JournalEvent = Omit<TrafficEvent, "lineNumber" | "file" | "line">

/** What an entry is that is no event. */
export type NoteKind =
  /** A command of an operator, and when it was given. */
  | "command"
  /** How far a source was read. */
  | "position"
  /** Which rules serve from here on. */
  | "rules"
  /** Up to which decision all that wanted to know of it have been told. */
  | "told"
  /** Which configuration is in force from here on, packed. */
  | "configuration"
const NOTE_KINDS: readonly NoteKind[] = ["command", "position", "rules", "told", "configuration"]

export interface EntryTaker {
  event(event: JournalEvent): void
  clock(atMicros: number): void
  note(kind: NoteKind, data: unknown): void
}

const PAIR = 0
const EVENT = 1
const CLOCK = 2
const NOTE = 3

const TYPE_BITS = 0x07
const LOCAL = 0x08
const HAS_TEXT = 0x10
const HAS_TIME = 0x20
const HAS_GROUP = 0x40
/** In place of the length of a text that is not there. */
const ABSENT = 0xffffffff
const FIRST_BYTES = 1 << 16

export class EntryWriter {
  readonly #pairs: PairTable
  /** By the table's number: the number in this segment, from 1. */
  #numbers = new Int32Array(1024)
  #known = 0
  readonly #allocate: (bytes: number) => Buffer
  #bytes: Buffer
  #length = 0

  /** @param allocate makes room for entries, which then stand in that memory */
  constructor(pairs: PairTable, allocate: (bytes: number) => Buffer = Buffer.allocUnsafe) {
    this.#pairs = pairs
    this.#allocate = allocate
    this.#bytes = allocate(FIRST_BYTES)
  }

  /**
   * Tells of pairs by their number, in the table's order: whoever makes the table anew numbers them the same way,
   * and pairs of one sweep are decided on by number.
   */
  pairs(from: number, to: number): void {
    for (let pair = from; pair < to; pair++) this.#numberOf(pair)
  }

  /** Bytes of entries that were not taken yet. */
  get length(): number {
    return this.#length
  }

  /** A segment begins: what was told in another one is not known in it. */
  begin(): void {
    this.#numbers.fill(0)
    this.#known = 0
  }

  event(event: Readonly<JournalEvent>): void {
    const { atMicros, typeNumber, mx, phase, response, local, bounceClass, fblType, group, deliveryMicros } =
      event
    const number = this.#numberOf(event.pair)
    const hasText =
      response !== "" || mx !== null || phase !== null || bounceClass !== null || fblType !== null
    const hasTime = deliveryMicros !== NOT_TOLD
    this.#room(64)
    this.#bytes[this.#length++] = EVENT
    this.#bytes[this.#length++] =
      typeNumber |
      (local ? LOCAL : 0) |
      (hasText ? HAS_TEXT : 0) |
      (hasTime ? HAS_TIME : 0) |
      (group === null ? 0 : HAS_GROUP)
    this.#double(atMicros)
    this.#word(number)
    if (hasTime) this.#double(deliveryMicros)
    if (group !== null) this.#text(group)
    if (!hasText) return
    this.#room(1)
    this.#bytes[this.#length++] = phase === null ? 0 : PHASES.indexOf(phase as Phase) + 1
    this.#text(response)
    this.#text(mx)
    this.#text(bounceClass)
    this.#text(fblType)
  }

  clock(atMicros: number): void {
    this.#room(16)
    this.#bytes[this.#length++] = CLOCK
    this.#double(atMicros)
  }

  note(kind: NoteKind, data: unknown): void {
    this.#room(2)
    this.#bytes[this.#length++] = NOTE
    this.#bytes[this.#length++] = NOTE_KINDS.indexOf(kind)
    this.#text(JSON.stringify(data))
  }

  /** The entries since the last call, as one record; null where there are none. */
  take(): Buffer | null {
    if (this.#length === 0) return null
    const record = Buffer.from(this.#bytes.subarray(0, this.#length))
    this.#length = 0
    return record
  }

  /** The same where they stand; what comes stands elsewhere. */
  handOver(): Buffer | null {
    if (this.#length === 0) return null
    const record = this.#bytes.subarray(0, this.#length)
    this.#bytes = this.#allocate(FIRST_BYTES)
    this.#length = 0
    return record
  }

  #numberOf(pair: number): number {
    if (pair >= this.#numbers.length) this.#numbers = grown(this.#numbers, Int32Array, pair + 1)
    const known = this.#numbers[pair] as number
    if (known > 0) return known
    const { binding, domain } = this.#pairs.nameOnce(pair)
    this.#numbers[pair] = ++this.#known
    this.#room(1)
    this.#bytes[this.#length++] = PAIR
    this.#text(binding)
    this.#text(domain)
    return this.#known
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return
    const larger = this.#allocate(Math.max(this.#bytes.length * 2, this.#length + bytes))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }

  #double(value: number): void {
    this.#bytes.writeDoubleLE(value, this.#length)
    this.#length += 8
  }

  #word(value: number): void {
    this.#bytes.writeUInt32LE(value, this.#length)
    this.#length += 4
  }

  #text(text: string | null): void {
    // Three bytes a character are enough for any text.
    this.#room(4 + (text === null ? 0 : text.length * 3))
    if (text === null) {
      this.#word(ABSENT)
      return
    }
    const at = this.#length
    const written = this.#bytes.write(text, at + 4, "utf8")
    this.#word(written)
    this.#length += written
  }
}

/** A command as a note says it. */
export interface CommandNote {
  readonly line: string
  /** Microseconds since 1970; null: at the state's own time. */
  readonly givenMicros: number | null
}

/** @param data of a note; that of a version that noted no time is the line alone */
export function commandOf(data: unknown): CommandNote {
  return typeof data === "string" ? { line: data, givenMicros: null } : (data as CommandNote)
}

/** A configuration as a note says it: its files may hold any bytes. */
export function packed(given: GivenConfiguration): string {
  return serialize(given).toString("base64")
}

export function unpacked(text: string): GivenConfiguration {
  return deserialize(Buffer.from(text, "base64")) as GivenConfiguration
}

/** A record says something that no entry says: it was written by another program, or not written so. */
export class EntryFault extends Error {}

export class EntryReader {
  readonly #pairs: PairTable
  /** By the number in the segment, from 1: the table's. */
  #numbers: number[] = []
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  readonly #event: JournalEvent = {
    atMicros: 0,
    type: "reception",
    typeNumber: 0,
    pair: 0,
    mx: null,
    phase: null,
    response: "",
    local: false,
    bounceClass: null,
    fblType: null,
    group: null,
    deliveryMicros: NOT_TOLD,
  }

  constructor(pairs: PairTable) {
    this.#pairs = pairs
  }

  /** A segment begins. */
  begin(): void {
    this.#numbers = []
  }

  /**
   * Hands on the entries of a record, in order. The event is filled anew for each and valid during the call only.
   * @throws EntryFault
   */
  read(record: Buffer, taker: EntryTaker): void {
    this.#bytes = record
    this.#at = 0
    while (this.#at < record.length) {
      const tag = this.#byte()
      switch (tag) {
        case PAIR:
          this.#numbers.push(this.#pairs.of(this.#textThere(), this.#textThere()))
          break
        case EVENT:
          taker.event(this.#readEvent())
          break
        case CLOCK:
          taker.clock(this.#double())
          break
        case NOTE: {
          const kind = NOTE_KINDS[this.#byte()]
          if (kind === undefined) throw new EntryFault("a note of an unknown kind")
          taker.note(kind, JSON.parse(this.#textThere()))
          break
        }
        default:
          throw new EntryFault(`an entry of kind ${tag}`)
      }
    }
  }

  #readEvent(): JournalEvent {
    const event = this.#event
    const flags = this.#byte()
    const type = EVENT_TYPES[flags & TYPE_BITS]
    if (type === undefined) throw new EntryFault("an event of an unknown type")
    event.type = type
    event.typeNumber = flags & TYPE_BITS
    event.local = (flags & LOCAL) !== 0
    event.atMicros = this.#double()
    const pair = this.#numbers[this.#word() - 1]
    if (pair === undefined) throw new EntryFault("a pair that was never named")
    event.pair = pair
    event.deliveryMicros = (flags & HAS_TIME) === 0 ? NOT_TOLD : this.#double()
    event.group = (flags & HAS_GROUP) === 0 ? null : this.#textThere()
    const hasText = (flags & HAS_TEXT) !== 0
    const phase = hasText ? this.#byte() : 0
    event.phase = phase === 0 ? null : (PHASES[phase - 1] ?? null)
    event.response = hasText ? this.#textThere() : ""
    event.mx = hasText ? this.#text() : null
    event.bounceClass = hasText ? this.#text() : null
    event.fblType = hasText ? this.#text() : null
    return event
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new EntryFault("the record ends within an entry")
    return byte
  }

  #word(): number {
    this.#expect(4)
    this.#at += 4
    return this.#bytes.readUInt32LE(this.#at - 4)
  }

  #double(): number {
    this.#expect(8)
    this.#at += 8
    return this.#bytes.readDoubleLE(this.#at - 8)
  }

  #text(): string | null {
    const length = this.#word()
    if (length === ABSENT) return null
    this.#expect(length)
    this.#at += length
    return this.#bytes.toString("utf8", this.#at - length, this.#at)
  }

  #textThere(): string {
    const text = this.#text()
    if (text === null) throw new EntryFault("a text is missing")
    return text
  }

  #expect(bytes: number): void {
    if (this.#at + bytes > this.#bytes.length) throw new EntryFault("the record ends within an entry")
  }
}
