/**
 * Lines of a log that anyone can bring about, such as refusals: of each kind a few
 * are told, the others are counted and told as a number, so that nobody fills a disk.
 */
export interface FewLinesOptions {
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: () => number
  readonly tell: (facts: object, message: string) => void
}

interface Kind {
  readonly sinceMs: number
  told: number
  kept: number
}

/** Of one kind so many are told in so long. */
const MAX_TOLD = 10
const WINDOW_MS = 60_000

export class FewLines {
  readonly #options: FewLinesOptions
  readonly #kinds = new Map<string, Kind>()

  constructor(options: FewLinesOptions) {
    this.#options = options
  }

  /** @param name of the kind; there are few of them */
  tell(name: string, message: string, facts: object): void {
    const now = this.#options.nowMs()
    let kind = this.#kinds.get(name)
    if (kind === undefined || now - kind.sinceMs >= WINDOW_MS) {
      if (kind !== undefined) this.#count(name, kind)
      kind = { sinceMs: now, told: 0, kept: 0 }
      this.#kinds.set(name, kind)
    }
    if (kind.told < MAX_TOLD) {
      kind.told++
      this.#options.tell(facts, message)
    } else kind.kept++
  }

  /** Tells what was only counted. */
  close(): void {
    for (const [name, kind] of this.#kinds) this.#count(name, kind)
    this.#kinds.clear()
  }

  #count(name: string, { kept }: Kind): void {
    if (kept > 0) this.#options.tell({ lines: kept }, `${name}: ${kept} more are not told one by one`)
  }
}
