/** Pieces that are on their way to the disk: a bounded number, so that whoever brings more waits. */
export class Underway {
  readonly #max: number
  readonly #pieces = new Set<Promise<void>>()

  constructor(max: number) {
    this.#max = max
  }

  /** Adds one; settled when there is room for another. */
  async add(piece: Promise<void>): Promise<void> {
    // Whoever waits for all of them is told of a failure.
    piece.catch(() => {})
    this.#pieces.add(piece)
    const done = (): void => void this.#pieces.delete(piece)
    piece.then(done, () => {})
    if (this.#pieces.size >= this.#max) await Promise.race(this.#pieces)
  }

  /** Until all have arrived. @throws what the first of them failed with */
  async all(): Promise<void> {
    await Promise.all(this.#pieces)
  }
}
