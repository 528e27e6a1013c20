/**
 * The shipped classification of bounces by itself, for hosts that load no rules
 * (`adaptive lua`): run in a VM of its own, so that a script there cannot touch it.
 */
import { LOAD_LIMITS } from "../lua/budget.js"
import type { RawClassification } from "../model/raw.js"
import { runProgram } from "./program.js"
import { readShippedClassification } from "./source.js"

/** @param nowSec the clock its script sees */
export function shippedClassifications(nowSec: number): readonly RawClassification[] {
  const { source } = readShippedClassification([])
  return runProgram([], {
    base: source,
    limits: LOAD_LIMITS,
    nowSec,
    readFile: (path) => ({ reason: `no file ${path} under the script roots` }),
    findModule: () => null,
  }).classifications
}
