/**
 * Source bytes to tokens. Reports everything that can be judged without
 * grammar (characters, quotes, numerals, escapes) and then goes on as if the
 * text had been right, so that the parser can report what else is wrong.
 * Sources: Lua 5.1 manual 2.1; lua-dialect.md, section B.
 */
import type { Code } from "../errors.js"
import type { Findings, Spot } from "./findings.js"
import { closingQuote, curlyQuoteIn, type Foreign, foreignAt, isUtf16 } from "./foreign.js"
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
  "expected hex digit": "\\x takes two hexadecimal digits",
  "expected either 4, 6 or 8 hex digits for unicode escape":
    "write the code point with leading zeros, as in \\u00e9",
  "unicode escape sequence too large": "a \\u escape goes up to \\u7fffffff",
} as const satisfies Record<StringFault["text"], string>

const MALFORMED = "malformed number"

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
      this.#broken(spot, "unfinished long comment", "<eof>", closingHint(level))
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
      const seen = scanner.text(start, scanner.at)
      this.#broken(spot, "invalid long string delimiter", seen, "a long string opens with [[ or [=[")
      this.#push(T.LeftBracket, start)
      return
    }
    const string = readLong(scanner, level)
    if (string.nested !== null) {
      const hint = "write the outer string as [=[ ... ]=]"
      this.#broken(string.nested, "nesting of [[...]] is deprecated", "[", hint, string.nested.line)
    }
    if (!string.finished) {
      this.#broken(spot, "unfinished long string", "<eof>", closingHint(level))
      this.#findings.swallow(this.#tokens.count)
    }
    this.#tokens.pushString(string.value, start, scanner.at, spot.line, spot.column, scanner.line)
  }

  #quoted(): void {
    const scanner = this.#scanner
    const start = scanner.at
    const spot = scanner.spotOf(start)
    const string = readQuoted(scanner)
    const { fault } = string
    if (fault?.text === "unfinished string") {
      this.#unfinished(string, fault, start, spot)
      return
    }
    const quote = scanner.text(start, start + 1)
    if (fault !== null) {
      this.#broken(fault.spot, fault.text, quote + fault.valueSoFar, STRING_HINTS[fault.text])
    }
    this.#warnAboutDropped(string)
    this.#tokens.pushString(string.value, start, scanner.at, spot.line, spot.column, scanner.line)
  }

  /** A string that the line's end cuts off. A curly quote in it is most likely its intended end. */
  #unfinished(string: QuotedString, fault: StringFault, start: number, spot: Spot): void {
    const scanner = this.#scanner
    const { line, column } = spot
    const seen = scanner.at < scanner.end ? scanner.text(start, start + 1) + fault.valueSoFar : "<eof>"
    const curly = scanner.line === line ? curlyQuoteIn(scanner.source, start, scanner.at) : null
    if (curly === null) {
      this.#broken(spot, fault.text, seen, STRING_HINTS[fault.text])
      this.#findings.swallow(this.#tokens.count)
      this.#tokens.pushString(string.value, start, scanner.at, line, column, scanner.line)
      return
    }
    const { at, found } = curly
    const place = { line, column: column + at - start }
    const lua = near(fault.text, untilNul(seen))
    this.#error("E_LUA_QUOTE", place, insteadOfStraight(found), found.hint, lua)
    scanner.at = at + found.length
    this.#tokens.pushString(scanner.text(start + 1, at), start, scanner.at, line, column, line)
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
    const spot = scanner.spotOf(start)
    if (value === null) this.#broken(spot, MALFORMED, text, numeralHint(text))
    this.#tokens.pushNumber(value ?? 0, start, at, spot.line, spot.column)
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
   * taken for the string that was meant, and the partner is reported as well;
   * if not, an empty string stands in for it.
   */
  #curlyQuote(opening: Foreign): void {
    const scanner = this.#scanner
    const { source } = scanner
    const start = scanner.at
    this.#reportQuote(opening, start)
    const { line, column } = scanner.spotOf(start)
    const from = start + opening.length
    const closing = closingQuote(source, from, opening.kind)
    if (closing?.found) this.#reportQuote(closing.found, closing.at)
    scanner.at = closing === null ? from : closing.at + (closing.found?.length ?? 1)
    const value = scanner.text(from, closing?.at ?? from)
    this.#tokens.pushString(value, start, scanner.at, line, column, line)
  }

  #reportQuote(found: Foreign, at: number): void {
    const byte = this.#scanner.source[at] as number
    const spot = this.#scanner.spotOf(at)
    this.#unexpectedByte("E_LUA_QUOTE", spot, insteadOfStraight(found), found.hint, byte)
  }

  /** A byte that is no token. Lua takes it for one and finds it unexpected. */
  #unexpectedByte(code: Code, spot: Spot, message: string, hint: string, byte: number): void {
    const sentence = "unexpected symbol"
    // To Lua a NUL is the absence of a token, so its message names none.
    this.#error(code, spot, message, hint, byte === 0 ? sentence : near(sentence, spellByte(byte)))
  }

  /** A token that Lua refuses with a sentence and what it had read of the token. */
  #broken(spot: Spot, sentence: string, seen: string, hint: string, line?: number): void {
    const code = sentence === MALFORMED ? "E_LUA_NUMBER" : "E_LUA_SYNTAX"
    this.#error(code, spot, near(sentence, readable(seen)), hint, near(sentence, untilNul(seen)), line)
  }

  /**
   * Reports an error in the token that is about to be pushed.
   * @param line where Lua stops reading
   */
  #error(
    code: Code,
    spot: Spot,
    message: string,
    hint: string,
    lua: string,
    line = this.#scanner.line,
  ): void {
    const token = this.#tokens.count
    this.#findings.taint(token)
    this.#findings.error(code, spot, message, hint, token, { line, message: lua })
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
  if (/^0[^xX.]/.test(text)) return "a leading 0 means octal: write the number without it"
  if (/^0[xX]/.test(text)) return "a hexadecimal number has neither fraction nor exponent"
  return "write a decimal number such as 10 or 0.5; a name cannot begin with a digit"
}

function readableEscape(char: string): string {
  const code = char.charCodeAt(0)
  return code > 32 && code < 127 ? char : `(byte ${code})`
}

function sameBytes(source: Uint8Array, a: number, b: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (source[a + i] !== source[b + i]) return false
  return true
}
