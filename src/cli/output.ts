/**
 * Standard output for streams of many lines: written in blocks, and waiting for
 * the reader when it is slower than we are.
 */

const BLOCK_CHARACTERS = 64 << 10

export class LineOutput {
  #pending: string[] = []
  #length = 0

  /** Adds a piece of text; `line` ends it. */
  write(text: string): void {
    this.#pending.push(text)
    this.#length += text.length
    if (this.#length >= BLOCK_CHARACTERS) this.#flush()
  }

  line(text: string): void {
    this.write(`${text}\n`)
  }

  /** Waits until the reader has taken what was written. */
  async taken(): Promise<void> {
    // Asked now, not when it was written: what has been taken meanwhile is not told a second time.
    if (!process.stdout.writableNeedDrain) return
    await new Promise<void>((resolve) => process.stdout.once("drain", resolve))
  }

  async end(): Promise<void> {
    this.#flush()
    await this.taken()
  }

  #flush(): void {
    if (this.#length === 0) return
    process.stdout.write(this.#pending.join(""))
    this.#pending = []
    this.#length = 0
  }
}
