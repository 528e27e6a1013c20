/**
 * Source texts to a compiled rule set, start to end, on whatever thread calls
 * it: run the scripts, compile what they registered.
 */
import { type BudgetLimits, LOAD_LIMITS } from "../lua/budget.js"
import type { ClassificationData } from "../model/classification.js"
import type { Diagnostic } from "../model/diagnostic.js"
import type { RawClassification } from "../model/raw.js"
import { compileClassification } from "../rules/classification.js"
import { compileRules } from "../rules/compile.js"
import type { RuleSetData } from "../rules/rule-set.js"
import { runBase } from "./base-classification.js"
import { configAnswers, type GivenConfiguration } from "./conf-files.js"
import { type ProgramOptions, revisionOf, runProgram } from "./program.js"
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
  readonly configuration?: GivenConfiguration
  readonly limits?: BudgetLimits
  /** Findings made before the scripts run. */
  readonly findings: readonly Diagnostic[]
  /** What scripts required and read when these sources were loaded before: taken instead of what there is now. */
  readonly found?: FoundFiles
}

/** Files that scripts asked for. */
export interface FoundFiles {
  readonly modules: ReadonlyMap<string, RuleSource>
  readonly files: ReadonlyMap<string, Uint8Array>
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
  /** Where below a root stood nothing that scripts asked for there. */
  readonly missed: readonly string[]
  readonly functionCount: number
  readonly output: readonly string[]
}

/**
 * Runs and compiles. A script that its budget ended may have registered half of
 * what it meant to: it is left out, and the others run again without it.
 */
export function buildRules(request: BuildRequest, onRun?: (file: string) => void): BuildResult {
  const { nowSec, limits = LOAD_LIMITS, roots } = request
  const told = onRun === undefined ? {} : { onRun }
  let { base = null, findings } = request
  let baseBounces: readonly RawClassification[] = []
  if (base !== null) {
    const program = runBase(base, { nowSec, limits, ...told })
    findings = [...findings, ...program.findings]
    if (program.halted.length > 0) base = null
    else baseBounces = program.classifications
  }
  const program = runProgram(request.sources, {
    limits,
    bounces: () => baseBounces,
    nowSec,
    ...(request.found === undefined
      ? {
          findModule: (name) => findModule(roots, name),
          readFile: (path) => readScriptFile(roots, path),
        }
      : foundAgain(request.found)),
    ...(request.configuration === undefined ? {} : { config: configAnswers(request.configuration) }),
    ...told,
  })
  if (program.halted.length > 0) {
    const isHalted = ({ file }: { readonly file: string }): boolean => program.halted.includes(file)
    return buildRules(
      {
        ...request,
        sources: request.sources.filter((source) => !isHalted(source)),
        findings: [...request.findings, ...program.findings.filter(isHalted)],
      },
      onRun,
    )
  }
  const bounces = compileClassification([...baseBounces, ...program.classifications])
  const data = compileRules(program.registrations, {
    revision: revisionOf(request.sources),
    findings: [...findings, ...program.findings, ...bounces.findings],
    extensions: request.extensions,
    ...(onRun === undefined ? {} : { onCompile: onRun }),
  })
  return {
    data,
    sources: request.sources,
    base,
    classification: bounces.data,
    ownBounceEntries: [...bounces.entries]
      .filter(([file]) => file !== base?.file)
      .reduce((sum, [, count]) => sum + count, 0),
    modules: program.modules,
    files: program.files,
    missed: program.missed,
    functionCount: program.marshal.functionCount,
    output: program.output,
  }
}

function foundAgain({ modules, files }: FoundFiles): Pick<ProgramOptions, "findModule" | "readFile"> {
  return {
    findModule(name) {
      const module = modules.get(name)
      return module === undefined ? null : { path: module.file, source: module.bytes }
    },
    readFile: (path) =>
      files.get(path) ?? { reason: `no file ${path} was there when these rules were loaded` },
  }
}
