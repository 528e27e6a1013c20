/**
 * Bytes of a configuration to tokens: barewords, quoted texts, punctuation.
 * Comments and blanks only separate. Source: configuration.md section 1.
 */
import type { ConfReport } from "./conf-report.js"
import type { ConfSource } from "./conf-source.js"

export type Punctuation = "=" | "{" | "}" | "[" | "]" | "(" | ")" | ","

export type Token =
  | { readonly kind: "word"; readonly text: string; readonly at: number; readonly startsLine: boolean }
  | {
      readonly kind: "string"
      readonly text: string
      /** Its line ended before it did. */
      readonly isCut: boolean
      readonly at: number
      readonly startsLine: boolean
    }
  | { readonly kind: Punctuation; readonly at: number; readonly startsLine: boolean }
  | { readonly kind: "end"; readonly at: number; readonly startsLine: boolean }

const PUNCTUATION = "={}[]()"
const BYTE_ORDER_MARK = "\xef\xbb\xbf"
const NO_BREAK_SPACE = "\xc2\xa0"
/** U+2018, U+2019, U+201C and U+201D begin with these bytes; the last one tells which. */
const CURLY = "\xe2\x80"
const CURLY_LAST: Readonly<Record<string, '"' | "'">> = { "\x98": "'", "\x99": "'", "\x9c": '"', "\x9d": '"' }
const ENDS_WORD = new Set(["#", '"', "'", ...PUNCTUATION])

/** What a bare comma is: outside of values part of a word, in a list a separator, in a dictionary one where a word ends. */
export type Commas = "part" | "separate" | "trail"

export class ConfLexer {
  readonly #source: ConfSource
  readonly #text: string
  readonly #report: ConfReport
  #at = 0
  #startsLine = true
  #isLost = false
  // Told once a file: pasted samples have dozens.
  #curly = { count: 0, at: 0 }
  #slashes = { count: 0, at: 0, word: "" }

  constructor(source: ConfSource, report: ConfReport) {
    this.#source = source
    this.#text = source.text
    this.#report = report
    if (this.#text.startsWith(BYTE_ORDER_MARK)) this.#at = BYTE_ORDER_MARK.length
  }

  next(commas: Commas): Token {
    this.#skipBlanks()
    const at = this.#at
    const startsLine = this.#startsLine
    this.#startsLine = false
    const char = this.#text[at]
    if (char === undefined) return { kind: "end", at, startsLine }
    if (PUNCTUATION.includes(char) || (char === "," && this.#separates(commas))) {
      this.#at++
      return { kind: char as Punctuation, at, startsLine }
    }
    const quote = this.#quoteAt(at)
    if (quote !== null) return { kind: "string", ...this.#string(quote), at, startsLine }
    return { kind: "word", text: this.#word(commas), at, startsLine }
  }

  /** Is the comma here, or after here, more than a part of a word? */
  #separates(commas: Commas): boolean {
    if (commas !== "trail") return commas === "separate"
    const after = this.#text[this.#at + 1]
    return after === undefined || after <= " " || ENDS_WORD.has(after)
  }

  /** The end of the file stands in a comment: what is not closed may be closed there. */
  get isLost(): boolean {
    return this.#isLost
  }

  /** Tells what is told once for the whole file. */
  end(): void {
    const others = (count: number): string => (count === 1 ? "" : ` (and ${count - 1} more)`)
    if (this.#curly.count > 0)
      this.#report.add(
        "E_CONF_CURLY",
        { source: this.#source, at: this.#curly.at },
        `a typographic quote or blank${others(this.#curly.count)}: it is read as the plain one`,
        'write " for it, or a plain blank',
      )
    if (this.#slashes.count > 0)
      this.#report.add(
        "E_CONF_SLASH",
        { source: this.#source, at: this.#slashes.at },
        `a word with a slash${others(this.#slashes.count)} stands without quotes: it is read as it stands`,
        isRatio(this.#slashes.word) ? `put it into quotes: "${this.#slashes.word}"` : "put paths into quotes",
      )
  }

  #skipBlanks(): void {
    const text = this.#text
    for (;;) {
      const char = text[this.#at]
      if (char === undefined) return
      if (char === "\n" || char === "\r") {
        this.#startsLine = true
        this.#at++
      } else if (char === " " || char === "\t" || char === "\f" || char === "\v") this.#at++
      else if (char === "#") this.#at = this.#lineEnd(this.#at)
      else if (char === "/" && text[this.#at + 1] === "*") this.#skipComment()
      else if (char === NO_BREAK_SPACE[0] && text[this.#at + 1] === NO_BREAK_SPACE[1]) {
        this.#noteCurly(this.#at)
        this.#at += NO_BREAK_SPACE.length
      } else if (isControl(char)) this.#skipControls()
      else return
    }
  }

  #skipComment(): void {
    const at = this.#at
    const end = this.#text.indexOf("*/", at + 2)
    if (end >= 0) {
      if (this.#text.slice(at, end).includes("\n")) this.#startsLine = true
      this.#at = end + 2
      return
    }
    this.#at = this.#text.length
    this.#isLost = true
    this.#report.add(
      "E_CONF_UNCLOSED",
      { source: this.#source, at },
      "this comment has no end: everything after it is lost",
      "write */ where it ends",
    )
  }

  #skipControls(): void {
    const at = this.#at
    while (isControl(this.#text[this.#at] ?? " ")) this.#at++
    const code = this.#text.charCodeAt(at).toString(16).padStart(2, "0")
    this.#report.add(
      "E_CONF_CHARACTER",
      { source: this.#source, at },
      `a byte that is no text (0x${code})`,
      "remove it; a configuration is UTF-8 text",
    )
  }

  /** `"` or `'` where a quote of that kind stands, typographic or not. */
  #quoteAt(at: number): '"' | "'" | null {
    const char = this.#text[at]
    if (char === '"' || char === "'") return char
    return char === CURLY[0] && this.#text[at + 1] === CURLY[1]
      ? (CURLY_LAST[this.#text[at + 2] as string] ?? null)
      : null
  }

  #noteCurly(at: number): void {
    if (this.#curly.count++ === 0) this.#curly.at = at
  }

  #passQuote(): void {
    if (this.#text[this.#at] === CURLY[0]) {
      this.#noteCurly(this.#at)
      this.#at += 3
    } else this.#at++
  }

  #string(quote: '"' | "'"): { readonly text: string; readonly isCut: boolean } {
    const start = this.#at
    let isCut = false
    this.#passQuote()
    const from = this.#at
    let pieces = ""
    let pieceFrom = from
    for (;;) {
      const char = this.#text[this.#at]
      if (char === undefined || char === "\n" || char === "\r") {
        isCut = true
        this.#report.add(
          "E_CONF_UNCLOSED",
          { source: this.#source, at: start },
          "this quoted text does not end on its line",
          `write ${quote} where it ends; a text cannot go on in the next line`,
        )
        break
      }
      if (this.#quoteAt(this.#at) === quote) break
      if (quote === '"' && char === "\\") {
        const escaped = this.#text[this.#at + 1]
        if (escaped === '"' || escaped === "\\") {
          pieces += this.#text.slice(pieceFrom, this.#at)
          pieceFrom = this.#at + 1
          this.#at += 2
          continue
        }
      } else if (isControl(char)) {
        pieces += this.#text.slice(pieceFrom, this.#at)
        this.#skipControls()
        pieceFrom = this.#at
        continue
      }
      this.#at++
    }
    const text = pieces + this.#text.slice(pieceFrom, this.#at)
    if (!isCut) this.#passQuote()
    return { text: decoded(text), isCut }
  }

  #word(commas: Commas): string {
    const from = this.#at
    const text = this.#text
    for (; this.#at < text.length; this.#at++) {
      const char = text[this.#at] as string
      if (ENDS_WORD.has(char) || char <= " " || char === "\x7f") break
      if (char === "," && this.#separates(commas)) break
      if (char === "/") {
        if (text[this.#at + 1] === "*") break
        if (this.#slashes.count++ === 0) this.#slashes.at = from
      }
      if (char >= "\x80" && (this.#quoteAt(this.#at) !== null || text.startsWith(NO_BREAK_SPACE, this.#at)))
        break
    }
    const word = decoded(text.slice(from, this.#at))
    if (this.#slashes.count === 1 && this.#slashes.at === from) this.#slashes.word = word
    return word
  }

  #lineEnd(from: number): number {
    const text = this.#text
    let at = from
    while (at < text.length && text[at] !== "\n" && text[at] !== "\r") at++
    return at
  }
}

/** Messages in some time, as throttles are written. */
function isRatio(word: string): boolean {
  return /^\d{1,9}\/\d{1,9}$/.test(word)
}

function isControl(char: string): boolean {
  return (char < " " && !"\t\n\r\f\v".includes(char)) || char === "\x7f"
}

const UTF8 = new TextDecoder("utf-8", { fatal: true })

/** Bytes that are no UTF-8 are taken as Latin-1: old configurations hold them. */
function decoded(bytes: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: plain ASCII is what is looked for
  if (/^[\x00-\x7f]*$/.test(bytes)) return bytes
  try {
    return UTF8.decode(Buffer.from(bytes, "latin1"))
  } catch {
    return bytes
  }
}
