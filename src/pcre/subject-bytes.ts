/**
 * A subject as bytes, for the filters: one copy per search, made by the runtime in a few
 * nanoseconds per word, is cheaper than asking the string for each character. Keeps out
 * what is looked for.
 */
import { KELVIN_SIGN, LONG_S } from "./fold.js"

const FIRST_SIZE = 2_048
/** A larger buffer is given back after use. */
const KEPT_SIZE = 32_768
/** Room to read the last word, and one behind it, whole. */
const SPARE = 8

const WIDE = /[^\0-\xff]/
const ALL_WIDE = /[^\0-\xff]/g

export class SubjectBytes {
  bytes = new Uint8Array(FIRST_SIZE)
  words = new Int32Array(this.bytes.buffer)
  view = new DataView(this.bytes.buffer)
  /** Scratch for a filter: a number per word. */
  marks = new Int32Array(this.words.length)
  /** Characters of the subject; what lies behind them is zero up to the next two words. */
  length = 0
  /** Does the subject hold characters beyond Latin-1? */
  wide = false
  #writer = Buffer.from(this.bytes.buffer)

  load(subject: string): void {
    const needed = subject.length + SPARE
    if (needed > this.bytes.length) this.#resize(Math.max(needed, Math.min(2 * this.bytes.length, KEPT_SIZE)))
    else if (this.bytes.length > KEPT_SIZE && needed <= KEPT_SIZE) this.#resize(KEPT_SIZE)
    this.wide = WIDE.test(subject)
    const length = this.#writer.write(this.wide ? subject.replace(ALL_WIDE, narrowed) : subject, 0, "latin1")
    const last = length >> 2
    this.words[last] = (this.words[last] as number) & ((1 << (8 * (length & 3))) - 1)
    this.words[last + 1] = 0
    this.length = length
  }

  /** The number the subject begins with, if it begins with three digits, else -1. */
  code(): number {
    if (this.length < 3) return -1
    let code = 0
    for (let i = 0; i < 3; i++) {
      const digit = (this.bytes[i] as number) - 0x30
      if (digit < 0 || digit > 9) return -1
      code = 10 * code + digit
    }
    return code
  }

  #resize(size: number): void {
    this.bytes = new Uint8Array((size + 3) & ~3)
    this.words = new Int32Array(this.bytes.buffer)
    this.view = new DataView(this.bytes.buffer)
    this.marks = new Int32Array(this.words.length)
    this.#writer = Buffer.from(this.bytes.buffer)
  }
}

/** Literals are ASCII; of the wide characters only two match a letter of them caselessly. */
function narrowed(ch: string): string {
  const code = ch.charCodeAt(0)
  return code === KELVIN_SIGN ? "k" : code === LONG_S ? "s" : "\0"
}
