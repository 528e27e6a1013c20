/**
 * The `configuration` functions of one revision, callable on the thread that has
 * this object. They cannot cross from the worker, so the scripts run once more here,
 * when a function is first asked for: the same texts, the same clock, already proven
 * to end within their budget. Each call has a small budget of its own, and a time of its
 * own, which is that of the event: so it answers the same live, in a replay and after a restart.
 * Source: rule-files.md section 5 (function results); lua-dialect.md C (`age` row).
 */
import { CALL_LIMITS, LOAD_LIMITS } from "../lua/budget.js"
import { parseNumeral } from "../lua/numeral.js"
import type { RawValue } from "../model/raw.js"
import { baseClassifications } from "./base-classification.js"
import { configAnswers, type GivenConfiguration } from "./conf-files.js"
import { type RuleProgram, runProgram } from "./program.js"
import type { RuleSource } from "./source.js"

/** A number, or why there is none; the caller keeps the current value then. */
export type FunctionResult =
  | { readonly ok: true; readonly value: number }
  | {
      readonly ok: false
      readonly reason: string /** nil is an answer: keep the current value, no complaint */
      readonly isNil: boolean
    }

export interface FunctionArguments {
  /** Value from the configuration system. */
  readonly current: number
  /** Last value AD set; the current one when it never set any. */
  readonly last: number
  /** Seconds since the binding's birth. */
  readonly ageSec: number
  /** Attempted messages; always 0. */
  readonly count: number
  /** What the clock of the scripts shows, seconds since 1970; null: the time at which they were loaded. */
  readonly atSec: number | null
}

export interface FunctionSource {
  readonly sources: readonly RuleSource[]
  readonly base?: RuleSource | null
  readonly modules: ReadonlyMap<string, RuleSource>
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly functionCount: number
  readonly nowSec: number
  readonly configuration?: GivenConfiguration
}

/** Characters of a reason: a script may raise megabytes. */
const MAX_REASON = 300

export class ConfigurationFunctions {
  readonly source: FunctionSource
  #program: RuleProgram | null = null

  constructor(source: FunctionSource) {
    this.source = source
  }

  /** Runs the scripts now, not at the first call. @throws Error when they make other functions than before */
  prepare(): void {
    this.#load()
  }

  /** Asks function `id` for a value. */
  call(id: number, args: FunctionArguments): FunctionResult {
    const { marshal, at } = this.#load()
    const { current, last, ageSec, count, atSec } = args
    const outcome = at(atSec ?? this.source.nowSec, () =>
      marshal.call(id, [current, last, ageSec, count], CALL_LIMITS),
    )
    if (!outcome.ok) return refuse(outcome.message)
    return judge(outcome.value)
  }

  #load(): RuleProgram {
    if (this.#program !== null) return this.#program
    const { sources, base = null, modules, files, functionCount, nowSec, configuration } = this.source
    const program = runProgram(sources, {
      bounces: () => baseClassifications(base, nowSec),
      limits: LOAD_LIMITS,
      nowSec,
      ...(configuration === undefined ? {} : { config: configAnswers(configuration) }),
      readFile: (path) => files.get(path) ?? { reason: `no file ${path} under the script roots` },
      findModule: (name) => {
        const module = modules.get(name)
        return module === undefined ? null : { path: module.file, source: module.bytes }
      },
    })
    if (program.marshal.functionCount !== functionCount) {
      throw new Error(
        `the rule scripts made ${functionCount} functions when they were checked and ${program.marshal.functionCount} now`,
      )
    }
    this.#program = program
    return program
  }
}

function judge(value: RawValue | null | undefined): FunctionResult {
  if (value === null || value === undefined)
    return { ok: false, reason: "the function returned nil", isNil: true }
  const number = typeof value === "string" ? parseNumeral(value) : value
  if (typeof number !== "number") {
    const seen =
      typeof value === "string"
        ? `"${value}"`
        : typeof value !== "object"
          ? String(value)
          : value.kind === "other"
            ? `a ${value.type}`
            : `a ${value.kind}`
    return refuse(`the function returned ${seen}, not a number`)
  }
  if (!Number.isFinite(number)) return refuse(`the function returned ${Number.isNaN(number) ? "nan" : "inf"}`)
  return number < 0
    ? refuse(`the function returned ${number}, which is negative`)
    : { ok: true, value: number }
}

function refuse(text: string): FunctionResult {
  // Not within a character.
  const reason = text.length > MAX_REASON ? text.slice(0, MAX_REASON).replace(/[\ud800-\udbff]$/, "") : text
  return { ok: false, reason, isNil: false }
}
