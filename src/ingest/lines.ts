/**
 * Pieces of bytes to lines, without making texts. A line that a piece cuts in
 * two is put together; one that is too long is thrown away as it comes in, so
 * that a file without line ends costs no memory.
 */

const LF = 0x0a
const CR = 0x0d

export interface LineTaker {
  /**
   * One line, `bytes[start, end)` without its end; the bytes are valid during the call only.
   * @param size bytes of it with its end
   */
  line(bytes: Buffer, start: number, end: number, size: number): void
  /** A line longer than the limit. @param length its bytes without its end, `size` those with it */
  tooLong(length: number, size: number): void
}

export class LineCutter {
  readonly #taker: LineTaker
  readonly #maxBytes: number
  /** The beginning of a line whose end is not here yet. */
  #carry = Buffer.alloc(0)
  #carried = 0
  /** Bytes of a line that is being thrown away; 0 = none is. */
  #dropped = 0

  constructor(taker: LineTaker, maxBytes: number) {
    this.#taker = taker
    this.#maxBytes = maxBytes
  }

  feed(piece: Buffer): void {
    let start = 0
    if (this.#carried > 0 || this.#dropped > 0) {
      const end = piece.indexOf(LF)
      this.#keep(piece, 0, end < 0 ? piece.length : end)
      if (end < 0) return
      this.#closeCarried()
      start = end + 1
    }
    for (let end = piece.indexOf(LF, start); end >= 0; end = piece.indexOf(LF, start)) {
      this.#line(piece, start, end)
      start = end + 1
    }
    this.#keep(piece, start, piece.length)
  }

  /** Bytes of the line whose end is not here yet. */
  get openBytes(): number {
    return this.#carried + this.#dropped
  }

  /** The last line may lack its end. */
  end(): void {
    if (this.#carried > 0 || this.#dropped > 0) this.#closeCarried()
  }

  /** Forgets a line whose end never came; true when there was one. */
  drop(): boolean {
    const isOpen = this.#carried > 0 || this.#dropped > 0
    this.#carried = 0
    this.#dropped = 0
    return isOpen
  }

  #line(bytes: Buffer, start: number, end: number): void {
    const last = end > start && bytes[end - 1] === CR ? end - 1 : end
    const size = end - start + 1
    if (last - start > this.#maxBytes) this.#taker.tooLong(last - start, size)
    else this.#taker.line(bytes, start, last, size)
  }

  #closeCarried(): void {
    const length = this.#carried
    const dropped = this.#dropped
    this.#carried = 0
    this.#dropped = 0
    if (dropped > 0) this.#taker.tooLong(dropped, dropped + 1)
    else this.#line(this.#carry, 0, length)
  }

  #keep(piece: Buffer, start: number, end: number): void {
    const length = end - start
    if (length === 0) return
    const total = this.#carried + length
    // One more for a CR that is no part of the line.
    if (this.#dropped > 0 || total > this.#maxBytes + 1) {
      this.#dropped += this.#dropped > 0 ? length : total
      this.#carried = 0
      return
    }
    if (total > this.#carry.length) {
      const larger = Buffer.allocUnsafe(Math.max(total, this.#carry.length * 2, 4096))
      this.#carry.copy(larger, 0, 0, this.#carried)
      this.#carry = larger
    }
    piece.copy(this.#carry, this.#carried, start, end)
    this.#carried = total
  }
}
