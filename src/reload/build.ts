/**
 * Source texts to a compiled rule set, start to end, on whatever thread calls
 * it: run the scripts, compile what they registered.
 */
import { type BudgetLimits, LOAD_LIMITS } from "../lua/budget.js"
import type { ClassificationData } from "../model/classification.js"
import type { Diagnostic } from "../model/diagnostic.js"
import { compileClassification } from "../rules/classification.js"
import { compileRules } from "../rules/compile.js"
import type { RuleSetData } from "../rules/rule-set.js"
import { configAnswers, type ScriptConfiguration } from "./conf-files.js"
import { revisionOf, runProgram } from "./program.js"
import { findModule, type RuleSource, readScriptFile } from "./source.js"

export interface BuildRequest {
  readonly sources: readonly RuleSource[]
  /** The shipped classification of bounces, which files may add to; none unless given. */
  readonly base?: RuleSource | null
  /** Directories that scripts may `require` from. */
  readonly roots: readonly string[]
  /** The clock the scripts see. */
  readonly nowSec: number
  /** False holds the files against the original: no `mx:` keys, no `*`. */
  readonly extensions: boolean
  /** For scripts that ask; without it there is none. */
  readonly configuration?: ScriptConfiguration
  readonly limits?: BudgetLimits
  /** Findings made before the scripts run. */
  readonly findings: readonly Diagnostic[]
}

/** A finished build: plain data that crosses thread borders. */
export interface BuildResult {
  /** The sources that the rules come from: those given, without any whose budget ran out. */
  readonly sources: readonly RuleSource[]
  readonly base: RuleSource | null
  readonly classification: ClassificationData
  /** Entries of the classification that are not of the base. */
  readonly ownBounceEntries: number
  readonly data: RuleSetData
  readonly modules: ReadonlyMap<string, RuleSource>
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly functionCount: number
  readonly output: readonly string[]
}

/**
 * Runs and compiles. A script that its budget ended may have registered half of
 * what it meant to: it is left out, and the others run again without it.
 */
export function buildRules(request: BuildRequest, onRun?: (file: string) => void): BuildResult {
  const program = runProgram(request.sources, {
    limits: request.limits ?? LOAD_LIMITS,
    base: request.base ?? null,
    nowSec: request.nowSec,
    findModule: (name) => findModule(request.roots, name),
    readFile: (path) => readScriptFile(request.roots, path),
    ...(request.configuration === undefined ? {} : { config: configAnswers(request.configuration) }),
    ...(onRun === undefined ? {} : { onRun }),
  })
  if (program.halted.length > 0) {
    const isHalted = (file: string): boolean => program.halted.includes(file)
    return buildRules(
      {
        ...request,
        sources: request.sources.filter(({ file }) => !isHalted(file)),
        base: isHalted(request.base?.file ?? "") ? null : (request.base ?? null),
        findings: [...request.findings, ...program.findings.filter(({ file }) => isHalted(file))],
      },
      onRun,
    )
  }
  const bounces = compileClassification(program.classifications)
  const data = compileRules(program.registrations, {
    revision: revisionOf(request.sources),
    findings: [...request.findings, ...program.findings, ...bounces.findings],
    extensions: request.extensions,
    ...(onRun === undefined ? {} : { onCompile: onRun }),
  })
  return {
    data,
    sources: request.sources,
    base: request.base ?? null,
    classification: bounces.data,
    ownBounceEntries: [...bounces.entries]
      .filter(([file]) => file !== request.base?.file)
      .reduce((sum, [, count]) => sum + count, 0),
    modules: program.modules,
    files: program.files,
    functionCount: program.marshal.functionCount,
    output: program.output,
  }
}
