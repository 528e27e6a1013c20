/**
 * JSON values out of lines: one a line, an array of them on a line, or values
 * printed over many lines. A value that is never completed is given up when a
 * line stands for itself again, so that one damaged record costs no other.
 * Knows nothing of what the values mean.
 */
import { implausible, isPlausible, type RecordSink } from "./reader.js"
import { decodeText } from "./text.js"

/** Bytes of a value that is printed over lines; more is no record. */
const MAX_PENDING = 16 << 20

export interface JsonTaker {
  /** One record: an object, or whatever else stood where one was expected. */
  value(value: unknown): void
  bad(reason: string, column?: number, linesBack?: number): void
}

export class JsonRecords {
  readonly #taker: JsonTaker
  #pending: string[] = []
  #pendingLength = 0
  /** Open brackets at the end of what is pending, and whether it ends inside a string. */
  #depth = 0
  #inString = false
  /** An array whose elements are records is open around them. */
  #inArray = false

  constructor(taker: JsonTaker) {
    this.#taker = taker
  }

  line(bytes: Buffer, start: number, end: number): void {
    const text = decodeText(bytes, start, end)
    if (this.#pending.length === 0) this.#begin(text)
    else if (/^[{[]/.test(text) && this.#isWhole(text)) {
      this.#giveUp(this.#pending.length)
      this.#begin(text)
    } else this.#add(text)
  }

  end(): void {
    if (this.#pending.length > 0) this.#giveUp(this.#pending.length - 1)
  }

  /** A line where no value is open. */
  #begin(text: string): void {
    const whole = parsed(text)
    if (whole !== undefined) {
      this.#tell(whole)
      return
    }
    // Inside an array that is printed over lines: commas between its elements, its end.
    let rest = text.trim()
    if (rest.startsWith("[")) {
      this.#inArray = true
      rest = rest.slice(1).trim()
    } else if (this.#inArray && rest.startsWith(",")) rest = rest.slice(1).trim()
    if (this.#inArray && rest.endsWith("]")) {
      const inner = rest.slice(0, -1).trim().replace(/,$/, "")
      if (inner === "" || parsed(inner) !== undefined) {
        this.#inArray = false
        rest = inner
      }
    }
    const element = rest.replace(/,$/, "")
    if (element === "") return
    const value = parsed(element)
    if (value !== undefined) this.#tell(value)
    else if (element.startsWith("{") || element.startsWith("[")) this.#add(rest)
    else this.#taker.bad(`the line is no JSON: it begins with ${JSON.stringify(text.slice(0, 40))}`, 1)
  }

  #add(text: string): void {
    this.#pending.push(text)
    this.#pendingLength += text.length + 1
    this.#scan(text)
    if (this.#pendingLength > MAX_PENDING) this.#giveUp(this.#pending.length - 1)
    else if (this.#depth <= 0) this.#complete()
  }

  /** Follows brackets and strings through a line. */
  #scan(text: string): void {
    for (let i = 0; i < text.length; i++) {
      const character = text[i]
      if (this.#inString) {
        if (character === "\\") i++
        else if (character === '"') this.#inString = false
      } else if (character === '"') this.#inString = true
      else if (character === "{" || character === "[") this.#depth++
      else if (character === "}" || character === "]") this.#depth--
    }
    // A line's end inside a string is no JSON: the string was never closed.
    this.#inString = false
  }

  #complete(): void {
    const lines = this.#pending.length
    let text = this.#pending.join("\n").trim()
    // The element's own end may share its line with a comma, or with the end of the array.
    if (this.#depth < 0) {
      if (text.endsWith("]")) text = text.slice(0, -1).trimEnd()
      this.#inArray = false
    }
    this.#drop()
    const value = parsed(text.replace(/,$/, ""))
    if (value === undefined) {
      this.#taker.bad("the record is no JSON", undefined, lines - 1)
    } else this.#tell(value)
  }

  #giveUp(linesBack: number): void {
    this.#drop()
    this.#taker.bad("the JSON record that begins here is never completed", 1, linesBack)
  }

  #drop(): void {
    this.#pending = []
    this.#pendingLength = 0
    this.#depth = 0
    this.#inString = false
  }

  #isWhole(text: string): boolean {
    return parsed(text.trimEnd().replace(/,$/, "")) !== undefined
  }

  #tell(value: unknown): void {
    if (!Array.isArray(value)) this.#taker.value(value)
    else for (const element of value) this.#taker.value(element)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
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

/** A number, also when it was written as a text; null for anything else. */
export function asNumber(value: unknown): number | null {
  if (typeof value === "number") return Number.isFinite(value) ? value : null
  if (typeof value !== "string" || value.trim() === "") return null
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}

const MAX_SHOWN = 60

/** A value for a message, short. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing"
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
