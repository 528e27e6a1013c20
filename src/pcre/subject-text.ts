/**
 * A subject by characters: a pair of surrogates is one. What the engine asks of a text,
 * apart from the patterns' instructions.
 */
import type { Assertion } from "./ast.js"
import { contains, WORD_CHARS } from "./charset.js"
import { foldCode } from "./fold.js"

export class SubjectText {
  constructor(
    readonly text: string,
    /** Where the search began: what `\G` stands for. */
    readonly from: number,
  ) {}

  get length(): number {
    return this.text.length
  }

  /** The code point at `pos`, -1 at the end. */
  codeAt(pos: number): number {
    if (pos >= this.text.length) return -1
    const code = this.text.charCodeAt(pos)
    return code >= 0xd800 && code <= 0xdbff ? (this.text.codePointAt(pos) as number) : code
  }

  after(pos: number): number {
    return this.codeAt(pos) > 0xffff ? pos + 2 : pos + 1
  }

  before(pos: number): number {
    return pos > 1 && this.codeAt(pos - 2) > 0xffff ? pos - 2 : pos - 1
  }

  /** Does the text of [from, to) stand at `pos` again? Returns where it ends there, or -1. */
  again(from: number, to: number, pos: number, caseless: boolean): number {
    if (!caseless) return this.text.startsWith(this.text.slice(from, to), pos) ? pos + to - from : -1
    let end = pos
    for (let at = from; at < to; at = this.after(at)) {
      const one = this.codeAt(at)
      const other = this.codeAt(end)
      if (other < 0 || (one !== other && foldCode(one) !== foldCode(other))) return -1
      end = this.after(end)
    }
    return end
  }

  holds(assertion: Assertion, pos: number): boolean {
    const end = this.text.length
    switch (assertion) {
      case "subjectStart":
        return pos === 0
      case "subjectEnd":
        return pos === end
      case "finalEnd":
        return pos === end || (pos === end - 1 && this.#isNewline(pos))
      case "lineStart":
        return pos === 0 || (pos < end && this.#isNewline(pos - 1))
      case "lineEnd":
        return pos === end || this.#isNewline(pos)
      case "searchStart":
        return pos === this.from
      case "wordEdge":
        return this.#isWord(pos - 1) !== this.#isWord(pos)
      case "notWordEdge":
        return this.#isWord(pos - 1) === this.#isWord(pos)
    }
  }

  #isNewline(pos: number): boolean {
    return this.text.charCodeAt(pos) === 0x0a
  }

  #isWord(pos: number): boolean {
    return pos >= 0 && pos < this.text.length && contains(WORD_CHARS, this.text.charCodeAt(pos))
  }
}
