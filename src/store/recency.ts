/**
 * Which of a number of rows was used longest ago: a list in columns through
 * which each row stands once. Using one moves it to the end.
 */
import { Int32s } from "./paged.js"

const NONE = -1

export class Recency {
  /** Row before and behind each, from 1. */
  #before = new Int32s()
  #after = new Int32s()
  #first = NONE
  #last = NONE

  /** The row used longest ago; -1 when there is none. */
  get oldest(): number {
    return this.#first
  }

  /** Puts a new row at the end. */
  add(row: number): void {
    this.#before.set(row, this.#last + 1)
    this.#after.set(row, NONE + 1)
    if (this.#last === NONE) this.#first = row
    else this.#after.set(this.#last, row + 1)
    this.#last = row
  }

  remove(row: number): void {
    const before = this.#before.get(row) - 1
    const after = this.#after.get(row) - 1
    if (before === NONE) this.#first = after
    else this.#after.set(before, after + 1)
    if (after === NONE) this.#last = before
    else this.#before.set(after, before + 1)
  }

  touch(row: number): void {
    if (row === this.#last) return
    this.remove(row)
    this.add(row)
  }

  /** All rows, the one used longest ago first. */
  *rows(): IterableIterator<number> {
    for (let row = this.#first; row !== NONE; row = this.#after.get(row) - 1) yield row
  }

  fork(): Recency {
    const copy = new Recency()
    copy.#before = this.#before.fork()
    copy.#after = this.#after.fork()
    copy.#first = this.#first
    copy.#last = this.#last
    return copy
  }
}
