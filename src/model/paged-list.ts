/**
 * Things by number, in pages: numbers may come in any order. A plain list that is
 * written to far behind its end becomes a slow one, and growing moves all of it.
 */

/** Small: of a million numbers a thousand far apart may be in use, each with a page of its own. */
const PAGE_BITS = 8
const PAGE = 1 << PAGE_BITS
const MASK = PAGE - 1

export class PagedList<T> {
  readonly #pages: (T | undefined)[][] = []

  get(at: number): T | undefined {
    return this.#pages[at >>> PAGE_BITS]?.[at & MASK]
  }

  set(at: number, value: T): void {
    const number = at >>> PAGE_BITS
    // The list of pages has no gaps: there are few.
    while (this.#pages.length <= number) this.#pages.push([])
    let page = this.#pages[number] as (T | undefined)[]
    if (page.length === 0) {
      page = new Array<T | undefined>(PAGE).fill(undefined)
      this.#pages[number] = page
    }
    page[at & MASK] = value
  }
}
