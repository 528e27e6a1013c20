/**
 * What the engine takes back when a way fails: alternatives to try, and the old values of
 * registers, on one stack so that they come back in order. Keeps out what registers mean.
 */

/** Entries of three numbers; about 18 MB. */
const MAX_WORDS = 3 * 1_500_000
const KEPT_WORDS = 3 * 60_000

/** The array of the last search, so that most searches allocate none. */
let spare: Int32Array = new Int32Array(KEPT_WORDS / 8)

export class BacktrackStack {
  readonly registers: Int32Array
  /** Numbers on the stack; three to an entry. */
  height = 0
  // of the alternative last taken
  target = 0
  position = 0
  extra = 0
  /** [target, position, extra] of an alternative, or [~register, old value, 0]. */
  #words: Int32Array = spare

  constructor(registerCount: number) {
    this.registers = new Int32Array(registerCount)
  }

  /** Makes room for one instruction's entries; false when the stack has its greatest size. */
  hasRoom(): boolean {
    const needed = this.height + 3 * this.registers.length + 9
    if (needed <= this.#words.length) return true
    const wanted = Math.max(2 * this.#words.length, needed)
    if (wanted > MAX_WORDS) return false
    const grown = new Int32Array(wanted)
    grown.set(this.#words)
    this.#words = grown
    if (wanted <= KEPT_WORDS) spare = grown
    return true
  }

  /** Sets a register until what follows fails. */
  set(register: number, value: number): void {
    const { registers } = this
    const words = this.#words
    const at = this.height
    words[at] = ~register
    words[at + 1] = registers[register] as number
    this.height = at + 3
    registers[register] = value
  }

  /** Notes an alternative: go on at `target` from `position`. */
  push(target: number, position: number, extra: number): void {
    const words = this.#words
    const at = this.height
    words[at] = target
    words[at + 1] = position
    words[at + 2] = extra
    this.height = at + 3
  }

  /** Takes the last alternative, registers put back; false when there is none. */
  pop(): boolean {
    const words = this.#words
    let at = this.height
    while (at > 0) {
      at -= 3
      const entry = words[at] as number
      if (entry >= 0) {
        this.target = entry
        this.position = words[at + 1] as number
        this.extra = words[at + 2] as number
        this.height = at
        return true
      }
      this.registers[~entry] = words[at + 1] as number
    }
    this.height = 0
    return false
  }

  /** Forgets the alternatives above `low`; registers can still be put back. */
  dropAlternatives(low: number): void {
    const words = this.#words
    let kept = low
    for (let at = low; at < this.height; at += 3) {
      if ((words[at] as number) >= 0) continue
      words[kept] = words[at] as number
      words[kept + 1] = words[at + 1] as number
      kept += 3
    }
    this.height = kept
  }

  /** Takes back everything above `low`; returns the position of the alternative that lay there. */
  unwind(low: number): number {
    const words = this.#words
    for (let at = this.height - 3; at >= low; at -= 3) {
      const entry = words[at] as number
      if (entry < 0) this.registers[~entry] = words[at + 1] as number
    }
    this.height = low
    return words[low + 1] as number
  }
}
