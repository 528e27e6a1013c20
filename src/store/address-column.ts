/**
 * The network address of each row, as words of 32 bits: what a question about a
 * block runs through. A million addresses take a few milliseconds, and no
 * order has to be kept while keys come and go.
 */
import type { Block } from "../model/address.js"
import { Int32s } from "./paged.js"

const WORD = 32n
const WORD_MASK = 0xffffffffn

export class AddressColumn {
  /** Words of an address: 1 or 4. */
  readonly #width: number
  #words = new Int32s()

  constructor(family: 4 | 6) {
    this.#width = family === 4 ? 1 : 4
  }

  set(row: number, value: bigint): void {
    for (const [i, word] of this.#split(value).entries()) this.#words.set(row * this.#width + i, word)
  }

  /** Rows below a number whose address lies in a block. */
  *rowsIn({ first, prefix }: Block, rows: number): IterableIterator<number> {
    const width = this.#width
    const words = this.#words
    const wanted = this.#split(first)
    const masks = wanted.map((_, i) => maskOf(prefix - i * 32))
    for (let row = 0; row < rows; row++) {
      let i = 0
      while (i < width && (words.get(row * width + i) & (masks[i] as number)) === wanted[i]) i++
      if (i === width) yield row
    }
  }

  fork(): AddressColumn {
    const copy = new AddressColumn(this.#width === 1 ? 4 : 6)
    copy.#words = this.#words.fork()
    return copy
  }

  /** The highest word first. */
  #split(value: bigint): number[] {
    return Array.from({ length: this.#width }, (_, i) =>
      Number(BigInt.asIntN(32, (value >> (WORD * BigInt(this.#width - 1 - i))) & WORD_MASK)),
    )
  }
}

/** The highest `bits` bits of a word. */
function maskOf(bits: number): number {
  if (bits <= 0) return 0
  return bits >= 32 ? -1 : -1 << (32 - bits)
}
