/**
 * The classification of bounces that all others add to, run in a VM of its own: no
 * rule script can touch it, and a VM that only serves functions goes without it.
 */
import { type BudgetLimits, LOAD_LIMITS } from "../lua/budget.js"
import type { RawClassification } from "../model/raw.js"
import { type RuleProgram, runProgram } from "./program.js"
import { type RuleSource, readShippedClassification } from "./source.js"

interface BaseOptions {
  /** The clock its script sees. */
  readonly nowSec: number
  readonly limits?: BudgetLimits
  readonly onRun?: (file: string) => void
}

/** Runs the file; it reads no other ones. */
export function runBase(
  source: RuleSource,
  { nowSec, limits = LOAD_LIMITS, onRun }: BaseOptions,
): RuleProgram {
  return runProgram([source], {
    limits,
    nowSec,
    readFile: (path) => ({ reason: `no file ${path} under the script roots` }),
    findModule: () => null,
    ...(onRun === undefined ? {} : { onRun }),
  })
}

/** What a base registers, for scripts that ask; none has nothing. */
export function baseClassifications(base: RuleSource | null, nowSec: number): readonly RawClassification[] {
  return base === null ? [] : runBase(base, { nowSec }).classifications
}

/** What the shipped file registers, for hosts that load no rules (`adaptive lua`). */
export function shippedClassifications(nowSec: number): readonly RawClassification[] {
  return baseClassifications(readShippedClassification([]).source, nowSec)
}
