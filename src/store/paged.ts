/**
 * A column of numbers in pages, which grows without being copied and is forked
 * without being copied: a fork shares all pages until one side writes to one.
 * Taking a copy of a million rows costs a few microseconds that way, and what
 * is written meanwhile costs the copy of a page now and then.
 *
 * Reading and writing are spelt out for each type of numbers: every event does
 * it several times, and code that meets one type only is twice as fast.
 */
import { newOwner, type Owner } from "./columns.js"
import type { Part } from "./part.js"

const PAGE_BITS = 12
const PAGE = 1 << PAGE_BITS
const MASK = PAGE - 1

type Page = Float64Array | Int32Array | Uint8Array

abstract class Paged<A extends Page> {
  protected readonly filling: number
  protected pages: (A | undefined)[] = []
  protected owners: (Owner | undefined)[] = []
  protected owner: Owner = newOwner()

  /** @param filling what stands where nothing was written */
  constructor(filling = 0) {
    this.filling = filling
  }

  abstract get(at: number): number
  abstract set(at: number, value: number): void
  protected abstract make(): A

  add(at: number, amount: number): void {
    this.set(at, this.get(at) + amount)
  }

  /** Back to where nothing was written. */
  clear(): void {
    this.pages = []
    this.owners = []
  }

  fork(): this {
    const copy = new (this.constructor as new (filling: number) => this)(this.filling)
    copy.pages = this.pages.slice()
    this.owner = newOwner()
    return copy
  }

  /** All pages, each as a part with its number beside the facts given. */
  *parts(name: string, facts: object = {}): Generator<Part> {
    for (const [page, cells] of this.pages.entries())
      if (cells !== undefined) yield { name, facts: { ...facts, page }, columns: { cells } }
  }

  /** Takes over the page of a part; it is its own from now on. */
  takePart({ facts, columns }: Part): void {
    const { page } = facts as { readonly page: number }
    this.pages[page] = columns.cells as A
    this.owners[page] = this.owner
  }

  /** A page that may be written to: a copy of a shared one, or a new one. */
  protected own(number: number): A {
    const page = this.make()
    const shared = this.pages[number]
    if (shared !== undefined) page.set(shared)
    else if (this.filling !== 0) page.fill(this.filling)
    this.pages[number] = page
    this.owners[number] = this.owner
    return page
  }
}

export class Float64s extends Paged<Float64Array> {
  get(at: number): number {
    const page = this.pages[at >>> PAGE_BITS]
    return page === undefined ? this.filling : (page[at & MASK] as number)
  }

  set(at: number, value: number): void {
    const number = at >>> PAGE_BITS
    const page = this.owners[number] === this.owner ? (this.pages[number] as Float64Array) : this.own(number)
    page[at & MASK] = value
  }

  protected make(): Float64Array {
    return new Float64Array(PAGE)
  }
}

export class Int32s extends Paged<Int32Array> {
  get(at: number): number {
    const page = this.pages[at >>> PAGE_BITS]
    return page === undefined ? this.filling : (page[at & MASK] as number)
  }

  set(at: number, value: number): void {
    const number = at >>> PAGE_BITS
    const page = this.owners[number] === this.owner ? (this.pages[number] as Int32Array) : this.own(number)
    page[at & MASK] = value
  }

  protected make(): Int32Array {
    return new Int32Array(PAGE)
  }
}

export class Uint8s extends Paged<Uint8Array> {
  get(at: number): number {
    const page = this.pages[at >>> PAGE_BITS]
    return page === undefined ? this.filling : (page[at & MASK] as number)
  }

  set(at: number, value: number): void {
    const number = at >>> PAGE_BITS
    const page = this.owners[number] === this.owner ? (this.pages[number] as Uint8Array) : this.own(number)
    page[at & MASK] = value
  }

  protected make(): Uint8Array {
    return new Uint8Array(PAGE)
  }
}
