/**
 * The bounded engine: runs a program over a subject the way PCRE would, with an
 * explicit stack and a count of steps, so that no pattern can hang the process or
 * overflow the call stack. Slower than a RegExp; used for what JavaScript has no
 * words for, and for patterns that could run away there.
 */
import type { Ast } from "./ast.js"
import { canBeEmpty, firstSet, isAnchored, someNode } from "./ast.js"
import { type CharSet, contains, WORD_CHARS } from "./charset.js"
import { foldCode } from "./fold.js"
import { ASSERTIONS, buildProgram, callRegisters, canMemo, NO_LIMIT, OP, type Program } from "./program.js"

/** Spans of the match and its groups: [start, end, start1, end1, …], -1 for no part in it. */
export type Spans = Int32Array

/**
 * Steps before a search is given up, as PCRE's match limit (its default is ten million);
 * one step takes 5 to 10 ns. The memo form is linear in the subject, so it gets more.
 */
export const STEP_LIMIT = 1_000_000
const MEMO_STEP_LIMIT = 10_000_000
/** Searches that stay below this are quicker without memo points. */
const STEPS_BEFORE_MEMO = 20_000
const MAX_MEMO_BITS = 1 << 25
/** Entries of three numbers; about 18 MB. */
const MAX_STACK = 3 * 1_500_000
const KEPT_STACK = 3 * 20_000

/** One compiled pattern of the engine. Stateless between searches. */
export class Engine {
  readonly #plain: Program
  readonly #memo: Program | undefined
  readonly #first: CharSet | undefined
  readonly #anchored: boolean

  constructor(ast: Ast) {
    this.#plain = buildProgram(ast, false) as Program
    this.#memo = canMemo(ast.root) ? buildProgram(ast, true) : undefined
    // a call that never ends must be met, not skipped
    const calls = someNode(ast.root, (node) => node.kind === "call")
    this.#first = calls || canBeEmpty(ast.root) ? undefined : firstSet(ast.root)
    this.#anchored = isAnchored(ast.root)
  }

  /**
   * The leftmost match at or after `from`, or "limit" when the steps ran out.
   * @param patience steps after which the memo form takes over, where there is one
   */
  search(subject: string, from: number, patience = STEPS_BEFORE_MEMO): Spans | "limit" | undefined {
    const memoBits = (this.#memo?.memoCount ?? 0) * (subject.length + 1)
    if (!this.#memo || memoBits > MAX_MEMO_BITS) return this.#run(this.#plain, subject, from, STEP_LIMIT)
    const quick = this.#run(this.#plain, subject, from, patience)
    return quick === "limit" ? this.#run(this.#memo, subject, from, MEMO_STEP_LIMIT) : quick
  }

  #run(program: Program, subject: string, from: number, limit: number): Spans | "limit" | undefined {
    const run = new Run(program, subject, from, limit)
    const last = this.#anchored ? 0 : subject.length
    for (let start = from; start <= last; start = run.after(start)) {
      if (this.#first !== undefined && !run.isAt(start, this.#first)) continue
      const outcome = run.matchAt(start)
      if (outcome !== undefined) return outcome
    }
    return undefined
  }
}

let spareStack: Int32Array = new Int32Array(KEPT_STACK)

/** One search: the state that lives as long as a call. */
class Run {
  #stack: Int32Array = spareStack
  #steps = 0
  readonly #registers: Int32Array
  readonly #memo: Int32Array | undefined
  // calls, by frame number; frame 0 is "not in a call"
  readonly #frameReturn = [0]
  readonly #frameParent = [0]
  readonly #frameGroup = [-1]
  readonly #frameTarget = [-1]
  readonly #framePosition = [-1]
  readonly #frameSaved: Int32Array[] = [new Int32Array(0)]
  // the last run of one character: searches from later starts meet the same run again
  #runAt = -1
  #runFrom = 0
  #runEnd = 0

  constructor(
    readonly program: Program,
    readonly subject: string,
    readonly from: number,
    readonly limit: number,
  ) {
    this.#registers = new Int32Array(program.registerCount)
    if (program.memoCount > 0) {
      this.#memo = new Int32Array(((program.memoCount * (subject.length + 1)) >> 5) + 1)
    }
  }

  /** The code point at `pos`, -1 at the end. A pair counts as one. */
  #codeAt(pos: number): number {
    if (pos >= this.subject.length) return -1
    const code = this.subject.charCodeAt(pos)
    return code >= 0xd800 && code <= 0xdbff ? (this.subject.codePointAt(pos) as number) : code
  }

  after(pos: number): number {
    return this.#codeAt(pos) > 0xffff ? pos + 2 : pos + 1
  }

  #before(pos: number): number {
    return pos > 1 && this.#codeAt(pos - 2) > 0xffff ? pos - 2 : pos - 1
  }

  isAt(pos: number, set: CharSet): boolean {
    const code = this.#codeAt(pos)
    return code >= 0 && contains(set, code)
  }

  #inSet(index: number, code: number): boolean {
    if (code < 0) return false
    return code < 256
      ? this.program.tables[256 * index + code] === 1
      : contains(this.program.sets[index] as CharSet, code)
  }

  /** Runs the program from one start; undefined: no match there. */
  matchAt(start: number): Spans | "limit" | undefined {
    const { code } = this.program
    const registers = this.#registers
    const { frame: frameRegister, top: topRegister } = callRegisters(this.program.groupCount)
    registers.fill(-1)
    registers[0] = start
    registers[frameRegister] = 0
    registers[topRegister] = 0
    let stack = this.#stack
    let height = 0
    let pc = 0
    let pos = start
    /** The third number of the entry just taken from the stack. */
    let extra = 0
    let steps = this.#steps

    const keep = (register: number, value: number): void => {
      stack[height++] = ~register
      stack[height++] = registers[register] as number
      stack[height++] = 0
      registers[register] = value
    }
    const push = (target: number, at: number, third: number): void => {
      stack[height++] = target
      stack[height++] = at
      stack[height++] = third
    }

    search: for (;;) {
      if (++steps > this.limit) return this.#leave(steps, "limit")
      if (height + 3 * registers.length + 9 > stack.length) {
        const grown = this.#grow()
        if (!grown) return this.#leave(steps, "limit")
        stack = grown
      }
      const op = code[pc] as number
      const a = code[pc + 1] as number
      const b = code[pc + 2] as number
      // every case either goes on with `continue search` or falls out: failure
      switch (op) {
        case OP.CHAR: {
          const at = this.#codeAt(pos)
          if (at !== a) break
          pos += at > 0xffff ? 2 : 1
          pc += 2
          continue search
        }
        case OP.SET: {
          const at = this.#codeAt(pos)
          if (!this.#inSet(a, at)) break
          pos += at > 0xffff ? 2 : 1
          pc += 2
          continue search
        }
        case OP.RUN:
        case OP.HOLD: {
          const floor = this.#runOver(pc, pos)
          if (floor < 0) break
          const end = this.#runEnd
          steps += (end - pos) >> 2
          if (op === OP.RUN && end > floor) push(pc + 4, end, floor)
          pos = end
          pc += op === OP.RUN ? 5 : 4
          continue search
        }
        case OP.RUN_BACK:
          pos = this.#before(pos)
          if (pos > extra) push(pc, pos, extra)
          pc += 1
          continue search
        case OP.LAZY: {
          const floor = this.#skip(a, pos, b)
          if (floor < 0) break
          const more = (code[pc + 3] as number) === NO_LIMIT ? NO_LIMIT : (code[pc + 3] as number) - b
          pos = floor
          if (more > 0) push(pc + 4, pos, more)
          pc += 6
          continue search
        }
        case OP.LAZY_MORE: {
          const at = this.#codeAt(pos)
          if (!this.#inSet(a, at)) break
          pos += at > 0xffff ? 2 : 1
          if (extra === NO_LIMIT) push(pc, pos, NO_LIMIT)
          else if (extra > 1) push(pc, pos, extra - 1)
          pc += 2
          continue search
        }
        case OP.PUSH:
          push(a, pos, 0)
          pc += 2
          continue search
        case OP.JUMP:
          pc = a
          continue search
        case OP.SAVE:
          keep(a, pos)
          pc += 2
          continue search
        case OP.CLOSE:
          keep(2 * a, registers[b] as number)
          keep(2 * a + 1, pos)
          pc += 3
          continue search
        case OP.EMPTY:
          pc = registers[a] === pos ? b : pc + 3
          continue search
        case OP.CUT:
          keep(a, height + 3)
          pc += 2
          continue search
        case OP.CUT_END: {
          const low = registers[a] as number
          steps += (height - low) >> 3
          height = dropAlternatives(stack, low, height)
          pc += 2
          continue search
        }
        case OP.LOOK:
          keep(b, pos)
          keep(a, height + 3)
          pc += 3
          continue search
        case OP.LOOK_END: {
          const low = registers[a] as number
          steps += (height - low) >> 3
          height = dropAlternatives(stack, low, height)
          pos = registers[b] as number
          pc += 3
          continue search
        }
        case OP.REFUSE:
          keep(a, height + 3)
          push(b, pos, 0)
          pc += 3
          continue search
        case OP.REFUSE_END: {
          const low = registers[a] as number
          // the alternative under the body holds where the look began
          pos = stack[low + 1] as number
          steps += (height - low) >> 3
          while (height > low) {
            height -= 3
            const entry = stack[height] as number
            if (entry < 0) registers[~entry] = stack[height + 1] as number
          }
          if (b < 0) break
          pc = b
          continue search
        }
        case OP.BACK: {
          steps += a >> 3
          let left = a
          let at = pos
          while (left > 0 && at > 0) {
            at = this.#before(at)
            left--
          }
          if (left > 0) break
          pos = at
          pc += 2
          continue search
        }
        case OP.BACKREF: {
          const from = registers[2 * a] as number
          const to = registers[2 * a + 1] as number
          if (from < 0) break
          const end = this.#sameText(from, to, pos, b === 1)
          if (end < 0) break
          steps += (to - from) >> 2
          pos = end
          pc += 3
          continue search
        }
        case OP.CALL: {
          const current = registers[frameRegister] as number
          // the same call at the same place again would go on for ever
          let same = current
          while (same > 0 && this.#frameGroup[same] !== b) same = this.#frameParent[same] as number
          if (same > 0 && this.#framePosition[same] === pos) return this.#leave(steps, "limit")
          steps += registers.length >> 3
          const frame = (registers[topRegister] as number) + 1
          this.#frameReturn[frame] = pc + 3
          this.#frameParent[frame] = current
          this.#frameGroup[frame] = b
          this.#frameTarget[frame] = a
          this.#framePosition[frame] = pos
          this.#frameSaved[frame] = registers.slice()
          keep(topRegister, frame)
          keep(frameRegister, frame)
          pc = a
          continue search
        }
        case OP.RETURN: {
          const frame = registers[frameRegister] as number
          if (frame === 0 || this.#frameTarget[frame] !== a) {
            pc += 2
            continue search
          }
          // groups get back the values they had outside; where the match starts (\K) stays
          const saved = this.#frameSaved[frame] as Int32Array
          steps += registers.length >> 3
          for (let i = 1; i < registers.length; i++) {
            if (i !== topRegister && registers[i] !== saved[i]) keep(i, saved[i] as number)
          }
          pc = this.#frameReturn[frame] as number
          continue search
        }
        case OP.IF_GROUP:
          pc = (registers[2 * a] as number) >= 0 ? pc + 3 : b
          continue search
        case OP.IF_CALLED: {
          const frame = registers[frameRegister] as number
          pc = frame > 0 && (a < 0 || this.#frameGroup[frame] === a) ? pc + 3 : b
          continue search
        }
        case OP.ASSERT:
          if (!this.#holds(a, pos)) break
          pc += 2
          continue search
        case OP.NEWLINE: {
          const at = this.#codeAt(pos)
          if (!isLineEnd(at)) break
          pos += at === 0x0d && this.#codeAt(pos + 1) === 0x0a ? 2 : 1
          pc += 1
          continue search
        }
        case OP.KEEP:
          keep(0, pos)
          pc += 1
          continue search
        case OP.MEMO:
          if (!this.#firstVisit(a, pos)) break
          pc += 2
          continue search
        case OP.MATCH: {
          const spans = registers.slice(0, frameRegister)
          spans[1] = pos
          return this.#leave(steps, spans)
        }
      }
      // failed: undo what was kept up to the last alternative, and take it
      for (;;) {
        if (height === 0) return this.#leave(steps, undefined)
        height -= 3
        const entry = stack[height] as number
        if (entry >= 0) {
          pc = entry
          break
        }
        registers[~entry] = stack[height + 1] as number
      }
      pos = stack[height + 1] as number
      extra = stack[height + 2] as number
    }
  }

  #leave<T>(steps: number, outcome: T): T {
    this.#steps = steps
    return outcome
  }

  /** Makes room; the larger stack is kept for the next search unless it is huge. */
  #grow(): Int32Array | undefined {
    const wanted = Math.max(2 * this.#stack.length, this.#stack.length + 6 * this.#registers.length)
    if (wanted > MAX_STACK) return undefined
    const grown = new Int32Array(wanted)
    grown.set(this.#stack)
    this.#stack = grown
    if (wanted <= 8 * KEPT_STACK) spareStack = grown
    return grown
  }

  /** Moves over `count` characters of the set; the new position, or -1. */
  #skip(set: number, pos: number, count: number): number {
    for (let i = 0; i < count; i++) {
      const code = this.#codeAt(pos)
      if (!this.#inSet(set, code)) return -1
      pos += code > 0xffff ? 2 : 1
    }
    return pos
  }

  /**
   * Runs over as many characters as the instruction at `pc` takes; the end is left in
   * #runEnd. Returns the position after the least it must take, or -1.
   */
  #runOver(pc: number, pos: number): number {
    const { code } = this.program
    const set = code[pc + 1] as number
    const min = code[pc + 2] as number
    const max = code[pc + 3] as number
    const floor = this.#skip(set, pos, min)
    if (floor < 0) return -1
    if (max === NO_LIMIT && this.#runAt === pc && floor >= this.#runFrom && floor <= this.#runEnd) return floor
    let end = floor
    for (let taken = min; taken < max; taken++) {
      const at = this.#codeAt(end)
      if (!this.#inSet(set, at)) break
      end += at > 0xffff ? 2 : 1
    }
    this.#runAt = max === NO_LIMIT ? pc : -1
    this.#runFrom = floor
    this.#runEnd = end
    return floor
  }

  /** Does the text of [from, to) stand at `pos` again? Returns where it ends there, or -1. */
  #sameText(from: number, to: number, pos: number, caseless: boolean): number {
    if (!caseless) {
      return this.subject.startsWith(this.subject.slice(from, to), pos) ? pos + to - from : -1
    }
    let at = from
    while (at < to) {
      const one = this.#codeAt(at)
      const other = this.#codeAt(pos)
      if (other < 0 || (one !== other && foldCode(one) !== foldCode(other))) return -1
      at += one > 0xffff ? 2 : 1
      pos += other > 0xffff ? 2 : 1
    }
    return pos
  }

  #firstVisit(memo: number, pos: number): boolean {
    const bits = this.#memo as Int32Array
    const bit = memo * (this.subject.length + 1) + pos
    const word = bits[bit >> 5] as number
    if ((word >> (bit & 31)) & 1) return false
    bits[bit >> 5] = word | (1 << (bit & 31))
    return true
  }

  #holds(which: number, pos: number): boolean {
    const { subject } = this
    const end = subject.length
    switch (ASSERTIONS[which]) {
      case "subjectStart":
        return pos === 0
      case "subjectEnd":
        return pos === end
      case "finalEnd":
        return pos === end || (pos === end - 1 && subject.charCodeAt(pos) === 0x0a)
      case "lineStart":
        return pos === 0 || (pos < end && subject.charCodeAt(pos - 1) === 0x0a)
      case "lineEnd":
        return pos === end || subject.charCodeAt(pos) === 0x0a
      case "searchStart":
        return pos === this.from
      case "wordEdge":
        return this.#isWord(pos - 1) !== this.#isWord(pos)
      default:
        return this.#isWord(pos - 1) === this.#isWord(pos)
    }
  }

  #isWord(pos: number): boolean {
    return pos >= 0 && pos < this.subject.length && contains(WORD_CHARS, this.subject.charCodeAt(pos))
  }
}

/** Removes the alternatives above `low` but keeps what undoes the registers. */
function dropAlternatives(stack: Int32Array, low: number, height: number): number {
  let kept = low
  for (let i = low; i < height; i += 3) {
    if ((stack[i] as number) >= 0) continue
    stack[kept++] = stack[i] as number
    stack[kept++] = stack[i + 1] as number
    stack[kept++] = 0
  }
  return kept
}

function isLineEnd(code: number): boolean {
  return (code >= 0x0a && code <= 0x0d) || code === 0x85 || code === 0x2028 || code === 0x2029
}
