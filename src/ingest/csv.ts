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
  #pending: string[] = []
  #pendingLength = 0
  /** Bytes of the lines that are pending, and of those among them that are not handed on. */
  #openBytes = 0
  #lastSize = 0

  constructor(taker: CsvTaker) {
    this.#taker = taker
  }

  /** Bytes of a record whose end is not here yet. */
  get openBytes(): number {
    return this.#pending.length > 0 ? this.#openBytes : 0
  }

  /** A line that belongs to no record; it may stand amid one. */
  aside(size: number): void {
    if (this.#pending.length > 0) this.#openBytes += size
  }

  /** @param size bytes of the line with its end */
  line(text: string, size: number): void {
    this.#openBytes = (this.#pending.length > 0 ? this.#openBytes : 0) + size
    this.#lastSize = size
    this.#pending.push(text)
    this.#pendingLength += text.length + 1
    const linesBack = this.#pending.length - 1
    const fields = split(linesBack === 0 ? text : this.#pending.join("\n"))
    if (fields === "open") {
      if (this.#pendingLength > MAX_RECORD || this.#pending.length > MAX_RECORD_LINES) this.#giveUp()
    } else if (fields === "torn" && linesBack > 0) this.#giveUp()
    else {
      this.#drop()
      this.#tell(fields, linesBack)
    }
  }

  end(): void {
    // The last line may have opened a quote of its own.
    while (this.#pending.length > 0) this.#giveUp()
  }

  /**
   * The line with the opening quote is at fault; what it swallowed are lines of their own again. Only the last
   * of them may open a record anew: if each could, a hostile file would be read over and over.
   */
  #giveUp(): void {
    const [, ...swallowed] = this.#pending
    const last = swallowed.pop()
    this.#drop()
    this.#tell("open", swallowed.length + (last === undefined ? 0 : 1))
    for (const [i, line] of swallowed.entries()) this.#tell(split(line), swallowed.length - i)
    if (last !== undefined) this.line(last, this.#lastSize)
  }

  #tell(fields: string[] | "open" | "torn", linesBack: number): void {
    if (fields === "open") this.#taker.bad("a quote is opened and never closed", undefined, linesBack)
    else if (fields === "torn") this.#taker.bad("text stands behind a closing quote", undefined, linesBack)
    else this.#taker.record(fields, linesBack)
  }

  #drop(): void {
    this.#pending = []
    this.#pendingLength = 0
  }
}

/** Fields of a record; "open" when a quote is not closed, "torn" when text follows a closing one. */
function split(text: string): string[] | "open" | "torn" {
  const fields: string[] = []
  let at = 0
  for (;;) {
    if (text[at] === '"') {
      const end = closingQuote(text, at + 1)
      if (end < 0) return "open"
      if (end + 1 < text.length && text[end + 1] !== ",") return "torn"
      fields.push(text.slice(at + 1, end).replaceAll('""', '"'))
      at = end + 1
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

/** The first quote from a place on that is not doubled, or -1. */
function closingQuote(text: string, from: number): number {
  let quote = text.indexOf('"', from)
  while (quote >= 0 && text[quote + 1] === '"') quote = text.indexOf('"', quote + 2)
  return quote
}
