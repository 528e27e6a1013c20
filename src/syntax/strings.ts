/**
 * String literals: quoted with escapes, and long brackets. Values are kept as
 * one char per byte; what the bytes mean is no concern of the language.
 * Sources: Lua 5.1 manual 2.1; lua-dialect.md, section B, rows `"\x41"` to `"\z"`.
 */
import type { Spot } from "./findings.js"
import { CR, LF, type Scanner } from "./scanner.js"

const BACKSLASH = 92
const LEFT = 91
const RIGHT = 93
const EQUALS = 61

export interface QuotedString {
  readonly value: string
  readonly fault: StringFault | null
  /** Chars whose backslash Lua drops, as in `\.`, and the place of the first such backslash. */
  readonly dropped: readonly string[]
  readonly droppedSpot: Spot | null
}

export interface StringFault {
  /** Lua's sentence. */
  readonly text:
    | "unfinished string"
    | "escape sequence too large"
    | "expected hex digit"
    | "expected either 4, 6 or 8 hex digits for unicode escape"
    | "unicode escape sequence too large"
  /** The offending escape, or the place where the string should have ended. */
  readonly spot: Spot
  /** What Lua had read of the value: its message quotes it. */
  readonly valueSoFar: string
}

const SIMPLE_ESCAPES = new Map<number, string>([
  [97, "\x07"],
  [98, "\b"],
  [102, "\f"],
  [110, "\n"],
  [114, "\r"],
  [116, "\t"],
  [118, "\v"],
  [34, '"'],
  [39, "'"],
  [92, "\\"],
])

/** Reads a quoted string that opens at the scanner's place and leaves the scanner after it. */
export function readQuoted(scanner: Scanner): QuotedString {
  const { source, end } = scanner
  const quote = source[scanner.at] as number
  let at = scanner.at + 1
  const start = at
  while (at < end) {
    const byte = source[at] as number
    if (byte === quote) {
      scanner.at = at + 1
      return whole(scanner.text(start, at))
    }
    if (byte === BACKSLASH || byte === LF || byte === CR) break
    at++
  }
  return new EscapedReader(scanner, quote, start, at).read()
}

function whole(value: string): QuotedString {
  return { value, fault: null, dropped: [], droppedSpot: null }
}

/** The slow path: strings with escapes, and strings that do not end. */
class EscapedReader {
  readonly #scanner: Scanner
  readonly #quote: number
  #value: string
  #fault: StringFault | null = null
  #dropped: string[] = []
  #droppedSpot: Spot | null = null

  constructor(scanner: Scanner, quote: number, start: number, at: number) {
    this.#scanner = scanner
    this.#quote = quote
    this.#value = scanner.text(start, at)
    scanner.at = at
  }

  read(): QuotedString {
    const scanner = this.#scanner
    const { source, end } = scanner
    for (;;) {
      const byte = scanner.at < end ? (source[scanner.at] as number) : LF
      if (byte === this.#quote) {
        scanner.at++
        break
      }
      if (byte === LF || byte === CR) {
        this.#fail("unfinished string", scanner.at)
        break
      }
      if (byte === BACKSLASH) this.#escape()
      else this.#plain()
    }
    return {
      value: this.#value,
      fault: this.#fault,
      dropped: this.#dropped,
      droppedSpot: this.#droppedSpot,
    }
  }

  #plain(): void {
    const { source, end, at } = this.#scanner
    let next = at
    while (next < end) {
      const byte = source[next] as number
      if (byte === this.#quote || byte === BACKSLASH || byte === LF || byte === CR) break
      next++
    }
    this.#value += this.#scanner.text(at, next)
    this.#scanner.at = next
  }

  #escape(): void {
    const scanner = this.#scanner
    const { source, end } = scanner
    const backslash = scanner.at
    scanner.at++
    if (scanner.at === end) return
    const byte = source[scanner.at] as number
    const simple = SIMPLE_ESCAPES.get(byte)
    if (simple !== undefined) {
      this.#value += simple
      scanner.at++
    } else if (byte === LF || byte === CR) {
      this.#value += "\n"
      scanner.lineEnd()
    } else if (isDigit(byte)) {
      this.#decimal(backslash)
    } else if (byte === 120) {
      this.#hexadecimal(backslash)
    } else if (byte === 117) {
      this.#unicode(backslash)
    } else {
      this.#drop(backslash, byte)
    }
  }

  #decimal(backslash: number): void {
    const scanner = this.#scanner
    const { source } = scanner
    const start = scanner.at
    let code = 0
    while (scanner.at < start + 3 && isDigit(source[scanner.at])) {
      code = code * 10 + (source[scanner.at] as number) - 48
      scanner.at++
    }
    if (code > 255) this.#fail("escape sequence too large", backslash)
    else this.#value += String.fromCharCode(code)
  }

  #hexadecimal(backslash: number): void {
    const scanner = this.#scanner
    scanner.at++
    if (this.#hexDigits(2) < 2) {
      this.#fail("expected hex digit", backslash)
      return
    }
    this.#value += String.fromCharCode(Number.parseInt(scanner.text(scanner.at, scanner.at + 2), 16))
    scanner.at += 2
  }

  /** The dialect has no braces around the digits: up to eight of them are taken, and their number must be 4, 6 or 8. */
  #unicode(backslash: number): void {
    const scanner = this.#scanner
    scanner.at++
    const count = this.#hexDigits(8)
    const code = Number.parseInt(scanner.text(scanner.at, scanner.at + count), 16)
    scanner.at += count
    if (count !== 4 && count !== 6 && count !== 8) {
      this.#fail("expected either 4, 6 or 8 hex digits for unicode escape", backslash)
    } else if (code > LARGEST_CODE) this.#fail("unicode escape sequence too large", backslash)
    else this.#value += utf8(code)
  }

  /** How many hexadecimal digits follow, up to a limit. */
  #hexDigits(limit: number): number {
    const { source, at } = this.#scanner
    let count = 0
    while (count < limit && isHexDigit(source[at + count])) count++
    return count
  }

  #drop(backslash: number, byte: number): void {
    const scanner = this.#scanner
    if (this.#dropped.length === 0) this.#droppedSpot = scanner.spotOf(backslash)
    const char = String.fromCharCode(byte)
    if (!this.#dropped.includes(char)) this.#dropped.push(char)
    this.#value += char
    scanner.at++
  }

  /** Only the first fault counts; reading goes on so that the text after the string is still judged. */
  #fail(text: StringFault["text"], at: number): void {
    this.#fault ??= { text, spot: this.#scanner.spotOf(at), valueSoFar: this.#value }
  }
}

export interface LongString {
  readonly value: string
  readonly finished: boolean
  /** Where a `[[` stands inside a bracket of level 0: Lua 5.1 refuses it. */
  readonly nested: Spot | null
}

/**
 * Counts the `=` of a long bracket.
 * @returns the level, or -1 for a lone bracket, or -2 for `[=` without its second bracket
 */
export function bracketLevel(source: Uint8Array, at: number): number {
  const bracket = source[at]
  let next = at + 1
  while (source[next] === EQUALS) next++
  if (source[next] === bracket) return next - at - 1
  return next === at + 1 ? -1 : -2
}

/** Reads a long bracket that opens at the scanner's place and leaves the scanner after it. */
export function readLong(scanner: Scanner, level: number): LongString {
  const { source, end } = scanner
  scanner.at += level + 2
  if (isLineEnd(source[scanner.at])) scanner.lineEnd()
  let nested: Spot | null = null
  let value = ""
  let start = scanner.at
  while (scanner.at < end) {
    const byte = source[scanner.at] as number
    if (byte === RIGHT && bracketLevel(source, scanner.at) === level) {
      value += scanner.text(start, scanner.at)
      scanner.at += level + 2
      return { value, finished: true, nested }
    }
    if (isLineEnd(byte)) {
      value += `${scanner.text(start, scanner.at)}\n`
      scanner.lineEnd()
      start = scanner.at
      continue
    }
    if (byte === LEFT && level === 0 && source[scanner.at + 1] === LEFT) nested ??= scanner.spotOf(scanner.at)
    scanner.at++
  }
  return { value: value + scanner.text(start, end), finished: false, nested }
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === LF || byte === CR
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57
}

function isHexDigit(byte: number | undefined): boolean {
  return byte !== undefined && (isDigit(byte) || (byte >= 65 && byte <= 70) || (byte >= 97 && byte <= 102))
}

/** What six bytes of UTF-8 hold; the original knows no smaller limit. */
const LARGEST_CODE = 0x7fffffff

/** UTF-8 bytes of a code point, surrogates and what lies beyond Unicode included, as chars. */
function utf8(code: number): string {
  if (code < 0x80) return String.fromCharCode(code)
  let tails = ""
  let rest = code
  let lead = 0x40
  while (rest >= lead) {
    tails = String.fromCharCode(tail(rest)) + tails
    rest >>= 6
    lead = lead === 0x40 ? 0x20 : lead >> 1
  }
  return String.fromCharCode((0x100 - lead * 2) | rest) + tails
}

function tail(code: number): number {
  return 0x80 | (code & 0x3f)
}
