/**
 * What Momentum's log files have in common: fields between `@`, a time of 10 or
 * 16 digits, connection stages. Works on bytes, because most lines never become
 * a text. Source: traffic-formats.md sections 1 and 6.
 */
import type { Phase } from "../model/event.js"
import { isPlausible, NOT_TOLD } from "../model/event.js"
import { implausible, type RecordSink } from "./reader.js"
import { decodeText } from "./text.js"

const AT = 0x40
const QUOTE = 0x22
const QUOTE_AT = Buffer.from('"@')
const FOUR_ATS = 0x40404040
const NOT_ASCII = 0x80808080 | 0
const ZERO = 0x30
const DOT = 0x2e
export const HASH = 0x23

/** Where the fields of a line begin and end; reused from line to line. */
export class Fields {
  /** `ends[i]` is the `@` behind field i, or the end of the line. */
  readonly ends = new Int32Array(MAX_FIELDS)
  bytes: Buffer = Buffer.alloc(0)
  #view: DataView = new DataView(new ArrayBuffer(0))
  lineStart = 0
  count = 0

  /**
   * Splits at every `@`, or at the first `most - 1` of them: the last field may hold more.
   * Looks at four bytes at once, since most hold no `@`: a word has a zero byte where it has one.
   */
  split(bytes: Buffer, start: number, end: number, most: number): void {
    const { ends } = this
    if (bytes !== this.bytes) {
      this.bytes = bytes
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    }
    const view = this.#view
    const last = Math.min(most, MAX_FIELDS) - 1
    let count = 0
    let i = start
    const wordEnd = end - 3
    while (i < wordEnd && count < last) {
      const word = view.getInt32(i, true) ^ FOUR_ATS
      const zero = (word - 0x01010101) & ~word & 0x80808080
      if (zero === 0) {
        i += 4
        continue
      }
      // Only the lowest mark is certain: the next look begins behind it.
      i += (31 - Math.clz32(zero & -zero)) >> 3
      ends[count++] = i++
    }
    for (; i < end && count < last; i++) if (bytes[i] === AT) ends[count++] = i
    ends[count++] = end
    this.lineStart = start
    this.count = count
  }

  /**
   * The same for records that name addresses: a quoted local part may hold `@`, and ends with a quote
   * before one. Source: traffic-formats.md section 1, the `@` rule.
   */
  splitQuoted(bytes: Buffer, start: number, end: number, most: number): void {
    this.split(bytes, start, end, most)
    // Nearly no line has one.
    const line = bytes.subarray(start, end)
    if (!line.includes(QUOTE)) return
    const { ends } = this
    let count = 0
    for (let i = 0; i <= line.length && count < most - 1; i++) {
      if (line[i] === QUOTE) {
        const close = line.indexOf(QUOTE_AT, i + 1)
        if (close >= 0) i = close + 1
      }
      i = line.indexOf(AT, i)
      if (i < 0) break
      ends[count++] = start + i
    }
    ends[count++] = end
    this.count = count
  }

  start(field: number): number {
    return field === 0 ? this.lineStart : (this.ends[field - 1] as number) + 1
  }

  end(field: number): number {
    return this.ends[field] as number
  }

  /** Counted from 1, for messages. */
  column(field: number): number {
    return this.start(field) - this.lineStart + 1
  }

  latin1(field: number): string {
    return this.bytes.toString("latin1", this.start(field), this.end(field))
  }

  /** A field as text: nearly always ASCII, which four bytes at a time tell. */
  text(field: number): string {
    const view = this.#view
    const start = this.start(field)
    const end = this.end(field)
    let marks = 0
    let i = start
    for (; i + 4 <= end; i += 4) marks |= view.getInt32(i, true)
    for (; i < end; i++) marks |= this.bytes[i] as number
    return (marks & NOT_ASCII) === 0
      ? this.bytes.toString("latin1", start, end)
      : decodeText(this.bytes, start, end)
  }

  /** The only byte of a field; -1 for a longer or an empty one. */
  letter(field: number): number {
    const start = this.start(field)
    return this.end(field) === start + 1 ? (this.bytes[start] as number) : -1
  }

  /** A small number without sign, or -1. */
  number(field: number): number {
    const start = this.start(field)
    const end = this.end(field)
    if (end === start || end - start > 9) return -1
    let value = 0
    for (let i = start; i < end; i++) {
      const digit = (this.bytes[i] as number) - ZERO
      if (digit < 0 || digit > 9) return -1
      value = value * 10 + digit
    }
    return value
  }

  /** Seconds, perhaps with a fraction, as whole microseconds; NOT_TOLD for anything else. */
  micros(field: number): number {
    const start = this.start(field)
    const end = this.end(field)
    const { bytes } = this
    let micros = 0
    let digits = 0
    /** Digits behind the point; -1 in front of it. */
    let places = -1
    for (let i = start; i < end; i++) {
      const byte = bytes[i] as number
      if (byte === DOT && places < 0) {
        places = 0
        continue
      }
      const digit = byte - ZERO
      if (digit < 0 || digit > 9) return NOT_TOLD
      digits++
      if (places >= 0) places++
      if (places <= 6) micros = micros * 10 + digit
      else if (places === 7 && digit >= 5) micros++
    }
    const wholeDigits = digits - Math.max(places, 0)
    if (digits === 0 || wholeDigits > 9) return NOT_TOLD
    for (let i = Math.max(places, 0); i < 6; i++) micros *= 10
    return micros
  }

  startsWith(field: number, byte: number): boolean {
    const start = this.start(field)
    return this.end(field) > start && this.bytes[start] === byte
  }

  equals(field: number, text: string): boolean {
    const start = this.start(field)
    if (this.end(field) - start !== text.length) return false
    for (let i = 0; i < text.length; i++) if (this.bytes[start + i] !== text.charCodeAt(i)) return false
    return true
  }
}

/** More than any record has: an attacker's line of `@`s is cut, not stored. */
export const MAX_FIELDS = 64

/**
 * The time at the start of a line in microseconds; -1, and a bad line, when there is none.
 * @param end where the digits must end
 */
export function readLogTime(bytes: Buffer, start: number, end: number, sink: RecordSink): number {
  const length = end - start
  const high = length === 10 || length === 16 ? eightDigits(bytes, start) : -1
  const low = length === 16 ? eightDigits(bytes, start + 8) : twoDigits(bytes, start + 8)
  if (high < 0 || low < 0) {
    const seen = quoted(bytes, start, end)
    sink.bad(`time ${seen} is neither 10 digits (seconds) nor 16 (microseconds)`, 1)
    return -1
  }
  const atMicros = length === 16 ? high * 1e8 + low : (high * 100 + low) * 1e6
  if (!isPlausible(atMicros)) {
    sink.bad(implausible(quoted(bytes, start, end)), 1)
    return -1
  }
  return atMicros
}

/** Small numbers are far cheaper than large ones; a byte that is no digit makes the result negative. */
function eightDigits(bytes: Buffer, at: number): number {
  let value = 0
  let wrong = 0
  for (let i = at; i < at + 8; i++) {
    const digit = (bytes[i] as number) - ZERO
    wrong |= digit | (9 - digit)
    value = value * 10 + digit
  }
  return wrong < 0 ? -1 : value
}

function twoDigits(bytes: Buffer, at: number): number {
  const tens = (bytes[at] as number) - ZERO
  const ones = (bytes[at + 1] as number) - ZERO
  return (tens | ones | (9 - tens) | (9 - ones)) < 0 ? -1 : tens * 10 + ones
}

const MAX_QUOTED = 40

/** A piece of a line, for a message: short, on one line. */
export function quoted(bytes: Buffer, start: number, end: number): string {
  const cut = Math.min(end, start + MAX_QUOTED)
  return JSON.stringify(bytes.toString("latin1", start, cut) + (cut < end ? "…" : ""))
}

const PHASE_OF_STAGE: readonly (Phase | null)[] = (() => {
  const groups: [Phase, number[]][] = [
    ["connect", [0, 1, 12]],
    ["mailfrom", [2, 3]],
    ["rcptto", [4, 5]],
    ["data", [6, 7, 8, 9]],
    ["ehlo", [10, 11]],
    ["rset", [13, 14]],
    ["starttls", [15, 16, 17, 18]],
    ["xclient", [19, 20]],
  ]
  const phases: (Phase | null)[] = new Array(23).fill(null)
  for (const [phase, stages] of groups) for (const stage of stages) phases[stage] = phase
  return phases
})()

/** The phase of a connection stage; null for out-of-band, unknown and other numbers. */
export function phaseOfStage(stage: number): Phase | null {
  return PHASE_OF_STAGE[stage] ?? null
}

/** Bounces that came later as a message of their own. */
export const OUT_OF_BAND_STAGE = 21

/** A heartbeat line: `TS@@@@M`, in older versions `M1`. */
export function isHeartbeat(fields: Fields): boolean {
  return fields.count === 5 && (fields.equals(4, "M") || fields.equals(4, "M1"))
}
