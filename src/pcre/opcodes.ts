/**
 * The instructions that program.ts writes and backtrack.ts runs, and the form in which
 * a program passes between them. Keeps out both.
 */
import type { Assertion } from "./ast.js"
import type { CharSet } from "./charset.js"

/** Instructions, each followed by its operands in the code array. */
export const OP = {
  CHAR: 0, // code
  SET: 1, // set
  RUN: 2, // set min max, then RUN_BACK: as many as possible, given back one by one
  RUN_BACK: 3,
  LAZY: 4, // set min max, then LAZY_MORE
  LAZY_MORE: 5, // set
  HOLD: 6, // set min max: as many as possible, nothing given back
  PUSH: 7, // target: try it if what follows fails
  JUMP: 8, // target
  SAVE: 9, // register: remember the position
  CLOSE: 10, // group start-register: the group has matched
  EMPTY: 11, // register target: leave the loop when the round took nothing
  CUT: 12, // register: remember the stack height
  CUT_END: 13, // register: forget the alternatives since
  LOOK: 14, // height-register position-register
  LOOK_END: 15, // height-register position-register
  REFUSE: 16, // height-register target: negative look, target is where it goes on
  REFUSE_END: 17, // height-register target: the body matched; -1: fail, else go there
  BACK: 18, // count of characters
  BACKREF: 19, // group caseless
  CALL: 20, // target group
  RETURN: 21, // target of the call that may end here
  IF_GROUP: 22, // group target-if-unset
  IF_CALLED: 23, // group (-1: any) target-if-not
  ASSERT: 24, // which
  NEWLINE: 25, // \R
  KEEP: 26,
  FAIL: 27,
  MATCH: 28,
  MEMO: 29, // number
} as const

export const ASSERTIONS: readonly Assertion[] = [
  "subjectStart",
  "subjectEnd",
  "finalEnd",
  "lineStart",
  "lineEnd",
  "searchStart",
  "wordEdge",
  "notWordEdge",
]

/** Stands for "no upper bound" in an operand. */
export const NO_LIMIT = 0x7fffffff

export interface Program {
  readonly code: Int32Array
  readonly sets: readonly CharSet[]
  /** For each set 256 flags, one per Latin-1 character. */
  readonly tables: Uint8Array
  readonly groupCount: number
  readonly registerCount: number
  readonly memoCount: number
}

/** Registers 0 … 2·groups+1 hold the spans; then the two of the call stack. */
export function callRegisters(groupCount: number): { frame: number; top: number } {
  return { frame: 2 * groupCount + 2, top: 2 * groupCount + 3 }
}
