/**
 * A text that is looked for as it stands: what most entries of a long list are. It
 * goes through the same filter as a pattern, needs neither parser nor RegExp, and is
 * there at once. Keeps out case: who folds the subject folds the text.
 */
import type { LiteralFacts } from "./literals.js"

/** Characters of a text that the filter can be told of. */
const ASCII_RUNS = /[\0-\x7f]+/g
/** What the filter needs at least. */
const MIN_LENGTH = 3

export class TextPattern {
  readonly facts: LiteralFacts
  readonly #text: string
  readonly #atWordStart: boolean

  /**
   * @param text not empty, in lower case
   * @param atWordStart found only where no letter a-z and no digit stands before it
   */
  constructor(text: string, atWordStart: boolean) {
    this.#text = text
    this.#atWordStart = atWordStart
    const runs = (text.match(ASCII_RUNS) ?? []).filter((run) => run.length >= MIN_LENGTH)
    this.facts = { clauses: runs.map((run) => [run]), codes: undefined }
  }

  testKnowing(subject: string): boolean {
    const text = this.#text
    for (let at = subject.indexOf(text); at !== -1; at = subject.indexOf(text, at + 1))
      if (!this.#atWordStart || at === 0 || !isWordCharacter(subject.charCodeAt(at - 1))) return true
    return false
  }
}

function isWordCharacter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39)
}
