/**
 * RFC 4180 out of lines: quoted fields may hold commas, doubled quotes and line
 * ends. Knows no columns.
 */

/** Characters of a record over several lines; a quote that is never closed must not swallow the file. */
const MAX_RECORD = 64 << 10
const MAX_RECORD_LINES = 100

export interface CsvTaker {
  record(fields: string[], linesBack: number): void
  bad(reason: string, column?: number, linesBack?: number): void
}

export class CsvRecords {
  readonly #taker: CsvTaker
  #pending = ""
  #pendingLines = 0

  constructor(taker: CsvTaker) {
    this.#taker = taker
  }

  line(text: string): void {
    const whole = this.#pendingLines === 0 ? text : `${this.#pending}\n${text}`
    const fields = split(whole)
    if (fields !== "open") {
      const linesBack = this.#pendingLines
      this.#drop()
      if (fields === "torn") this.#taker.bad("text stands behind a closing quote", undefined, linesBack)
      else this.#taker.record(fields, linesBack)
      return
    }
    this.#pending = whole
    this.#pendingLines++
    if (whole.length > MAX_RECORD || this.#pendingLines > MAX_RECORD_LINES) this.#giveUp()
  }

  end(): void {
    if (this.#pendingLines > 0) this.#giveUp()
  }

  /** The line with the opening quote is at fault; what it swallowed are lines of their own again. */
  #giveUp(): void {
    const [, ...swallowed] = this.#pending.split("\n")
    this.#drop()
    this.#taker.bad("a quote is opened and never closed", undefined, swallowed.length)
    swallowed.forEach((line, i) => {
      const fields = split(line)
      const linesBack = swallowed.length - 1 - i
      if (Array.isArray(fields)) this.#taker.record(fields, linesBack)
      else this.#taker.bad("a quote is opened and never closed", undefined, linesBack)
    })
  }

  #drop(): void {
    this.#pending = ""
    this.#pendingLines = 0
  }
}

/** Fields of a record; "open" when a quote is not closed, "torn" when text follows a closing one. */
function split(text: string): string[] | "open" | "torn" {
  const fields: string[] = []
  let at = 0
  for (;;) {
    if (text[at] === '"') {
      let field = ""
      let from = at + 1
      for (;;) {
        const quote = text.indexOf('"', from)
        if (quote < 0) return "open"
        field += text.slice(from, quote)
        if (text[quote + 1] !== '"') {
          at = quote + 1
          break
        }
        field += '"'
        from = quote + 2
      }
      fields.push(field)
      if (at < text.length && text[at] !== ",") return "torn"
    } else {
      const comma = text.indexOf(",", at)
      const end = comma < 0 ? text.length : comma
      fields.push(text.slice(at, end))
      at = end
    }
    if (at >= text.length) return fields
    at++
  }
}
