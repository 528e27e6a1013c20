/**
 * Rule texts to a rule set on the test's own thread, with a fixed clock and
 * budgets small enough that a script without end ends soon.
 */
import type { BudgetLimits } from "../../src/lua/budget.js"
import type { Diagnostic } from "../../src/model/diagnostic.js"
import { type BuildResult, buildRules } from "../../src/reload/build.js"
import { ConfigurationFunctions } from "../../src/reload/functions.js"
import { RuleSet } from "../../src/rules/rule-set.js"

export const NOW_SEC = 1_790_000_000

/** No deadline: how fast a machine is must not decide a test. */
export const TEST_LIMITS: BudgetLimits = Object.freeze({
  instructions: 300_000,
  deadlineMs: null,
  stringBytes: 1 << 20,
  memoryBytes: 64 << 20,
})

export interface Loaded extends BuildResult {
  readonly findings: readonly Diagnostic[]
  readonly rules: RuleSet
  readonly functions: ConfigurationFunctions
}

/**
 * Loads texts in the order given.
 * @param files name to text; a system file is one by its module line, whatever its name
 */
export function load(
  files: Readonly<Record<string, string | Uint8Array>>,
  { strict = false, limits = TEST_LIMITS }: { strict?: boolean; limits?: BudgetLimits } = {},
): Loaded {
  const sources = Object.entries(files).map(([file, text]) => ({
    file,
    bytes: typeof text === "string" ? new TextEncoder().encode(text) : text,
  }))
  const build = buildRules({
    sources,
    roots: [],
    nowSec: NOW_SEC,
    extensions: !strict,
    limits,
    findings: [],
  })
  const rules = new RuleSet(build.data)
  const functions = new ConfigurationFunctions({ ...build, nowSec: NOW_SEC })
  return { ...build, findings: build.data.diagnostics, rules, functions }
}

/** A custom script that registers a table given as Lua text. */
export function custom(table: string, mode?: "augment" | "replace"): string {
  const second = mode === undefined ? "" : `, "${mode}"`
  return `require('msys.adaptive')\nmsys.adaptive.registerRules(${table}${second})\n`
}

/** A system file with a table given as Lua text. */
export function system(table: string): string {
  return `module("msys.adaptive_rules", package.seeall)\nRules = ${table}\n`
}

/** `CODE line:column` of each finding, in order. */
export function places(findings: readonly Diagnostic[]): string[] {
  return findings.map(({ code, line, column }) => `${code} ${line}:${column}`)
}
