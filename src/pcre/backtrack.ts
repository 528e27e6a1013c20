/**
 * Runs a program from one start of a subject: backtracking on an explicit stack, so that
 * neither the depth of a pattern nor the length of a subject can overflow the call stack,
 * and with every step counted. Keeps out where a search starts and with what patience.
 */
import type { Assertion } from "./ast.js"
import { BacktrackStack } from "./backtrack-stack.js"
import { Calls } from "./calls.js"
import { type CharSet, contains, LINE_END } from "./charset.js"
import { ASSERTIONS, callRegisters, NO_LIMIT, OP, type Program } from "./opcodes.js"
import { SubjectText } from "./subject-text.js"

/** Spans of the match and its groups: [start, end, start1, end1, …], -1 for no part in it. */
export type Spans = Int32Array

/** One search: the state that lives from its first start to its last. */
export class Run {
  readonly text: SubjectText
  readonly #stack: BacktrackStack
  readonly #calls = new Calls()
  #steps = 0
  /** For each memo point and position: has it been tried? */
  readonly #memo: Int32Array
  // the last run of one character: searches from later starts meet the same run again
  #runAt = -1
  #runFrom = 0
  #runEnd = 0
  #runScanned = 0

  constructor(
    readonly program: Program,
    subject: string,
    from: number,
    readonly limit: number,
  ) {
    this.text = new SubjectText(subject, from)
    this.#stack = new BacktrackStack(program.registerCount)
    this.#memo = new Int32Array(((program.memoCount * (subject.length + 1)) >> 5) + 1)
  }

  isAt(pos: number, set: CharSet): boolean {
    return contains(set, this.text.codeAt(pos))
  }

  /** Runs the program from one start; undefined: no match there. */
  matchAt(start: number): Spans | "limit" | undefined {
    const { program, text, limit } = this
    const { code } = program
    const stack = this.#stack
    const { registers } = stack
    const calls = callRegisters(program.groupCount)
    registers.fill(-1)
    registers[0] = start
    registers[calls.frame] = 0
    registers[calls.top] = 0
    stack.height = 0
    let pc = 0
    let pos = start
    let steps = this.#steps

    search: for (;;) {
      if (++steps > limit || !stack.hasRoom()) return "limit"
      const op = code[pc] as number
      const a = code[pc + 1] as number
      const b = code[pc + 2] as number
      // every case either goes on with `continue search` or falls out: failure
      switch (op) {
        case OP.CHAR: {
          const at = text.codeAt(pos)
          if (at !== a) break
          pos += at > 0xffff ? 2 : 1
          pc += 2
          continue search
        }
        case OP.SET: {
          const at = text.codeAt(pos)
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
          steps += this.#runScanned >> 2
          if (op === OP.RUN && end > floor) stack.push(pc + 4, end, floor)
          pos = end
          pc += op === OP.RUN ? 5 : 4
          continue search
        }
        case OP.RUN_BACK:
          pos = text.before(pos)
          if (pos > stack.extra) stack.push(pc, pos, stack.extra)
          pc += 1
          continue search
        case OP.LAZY: {
          const floor = this.#skip(a, pos, b)
          if (floor < 0) break
          const more = (code[pc + 3] as number) === NO_LIMIT ? NO_LIMIT : (code[pc + 3] as number) - b
          steps += (floor - pos) >> 2
          pos = floor
          if (more > 0) stack.push(pc + 4, pos, more)
          pc += 6
          continue search
        }
        case OP.LAZY_MORE: {
          const at = text.codeAt(pos)
          if (!this.#inSet(a, at)) break
          pos += at > 0xffff ? 2 : 1
          if (stack.extra === NO_LIMIT) stack.push(pc, pos, NO_LIMIT)
          else if (stack.extra > 1) stack.push(pc, pos, stack.extra - 1)
          pc += 2
          continue search
        }
        case OP.PUSH:
          stack.push(a, pos, 0)
          pc += 2
          continue search
        case OP.JUMP:
          pc = a
          continue search
        case OP.SAVE:
          stack.set(a, pos)
          pc += 2
          continue search
        case OP.CLOSE:
          stack.set(2 * a, registers[b] as number)
          stack.set(2 * a + 1, pos)
          pc += 3
          continue search
        case OP.EMPTY:
          pc = registers[a] === pos ? b : pc + 3
          continue search
        case OP.CUT:
          stack.set(a, stack.height + 3)
          pc += 2
          continue search
        case OP.CUT_END: {
          const low = registers[a] as number
          steps += (stack.height - low) >> 3
          stack.dropAlternatives(low)
          pc += 2
          continue search
        }
        case OP.LOOK:
          stack.set(b, pos)
          stack.set(a, stack.height + 3)
          pc += 3
          continue search
        case OP.LOOK_END: {
          const low = registers[a] as number
          steps += (stack.height - low) >> 3
          stack.dropAlternatives(low)
          pos = registers[b] as number
          pc += 3
          continue search
        }
        case OP.REFUSE:
          stack.set(a, stack.height + 3)
          stack.push(b, pos, 0)
          pc += 3
          continue search
        case OP.REFUSE_END: {
          const low = registers[a] as number
          steps += (stack.height - low) >> 3
          // the alternative under the body holds where the look began
          pos = stack.unwind(low)
          if (b < 0) break
          pc = b
          continue search
        }
        case OP.BACK: {
          steps += a >> 3
          let left = a
          let at = pos
          while (left > 0 && at > 0) {
            at = text.before(at)
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
          const end = text.again(from, to, pos, b === 1)
          if (end < 0) break
          steps += (to - from) >> 2
          pos = end
          pc += 3
          continue search
        }
        case OP.CALL: {
          const parent = registers[calls.frame] as number
          if (this.#calls.isEndless(parent, b, pos)) return "limit"
          const frame = (registers[calls.top] as number) + 1
          const call = { returnTo: pc + 3, parent, group: b, target: a, position: pos }
          this.#calls.enter(frame, call, registers)
          steps += registers.length >> 3
          stack.set(calls.top, frame)
          stack.set(calls.frame, frame)
          pc = a
          continue search
        }
        case OP.RETURN: {
          const frame = registers[calls.frame] as number
          if (!this.#calls.endsAt(frame, a)) {
            pc += 2
            continue search
          }
          // groups get back the values they had outside; where the match starts (\K) stays
          const saved = this.#calls.savedOf(frame)
          steps += registers.length >> 3
          for (let i = 1; i < registers.length; i++) {
            if (i !== calls.top && registers[i] !== saved[i]) stack.set(i, saved[i] as number)
          }
          pc = this.#calls.returnOf(frame)
          continue search
        }
        case OP.IF_GROUP:
          pc = (registers[2 * a] as number) >= 0 ? pc + 3 : b
          continue search
        case OP.IF_CALLED: {
          const frame = registers[calls.frame] as number
          pc = frame > 0 && (a < 0 || this.#calls.groupOf(frame) === a) ? pc + 3 : b
          continue search
        }
        case OP.ASSERT:
          if (!text.holds(ASSERTIONS[a] as Assertion, pos)) break
          pc += 2
          continue search
        case OP.NEWLINE: {
          const at = text.codeAt(pos)
          if (!contains(LINE_END, at)) break
          pos += at === 0x0d && text.codeAt(pos + 1) === 0x0a ? 2 : 1
          pc += 1
          continue search
        }
        case OP.KEEP:
          stack.set(0, pos)
          pc += 1
          continue search
        case OP.MEMO:
          if (!this.#firstVisit(a, pos)) break
          pc += 2
          continue search
        case OP.MATCH: {
          const spans = registers.slice(0, calls.frame)
          spans[1] = pos
          return spans
        }
      }
      if (!stack.pop()) {
        this.#steps = steps
        return undefined
      }
      pc = stack.target
      pos = stack.position
    }
  }

  #inSet(index: number, code: number): boolean {
    if (code < 256) return code >= 0 && this.program.tables[256 * index + code] === 1
    return contains(this.program.sets[index] as CharSet, code)
  }

  /** Moves over `count` characters of the set; the new position, or -1. */
  #skip(set: number, pos: number, count: number): number {
    const { text } = this
    for (let i = 0; i < count; i++) {
      const code = text.codeAt(pos)
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
    const { text } = this
    const { code } = this.program
    const set = code[pc + 1] as number
    const min = code[pc + 2] as number
    const max = code[pc + 3] as number
    const floor = this.#skip(set, pos, min)
    if (floor < 0) return -1
    this.#runScanned = floor - pos
    if (max === NO_LIMIT && this.#runAt === pc && floor >= this.#runFrom && floor <= this.#runEnd)
      return floor
    let end = floor
    for (let taken = min; taken < max; taken++) {
      const at = text.codeAt(end)
      if (!this.#inSet(set, at)) break
      end += at > 0xffff ? 2 : 1
    }
    this.#runAt = max === NO_LIMIT ? pc : -1
    this.#runFrom = floor
    this.#runEnd = end
    this.#runScanned = end - pos
    return floor
  }

  #firstVisit(memo: number, pos: number): boolean {
    const bits = this.#memo
    const bit = memo * (this.text.length + 1) + pos
    const word = bits[bit >> 5] as number
    if ((word >> (bit & 31)) & 1) return false
    bits[bit >> 5] = word | (1 << (bit & 31))
    return true
  }
}
