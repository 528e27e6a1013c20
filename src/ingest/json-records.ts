/**
 * JSON values out of lines: one a line, an array of them on a line, or values
 * printed over many lines. A value that is never completed is given up when a
 * line stands for itself again, so that one damaged record costs no other.
 * Knows nothing of what the values mean.
 */
import { isPlausible } from "../model/event.js"
import { implausible, type Reader, type ReaderOptions, type RecordSink } from "./reader.js"
import { decodeText } from "./text.js"

/** Characters of a record; more is none. */
const MAX_RECORD = 2 << 20
/** What each of its lines costs besides. */
const LINE_COST = 16
/** A line that is longer is taken apart record by record, so that it never stands in memory as objects all at once. */
const MAX_WHOLE = 4096

export interface JsonTaker {
  /** One record: an object, or whatever else stood where one was expected. */
  value(value: unknown): void
  skip(kind: string): void
  bad(reason: string, column?: number, linesBack?: number): void
}

/** Where a line is taken apart. */
interface Cut {
  readonly text: string
  at: number
  /** A value has ended, on this line or with its beginning. */
  isBehindValue: boolean
  /** An array was opened on this line. */
  isBehindBracket: boolean
}

export class JsonRecords implements Reader {
  readonly #taker: JsonTaker
  readonly #atOnce: number
  #pending: string[] = []
  #pendingLength = 0
  /** Blanks before what is pending, and before its second line; -1 while there is none. */
  #indent = 0
  #innerIndent = -1
  /** Open brackets at the end of what is pending. */
  #depth = 0
  /** An array whose elements are records is open around them. */
  #inArray = false
  /** A line of which more is to be told. */
  #rest: Cut | null = null
  /** Bytes of the line that is read, and of the lines of what is pending. */
  #size = 0
  #openBytes = 0

  constructor(taker: JsonTaker, { recordsAtOnce = Number.POSITIVE_INFINITY }: ReaderOptions = {}) {
    this.#taker = taker
    this.#atOnce = recordsAtOnce
  }

  line(bytes: Buffer, start: number, end: number, size: number): void {
    while (this.more());
    this.#size = size
    const text = decodeText(bytes, start, end)
    if (this.#pending.length === 0) this.#begin(text)
    else if (this.#standsAlone(text)) {
      this.#giveUp(this.#pending.length)
      this.#begin(text)
    } else this.#add(text)
  }

  aside(size: number): void {
    if (this.#pending.length > 0) this.#openBytes += size
  }

  more(): boolean {
    const cut = this.#rest
    this.#rest = null
    if (cut !== null) this.#cut(cut)
    return this.#rest !== null
  }

  openBytes(): number {
    return this.#pending.length > 0 ? this.#openBytes : 0
  }

  end(): void {
    while (this.more());
    if (this.#pending.length > 0) this.#giveUp(this.#pending.length - 1)
  }

  /** A line where no value is open. */
  #begin(text: string): void {
    const whole = text.length > MAX_WHOLE ? undefined : parsed(text)
    if (whole !== undefined) this.#tell(whole)
    else if (text.trim() === "") this.#taker.skip("blank")
    else this.#cut({ text, at: 0, isBehindValue: false, isBehindBracket: false })
  }

  /** Takes values off a line, and what stands between values, until its end, until one stays open, or until enough are told. */
  #cut(cut: Cut): void {
    const { text } = cut
    for (let told = 0; ; ) {
      while (cut.at < text.length && isBlank(text.charCodeAt(cut.at))) cut.at++
      if (cut.at === text.length) return
      const character = text[cut.at]
      if (character === "{" || (cut.isBehindBracket && !/[\],]/.test(character as string))) {
        if (told++ >= this.#atOnce) {
          this.#rest = cut
          return
        }
        if (!this.#takeValue(cut)) return
        cut.isBehindValue = true
        continue
      }
      if (character === "[") {
        this.#inArray = true
        cut.isBehindBracket = true
        cut.isBehindValue = false
      } else if (character === "]" && this.#inArray) {
        if (cut.isBehindBracket && !cut.isBehindValue) this.#taker.skip("empty-batch")
        this.#inArray = false
        cut.isBehindBracket = false
      } else if (character !== "," || !(this.#inArray || cut.isBehindValue)) {
        this.#tellNoJson(cut)
        return
      }
      cut.at++
    }
  }

  /** Takes one off a line. @returns false where it stays open, or is none: the rest of the line is not read */
  #takeValue(cut: Cut): boolean {
    const { text, at } = cut
    const isObject = text[at] === "{"
    this.#depth = 0
    const end = isObject || text[at] === "[" ? this.#scan(text, at) : scalarEnd(text, at)
    if (end < 0 && isObject) {
      this.#open(text, at)
      return false
    }
    if (isObject) this.#complete(text, at, end, 0)
    else {
      const value = end < 0 || end - at > MAX_RECORD ? undefined : parsed(text.slice(at, end))
      if (value === undefined) {
        this.#tellNoJson(cut)
        return false
      }
      this.#taker.value(value)
    }
    cut.at = end
    return true
  }

  #tellNoJson({ text, at, isBehindValue }: Cut): void {
    const seen = JSON.stringify(text.slice(at, at + 40))
    if (isBehindValue) this.#taker.bad(`what stands behind the record is no JSON: ${seen}`, at + 1)
    else this.#taker.bad(`the line is no JSON: it begins with ${seen}`, at + 1)
  }

  #open(text: string, at: number): void {
    this.#pending = [text.slice(at)]
    this.#pendingLength = text.length - at + LINE_COST
    this.#indent = indentOf(text)
    this.#innerIndent = -1
    // What stands before it on the line has been told.
    this.#openBytes = Math.max(0, this.#size - Buffer.byteLength(text.slice(0, at)))
    if (this.#pendingLength > MAX_RECORD) this.#giveUp(0)
  }

  #add(text: string): void {
    const end = this.#scan(text, 0)
    if (this.#innerIndent < 0) this.#innerIndent = indentOf(text)
    const linesBack = this.#pending.length
    this.#pending.push(end < 0 ? text : text.slice(0, end))
    this.#pendingLength += text.length + LINE_COST
    this.#openBytes += this.#size
    if (end >= 0) {
      const whole = this.#pending.join("\n")
      this.#pending = []
      this.#complete(whole, 0, whole.length, linesBack)
      this.#cut({ text, at: end, isBehindValue: true, isBehindBracket: false })
    } else if (this.#pendingLength > MAX_RECORD) this.#giveUp(linesBack)
  }

  /** Follows brackets and strings from a place on: where the open value ends, or -1. */
  #scan(text: string, from: number): number {
    let inString = false
    for (let i = from; i < text.length; i++) {
      const character = text.charCodeAt(i)
      if (inString) {
        if (character === BACKSLASH) i++
        else if (character === QUOTE) inString = false
      } else if (character === QUOTE) inString = true
      else if (character === OPEN_BRACE || character === OPEN_BRACKET) this.#depth++
      else if (character === CLOSE_BRACE || character === CLOSE_BRACKET) {
        this.#depth--
        if (this.#depth === 0) return i + 1
      }
    }
    // A line's end inside a string is no JSON: whoever wrote it was cut off, and nothing is kept of that.
    return -1
  }

  #complete(text: string, from: number, to: number, linesBack: number): void {
    if (to - from > MAX_RECORD) {
      this.#taker.bad(`the record is ${to - from} characters long, more than any event`, undefined, linesBack)
      return
    }
    const value = parsed(text.slice(from, to))
    if (value === undefined) this.#taker.bad("the record is no JSON", undefined, linesBack)
    else this.#tell(value)
  }

  #giveUp(linesBack: number): void {
    this.#pending = []
    this.#taker.bad("the JSON record that begins here is never completed", 1, linesBack)
  }

  /** Does a line begin a record of its own while another is open? */
  #standsAlone(text: string): boolean {
    if (!/^\s*[{[]/.test(text)) return false
    const indent = indentOf(text)
    // What is printed with indentation holds nothing that begins as far left as itself.
    if (this.#innerIndent > this.#indent && indent <= this.#indent) return true
    if (indent > 0) return false
    const value = text.trimEnd().replace(/,$/, "")
    // A look at the end is cheaper than a parser that fails.
    return /[}\]]$/.test(value.slice(-1)) && parsed(value) !== undefined
  }

  #tell(value: unknown): void {
    if (!Array.isArray(value)) this.#taker.value(value)
    else if (value.length === 0) this.#taker.skip("empty-batch")
    else for (const element of value) this.#taker.value(element)
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

/** Where a text, a number or a word ends that begins at a place, or -1. */
function scalarEnd(text: string, at: number): number {
  // Not by an expression: a text of millions of characters is more than one may go back over.
  if (text.charCodeAt(at) === QUOTE) {
    for (let i = at + 1; i < text.length; i++) {
      const character = text.charCodeAt(i)
      if (character === BACKSLASH) i++
      else if (character === QUOTE) return i + 1
    }
    return -1
  }
  let end = at
  while (end < text.length && !isBlank(text.charCodeAt(end)) && !/[,\]}]/.test(text[end] as string)) end++
  return end > at ? end : -1
}

/** Blanks between JSON's values, and the mark that some put before a file. */
function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a || code === 0xfeff
}

function indentOf(text: string): number {
  let at = 0
  while (at < text.length && isBlank(text.charCodeAt(at))) at++
  return at
}

/** An escape that may be half of a pair: alone it is no text, and would be another one when it has been written down. */
const HALF = /\\u[dD][89a-fA-F]/

function parsed(text: string): unknown {
  try {
    return HALF.test(text) ? JSON.parse(text, wellFormed) : JSON.parse(text)
  } catch {
    return undefined
  }
}

function wellFormed(_: string, value: unknown): unknown {
  return typeof value === "string" ? value.toWellFormed() : value
}

/** An object, or null for anything else. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null
}

/** A text, also when it was written as a number; null when absent, empty or of another type. */
export function asText(value: unknown): string | null {
  if (typeof value === "string") return value === "" ? null : value
  return typeof value === "number" ? String(value) : null
}

/** Decimal: JavaScript would also read hexadecimal numbers and blanks. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/

/** A number, also when it was written as a text; null for anything else. */
export function asNumber(value: unknown): number | null {
  const number = typeof value === "string" && NUMBER.test(value) ? Number(value) : value
  return typeof number === "number" && Number.isFinite(number) ? number : null
}

const MAX_SHOWN = 60

/** A value for a message, short. */
export function shown(value: unknown): string {
  let text: string
  try {
    text = JSON.stringify(value) ?? "nothing"
  } catch {
    // Parsing knows no depth that is too deep; writing does.
    text = "a value of too many layers"
  }
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}

/** Seconds since 1970, with a fraction, as microseconds; null, and a bad record, for anything else. */
export function readSeconds(value: unknown, name: string, sink: Pick<RecordSink, "bad">): number | null {
  const seconds = asNumber(value)
  if (seconds === null) {
    sink.bad(`${name} is ${shown(value)}, not a number of seconds since 1970`)
    return null
  }
  const atMicros = Math.round(seconds * 1e6)
  if (isPlausible(atMicros)) return atMicros
  sink.bad(implausible(shown(value)))
  return null
}

const MAX_KINDS = 64
const KIND = /^[A-Za-z][\w-]{0,39}$/

/** Kinds for counts out of words that records hold: short, and only so many, whatever the records hold. */
export function makeKinds(): (word: string) => string {
  const known = new Set<string>()
  return (word) => {
    if (known.has(word)) return word
    if (known.size >= MAX_KINDS || !KIND.test(word)) return "other-type"
    known.add(word)
    return word
  }
}
