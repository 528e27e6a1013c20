/**
 * How two threads tell one another what a `configuration` function is asked and
 * what it answers: a few numbers and a short text in memory that both share. One
 * question at a time; whose turn it is stands in the first word.
 */
import type { FunctionArguments, FunctionResult } from "./functions.js"

/** Whose turn it is. */
export const TURN = 0
export const ASKED = 1
const ANSWERED = 2

const ID = 1
const STATUS = 2
const LENGTH = 3
const WORDS = 4
const NUMBERS = 5
/** Behind the words and numbers. Reasons are shorter (`MAX_REASON`), three bytes a character at most. */
const TEXT_AT = WORDS * 4 + NUMBERS * 8
const TEXT_BYTES = 1024

const IS_NUMBER = 0
const IS_NIL = 1
const IS_REFUSED = 2

export class FunctionMail {
  /** To be waited on. */
  readonly words: Int32Array
  readonly #numbers: Float64Array
  readonly #text: Buffer

  constructor(readonly shared = new SharedArrayBuffer(TEXT_AT + TEXT_BYTES)) {
    this.words = new Int32Array(shared, 0, WORDS)
    this.#numbers = new Float64Array(shared, WORDS * 4, NUMBERS)
    this.#text = Buffer.from(shared, TEXT_AT, TEXT_BYTES)
  }

  /** Hands a question over. */
  ask(id: number, { current, last, ageSec, count, atSec }: FunctionArguments): void {
    this.words[ID] = id
    this.#numbers.set([current, last, ageSec, count, atSec ?? Number.NaN])
    this.#handOver(ASKED)
  }

  /** The question, as it was asked. */
  get asked(): { readonly id: number; readonly args: FunctionArguments } {
    const [current = 0, last = 0, ageSec = 0, count = 0, at = Number.NaN] = this.#numbers
    const atSec = Number.isNaN(at) ? null : at
    return { id: this.words[ID] as number, args: { current, last, ageSec, count, atSec } }
  }

  /** Hands an answer over. */
  answer(result: FunctionResult): void {
    if (result.ok) {
      this.words[STATUS] = IS_NUMBER
      this.#numbers[0] = result.value
    } else {
      this.words[STATUS] = result.isNil ? IS_NIL : IS_REFUSED
      this.words[LENGTH] = this.#text.write(result.reason, "utf8")
    }
    this.#handOver(ANSWERED)
  }

  get answered(): FunctionResult {
    const status = this.words[STATUS]
    if (status === IS_NUMBER) return { ok: true, value: this.#numbers[0] as number }
    const reason = this.#text.toString("utf8", 0, this.words[LENGTH])
    return { ok: false, reason, isNil: status === IS_NIL }
  }

  #handOver(turn: number): void {
    // Whoever sees the turn sees all that was written before it.
    Atomics.store(this.words, TURN, turn)
    Atomics.notify(this.words, TURN)
  }
}
