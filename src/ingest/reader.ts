/**
 * What a reader of one traffic format is: it is handed one line after the other
 * and says what each holds. It knows neither files nor compression nor rules.
 */
import type { DeliveryEvent, EventType } from "../model/event.js"
import type { PairTable } from "../model/pair-table.js"

export interface Reader {
  /**
   * One line, `bytes[start, end)`, without its end (LF, or CR LF). The bytes are only valid during the call.
   * Lines are never empty, never hold NUL and never exceed the reader's limit: the caller has dealt with those.
   * @param size bytes of the line with its end
   */
  line(bytes: Buffer, start: number, end: number, size: number): void
  /** A line that the caller has dealt with itself; it may stand amid a record. */
  aside?(size: number): void
  /** Tells more records of a line that has many; false when none are left. */
  more?(): boolean
  /** Bytes of a record whose end is not here yet: whoever begins to read there reads all of it, and nothing twice. */
  openBytes?(): number
  /** There are no more lines: what is still pending is told now. */
  end(): void
}

/**
 * Where a reader tells what it found. Every line leads to at least one call, or
 * is part of a record that spans lines and is told with its last one.
 */
export interface RecordSink {
  event(event: DeliveryEvent): void
  /** Understood, and no event on purpose; `kind` is a short word for the count, e.g. "heartbeat". */
  skip(kind: string): void
  /** A time without an event: it advances the replay's clock and is counted as skipped under `kind`. */
  clock(atMicros: number, kind: string): void
  /**
   * Not understood.
   * @param reason what was seen and what was expected, e.g. `time "12x" is neither 10 nor 16 digits`
   * @param column of the fault, from 1, where one byte is to blame
   * @param linesBack how many lines before the present one the record began
   */
  bad(reason: string, column?: number, linesBack?: number): void
  /** Something about the file as a whole that its reader had to assume. */
  note(note: "no-year"): void
}

/** What an event brings beside time, kind and pair: failures, bounces and feedback reports do, others seldom. */
export interface Reply {
  readonly response: string
  readonly mx: string | null
  readonly phase: string | null
  readonly local: boolean
  bounceClass: string | null
  /** Kind of a feedback report in lower case; null for all other types. */
  readonly fblType: string | null
  /** Group that the record names beside a binding of which none is known yet. */
  readonly group: string | null
  /** What names the same attempt in the other log of a joined pair; null where logs are not joined. */
  readonly joinKey: string | null
  /** Its twin in the other log has been found. */
  joined?: boolean
}

/** Of an event that has nothing to bring but the group of its binding. */
export function groupOnly(group: string): Reply {
  return {
    response: "",
    mx: null,
    phase: null,
    local: false,
    bounceClass: null,
    fblType: null,
    group,
    joinKey: null,
  }
}

/** A sink that takes names as numbers, for the reader whose speed matters and those joined with it. */
export interface PairSink extends RecordSink {
  readonly pairs: PairTable
  /** Another log of the same traffic is read too: failures need a `joinKey`. */
  readonly joins: boolean
  /** Receptions are wanted with their pair and deliveries with their time; looking for them otherwise is wasted. */
  readonly audits: boolean
  /**
   * The same as `event`.
   * @param type a TYPE_NUMBER
   * @param pair of `pairs`; -1 where the event is of no pair that matters
   * @param deliveryMicros how long a delivery took; NOT_TOLD for other events, and where nobody audits
   */
  record(atMicros: number, type: number, pair: number, reply: Reply | null, deliveryMicros: number): void
  /** A bouncelog's copy of a failure: it adds its class to the mainlog's, or stands for it where there is none. */
  copy(atMicros: number, type: EventType, pair: number, reply: Reply): void
}

export interface ReaderOptions {
  /** For stamps without a year: the year of the first line. */
  readonly year?: number
  /** For stamps without a zone: minutes east of UTC, or what tells them for a time, milliseconds since 1970. */
  readonly utcOffsetMinutes?: number | ((atMs: number) => number)
  /** So many records of one line are told at once; `more` tells the others. */
  readonly recordsAtOnce?: number
  /** A log that is read as it grows: stamps without a year are of the year before this time, microseconds since 1970. */
  readonly nearMicros?: () => number
}

export type MakeReader = (sink: PairSink, options: ReaderOptions) => Reader

/** What to say of a time that is not plausible. */
export function implausible(text: string): string {
  return `time ${text} lies before 1970 or after 2099`
}
