/**
 * A column of numbers in pages, which grows without being copied and is forked
 * without being copied: a fork shares all pages until one side writes to one.
 * Taking a copy of a million rows costs a few microseconds that way, and what
 * is written meanwhile costs the copy of a page now and then.
 */
import { newOwner, type Owner } from "./columns.js"
import type { Part } from "./part.js"

const PAGE_BITS = 12
const PAGE = 1 << PAGE_BITS
const MASK = PAGE - 1

type Page = Float64Array | Int32Array | Uint8Array

class Paged<A extends Page> {
  readonly #make: new (
    length: number,
  ) => A
  readonly #filling: number
  #pages: (A | undefined)[] = []
  #owners: (Owner | undefined)[] = []
  #owner: Owner = newOwner()

  /** @param filling what stands where nothing was written */
  constructor(make: new (length: number) => A, filling: number) {
    this.#make = make
    this.#filling = filling
  }

  get(at: number): number {
    const page = this.#pages[at >>> PAGE_BITS]
    return page === undefined ? this.#filling : (page[at & MASK] as number)
  }

  set(at: number, value: number): void {
    const number = at >>> PAGE_BITS
    const page = this.#owners[number] === this.#owner ? (this.#pages[number] as A) : this.#own(number)
    page[at & MASK] = value
  }

  add(at: number, amount: number): void {
    this.set(at, this.get(at) + amount)
  }

  /** Back to where nothing was written. */
  clear(): void {
    this.#pages = []
    this.#owners = []
  }

  fork(): Paged<A> {
    const copy = new Paged(this.#make, this.#filling)
    copy.#pages = this.#pages.slice()
    this.#owner = newOwner()
    return copy
  }

  /** All pages, each as a part with its number beside the facts given. */
  *parts(name: string, facts: object = {}): Generator<Part> {
    for (const [page, cells] of this.#pages.entries())
      if (cells !== undefined) yield { name, facts: { ...facts, page }, columns: { cells } }
  }

  /** Takes over the page of a part; it is its own from now on. */
  takePart({ facts, columns }: Part): void {
    const { page } = facts as { readonly page: number }
    this.#pages[page] = columns.cells as A
    this.#owners[page] = this.#owner
  }

  /** A page that may be written to: a copy of a shared one, or a new one. */
  #own(number: number): A {
    const page = new this.#make(PAGE)
    const shared = this.#pages[number]
    if (shared !== undefined) page.set(shared)
    else if (this.#filling !== 0) page.fill(this.#filling)
    this.#pages[number] = page
    this.#owners[number] = this.#owner
    return page
  }
}

export class Float64s extends Paged<Float64Array> {
  constructor(filling = 0) {
    super(Float64Array, filling)
  }
}

export class Int32s extends Paged<Int32Array> {
  constructor() {
    super(Int32Array, 0)
  }
}

export class Uint8s extends Paged<Uint8Array> {
  constructor() {
    super(Uint8Array, 0)
  }
}
