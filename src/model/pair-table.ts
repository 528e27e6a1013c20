/**
 * Numbers for bindings and for pairs (binding::domain), so that state stands in
 * columns and an event of a known pair costs one look-up without making a text.
 * Names are kept as bytes: a reader can ask with the bytes of its line.
 * Numbers are given in order of first sight and never change. No state of
 * delivery stands here.
 */

/** Spreads bits: the 32-bit FNV prime, then a final mix so that low bits depend on all. */
const FNV_PRIME = 0x01000193
const FNV_START = 0x811c9dc5 | 0
/** Between binding and domain; a binding's name cannot hold it (configuration.md section 1). */
const COLON = 0x3a
const DOT = 0x2e
const MAX_LOAD = 0.6

/** Words of a slot: number of the name from 1, its hash, where its bytes begin, how many they are. */
const SLOT = 4

/** One set of names, numbered. */
class NameTable {
  /** Everything a comparison needs stands together: a look-up waits for memory as seldom as can be. */
  #slots = new Int32Array(SLOT << 10)
  #mask = (1 << 10) - 1
  #bytes = Buffer.alloc(1 << 12)
  #used = 0
  /** Where a name begins; the next one's beginning is its end. */
  #starts = new Int32Array(1 << 9)
  #count = 0

  get count(): number {
    return this.#count
  }

  /** The number of the name at `bytes[start, end)`, which gets one if it has none. Letters count as they stand. */
  number(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const slots = this.#slots
    const length = end - start
    let slot = hash & this.#mask
    for (;;) {
      const at = slot * SLOT
      const entry = slots[at] as number
      if (entry === 0) return this.#add(bytes, start, end, hash, at)
      if (
        slots[at + 1] === hash &&
        slots[at + 3] === length &&
        this.#equals(slots[at + 2] as number, bytes, start, end)
      )
        return entry - 1
      slot = (slot + 1) & this.#mask
    }
  }

  text(number: number): string {
    const end = number + 1 < this.#count ? (this.#starts[number + 1] as number) : this.#used
    return this.#bytes.toString("utf8", this.#starts[number] as number, end)
  }

  #equals(from: number, bytes: Uint8Array, start: number, end: number): boolean {
    const own = this.#bytes
    let at = from
    for (let i = start; i < end; i++) if (own[at++] !== bytes[i]) return false
    return true
  }

  #add(bytes: Uint8Array, start: number, end: number, hash: number, at: number): number {
    const number = this.#count++
    const length = end - start
    if (number === this.#starts.length) this.#starts = grown(this.#starts, Int32Array)
    if (this.#used + length > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(this.#bytes.length * 2, this.#used + length))
      this.#bytes.copy(larger, 0, 0, this.#used)
      this.#bytes = larger
    }
    for (let i = 0; i < length; i++) this.#bytes[this.#used + i] = bytes[start + i] as number
    this.#starts[number] = this.#used
    this.#slots.set([number + 1, hash, this.#used, length], at)
    this.#used += length
    if (this.#count > (this.#mask + 1) * MAX_LOAD) this.#spread()
    return number
  }

  /** Twice the slots, everything entered anew. */
  #spread(): void {
    const old = this.#slots
    const slots = new Int32Array(old.length * 2)
    const mask = this.#mask * 2 + 1
    for (let from = 0; from < old.length; from += SLOT) {
      if (old[from] === 0) continue
      let slot = (old[from + 1] as number) & mask
      while (slots[slot * SLOT] !== 0) slot = (slot + 1) & mask
      slots.set(old.subarray(from, from + SLOT), slot * SLOT)
    }
    this.#slots = slots
    this.#mask = mask
  }
}

type Column = Float64Array | Int32Array | Uint8Array

/** A copy with twice the room, or as much as is wanted; what is new is filled. */
export function grown<T extends Column>(
  column: T,
  make: new (length: number) => T,
  length = 0,
  filling = 0,
): T {
  const larger = new make(Math.max(column.length * 2, length))
  larger.set(column)
  if (filling !== 0) larger.fill(filling, column.length)
  return larger
}

export class PairTable {
  readonly #bindings = new NameTable()
  readonly #pairs = new NameTable()
  /** Binding of each pair, and how many bytes of the pair's name are the binding's. */
  #bindingOf = new Int32Array(1 << 9)
  readonly #texts: (PairName | undefined)[] = []
  #key = Buffer.alloc(512)

  get count(): number {
    return this.#pairs.count
  }

  get bindingCount(): number {
    return this.#bindings.count
  }

  /**
   * The number of a pair named by two stretches of bytes; an empty binding is "default".
   * @param bytes domain letters A-Z count as a-z, a final dot is dropped
   */
  fromBytes(
    bytes: Uint8Array,
    bindingStart: number,
    bindingEnd: number,
    domainStart: number,
    domainEnd: number,
  ): number {
    const length = bindingEnd - bindingStart + domainEnd - domainStart + DEFAULT_BYTES.length + 1
    if (length > this.#key.length) this.#key = Buffer.alloc(length * 2)
    if (bindingEnd === bindingStart)
      return this.#number(DEFAULT_BYTES, 0, DEFAULT_BYTES.length, bytes, domainStart, domainEnd)
    return this.#number(bytes, bindingStart, bindingEnd, bytes, domainStart, domainEnd)
  }

  /** The number of a pair, which gets one if it has none. */
  of(binding: string, domain: string): number {
    const bytes = Buffer.from(`${binding}${domain}`, "utf8")
    const split = Buffer.byteLength(binding, "utf8")
    return this.fromBytes(bytes, 0, split, split, bytes.length)
  }

  bindingOf(pair: number): number {
    return this.#bindingOf[pair] as number
  }

  bindingName(binding: number): string {
    return this.#bindings.text(binding)
  }

  /** Both names of a pair; one object a pair, made when first asked for. */
  name(pair: number): PairName {
    let name = this.#texts[pair]
    if (name === undefined) {
      const binding = this.bindingName(this.bindingOf(pair))
      const whole = this.#pairs.text(pair)
      name = Object.freeze({ binding, domain: whole.slice(binding.length + 1) })
      this.#texts[pair] = name
    }
    return name
  }

  #number(
    bindingBytes: Uint8Array,
    bindingStart: number,
    bindingEnd: number,
    bytes: Uint8Array,
    domainStart: number,
    domainEnd: number,
  ): number {
    const key = this.#key
    let used = 0
    let hash = FNV_START
    for (let i = bindingStart; i < bindingEnd; i++) {
      const byte = bindingBytes[i] as number
      key[used++] = byte
      hash = Math.imul(hash ^ byte, FNV_PRIME)
    }
    const bindingHash = hash
    const bindingLength = used
    key[used++] = COLON
    const end = domainEnd > domainStart + 1 && bytes[domainEnd - 1] === DOT ? domainEnd - 1 : domainEnd
    for (let i = domainStart; i < end; i++) {
      let byte = bytes[i] as number
      if (byte >= 0x41 && byte <= 0x5a) byte |= 0x20
      key[used++] = byte
      hash = Math.imul(hash ^ byte, FNV_PRIME)
    }
    const before = this.#pairs.count
    const pair = this.#pairs.number(key, 0, used, mixed(hash))
    if (pair === before) {
      if (pair >= this.#bindingOf.length) this.#bindingOf = grown(this.#bindingOf, Int32Array)
      this.#bindingOf[pair] = this.#bindings.number(key, 0, bindingLength, mixed(bindingHash))
    }
    return pair
  }
}

export interface PairName {
  readonly binding: string
  readonly domain: string
}

const DEFAULT_BYTES = Buffer.from("default")

function mixed(hash: number): number {
  const half = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return half ^ (half >>> 13)
}
