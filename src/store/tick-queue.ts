/**
 * What was counted lately, in the order in which it came, so that it can be
 * taken back when its time is over: pairs, each with a code where wanted, and
 * between them how far time went on. A count costs four bytes for as long as it
 * matters, and nothing after. Ticks are whole numbers of the caller's: seconds,
 * or windows.
 *
 * Chunks that are full are never written again, so a fork shares them.
 */
import type { Part } from "./part.js"

/** Entries of a chunk. */
const CHUNK = 4096
/** The first chunk of a queue that may stay small. */
const FIRST_CHUNK = 64

interface Chunk {
  /** A pair, or, below 0, by how many ticks time goes on before the next one. */
  readonly pairs: Int32Array
  readonly codes: Int16Array | null
}

interface QueueFacts {
  /** When its first entry was added, unless time goes on before it. */
  readonly tick: number
}

export class TickQueue {
  /** Tick of the oldest entry; infinite when there is none. */
  headTick = Number.POSITIVE_INFINITY
  /** Tick of whatever is added next, unless time goes on; minus infinity when there is nothing yet. */
  tailTick = Number.NEGATIVE_INFINITY
  /** Code of the entry that was taken out last. */
  takenCode = 0
  readonly #hasCodes: boolean
  #chunks: Chunk[] = []
  /** Chunks that have been taken out wholly, at the front of the list. */
  #done = 0
  /** The next entry to be taken out of the first chunk, and entries of the last one. */
  #from = 0
  #filled = 0
  /** The last chunk may be written to. */
  #isOwn = false

  constructor(hasCodes: boolean) {
    this.#hasCodes = hasCodes
  }

  /** @param tick not before the tail's */
  add(pair: number, code: number, tick: number): void {
    if (tick > this.tailTick) {
      if (this.headTick === Number.POSITIVE_INFINITY) this.headTick = tick
      else this.#write(this.tailTick - tick, 0)
      this.tailTick = tick
    } else if (this.headTick === Number.POSITIVE_INFINITY) this.headTick = this.tailTick
    this.#write(pair, code)
  }

  /** Takes out the oldest entry, which must be there; returns its pair. */
  take(): number {
    const { pairs, codes } = this.#chunks[this.#done] as Chunk
    const pair = pairs[this.#from] as number
    this.takenCode = codes === null ? 0 : (codes[this.#from] as number)
    this.#step()
    // The next entry tells its time by what stands before it.
    while (this.headTick !== Number.POSITIVE_INFINITY) {
      const next = (this.#chunks[this.#done] as Chunk).pairs[this.#from] as number
      if (next >= 0) break
      this.headTick -= next
      this.#step()
    }
    return pair
  }

  clear(): void {
    this.headTick = Number.POSITIVE_INFINITY
    this.tailTick = Number.NEGATIVE_INFINITY
    this.#chunks = []
    this.#done = 0
    this.#from = 0
    this.#filled = 0
    this.#isOwn = false
  }

  fork(): TickQueue {
    const copy = new TickQueue(this.#hasCodes)
    copy.headTick = this.headTick
    copy.tailTick = this.tailTick
    copy.#chunks = this.#chunks.slice(this.#done)
    copy.#from = this.#from
    copy.#filled = this.#filled
    this.#isOwn = false
    return copy
  }

  /** Bytes of its chunks. */
  get bytes(): number {
    let bytes = 0
    for (let i = this.#done; i < this.#chunks.length; i++) {
      const { pairs, codes } = this.#chunks[i] as Chunk
      bytes += pairs.byteLength + (codes?.byteLength ?? 0)
    }
    return bytes
  }

  /** All entries, as many as a chunk holds in each part, wherever chunks begin: that depends on what was taken out. */
  *parts(name: string): Generator<Part> {
    let tick = this.headTick
    const pairs = new Int32Array(CHUNK)
    const codes = new Int16Array(this.#hasCodes ? CHUNK : 0)
    let length = 0
    const take = (): Part => {
      const facts: QueueFacts = { tick }
      const part = pairs.slice(0, length)
      for (const pair of part) if (pair < 0) tick -= pair
      const columns = this.#hasCodes ? { pairs: part, codes: codes.slice(0, length) } : { pairs: part }
      length = 0
      return { name, facts, columns }
    }
    for (let i = this.#done; i < this.#chunks.length; i++) {
      const chunk = this.#chunks[i] as Chunk
      const end = i === this.#chunks.length - 1 ? this.#filled : chunk.pairs.length
      for (let from = i === this.#done ? this.#from : 0; from < end; ) {
        const to = Math.min(end, from + CHUNK - length)
        pairs.set(chunk.pairs.subarray(from, to), length)
        if (chunk.codes !== null) codes.set(chunk.codes.subarray(from, to), length)
        length += to - from
        from = to
        if (length === CHUNK) yield take()
      }
    }
    if (length > 0) yield take()
  }

  /** Tells the entries of a part one after the other, in the order in which they were added. */
  static each({ facts, columns }: Part, tell: (pair: number, code: number, tick: number) => void): void {
    const { pairs, codes } = columns as { pairs: Int32Array; codes?: Int16Array }
    let { tick } = facts as QueueFacts
    for (const [i, pair] of pairs.entries()) {
      if (pair < 0) tick -= pair
      else tell(pair, codes?.[i] ?? 0, tick)
    }
  }

  #write(pair: number, code: number): void {
    let chunk = this.#chunks[this.#chunks.length - 1]
    if (chunk === undefined || this.#filled === chunk.pairs.length || !this.#isOwn) chunk = this.#room(chunk)
    chunk.pairs[this.#filled] = pair
    if (chunk.codes !== null) chunk.codes[this.#filled] = code
    this.#filled++
  }

  /** A last chunk that may be written to and has room. */
  #room(last: Chunk | undefined): Chunk {
    const isFull = last === undefined || this.#filled === CHUNK
    const length = last === undefined ? FIRST_CHUNK : CHUNK
    const chunk: Chunk = {
      pairs: new Int32Array(length),
      codes: this.#hasCodes ? new Int16Array(length) : null,
    }
    if (isFull) {
      this.#chunks.push(chunk)
      this.#filled = 0
    } else {
      chunk.pairs.set(last.pairs.subarray(0, this.#filled))
      if (last.codes !== null) chunk.codes?.set(last.codes.subarray(0, this.#filled))
      this.#chunks[this.#chunks.length - 1] = chunk
    }
    this.#isOwn = true
    return chunk
  }

  #step(): void {
    const last = this.#chunks.length - 1
    this.#from++
    if (this.#done === last) {
      if (this.#from < this.#filled) return
      // Empty, and none of its chunks is needed; what time it is stays known.
      const { tailTick } = this
      this.clear()
      this.tailTick = tailTick
      return
    }
    if (this.#from < (this.#chunks[this.#done] as Chunk).pairs.length) return
    this.#from = 0
    this.#done++
    // The list itself is shortened now and then only: that moves all of it.
    if (this.#done < 64 || this.#done * 2 < this.#chunks.length) return
    this.#chunks = this.#chunks.slice(this.#done)
    this.#done = 0
  }
}
