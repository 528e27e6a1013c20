/**
 * Lua patterns, with a bound on the work. A pattern such as 28 × `a?` before 28
 * × `a` takes the original 46 seconds and no hook can stop it (lua-dialect.md,
 * Limits); here every comparison is charged to the script's budget.
 * Works on bytes; knows nothing of the Lua stack.
 */
import type { LuaBytes } from "../fengari.js"

const ESCAPE = 0x25 // %
const MAX_CAPTURES = 32
/** Depth of nested matching, as the original's MAXCCALLS: JavaScript's stack must hold it. */
const MAX_DEPTH = 2000
const CHARGE_EVERY = 4096

const CAPTURE_OPEN = -1
const CAPTURE_POSITION = -2

/** Thrown for a malformed pattern or one too deep; the library turns it into a Lua error. */
export class PatternError extends Error {}

/** A capture: bytes, or a position counted from 1. */
export type Capture = LuaBytes | number

export class PatternMatch {
  readonly #subject: LuaBytes
  readonly #pattern: LuaBytes
  readonly #charge: (steps: number) => void
  #steps = 0
  #depth = 0
  #level = 0
  readonly #starts: number[] = []
  readonly #lengths: number[] = []

  /** @param charge is told of work done, in byte comparisons; it may throw to end the script */
  constructor(subject: LuaBytes, pattern: LuaBytes, charge: (steps: number) => void) {
    this.#subject = subject
    this.#pattern = pattern
    this.#charge = charge
  }

  /** Matches the pattern from byte `p` at subject byte `s`; returns the end of the match or -1. */
  matchAt(s: number, p: number): number {
    this.#level = 0
    this.#depth = 0
    const end = this.#match(s, p)
    this.settle()
    return end
  }

  /** Charges what has not been charged yet. */
  settle(): void {
    if (this.#steps === 0) return
    const steps = this.#steps
    this.#steps = 0
    this.#charge(steps)
  }

  get captureCount(): number {
    return this.#level
  }

  /** Capture `i` from 0. Without any captures, number 0 is the whole match. */
  capture(i: number, start: number, end: number): Capture {
    if (i >= this.#level) {
      if (i === 0) return this.#subject.subarray(start, end)
      throw new PatternError("invalid capture index")
    }
    const length = this.#lengths[i] as number
    const from = this.#starts[i] as number
    if (length === CAPTURE_OPEN) throw new PatternError("unfinished capture")
    if (length === CAPTURE_POSITION) return from + 1
    return this.#subject.subarray(from, from + length)
  }

  #tick(): void {
    if (++this.#steps >= CHARGE_EVERY) this.settle()
  }

  #match(start: number, patternStart: number): number {
    if (++this.#depth > MAX_DEPTH) throw new PatternError("pattern too complex")
    const end = this.#matchHere(start, patternStart)
    this.#depth--
    return end
  }

  #matchHere(start: number, patternStart: number): number {
    const pattern = this.#pattern
    let s = start
    let p = patternStart
    for (;;) {
      this.#tick()
      if (p >= pattern.length) return s
      const c = pattern[p]
      if (c === 0x28) {
        return pattern[p + 1] === 0x29
          ? this.#openCapture(s, p + 2, CAPTURE_POSITION)
          : this.#openCapture(s, p + 1, CAPTURE_OPEN)
      }
      if (c === 0x29) return this.#closeCapture(s, p + 1)
      if (c === ESCAPE) {
        const kind = pattern[p + 1]
        if (kind === 0x62) {
          s = this.#matchBalance(s, p + 2)
          if (s === -1) return -1
          p += 4
          continue
        }
        if (kind === 0x66) {
          p += 2
          if (pattern[p] !== 0x5b) throw new PatternError("missing '[' after '%f' in pattern")
          const setEnd = this.#classEnd(p)
          const before = s === 0 ? 0 : (this.#subject[s - 1] as number)
          const here = s < this.#subject.length ? (this.#subject[s] as number) : 0
          if (this.#inSet(before, p, setEnd - 1) || !this.#inSet(here, p, setEnd - 1)) return -1
          p = setEnd
          continue
        }
        if (kind !== undefined && kind >= 0x30 && kind <= 0x39) {
          s = this.#matchBackReference(s, kind)
          if (s === -1) return -1
          p += 2
          continue
        }
      }
      if (c === 0x24 && p + 1 === pattern.length) return s === this.#subject.length ? s : -1
      const itemEnd = this.#classEnd(p)
      const suffix = pattern[itemEnd]
      if (suffix === 0x3f) {
        if (s < this.#subject.length && this.#single(s, p, itemEnd)) {
          const end = this.#match(s + 1, itemEnd + 1)
          if (end !== -1) return end
        }
        p = itemEnd + 1
        continue
      }
      if (suffix === 0x2a) return this.#maxExpand(s, p, itemEnd, 0)
      if (suffix === 0x2b) return this.#maxExpand(s, p, itemEnd, 1)
      if (suffix === 0x2d) return this.#minExpand(s, p, itemEnd)
      if (s >= this.#subject.length || !this.#single(s, p, itemEnd)) return -1
      s++
      p = itemEnd
    }
  }

  #maxExpand(s: number, p: number, itemEnd: number, least: number): number {
    let count = 0
    while (s + count < this.#subject.length && this.#single(s + count, p, itemEnd)) {
      count++
      this.#tick()
    }
    for (; count >= least; count--) {
      const end = this.#match(s + count, itemEnd + 1)
      if (end !== -1) return end
    }
    return -1
  }

  #minExpand(start: number, p: number, itemEnd: number): number {
    for (let s = start; ; s++) {
      const end = this.#match(s, itemEnd + 1)
      if (end !== -1) return end
      if (s >= this.#subject.length || !this.#single(s, p, itemEnd)) return -1
    }
  }

  #openCapture(s: number, p: number, kind: number): number {
    if (this.#level >= MAX_CAPTURES) throw new PatternError("too many captures")
    this.#starts[this.#level] = s
    this.#lengths[this.#level] = kind
    this.#level++
    const end = this.#match(s, p)
    if (end === -1) this.#level--
    return end
  }

  #closeCapture(s: number, p: number): number {
    let open = this.#level - 1
    while (open >= 0 && this.#lengths[open] !== CAPTURE_OPEN) open--
    if (open < 0) throw new PatternError("invalid pattern capture")
    this.#lengths[open] = s - (this.#starts[open] as number)
    const end = this.#match(s, p)
    if (end === -1) this.#lengths[open] = CAPTURE_OPEN
    return end
  }

  #matchBalance(s: number, p: number): number {
    if (p + 1 >= this.#pattern.length) throw new PatternError("unbalanced pattern")
    const subject = this.#subject
    if (s >= subject.length || subject[s] !== this.#pattern[p]) return -1
    const open = this.#pattern[p]
    const close = this.#pattern[p + 1]
    let depth = 1
    for (let i = s + 1; i < subject.length; i++) {
      this.#tick()
      const c = subject[i]
      if (c === close) {
        if (--depth === 0) return i + 1
      } else if (c === open) depth++
    }
    return -1
  }

  #matchBackReference(s: number, digit: number): number {
    const i = digit - 0x31
    const length = this.#lengths[i]
    if (i < 0 || i >= this.#level || length === undefined || length === CAPTURE_OPEN) {
      throw new PatternError("invalid capture index")
    }
    const from = this.#starts[i] as number
    // A position has no text that could come again.
    if (length === CAPTURE_POSITION || this.#subject.length - s < length) return -1
    for (let k = 0; k < length; k++) {
      this.#tick()
      if (this.#subject[from + k] !== this.#subject[s + k]) return -1
    }
    return s + length
  }

  /** The end of the single-character item that begins at `p`. */
  #classEnd(start: number): number {
    const pattern = this.#pattern
    let p = start
    const c = pattern[p++]
    if (c === ESCAPE) {
      if (p >= pattern.length) throw new PatternError("malformed pattern (ends with '%')")
      return p + 1
    }
    if (c !== 0x5b) return p
    if (pattern[p] === 0x5e) p++
    do {
      if (p >= pattern.length) throw new PatternError("malformed pattern (missing ']')")
      if (pattern[p++] === ESCAPE) {
        if (p >= pattern.length) throw new PatternError("malformed pattern (missing ']')")
        p++
      }
      this.#tick()
    } while (pattern[p] !== 0x5d)
    return p + 1
  }

  #single(s: number, p: number, itemEnd: number): boolean {
    const c = this.#subject[s] as number
    const item = this.#pattern[p]
    if (item === 0x2e) return true
    if (item === ESCAPE) return inClass(c, this.#pattern[p + 1] as number)
    if (item === 0x5b) return this.#inSet(c, p, itemEnd - 1)
    return item === c
  }

  /** Is byte `c` in the set from `[` at `start` to `]` at `close`? */
  #inSet(c: number, start: number, close: number): boolean {
    const pattern = this.#pattern
    let p = start + 1
    let wanted = true
    if (pattern[p] === 0x5e) {
      wanted = false
      p++
    }
    for (; p < close; p++) {
      this.#tick()
      const item = pattern[p] as number
      if (item === ESCAPE) {
        p++
        if (inClass(c, pattern[p] as number)) return wanted
      } else if (pattern[p + 1] === 0x2d && p + 2 < close) {
        p += 2
        if (item <= c && c <= (pattern[p] as number)) return wanted
      } else if (item === c) return wanted
    }
    return !wanted
  }
}

/** C-locale character classes, as the original has them: ASCII only. */
function inClass(c: number, letter: number): boolean {
  let found: boolean
  switch (letter | 0x20) {
    case 0x61:
      found = isAlpha(c)
      break
    case 0x63:
      found = c < 32 || c === 127
      break
    case 0x64:
      found = isDigit(c)
      break
    case 0x6c:
      found = c >= 97 && c <= 122
      break
    case 0x70:
      found = c > 32 && c < 127 && !isAlpha(c) && !isDigit(c)
      break
    case 0x73:
      found = c === 32 || (c >= 9 && c <= 13)
      break
    case 0x75:
      found = c >= 65 && c <= 90
      break
    case 0x77:
      found = isAlpha(c) || isDigit(c)
      break
    case 0x78:
      found = isDigit(c) || (c >= 97 && c <= 102) || (c >= 65 && c <= 70)
      break
    case 0x7a:
      found = c === 0
      break
    default:
      return letter === c
  }
  const isLetter = (letter >= 65 && letter <= 90) || (letter >= 97 && letter <= 122)
  if (!isLetter) return letter === c
  return letter < 97 ? !found : found
}

function isAlpha(c: number): boolean {
  return (c >= 65 && c <= 90) || (c >= 97 && c <= 122)
}

function isDigit(c: number): boolean {
  return c >= 48 && c <= 57
}
