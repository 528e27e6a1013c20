/**
 * Standard output for streams of many lines: written in blocks, and waiting for
 * the reader when it is slower than we are.
 */

import type { Context } from "./context.js"

const BLOCK_CHARACTERS = 64 << 10
/** What waiting for the reader ends with: it takes more, or is gone. */
const ENDS = ["drain", "error", "close"] as const

export class LineOutput {
  readonly #context: Pick<Context, "isUnread">
  #pending: string[] = []
  #length = 0

  constructor(context: Pick<Context, "isUnread">) {
    this.#context = context
  }

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
    const { stdout } = process
    if (!stdout.writableNeedDrain || this.#context.isUnread()) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        for (const event of ENDS) stdout.off(event, done)
        resolve()
      }
      for (const event of ENDS) stdout.once(event, done)
    })
  }

  async end(): Promise<void> {
    this.#flush()
    await this.taken()
  }

  #flush(): void {
    if (this.#length === 0) return
    if (!this.#context.isUnread()) process.stdout.write(this.#pending.join(""))
    this.#pending = []
    this.#length = 0
  }
}
