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

  /** @param code names the kind; there are few of them */
  tell(code: string, message: string, facts: object): void {
    const now = this.#options.nowMs()
    let kind = this.#kinds.get(code)
    if (kind === undefined || now - kind.sinceMs >= WINDOW_MS) {
      if (kind !== undefined) this.#count(code, kind)
      kind = { sinceMs: now, told: 0, kept: 0 }
      this.#kinds.set(code, kind)
    }
    if (kind.told < MAX_TOLD) {
      kind.told++
      this.#options.tell({ code, ...facts }, message)
    } else kind.kept++
  }

  /** Tells what was only counted. */
  close(): void {
    for (const [code, kind] of this.#kinds) this.#count(code, kind)
    this.#kinds.clear()
  }

  #count(code: string, { kept }: Kind): void {
    if (kept > 0) this.#options.tell({ code, lines: kept }, `${kept} more of ${code} are not told one by one`)
  }
}
