/**
 * Tree to instructions for the engine in backtrack.ts. One pattern can be written out
 * in two ways: `plain`, where a repeated single character is one instruction, and
 * `memo`, where the places that several paths can reach carry a MEMO instruction, so
 * that each is explored once per position and the search is linear. The second is only
 * right where what lies ahead does not depend on how one got there; `canMemo` decides.
 * Keeps out matching itself.
 */
import {
  type Ast,
  type CondNode,
  canBeEmpty,
  type GroupNode,
  type LookNode,
  type Node,
  type RepeatNode,
  singleSet,
  someNode,
} from "./ast.js"
import { type CharSet, contains } from "./charset.js"
import { behindBranches, collectGroups, fixedWidth } from "./check.js"
import { ASSERTIONS, callRegisters, NO_LIMIT, OP, type Program } from "./opcodes.js"

/** Code beyond this many words is not worth the memory; the plain form is used. */
const MAX_MEMO_WORDS = 200_000

/**
 * Is the outcome at a place the same however one got there? Not with references,
 * conditions or calls. (Nor inside a round that ends its loop when it is empty; the
 * builder sets no memo points there.)
 */
export function canMemo(root: Node): boolean {
  return !someNode(root, ({ kind }) => kind === "backref" || kind === "call" || kind === "cond")
}

/** @returns undefined when the memo form would be too large */
export function buildProgram(ast: Ast, memo: boolean): Program | undefined {
  try {
    return new Builder(ast, memo).build()
  } catch (error) {
    if (error === TOO_LARGE) return undefined
    throw error
  }
}

const TOO_LARGE = new Error("memo form too large")

class Builder {
  readonly #code: number[] = []
  readonly #sets: CharSet[] = []
  readonly #groups: ReadonlyMap<number, readonly GroupNode[]>
  readonly #starts = new Map<GroupNode, number>()
  readonly #calls: { at: number; group: number }[] = []
  #registers: number
  #memos = 0

  constructor(
    readonly ast: Ast,
    readonly memo: boolean,
  ) {
    this.#groups = collectGroups(ast.root)
    this.#registers = callRegisters(ast.groupCount).top + 1
  }

  build(): Program {
    // a place of its own for "the whole pattern", lest a call of it end with group 1
    this.#put(OP.JUMP, 2)
    this.#node(this.ast.root, this.memo)
    this.#put(OP.RETURN, 0)
    this.#put(OP.MATCH)
    for (const { at, group } of this.#calls) {
      const first = this.#groups.get(group)?.[0]
      this.#code[at] = first ? (this.#starts.get(first) as number) : 0
    }
    return {
      code: Int32Array.from(this.#code),
      sets: this.#sets,
      tables: latin1Tables(this.#sets),
      groupCount: this.ast.groupCount,
      registerCount: this.#registers,
      memoCount: this.#memos,
    }
  }

  #put(...words: number[]): number {
    const at = this.#code.length
    if (this.memo && at > MAX_MEMO_WORDS) throw TOO_LARGE
    this.#code.push(...words)
    return at
  }

  /** Writes a jump-like instruction whose last operand is filled in later. */
  #fork(...words: number[]): number {
    this.#put(...words, 0)
    return this.#code.length - 1
  }

  #land(...holes: readonly number[]): void {
    for (const hole of holes) this.#code[hole] = this.#code.length
  }

  #memoPoint(clean: boolean): void {
    if (clean) this.#put(OP.MEMO, this.#memos++)
  }

  #set(set: CharSet): number {
    let index = this.#sets.findIndex(
      (other) => other.length === set.length && other.every((n, i) => n === set[i]),
    )
    if (index < 0) index = this.#sets.push(set) - 1
    return index
  }

  /** @param clean memo points may be set here: not in atomic groups, lookarounds, rounds that may be empty */
  #node(node: Node, clean: boolean): void {
    switch (node.kind) {
      case "char":
        this.#put(OP.CHAR, node.code)
        return
      case "set":
        this.#put(OP.SET, this.#set(node.set))
        return
      case "newline":
        this.#put(OP.NEWLINE)
        return
      case "assert":
        this.#put(OP.ASSERT, ASSERTIONS.indexOf(node.what))
        return
      case "seq":
        for (const item of node.items) this.#node(item, clean)
        return
      case "alt":
        this.#alternatives(node.branches, clean, (branch) => this.#node(branch, clean))
        return
      case "group":
        this.#group(node, clean)
        return
      case "atomic":
        this.#atomic(() => this.#node(node.body, false))
        return
      case "look":
        this.#look(node)
        return
      case "repeat":
        this.#repeat(node, clean)
        return
      case "backref":
        this.#put(OP.BACKREF, node.group, node.caseless ? 1 : 0)
        return
      case "call":
        // PCRE2 gives nothing back of a call of the whole pattern, but does of a group's
        if (node.group === 0) this.#atomic(() => this.#call(0))
        else this.#call(node.group)
        return
      case "cond":
        this.#condition(node)
        return
      case "keep":
        this.#put(OP.KEEP)
        return
      case "fail":
        this.#put(OP.FAIL)
        return
    }
  }

  #alternatives(branches: readonly Node[], clean: boolean, write: (branch: Node) => void): void {
    const ends: number[] = []
    branches.forEach((branch, i) => {
      const last = i === branches.length - 1
      const next = last ? -1 : this.#fork(OP.PUSH)
      write(branch)
      if (last) return
      ends.push(this.#fork(OP.JUMP))
      this.#land(next)
    })
    this.#land(...ends)
    this.#memoPoint(clean && branches.length > 1)
  }

  /** The span is set only when the group closes: inside itself it still has its old value. */
  #group(node: GroupNode, clean: boolean): void {
    const start = this.#registers++
    if (!this.#starts.has(node)) this.#starts.set(node, this.#code.length)
    const entry = this.#put(OP.SAVE, start)
    this.#node(node.body, clean)
    this.#put(OP.CLOSE, node.index, start)
    this.#put(OP.RETURN, entry)
  }

  #call(group: number): void {
    this.#calls.push({ at: this.#put(OP.CALL, 0, group) + 1, group })
  }

  #atomic(body: () => void): void {
    const height = this.#registers++
    this.#put(OP.CUT, height)
    body()
    this.#put(OP.CUT_END, height)
  }

  #lookBody(node: LookNode): void {
    if (!node.behind) {
      this.#node(node.body, false)
      return
    }
    const branches = behindBranches(node)
    this.#alternatives(branches, false, (branch) => {
      this.#put(OP.BACK, fixedWidth(branch, this.#groups, new Set()) as number)
      this.#node(branch, false)
    })
  }

  #look(node: LookNode): void {
    const height = this.#registers++
    if (node.negative) {
      const after = this.#fork(OP.REFUSE, height)
      this.#lookBody(node)
      this.#put(OP.REFUSE_END, height, -1)
      this.#land(after)
    } else {
      const position = this.#registers++
      this.#put(OP.LOOK, height, position)
      this.#lookBody(node)
      this.#put(OP.LOOK_END, height, position)
    }
  }

  #condition(node: CondNode): void {
    const { test } = node
    // groups defined here are only ever called
    if (test.kind === "define") {
      const end = this.#fork(OP.JUMP)
      this.#node(node.yes, false)
      this.#land(end)
      return
    }
    const otherwise: number[] = []
    if (test.kind === "group") otherwise.push(this.#fork(OP.IF_GROUP, test.group))
    else if (test.kind === "recursion") otherwise.push(this.#fork(OP.IF_CALLED, test.group ?? -1))
    else otherwise.push(this.#lookTest(test.look))
    this.#node(node.yes, false)
    const end = this.#fork(OP.JUMP)
    this.#land(...otherwise)
    this.#node(node.no, false)
    this.#land(end)
  }

  /** An assertion as a condition; returns the hole for the way of "no". */
  #lookTest(look: LookNode): number {
    const height = this.#registers++
    if (look.negative) {
      const yes = this.#fork(OP.REFUSE, height)
      this.#lookBody(look)
      const no = this.#fork(OP.REFUSE_END, height)
      this.#land(yes)
      return no
    }
    const position = this.#registers++
    this.#put(OP.LOOK, height, position)
    const no = this.#fork(OP.PUSH)
    this.#lookBody(look)
    this.#put(OP.LOOK_END, height, position)
    return no
  }

  #repeat(node: RepeatNode, clean: boolean): void {
    if (node.max === 0) {
      // never run in place, but a group inside may be called
      const end = this.#fork(OP.JUMP)
      this.#node(node.body, false)
      this.#land(end)
      return
    }
    const set = singleSet(node.body)
    if (set) this.#repeatSet(node, this.#set(set), clean)
    else if (node.mode === "possessive") {
      this.#atomic(() => this.#repeatGroup({ ...node, mode: "greedy" }, false))
    } else this.#repeatGroup(node, clean)
  }

  #repeatSet(node: RepeatNode, set: number, clean: boolean): void {
    const { min, mode } = node
    const max = Math.min(node.max, NO_LIMIT)
    if (mode === "possessive" || min === max) {
      this.#put(OP.HOLD, set, min, max)
    } else if (clean) {
      if (min > 0) this.#put(OP.HOLD, set, min, min)
      if (max === NO_LIMIT) this.#loop(mode === "lazy", clean, () => this.#put(OP.SET, set))
      else this.#optionals(max - min, mode === "lazy", clean, () => this.#put(OP.SET, set))
    } else if (mode === "greedy") {
      this.#put(OP.RUN, set, min, max)
      this.#put(OP.RUN_BACK)
    } else {
      this.#put(OP.LAZY, set, min, max)
      this.#put(OP.LAZY_MORE, set)
    }
  }

  /**
   * PCRE writes counted groups out: {2,} is a copy and a loop, {0,3} three optional
   * copies, each inside the one before. Only the loop is left after an empty round.
   */
  #repeatGroup(node: RepeatNode, clean: boolean): void {
    const { body, min, max } = node
    const lazy = node.mode === "lazy"
    const nullable = max === Number.POSITIVE_INFINITY && canBeEmpty(body)
    const write = (): void => this.#node(body, clean && !nullable)
    if (Number.isFinite(max)) {
      for (let i = 0; i < min; i++) write()
      this.#optionals(max - min, lazy, clean, write)
      return
    }
    for (let i = 1; i < min; i++) write()
    if (min === 0) {
      this.#loop(lazy, clean, write, nullable)
      return
    }
    const start = nullable ? this.#registers++ : -1
    const head = this.#code.length
    this.#memoPoint(clean)
    if (nullable) this.#put(OP.SAVE, start)
    write()
    const ends: number[] = []
    if (nullable) ends.push(this.#fork(OP.EMPTY, start))
    if (lazy) this.#put(OP.PUSH, head)
    else {
      ends.push(this.#fork(OP.PUSH))
      this.#put(OP.JUMP, head)
    }
    this.#land(...ends)
    this.#memoPoint(clean)
  }

  /** `X*` or `X*?`. */
  #loop(lazy: boolean, clean: boolean, write: () => void, nullable = false): void {
    const start = nullable ? this.#registers++ : -1
    const head = this.#code.length
    const ends: number[] = []
    this.#memoPoint(clean)
    if (lazy) {
      const body = this.#fork(OP.PUSH)
      ends.push(this.#fork(OP.JUMP))
      this.#land(body)
    } else ends.push(this.#fork(OP.PUSH))
    if (nullable) this.#put(OP.SAVE, start)
    write()
    if (nullable) ends.push(this.#fork(OP.EMPTY, start))
    this.#put(OP.JUMP, head)
    this.#land(...ends)
    this.#memoPoint(clean)
  }

  #optionals(count: number, lazy: boolean, clean: boolean, write: () => void): void {
    const ends: number[] = []
    for (let i = 0; i < count; i++) {
      if (lazy) {
        const body = this.#fork(OP.PUSH)
        ends.push(this.#fork(OP.JUMP))
        this.#land(body)
      } else ends.push(this.#fork(OP.PUSH))
      write()
    }
    this.#land(...ends)
    this.#memoPoint(clean && count > 0)
  }
}

function latin1Tables(sets: readonly CharSet[]): Uint8Array {
  const tables = new Uint8Array(256 * sets.length)
  sets.forEach((set, i) => {
    for (let code = 0; code < 256; code++) if (contains(set, code)) tables[256 * i + code] = 1
  })
  return tables
}
