/**
 * The place in the source that the lexer's parts share, and what Lua counts as
 * a line end: CR, LF, CRLF or LFCR, each one line.
 */

import type { Spot } from "./findings.js"

export const LF = 10
export const CR = 13

export class Scanner {
  at = 0
  line = 1
  /** Offset of the current line's first byte. */
  lineStart = 0
  readonly end: number

  constructor(readonly source: Buffer) {
    this.end = source.length
  }

  /** The place of an offset on the current line. */
  spotOf(offset: number): Spot {
    return { line: this.line, column: offset - this.lineStart + 1 }
  }

  /** Steps over one line end, which begins at `at`. */
  lineEnd(): void {
    const { source } = this
    const first = source[this.at] as number
    const second = source[this.at + 1]
    const isPair = (second === LF || second === CR) && second !== first
    this.at += isPair ? 2 : 1
    this.line++
    this.lineStart = this.at
  }

  /** Steps to the line end that closes the current line. */
  skipToLineEnd(): void {
    const { source, end } = this
    let at = this.at
    while (at < end && source[at] !== LF && source[at] !== CR) at++
    this.at = at
  }

  text(start: number, end: number): string {
    return this.source.toString("latin1", start, end)
  }
}
