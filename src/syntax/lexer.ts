/**
 * Source bytes to tokens. Reports everything that can be judged without
 * grammar (characters, quotes, numerals, escapes) and then goes on as if the
 * text had been right, so that the parser can report what else is wrong.
 * Sources: Lua 5.1 manual 2.1; lua-dialect.md, section B.
 */
import type { Code } from "../errors.js"
import type { Findings, Spot } from "./findings.js"
import { type Foreign, foreignAt, isUtf16 } from "./foreign.js"
import { readNumeral } from "./numeral.js"
import { CR, LF, Scanner } from "./scanner.js"
import { bracketLevel, type QuotedString, readLong, readQuoted, type StringFault } from "./strings.js"
import { spellByte, T, TokenStream } from "./tokens.js"
import { near, readable, untilNul } from "./wording.js"

/** What a byte can begin; 0, all that is not listed, is nothing Lua knows. */
const BLANK = 1
const LINE_END = 2
const NAME_PART = 3
const DIGIT = 4
const QUOTE = 5
const PUNCTUATION = 6

const CLASS = new Uint8Array(256)
for (let byte = 33; byte < 127; byte++) CLASS[byte] = PUNCTUATION
for (const byte of [32, 9, 11, 12]) CLASS[byte] = BLANK
for (const byte of [LF, CR]) CLASS[byte] = LINE_END
for (const byte of [34, 39]) CLASS[byte] = QUOTE
for (let byte = 48; byte <= 57; byte++) CLASS[byte] = DIGIT
for (let byte = 65; byte <= 90; byte++) CLASS[byte] = CLASS[byte + 32] = NAME_PART
CLASS[95] = NAME_PART

/** Tokens of two characters, by first and second byte. */
const PAIRS = new Map<number, number>(
  (
    [
      ["==", T.Equal],
      ["~=", T.NotEqual],
      ["!=", T.NotEqual],
      ["<=", T.LessEqual],
      [">=", T.GreaterEqual],
      ["<<", T.ShiftLeft],
      [">>", T.ShiftRight],
      ["^^", T.Xor],
      ["..", T.Concat],
    ] as const
  ).map(([text, kind]) => [(text.charCodeAt(0) << 8) | text.charCodeAt(1), kind]),
)

const STRING_HINTS = {
  "unfinished string": "close the string on the line where it opens",
  "escape sequence too large": "a decimal escape goes up to \\255",
  "invalid escape sequence": "\\x takes two hexadecimal digits, \\u takes four, six or eight",
} as const satisfies Record<StringFault["text"], string>

export function lex(source: Uint8Array, findings: Findings): TokenStream {
  const view = Buffer.from(source.buffer, source.byteOffset, source.byteLength)
  return new Lexer(view, findings).run()
}

class Lexer {
  readonly #scanner: Scanner
  readonly #tokens: TokenStream
  readonly #findings: Findings

  constructor(source: Buffer, findings: Findings) {
    this.#scanner = new Scanner(source)
    this.#tokens = new TokenStream(source)
    this.#findings = findings
  }

  run(): TokenStream {
    const scanner = this.#scanner
    if (isUtf16(scanner.source)) this.#refuseUtf16()
    else if (scanner.source[0] === T.Hash) scanner.skipToLineEnd()
    while (scanner.at < scanner.end && !this.#findings.isFull) this.#next()
    const { line, column } = scanner.spotOf(scanner.end)
    this.#tokens.push(T.Eof, scanner.end, scanner.end, line, column)
    return this.#tokens
  }

  #refuseUtf16(): void {
    const hint = "save the file as UTF-8 without a byte order mark"
    this.#unexpectedByte("E_LUA_CHARACTER", { line: 1, column: 1 }, "the file is UTF-16 text", hint, 0)
    this.#scanner.at = this.#scanner.end
  }

  /** Reads one token, or steps over one thing that is none. */
  #next(): void {
    const scanner = this.#scanner
    const byte = scanner.source[scanner.at] as number
    switch (CLASS[byte]) {
      case BLANK:
        scanner.at++
        return
      case LINE_END:
        scanner.lineEnd()
        return
      case NAME_PART:
        this.#name()
        return
      case QUOTE:
        this.#quoted()
        return
      case DIGIT:
        this.#number()
        return
      case PUNCTUATION:
        this.#punctuation(byte)
        return
      default:
        this.#foreign()
    }
  }

  #push(kind: number, start: number, payload = 0): void {
    const { at, line, lineStart } = this.#scanner
    this.#tokens.push(kind, start, at, line, start - lineStart + 1, payload)
  }

  #name(): void {
    const scanner = this.#scanner
    const { source } = scanner
    const start = scanner.at
    let at = start + 1
    while (isWord(source[at])) at++
    scanner.at = at
    const id = this.#tokens.names.intern(source, start, at)
    this.#push(id <= T.While - T.And ? T.And + id : T.Name, start, id)
  }

  #punctuation(byte: number): void {
    const scanner = this.#scanner
    const start = scanner.at
    const second = scanner.source[start + 1]
    if (byte === T.Minus && second === T.Minus) {
      this.#comment()
    } else if (byte === T.LeftBracket && (second === T.LeftBracket || second === T.Assign)) {
      this.#bracket()
    } else if (byte === T.Dot && CLASS[second ?? 0] === DIGIT) {
      this.#number()
    } else if (byte === T.Dot && second === T.Dot && scanner.source[start + 2] === T.Dot) {
      scanner.at += 3
      this.#push(T.Dots, start)
    } else {
      const pair = second === undefined ? undefined : PAIRS.get((byte << 8) | second)
      scanner.at += pair === undefined ? 1 : 2
      this.#push(pair ?? byte, start)
    }
  }

  #comment(): void {
    const scanner = this.#scanner
    const start = scanner.at
    scanner.at += 2
    const level = scanner.source[scanner.at] === T.LeftBracket ? bracketLevel(scanner.source, scanner.at) : -1
    if (level < 0) {
      scanner.skipToLineEnd()
      return
    }
    const spot = scanner.spotOf(start)
    const comment = readLong(scanner, level)
    if (!comment.finished) {
      this.#earlyError(spot, near("unfinished long comment", "<eof>"), closingHint(level))
    }
    if (comment.nested === null) return
    this.#findings.note(
      "E_LUA_COMMENT",
      comment.nested,
      "a long comment holds another [[; the original refuses the file, here the comment ends at the first ]]",
      "write the outer comment as --[=[ ... ]=]",
    )
  }

  /** `[[`, `[=[` and so on; or `[=` that leads nowhere. */
  #bracket(): void {
    const scanner = this.#scanner
    const start = scanner.at
    const spot = scanner.spotOf(start)
    const level = bracketLevel(scanner.source, start)
    if (level < 0) {
      scanner.at++
      while (scanner.source[scanner.at] === T.Assign) scanner.at++
      const text = near("invalid long string delimiter", scanner.text(start, scanner.at))
      this.#earlyError(spot, text, "a long string opens with [[ or [=[")
      this.#push(T.LeftBracket, start)
      return
    }
    const string = readLong(scanner, level)
    this.#tokens.pushString(string.value, start, scanner.at, spot.line, spot.column, scanner.line)
    if (string.nested !== null) {
      const text = near("nesting of [[...]] is deprecated", "[")
      const hint = "write the outer string as [=[ ... ]=]"
      this.#brokenToken("E_LUA_SYNTAX", string.nested, text, hint, string.nested.line)
    }
    if (string.finished) return
    this.#brokenToken("E_LUA_SYNTAX", spot, near("unfinished long string", "<eof>"), closingHint(level))
    this.#findings.taint(this.#tokens.count)
  }

  #quoted(): void {
    const scanner = this.#scanner
    const start = scanner.at
    const { line, column } = scanner.spotOf(start)
    const string = readQuoted(scanner)
    const isCut = string.fault?.text === "unfinished string"
    const curly = isCut && scanner.line === line ? curlyQuoteIn(scanner.source, start, scanner.at) : null
    if (curly !== null) {
      // Most likely the intended end of the string: the rest of the line is code.
      const value = scanner.text(start + 1, curly.at)
      scanner.at = curly.at
      this.#reportQuote(curly.found, curly.at)
      scanner.at += curly.found.length
      this.#tokens.pushString(value, start, scanner.at, line, column, line)
      return
    }
    this.#tokens.pushString(string.value, start, scanner.at, line, column, scanner.line)
    if (string.fault !== null) this.#stringFault(string.fault, start, { line, column })
    this.#warnAboutDropped(string)
  }

  #stringFault(fault: StringFault, start: number, spot: Spot): void {
    const scanner = this.#scanner
    const isCut = fault.text === "unfinished string"
    const atEnd = isCut && scanner.at >= scanner.end
    const seen = scanner.text(start, start + 1) + fault.valueSoFar
    const text = near(fault.text, atEnd ? "<eof>" : untilNul(seen))
    this.#brokenToken("E_LUA_SYNTAX", isCut ? spot : fault.spot, text, STRING_HINTS[fault.text])
    if (isCut) this.#findings.swallow(this.#tokens.count - 1)
  }

  #warnAboutDropped(string: QuotedString): void {
    if (string.droppedSpot === null) return
    const written = string.dropped.map((char) => `\\${readableEscape(char)}`)
    const doubled = string.dropped.map((char) => `\\\\${readableEscape(char)}`)
    this.#findings.note(
      "E_LUA_ESCAPE",
      string.droppedSpot,
      `Lua drops the backslash of ${written.join(", ")}; the string does not hold it`,
      `write ${doubled.join(", ")} if a pattern needs the backslash, else remove it`,
    )
  }

  #number(): void {
    const scanner = this.#scanner
    const { source } = scanner
    const start = scanner.at
    let at = start
    while (CLASS[source[at] ?? 0] === DIGIT || source[at] === T.Dot) at++
    if (isExponent(source[at])) {
      at++
      if (source[at] === T.Plus || source[at] === T.Minus) at++
    }
    while (isWord(source[at])) at++
    scanner.at = at
    const text = scanner.text(start, at)
    const value = readNumeral(text)
    const { line, column } = scanner.spotOf(start)
    this.#tokens.pushNumber(value ?? 0, start, at, line, column)
    if (value !== null) return
    this.#brokenToken("E_LUA_NUMBER", { line, column }, near("malformed number", text), numeralHint(text))
  }

  #foreign(): void {
    const scanner = this.#scanner
    const start = scanner.at
    const found = foreignAt(scanner.source, start)
    if (found.kind !== "other") {
      this.#curlyQuote(found)
      return
    }
    const byte = scanner.source[start] as number
    this.#unexpectedByte(
      "E_LUA_CHARACTER",
      scanner.spotOf(start),
      `${found.name} in the code`,
      found.hint,
      byte,
    )
    do scanner.at += found.length
    while (scanner.at < scanner.end && sameBytes(scanner.source, start, scanner.at, found.length))
  }

  /**
   * A curly quote. If its partner is on the same line, the text between is
   * taken for the string that was meant; the partner is reported as well.
   */
  #curlyQuote(opening: Foreign): void {
    const scanner = this.#scanner
    const { source } = scanner
    const start = scanner.at
    this.#reportQuote(opening, start)
    const closing = closingQuote(source, start + opening.length, opening.kind)
    if (closing === null) {
      scanner.at += opening.length
      return
    }
    const { line, column } = scanner.spotOf(start)
    const value = scanner.text(start + opening.length, closing.at)
    scanner.at = closing.at + (closing.found?.length ?? 1)
    if (closing.found !== null) this.#reportQuote(closing.found, closing.at)
    this.#tokens.pushString(value, start, scanner.at, line, column, line)
  }

  #reportQuote(found: Foreign, at: number): void {
    const byte = this.#scanner.source[at] as number
    const spot = this.#scanner.spotOf(at)
    this.#unexpectedByte("E_LUA_QUOTE", spot, insteadOfStraight(found), found.hint, byte)
  }

  /** A byte that is no token. Lua takes it for one and finds it unexpected. */
  #unexpectedByte(code: Code, spot: Spot, message: string, hint: string, byte: number): void {
    const token = this.#tokens.count
    this.#findings.taint(token)
    this.#findings.error(code, spot, message, hint, token, {
      line: this.#scanner.line,
      message: near("unexpected symbol", spellByte(byte)),
    })
  }

  /**
   * An error in the token that was read last.
   * @param line where Lua stopped reading
   */
  #brokenToken(code: Code, spot: Spot, text: string, hint: string, line = this.#scanner.line): void {
    const token = this.#tokens.count - 1
    this.#findings.taint(token)
    this.#findings.error(code, spot, readable(text), hint, token, { line, message: text })
  }

  /** An error before the next token is complete. */
  #earlyError(spot: Spot, text: string, hint: string): void {
    const token = this.#tokens.count
    this.#findings.taint(token)
    this.#findings.error("E_LUA_SYNTAX", spot, text, hint, token, { line: this.#scanner.line, message: text })
  }
}

function insteadOfStraight(quote: Foreign): string {
  return `${quote.name} instead of a straight one`
}

function closingHint(level: number): string {
  return `it opens here and needs ]${"=".repeat(level)}] somewhere after`
}

function isWord(byte: number | undefined): boolean {
  const found = CLASS[byte ?? 0]
  return found === NAME_PART || found === DIGIT
}

function isExponent(byte: number | undefined): boolean {
  return byte === 69 || byte === 101
}

function numeralHint(text: string): string {
  if (/^0\d/.test(text)) return "a leading 0 means octal: write the number without it"
  if (/^0[xX]/.test(text)) return "a hexadecimal number has neither fraction nor exponent"
  return "write a decimal number such as 10 or 0.5; a name cannot begin with a digit"
}

function readableEscape(char: string): string {
  const code = char.charCodeAt(0)
  return code > 32 && code < 127 ? char : `(byte ${code})`
}

interface QuoteAt {
  readonly at: number
  /** Null for a straight quote. */
  readonly found: Foreign | null
}

/** The quote that closes a string opened by a curly one, if it is on the same line. */
function closingQuote(source: Uint8Array, from: number, kind: Foreign["kind"]): QuoteAt | null {
  const straight = kind === "double" ? 34 : 39
  for (let at = from; at < source.length && CLASS[source[at] as number] !== LINE_END; at++) {
    if (source[at] === straight) return { at, found: null }
    if ((source[at] as number) < 0x80) continue
    const found = foreignAt(source, at)
    if (found.kind === kind) return { at, found }
    at += found.length - 1
  }
  return null
}

/** The first curly quote inside a string that did not end: most likely its intended end. */
function curlyQuoteIn(source: Uint8Array, from: number, to: number): { at: number; found: Foreign } | null {
  for (let at = from; at < to; at++) {
    if ((source[at] as number) < 0x80) continue
    const found = foreignAt(source, at)
    if (found.kind !== "other") return { at, found }
    at += found.length - 1
  }
  return null
}

function sameBytes(source: Uint8Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (source[a + i] !== source[b + i]) return false
  return true
}
