/**
 * Numbers for bindings and for pairs (binding::domain), so that state stands in
 * columns and an event of a known pair costs one look-up without making a text.
 * Names are kept as bytes: a reader can ask with the bytes of its line.
 * Numbers are given in order of first sight and never change. No state of
 * delivery stands here.
 */
import { compareText, compareUtf8 } from "./compare.js"
import { PagedList } from "./paged-list.js"

/** Words of a slot: number of the pair from 1, hash of its name, where its bytes begin, how many they are. */
const SLOT = 4
const FIRST_SLOTS = 1 << 10
const MAX_LOAD = 0.6
/** Between binding and domain in a stored name: no line that is read holds it. */
const SEPARATOR = 0
const DOT = 0x2e
/** Sets bit 5 of four characters: letters lose their case, for the hash only. */
const CASE_BITS = 0x20202020
const SPREAD = 0x9e3779b1 | 0

/** A column read back from somewhere may be empty. */
const LEAST_ROOM = 16

type Column = Float64Array | Int32Array | Uint8Array

/** A copy with twice the room, or as much as is wanted; what is new is filled. */
export function grown<T extends Column>(
  column: T,
  make: new (length: number) => T,
  length = 0,
  filling = 0,
): T {
  const larger = new make(Math.max(column.length * 2, length, LEAST_ROOM))
  larger.set(column)
  if (filling !== 0) larger.fill(filling, column.length)
  return larger
}

export interface PairName {
  readonly binding: string
  readonly domain: string
}

export interface PairTableState {
  readonly bindings: readonly string[]
  /** By binding; absent where nothing named one. */
  readonly groups: readonly (string | null)[]
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly starts: Int32Array<ArrayBuffer>
  readonly domains: Int32Array<ArrayBuffer>
  readonly bindingOf: Int32Array<ArrayBuffer>
}

const PAIRS_AT_A_TIME = 4096
const SCRATCH_BYTES = 512
const SCRATCH = Buffer.alloc(SCRATCH_BYTES)
const DEFAULT_BYTES = Buffer.from("default")
/** Of bindings for which nothing names one. */
export const DEFAULT_GROUP = "default"

export class PairTable {
  /** Everything a comparison needs stands together: a look-up waits for memory as seldom as can be. */
  #slots = new Int32Array(SLOT * FIRST_SLOTS)
  #mask = FIRST_SLOTS - 1
  /** Names as `binding NUL domain`, one behind the other. */
  #bytes = Buffer.alloc(1 << 12)
  #ownView = viewOf(this.#bytes)
  #used = 0
  #count = 0
  /** Its columns are those of the table that it is a copy of. */
  #isShared = false
  // By pair.
  #starts = new Int32Array(1 << 9)
  #bindingOf = new Int32Array(1 << 9)
  /** Where the domain begins in a pair's bytes. */
  #domains = new Int32Array(1 << 9)
  readonly #names = new PagedList<PairName>()
  readonly #bindings: string[] = []
  /** Group of a binding as the traffic has it; null while nothing has named one. */
  readonly #groups: (string | null)[] = []
  /** Bindings of no group that is known. */
  #ungrouped = 0
  /** Raised when a binding that was known gets its group. */
  groupVersion = 0
  readonly #bindingNumbers = new Map<string, number>()
  /** The bytes last asked with, and a view of them: a reader asks many times with the same. */
  #asked: Uint8Array = DEFAULT_BYTES
  #view = viewOf(DEFAULT_BYTES)

  get count(): number {
    return this.#count
  }

  get bindingCount(): number {
    return this.#bindings.length
  }

  /**
   * The number of a pair named by two stretches of bytes, which gets one if it has none.
   * An empty binding is "default". In the domain letters A-Z count as a-z, and a final dot is dropped.
   */
  fromBytes(
    bytes: Uint8Array,
    bindingStart: number,
    bindingEnd: number,
    domainStart: number,
    domainEnd: number,
  ): number {
    if (bindingEnd === bindingStart) {
      const all = Buffer.concat([DEFAULT_BYTES, bytes.subarray(domainStart, domainEnd)])
      return this.fromBytes(all, 0, DEFAULT_BYTES.length, DEFAULT_BYTES.length, all.length)
    }
    if (bytes !== this.#asked) this.#askWith(bytes)
    const end = domainEnd > domainStart + 1 && bytes[domainEnd - 1] === DOT ? domainEnd - 1 : domainEnd
    const seed = this.#hash(bindingStart, bindingEnd, 0, 0)
    const hash = this.#hash(domainStart, end, CASE_BITS, seed)
    const length = bindingEnd - bindingStart + 1 + end - domainStart
    const slots = this.#slots
    let slot = hash & this.#mask
    for (;;) {
      const at = slot * SLOT
      const entry = slots[at] as number
      if (entry === 0) return this.#add(bindingStart, bindingEnd, domainStart, end, hash, at)
      if (slots[at + 1] === hash && slots[at + 3] === length) {
        const from = slots[at + 2] as number
        if (this.#equals(from, bindingStart, bindingEnd, domainStart, end)) return entry - 1
      }
      slot = (slot + 1) & this.#mask
    }
  }

  /** The number of a pair, which gets one if it has none. */
  of(binding: string, domain: string): number {
    // Names are short and nearly always ASCII: copied by hand they need no buffer of their own.
    const split = binding.length
    const end = split + domain.length
    if (end <= SCRATCH_BYTES && copyAscii(binding, 0) && copyAscii(domain, split))
      return this.fromBytes(SCRATCH, 0, split, split, end)
    return this.#ofAny(binding, domain)
  }

  #ofAny(binding: string, domain: string): number {
    const bytes = Buffer.from(`${binding}${domain}`, "utf8")
    const split = Buffer.byteLength(binding, "utf8")
    return this.fromBytes(bytes, 0, split, split, bytes.length)
  }

  bindingOf(pair: number): number {
    return this.#bindingOf[pair] as number
  }

  hasBinding(name: string): boolean {
    return this.#bindingNumbers.has(name)
  }

  /** The number of a binding, which gets one if it has none. */
  binding(name: string): number {
    return this.#bindingNumber(name)
  }

  bindingName(binding: number): string {
    return this.#bindings[binding] as string
  }

  /** Group of a binding as the traffic first named it; "default" where it did not. */
  groupOf(binding: number): string {
    return this.#groups[binding] ?? DEFAULT_GROUP
  }

  /** Has no group been named for a pair's binding yet? Where each has one, the answer costs a comparison. */
  lacksGroup(pair: number): boolean {
    return this.#ungrouped > 0 && this.#groups[this.bindingOf(pair)] === null
  }

  /**
   * Notes the group of a binding; the first one stays.
   * @returns whether this is the first
   */
  noteGroup(binding: number, group: string): boolean {
    if (group === "" || this.#groups[binding] !== null) return false
    this.#groups[binding] = group
    this.#ungrouped--
    this.groupVersion++
    return true
  }

  /** Both names of a pair; one object a pair, made when first asked for. */
  name(pair: number): PairName {
    const known = this.#names.get(pair)
    if (known !== undefined) return known
    const name = this.nameOnce(pair)
    this.#names.set(pair, name)
    return name
  }

  /** Both names of a pair, and nothing is kept: where all pairs may come, a million objects would stay. */
  nameOnce(pair: number): PairName {
    const known = this.#names.get(pair)
    if (known !== undefined) return known
    return Object.freeze({ binding: this.bindingName(this.bindingOf(pair)), domain: this.domainName(pair) })
  }

  /** The domain of a pair alone, of which nothing is kept: for walks over all pairs. */
  domainName(pair: number): string {
    return this.#bytes.toString("utf8", this.#domains[pair], this.#endOf(pair))
  }

  /**
   * Orders pairs by binding, then domain: their numbers tell in what order files were read, which must
   * not show. Makes no names: all pairs may be put in order.
   */
  compare(one: number, other: number): number {
    const [binding, otherBinding] = [this.bindingOf(one), this.bindingOf(other)]
    if (binding !== otherBinding)
      return compareText(this.bindingName(binding), this.bindingName(otherBinding))
    const bytes = this.#bytes
    const [end, otherEnd] = [this.#endOf(one), this.#endOf(other)]
    let i = this.#domains[one] as number
    let j = this.#domains[other] as number
    while (i < end && j < otherEnd && bytes[i] === bytes[j]) {
      i++
      j++
    }
    if (i < end && j < otherEnd) return compareUtf8(bytes[i] as number, bytes[j] as number)
    return end - i - (otherEnd - j)
  }

  #endOf(pair: number): number {
    return pair + 1 < this.#count ? (this.#starts[pair + 1] as number) : this.#used
  }

  /**
   * A copy that goes its own way. Names are only ever added: it shares what there is with the
   * original, which adds behind it, until the copy is first asked for a number.
   */
  fork(): PairTable {
    const copy = new PairTable()
    copy.#slots = this.#slots
    copy.#mask = this.#mask
    copy.#bytes = this.#bytes
    copy.#ownView = this.#ownView
    copy.#used = this.#used
    copy.#count = this.#count
    copy.#starts = this.#starts
    copy.#bindingOf = this.#bindingOf
    copy.#domains = this.#domains
    copy.#isShared = true
    copy.#takeBindings(this.#bindings, this.#groups)
    return copy
  }

  /** All names in columns, by pair; the bytes of a pair begin at `starts`, those of its domain at `domains`. */
  state(): PairTableState {
    return {
      bindings: this.#bindings,
      groups: this.#groups,
      bytes: this.#bytes.subarray(0, this.#used),
      starts: this.#starts.subarray(0, this.#count),
      domains: this.#domains.subarray(0, this.#count),
      bindingOf: this.#bindingOf.subarray(0, this.#count),
    }
  }

  /**
   * Takes over the names of another table with their numbers; only for an empty one.
   * Stops now and then, so that a million need not be entered in one go.
   */
  *restore(state: PairTableState): Generator<void> {
    this.#bytes = Buffer.from(state.bytes.buffer, state.bytes.byteOffset, state.bytes.length)
    this.#ownView = viewOf(this.#bytes)
    this.#used = this.#bytes.length
    this.#starts = state.starts
    this.#domains = state.domains
    this.#bindingOf = state.bindingOf
    this.#takeBindings(state.bindings, state.groups ?? [])
    // Room for all from the start: making more later means entering everything anew.
    while (state.starts.length > (this.#mask + 1) * MAX_LOAD) this.#mask = this.#mask * 2 + 1
    this.#slots = new Int32Array(SLOT * (this.#mask + 1))
    this.#askWith(this.#bytes)
    while (this.#count < state.starts.length) {
      const pair = this.#count++
      const start = this.#starts[pair] as number
      const domain = this.#domains[pair] as number
      const end = this.#starts[pair + 1] ?? this.#used
      const hash = this.#hash(domain, end, CASE_BITS, this.#hash(start, domain - 1, 0, 0))
      let slot = hash & this.#mask
      while (this.#slots[slot * SLOT] !== 0) slot = (slot + 1) & this.#mask
      this.#enter(slot * SLOT, pair, hash, end - start)
      if (pair % PAIRS_AT_A_TIME === 0) yield
    }
  }

  /** Of a stretch of the bytes asked with, four at a time. */
  #hash(start: number, end: number, folding: number, seed: number): number {
    const view = this.#view
    let hash = seed ^ (end - start)
    let i = start
    for (; i + 4 <= end; i += 4) {
      hash = Math.imul(hash ^ (view.getInt32(i, true) | folding), SPREAD)
      hash ^= hash >>> 15
    }
    for (; i < end; i++) hash = Math.imul(hash ^ (view.getUint8(i) | (folding & 0xff)), SPREAD)
    return hash ^ (hash >>> 13)
  }

  /** Four bytes at a time where they are the same, as they nearly always are. */
  #equals(
    from: number,
    bindingStart: number,
    bindingEnd: number,
    domainStart: number,
    domainEnd: number,
  ): boolean {
    const own = this.#ownView
    const asked = this.#view
    let at = from
    let i = bindingStart
    for (; i + 4 <= bindingEnd; i += 4, at += 4)
      if (own.getInt32(at, true) !== asked.getInt32(i, true)) return false
    for (; i < bindingEnd; i++) if (own.getUint8(at++) !== asked.getUint8(i)) return false
    if (own.getUint8(at++) !== SEPARATOR) return false
    for (i = domainStart; i < domainEnd; ) {
      if (i + 4 <= domainEnd && own.getInt32(at, true) === asked.getInt32(i, true)) {
        i += 4
        at += 4
      } else if (own.getUint8(at++) !== lower(asked.getUint8(i++))) return false
    }
    return true
  }

  #add(
    bindingStart: number,
    bindingEnd: number,
    domainStart: number,
    domainEnd: number,
    hash: number,
    at: number,
  ): number {
    const pair = this.#count++
    const length = bindingEnd - bindingStart + 1 + domainEnd - domainStart
    if (pair === this.#starts.length) {
      this.#starts = grown(this.#starts, Int32Array)
      this.#bindingOf = grown(this.#bindingOf, Int32Array)
      this.#domains = grown(this.#domains, Int32Array)
    }
    if (this.#used + length > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(this.#bytes.length * 2, this.#used + length))
      this.#bytes.copy(larger, 0, 0, this.#used)
      this.#bytes = larger
      this.#ownView = viewOf(larger)
    }
    const start = this.#used
    let to = start
    for (let i = bindingStart; i < bindingEnd; i++) this.#bytes[to++] = this.#asked[i] as number
    this.#bytes[to++] = SEPARATOR
    for (let i = domainStart; i < domainEnd; i++) this.#bytes[to++] = lower(this.#asked[i] as number)
    this.#used = to
    this.#starts[pair] = start
    this.#domains[pair] = start + bindingEnd - bindingStart + 1
    this.#bindingOf[pair] = this.#bindingNumber(
      this.#bytes.toString("utf8", start, start + bindingEnd - bindingStart),
    )
    this.#enter(at, pair, hash, length)
    return pair
  }

  #enter(at: number, pair: number, hash: number, length: number): void {
    const slots = this.#slots
    slots[at] = pair + 1
    slots[at + 1] = hash
    slots[at + 2] = this.#starts[pair] as number
    slots[at + 3] = length
    if (this.#count > (this.#mask + 1) * MAX_LOAD) this.#spread()
  }

  /** Gets columns of its own, without names that are not its own. */
  #unshare(): void {
    this.#isShared = false
    this.#bytes = Buffer.from(this.#bytes.subarray(0, this.#used))
    this.#ownView = viewOf(this.#bytes)
    this.#starts = this.#starts.slice()
    this.#bindingOf = this.#bindingOf.slice()
    this.#domains = this.#domains.slice()
    const old = this.#slots
    const slots = new Int32Array(old.length)
    for (let from = 0; from < old.length; from += SLOT) {
      const entry = old[from] as number
      if (entry === 0 || entry > this.#count) continue
      let slot = (old[from + 1] as number) & this.#mask
      while (slots[slot * SLOT] !== 0) slot = (slot + 1) & this.#mask
      for (let i = 0; i < SLOT; i++) slots[slot * SLOT + i] = old[from + i] as number
    }
    this.#slots = slots
  }

  #askWith(bytes: Uint8Array): void {
    // A copy has not been asked anything yet: this is where it becomes one that can be.
    if (this.#isShared) this.#unshare()
    this.#asked = bytes
    this.#view = viewOf(bytes)
  }

  #bindingNumber(name: string): number {
    let number = this.#bindingNumbers.get(name)
    if (number === undefined) {
      number = this.#bindings.push(name) - 1
      this.#bindingNumbers.set(name, number)
      this.#groups.push(null)
      this.#ungrouped++
    }
    return number
  }

  #takeBindings(names: readonly string[], groups: readonly (string | null)[]): void {
    for (const [i, name] of names.entries()) this.noteGroup(this.#bindingNumber(name), groups[i] ?? "")
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
      for (let i = 0; i < SLOT; i++) slots[slot * SLOT + i] = old[from + i] as number
    }
    this.#slots = slots
    this.#mask = mask
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** False when the text holds anything else. */
function copyAscii(text: string, to: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) return false
    SCRATCH[to + i] = code
  }
  return true
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
}
