/**
 * The bounded engine: runs a pattern over a subject the way PCRE would, with a count of
 * steps, so that no pattern can hang the process. Slower than a RegExp; used for what
 * JavaScript has no words for, for patterns that could run away there, and for subjects
 * with characters of two units. Chooses the program and the starts; backtrack.ts runs it.
 */
import { type Ast, canBeEmpty, firstSet, isAnchored, someNode } from "./ast.js"
import { Run, type Spans } from "./backtrack.js"
import type { CharSet } from "./charset.js"
import type { Program } from "./opcodes.js"
import { buildProgram, canMemo } from "./program.js"

/**
 * Steps before a search is given up, as PCRE's match limit (its default is ten million);
 * one step takes 10 to 25 ns. The memo form is linear in the subject, so it gets more.
 */
const STEP_LIMIT = 1_000_000
const MEMO_STEP_LIMIT = 5_000_000
/** Searches that stay below this are quicker without memo points. */
const STEPS_BEFORE_MEMO = 20_000
const MAX_MEMO_BITS = 1 << 25

/** One compiled pattern of the engine. Stateless between searches. */
export class Engine {
  readonly #plain: Program
  readonly #ast: Ast
  /** The program with memo points; null when the pattern has none. Built when first needed. */
  #memo: Program | null | undefined
  readonly #first: CharSet | undefined
  readonly #anchored: boolean

  constructor(ast: Ast) {
    this.#ast = ast
    this.#plain = buildProgram(ast, false) as Program
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
    if (this.#memo === null) return this.#run(this.#plain, subject, from, STEP_LIMIT)
    const quick = this.#run(this.#plain, subject, from, patience)
    if (quick !== "limit") return quick
    if (this.#memo === undefined) {
      const program = canMemo(this.#ast.root) ? buildProgram(this.#ast, true) : undefined
      this.#memo = program && program.memoCount > 0 ? program : null
    }
    const memo = this.#memo
    return memo && memo.memoCount * (subject.length + 1) <= MAX_MEMO_BITS
      ? this.#run(memo, subject, from, MEMO_STEP_LIMIT)
      : this.#run(this.#plain, subject, from, STEP_LIMIT)
  }

  #run(program: Program, subject: string, from: number, limit: number): Spans | "limit" | undefined {
    const run = new Run(program, subject, from, limit)
    const last = this.#anchored ? 0 : subject.length
    for (let start = from; start <= last; start = run.text.after(start)) {
      if (this.#first !== undefined && !run.isAt(start, this.#first)) continue
      const outcome = run.matchAt(start)
      if (outcome !== undefined) return outcome
    }
    return undefined
  }
}
