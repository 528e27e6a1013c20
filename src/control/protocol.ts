/**
 * What is said over the control socket: one JSON object a line in both
 * directions, each at most 1 MiB. Bytes to messages and messages to lines, the
 * same for both ends; keeps out sockets, and what a command means.
 *
 * Asked:    {"id":1,"do":"hello","version":1}
 *           {"id":2,"do":"command","line":"adaptive suspensions"}
 *           {"id":3,"do":"complete","line":"adaptive sus"}
 * Answered: {"id":1,"version":1,"program":"adaptive","programVersion":"0.1.0","pid":7,"nowMicros":1790000000000000}
 *           {"id":2,"ok":true,"text":"…"}, in several pieces when it is long: all but the last have "more":true
 *           {"id":3,"candidates":["suspensions"]}
 *           {"id":2,"error":{"code":"E_CONTROL_…","message":"…","hint":"…"}}; id null: it is about no request,
 *           and the connection ends with it
 */
import { ControlFault, controlCode } from "./fault.js"

export const PROTOCOL_VERSION = 1
/** Of a line, without its end. */
export const MAX_LINE_BYTES = 1 << 20
/** Of the text of one answer, in UTF-16 units: more than a table of half a million suspensions. */
export const MAX_TEXT_LENGTH = 64 << 20
/** A unit takes six bytes at most ("\u001b"), so a piece always fits a line. */
const PIECE_LENGTH = 128 << 10

const LF = 0x0a

export type Request = { readonly id: number } & (
  | { readonly do: "hello"; readonly version: number }
  | { readonly do: "command" | "complete"; readonly line: string }
)

/** What a daemon says of itself. */
export interface Hello {
  readonly version: number
  readonly program: string
  readonly programVersion: string
  readonly pid: number
  /** The time that its state has reached. */
  readonly nowMicros: number
}

/** What a command answers. */
export interface CommandReply {
  /** False for a command that was refused. */
  readonly ok: boolean
  readonly text: string
}

export type Reply =
  | ({ readonly kind: "text"; readonly id: number; readonly more: boolean } & CommandReply)
  | { readonly kind: "candidates"; readonly id: number; readonly candidates: readonly string[] }
  | { readonly kind: "hello"; readonly id: number; readonly hello: Hello }
  | { readonly kind: "error"; readonly id: number; readonly fault: ControlFault }
  /** An error that is about no request: the connection ends with it. */
  | { readonly kind: "end"; readonly fault: ControlFault }

/** What a piece of bytes completes. */
export interface Decoded {
  readonly values: readonly unknown[]
  /** What stood behind these values and is no message: nothing is read after it. */
  readonly fault: ControlFault | null
}

/** Bytes in pieces of any size to JSON values. Holds one line at most. */
export class MessageDecoder {
  readonly #text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
  /** The beginning of a line whose end is not here yet: one buffer, because pieces may be single bytes. */
  #carry = Buffer.alloc(0)
  #carriedBytes = 0
  #isOver = false

  feed(piece: Uint8Array): Decoded {
    return this.#collect((values) => {
      let start = 0
      for (let end = piece.indexOf(LF); end >= 0; end = piece.indexOf(LF, start)) {
        this.#line(piece.subarray(start, end), values)
        start = end + 1
      }
      this.#keep(piece.subarray(start))
    })
  }

  /** The other side says no more: its last line may lack its end. */
  end(): Decoded {
    const decoded = this.#collect((values) => this.#line(new Uint8Array(0), values))
    this.#isOver = true
    return decoded
  }

  #collect(read: (values: unknown[]) => void): Decoded {
    const values: unknown[] = []
    if (this.#isOver) return { values, fault: null }
    try {
      read(values)
      return { values, fault: null }
    } catch (error) {
      if (!(error instanceof ControlFault)) throw error
      this.#isOver = true
      this.#carry = Buffer.alloc(0)
      return { values, fault: error }
    }
  }

  /** @param part the end of a line, which may be all of it */
  #line(part: Uint8Array, values: unknown[]): void {
    let bytes = part
    if (this.#carriedBytes > 0) {
      this.#keep(part)
      bytes = this.#carry.subarray(0, this.#carriedBytes)
      this.#carriedBytes = 0
    }
    checkLength(bytes.length)
    const line = this.#decode(bytes)
    if (line.trim() === "") return
    try {
      values.push(JSON.parse(line))
    } catch {
      throw garbage("a line is not JSON")
    }
  }

  #decode(bytes: Uint8Array): string {
    try {
      return this.#text.decode(bytes)
    } catch {
      throw garbage("a line is not UTF-8")
    }
  }

  #keep(part: Uint8Array): void {
    const bytes = this.#carriedBytes + part.length
    checkLength(bytes)
    if (bytes > this.#carry.length) {
      const larger = Buffer.alloc(Math.min(MAX_LINE_BYTES, Math.max(bytes, 2 * this.#carry.length)))
      larger.set(this.#carry.subarray(0, this.#carriedBytes))
      this.#carry = larger
    }
    this.#carry.set(part, this.#carriedBytes)
    this.#carriedBytes = bytes
  }
}

function checkLength(bytes: number): void {
  if (bytes > MAX_LINE_BYTES) throw garbage(`a line is longer than ${MAX_LINE_BYTES >> 20} MiB`)
}

function garbage(seen: string): ControlFault {
  return new ControlFault(
    "E_CONTROL_GARBAGE",
    `${seen}: nothing more is read of this connection`,
    `write one JSON object a line, e.g. {"id":1,"do":"command","line":"adaptive list"}`,
  )
}

/** A request that cannot be answered. Without an id nothing can be said about the ones behind it either. */
export interface Misasked {
  readonly id: number | null
  readonly fault: ControlFault
}

export function readRequest(value: unknown): Request | Misasked {
  const fields = object(value)
  const id = fields?.id
  if (fields === null || !isId(id))
    return { id: null, fault: garbage("a line is no object with a whole number as its id") }
  const { do: what, line, version } = fields
  if (what === "hello" && typeof version === "number") return { id, do: what, version }
  if ((what === "command" || what === "complete") && typeof line === "string") return { id, do: what, line }
  return { id, fault: misasked(what) }
}

function misasked(what: unknown): ControlFault {
  const lacking = what === "hello" ? "version" : what === "command" || what === "complete" ? "line" : null
  return new ControlFault(
    "E_CONTROL_REQUEST",
    lacking === null ? "there is no such request" : `the request lacks its ${lacking}`,
    lacking === "version"
      ? `write "version":${PROTOCOL_VERSION}`
      : lacking === "line"
        ? 'write "line":"adaptive list", for instance'
        : '"do" is one of "hello", "command", "complete"',
  )
}

/** Null for what is no reply. */
export function readReply(value: unknown): Reply | null {
  const fields = object(value)
  if (fields === null) return null
  const { id, error } = fields
  if (error !== undefined) {
    const told = object(error)
    if (told === null || !(id === null || isId(id))) return null
    const { code, message, hint } = told
    if (typeof code !== "string" || typeof message !== "string" || typeof hint !== "string") return null
    const fault = new ControlFault(controlCode(code), message, hint)
    return id === null ? { kind: "end", fault } : { kind: "error", id, fault }
  }
  if (!isId(id)) return null
  const { ok, text, more, candidates } = fields
  if (typeof ok === "boolean" && typeof text === "string")
    return { kind: "text", id, ok, text, more: more === true }
  if (Array.isArray(candidates))
    return candidates.every((one) => typeof one === "string") ? { kind: "candidates", id, candidates } : null
  const hello = readHello(fields)
  return hello === null ? null : { kind: "hello", id, hello }
}

function readHello(fields: Readonly<Record<string, unknown>>): Hello | null {
  const { version, program, programVersion, pid, nowMicros } = fields
  if (typeof version !== "number" || typeof program !== "string" || typeof programVersion !== "string")
    return null
  return typeof pid === "number" && typeof nowMicros === "number"
    ? { version, program, programVersion, pid, nowMicros }
    : null
}

function object(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** @throws ControlFault E_CONTROL_SIZE */
export function requestLine(request: Request): string {
  const line = JSON.stringify(request)
  const bytes = Buffer.byteLength(line)
  if (bytes <= MAX_LINE_BYTES) return `${line}\n`
  throw new ControlFault(
    "E_CONTROL_SIZE",
    `a command of ${bytes} bytes is more than a daemon takes, which is ${MAX_LINE_BYTES}: it was not sent`,
    "give it in several commands",
  )
}

/** The lines of an answer to a command: one, or several when it is long. */
export function* textLines(id: number, { ok, text }: CommandReply): Generator<string> {
  if (text.length > MAX_TEXT_LENGTH) {
    yield errorLine(id, tooMuch(text.length))
    return
  }
  let start = 0
  for (; text.length - start > PIECE_LENGTH; start += PIECE_LENGTH)
    yield `${JSON.stringify({ id, ok, text: text.slice(start, start + PIECE_LENGTH), more: true })}\n`
  yield `${JSON.stringify({ id, ok, text: text.slice(start) })}\n`
}

function tooMuch(length: number): ControlFault {
  return new ControlFault(
    "E_CONTROL_SIZE",
    `the answer has ${length} characters, and one may have ${MAX_TEXT_LENGTH}: the command was carried out`,
    "ask for less at a time, with --binding or --domain",
  )
}

/** Candidates that do not fit a line are left out, from the last on. */
export function candidatesLine(id: number, candidates: readonly string[]): string {
  const line = `${JSON.stringify({ id, candidates })}\n`
  if (Buffer.byteLength(line) <= MAX_LINE_BYTES) return line
  return candidatesLine(id, candidates.slice(0, candidates.length >> 1))
}

export function helloLine(id: number, hello: Hello): string {
  return `${JSON.stringify({ id, ...hello })}\n`
}

export function errorLine(id: number | null, { code, message, hint }: ControlFault): string {
  return `${JSON.stringify({ id, error: { code, message, hint } })}\n`
}
