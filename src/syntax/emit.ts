/**
 * Writes the token stream as Lua 5.3 text, edits applied. A token of source
 * line N goes to output line N; what the original spread over lines inside one
 * token (a long string) is written on one, and the next token catches up.
 *
 * The output is ASCII. No grammar is known here.
 */
import { type Edits, EPILOGUE, PROLOGUE } from "./edits.js"
import { writeNumeral } from "./numeral.js"
import { T, type TokenStream } from "./tokens.js"

const LINE_FEED = 10
const QUOTE = 34
const MINUS = 45
const DOT = 46
const BACKSLASH = 92

/** Bytes that would run together with a neighbour of the same sort. */
const WORD = new Uint8Array(256)
for (const char of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") {
  WORD[char.charCodeAt(0)] = 1
}

export function emit(tokens: TokenStream, edits: Edits): Uint8Array {
  const out = new Output(tokens.source.length * 2 + 256)
  out.text(PROLOGUE)
  for (let i = 0; i < tokens.count; i++) {
    out.toLine(tokens.line[i] as number)
    if (edits.touched[i]) i = emitEdited(out, tokens, edits, i)
    else emitToken(out, tokens, i)
  }
  out.text(EPILOGUE)
  return out.bytes()
}

/** @returns the last token written, which is a later one where a replacement stands for several */
function emitEdited(out: Output, tokens: TokenStream, edits: Edits, i: number): number {
  out.text(edits.before(i))
  const instead = edits.instead(i)
  if (instead === undefined) emitToken(out, tokens, i)
  else out.text(instead)
  const last = edits.lastOf(i)
  out.text(edits.after(last))
  return last
}

function emitToken(out: Output, tokens: TokenStream, i: number): void {
  switch (tokens.kind[i]) {
    case T.String:
      out.string(tokens.stringAt(i))
      return
    case T.Number:
      out.text(writeNumeral(tokens.numberAt(i)))
      return
    case T.NotEqual:
      out.text("~=")
      return
    case T.Bang:
      out.text("not")
      return
    default:
      out.source(tokens.source, tokens.start[i] as number, tokens.end[i] as number)
  }
}

class Output {
  #buffer: Uint8Array
  #length = 0
  #line = 1

  constructor(capacity: number) {
    this.#buffer = new Uint8Array(capacity)
  }

  bytes(): Uint8Array {
    return this.#buffer.slice(0, this.#length)
  }

  toLine(line: number): void {
    if (this.#line >= line) return
    this.#reserve(line - this.#line)
    while (this.#line < line) {
      this.#buffer[this.#length++] = LINE_FEED
      this.#line++
    }
  }

  text(ascii: string): void {
    if (ascii === "") return
    this.#reserve(ascii.length + 1)
    this.#separate(ascii.charCodeAt(0))
    for (let i = 0; i < ascii.length; i++) this.#buffer[this.#length++] = ascii.charCodeAt(i)
  }

  source(source: Uint8Array, start: number, end: number): void {
    if (start === end) return
    this.#reserve(end - start + 1)
    this.#separate(source[start] as number)
    for (let i = start; i < end; i++) this.#buffer[this.#length++] = source[i] as number
  }

  /** A string literal on one line; every byte outside printable ASCII as three decimal digits. */
  string(value: string): void {
    this.#reserve(value.length * 4 + 2)
    const buffer = this.#buffer
    let length = this.#length
    buffer[length++] = QUOTE
    for (let i = 0; i < value.length; i++) {
      const byte = value.charCodeAt(i)
      if (byte >= 32 && byte < 127) {
        if (byte === QUOTE || byte === BACKSLASH) buffer[length++] = BACKSLASH
        buffer[length++] = byte
      } else {
        buffer[length++] = BACKSLASH
        buffer[length++] = 48 + Math.floor(byte / 100)
        buffer[length++] = 48 + (Math.floor(byte / 10) % 10)
        buffer[length++] = 48 + (byte % 10)
      }
    }
    buffer[length++] = QUOTE
    this.#length = length
  }

  /** Puts a blank where two tokens would otherwise be read as one. */
  #separate(next: number): void {
    const last = this.#buffer[this.#length - 1] as number
    const joinsWord = WORD[last] === 1 && WORD[next] === 1
    const joinsDot = next === DOT && (last === DOT || (last >= 48 && last <= 57))
    if (joinsWord || joinsDot || (next === MINUS && last === MINUS)) this.#buffer[this.#length++] = 32
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return
    const larger = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + bytes))
    larger.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = larger
  }
}
