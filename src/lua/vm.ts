/**
 * One Lua virtual machine: the vendor's dialect, libraries and sandbox on
 * fengari, under a budget. It runs text and calls functions; what a rule means
 * is not known here. A rule set revision owns one VM, and both go together.
 *
 * Errors of a script are values (`LuaFailure`), never exceptions: whoever runs
 * a script must say what happens then.
 */
import type { Code } from "../errors.js"
import type { Diagnostic } from "../model/diagnostic.js"
import { type Chunk, type Expr, type TableExpr, translate } from "../syntax/index.js"
import { bytesOf, literal, textOf } from "./args.js"
import { type Allowance, Budget, type BudgetLimits } from "./budget.js"
import {
  aux,
  type ConstantValue,
  freezeTable,
  LUA_MULTRET,
  LUA_OK,
  LUA_REGISTRYINDEX,
  LUA_TSTRING,
  type LuaBytes,
  type LuaState,
  lua,
  pushTable,
  setStringMeter,
  TableBuilder,
} from "./fengari.js"
import { openBase, pushPlainText } from "./lib/base.js"
import { openCoroutine } from "./lib/coroutine.js"
import { LOADED, openEnvironment } from "./lib/environment.js"
import {
  chunkId,
  compileChunk,
  type LoadingOptions,
  openLoading,
  type TranslatedChunk,
} from "./lib/loading.js"
import { openMath } from "./lib/math.js"
import { openOperators } from "./lib/operators.js"
import { openOs } from "./lib/os.js"
import { openString } from "./lib/string.js"
import { openTable } from "./lib/table.js"

export interface VmOptions {
  readonly limits: BudgetLimits
  /** The host's clock, seconds since 1970: what `os.time` tells. */
  readonly nowSec: () => number
  /** Milliseconds that never go back, for the deadline. */
  readonly monotonicMs: () => number
  readonly print: (line: LuaBytes) => void
  readonly findModule: LoadingOptions["findModule"]
  readonly seed?: number
}

/** Why a script ended early. */
export interface LuaFailure {
  readonly code: Extract<
    Code,
    "E_LUA_RUNTIME" | "E_LUA_SYNTAX" | "E_LUA_BUDGET" | "E_LUA_DEADLINE" | "E_LUA_MEMORY"
  >
  /** As Lua words it, place first: `rules/custom.lua:3: …`. */
  readonly message: string
  readonly traceback: string
}

export type RunOutcome = { readonly ok: true } | ({ readonly ok: false } & LuaFailure)

/** One translated source text: its findings, and where its table constructors stand. */
export interface SourceUnit {
  readonly file: string
  readonly tables: readonly TableExpr[]
  readonly findings: readonly Diagnostic[]
  /** Null when the text did not parse. */
  readonly chunk: Chunk | null
}

/** Where a runtime table was written. */
export interface TableOrigin {
  readonly unit: SourceUnit
  readonly site: TableExpr
}

const FROZEN_LIBRARIES = ["coroutine", "math", "os", "string", "table"]

export class LuaVm {
  readonly L: LuaState
  readonly budget: Budget
  readonly #options: VmOptions
  readonly #loading: LoadingOptions
  readonly #units: SourceUnit[] = []
  readonly #origins = new WeakMap<object, TableOrigin>()
  #tracking = false
  #builder: TableBuilder | null = null

  constructor(options: VmOptions) {
    this.#options = options
    this.budget = new Budget(options.limits, options.monotonicMs)
    this.L = aux.luaL_newstate()
    this.#loading = {
      charge: (L, steps) => this.budget.charge(L, steps),
      translate: (source, chunkName) => this.#translate(source, chunkName),
      pushHelpers: (L, unit) => this.#pushHelpers(L, unit),
      findModule: options.findModule,
    }
    lua.lua_atnativeerror(this.L, describeNativeError)
    this.#openLibraries()
  }

  /** Source texts translated with tracking, in the order they were loaded. */
  get units(): readonly SourceUnit[] {
    return this.#units
  }

  /** Runs one file; nothing of it is called when its syntax is wrong. */
  runFile(
    source: LuaBytes,
    file: string,
    options: { track?: boolean; args?: readonly string[] } = {},
  ): RunOutcome {
    const { L } = this
    this.#tracking = options.track ?? false
    const outcome = this.#run(source, `@${file}`, () => {
      for (const arg of options.args ?? []) lua.lua_pushstring(L, bytesOf(arg))
      lua.lua_call(L, options.args?.length ?? 0, 0)
      return 0
    })
    this.#tracking = false
    return outcome
  }

  /** Runs text; the values it returns are left on the stack above what was there. */
  runText(source: LuaBytes, chunkName: string): RunOutcome {
    const { L } = this
    return this.#run(source, chunkName, () => {
      lua.lua_call(L, 0, LUA_MULTRET)
      return lua.lua_gettop(L)
    })
  }

  /** Compiles a chunk and lets `call` call it; an error before that is one of its text. */
  #run(source: LuaBytes, chunkName: string, call: () => number): RunOutcome {
    const { L } = this
    let compiled = false
    const outcome = this.protect(() => {
      if (!compileChunk(L, source, bytesOf(chunkName), this.#loading)) return lua.lua_error(L)
      compiled = true
      return call()
    })
    if (outcome.ok || compiled || outcome.code !== "E_LUA_RUNTIME") return outcome
    return { ...outcome, code: "E_LUA_SYNTAX" }
  }

  /** Compiles host text (a scriptlet) and pushes its function. Throws when it does not compile: that is our bug. */
  pushScriptlet(L: LuaState, source: LuaBytes, name: string): void {
    const before = this.#tracking
    this.#tracking = false
    const ok = compileChunk(L, source, bytesOf(`=${name}`), this.#loading)
    this.#tracking = before
    if (!ok) throw new Error(`scriptlet ${name}: ${textOf(lua.lua_tostring(L, -1) as LuaBytes)}`)
  }

  /**
   * Runs `body` as a Lua function under the budget. What it leaves on its stack
   * as results stays on the stack on success.
   */
  protect(body: () => number, limits: BudgetLimits = this.#options.limits): RunOutcome {
    const { L, budget } = this
    const base = lua.lua_gettop(L)
    const meterBefore = setStringMeter(budget)
    budget.start(L, limits)
    lua.lua_pushcfunction(L, traceHandler)
    lua.lua_pushcfunction(L, body)
    const status = lua.lua_pcallk(L, 0, LUA_MULTRET, base + 1, 0, null)
    lua.lua_sethook(L, null, 0, 0)
    setStringMeter(meterBefore)
    lua.lua_remove(L, base + 1)
    const { halted } = budget
    if (halted !== null) {
      lua.lua_settop(L, base)
      return { ok: false, code: halted.code, message: halted.message, traceback: "" }
    }
    if (status === LUA_OK) return { ok: true }
    const failure = readFailure(L)
    lua.lua_settop(L, base)
    return { ok: false, ...failure }
  }

  /** Where a table was written, if its file was loaded with tracking. */
  originOf(table: object): TableOrigin | undefined {
    return this.#origins.get(table)
  }

  #translate(source: LuaBytes, chunkName: LuaBytes): TranslatedChunk {
    const file = chunkId(chunkName)
    if (source[0] === 0x1b)
      return { line: 1, message: "bad binary format (compiled chunks are not accepted)" }
    const result = translate(source, {
      file: chunkName[0] === 0x40 ? textOf(chunkName.subarray(1)) : file,
      track: this.#tracking,
    })
    let unit: number | null = null
    if (this.#tracking) {
      unit = this.#units.length
      const { tables, findings, chunk } = result
      this.#units.push({ file: textOf(chunkName.subarray(1)), tables, findings, chunk })
    }
    if (result.ok) return { code: result.code, unit }
    const { line, message } = result.syntaxError ?? { line: 1, message: "syntax error" }
    return { line, message }
  }

  #pushHelpers(L: LuaState, unit: number | null): void {
    if (unit === null) {
      lua.lua_getfield(L, LUA_REGISTRYINDEX, HELPERS)
      return
    }
    const source = this.#units[unit] as SourceUnit
    openOperators(L)
    const siteOf = (L: LuaState): TableExpr => source.tables[lua.lua_tonumber(L, 1)] as TableExpr
    lua.lua_pushcfunction(L, (L) => {
      this.#origins.set(lua.lua_topointer(L, 2) as object, { unit: source, site: siteOf(L) })
      return 1
    })
    lua.lua_setfield(L, -2, literal("t"))
    lua.lua_pushcfunction(L, (L) => {
      pushTable(L, this.#buildConstant(L, siteOf(L), source))
      return 1
    })
    lua.lua_setfield(L, -2, literal("c"))
  }

  /** Makes the table of a constant constructor; each evaluation gives a new one, as in Lua. */
  #buildConstant(L: LuaState, site: TableExpr, unit: SourceUnit): object {
    this.budget.charge(L, site.fields.length)
    this.#builder ??= new TableBuilder(this.L)
    const table = this.#builder.create()
    this.#origins.set(table, { unit, site })
    for (const { key, value } of site.fields) {
      if (value.kind === "nil" || key === null) continue
      this.#builder.set(table, key, this.#constant(L, value, unit))
    }
    return table
  }

  #constant(L: LuaState, value: Expr, unit: SourceUnit): ConstantValue {
    switch (value.kind) {
      case "string":
      case "number":
        return value.value
      case "table":
        return this.#buildConstant(L, value, unit)
      default:
        return value.kind === "true"
    }
  }

  #openLibraries(): void {
    const { L, budget } = this
    const charge = (L: LuaState, steps: number): void => budget.charge(L, steps)
    const allowance: Allowance = { charge, maxBytes: () => budget.limits.stringBytes }
    const rethrowHalt = (): void => {
      if (budget.halted !== null) throw budget.halted
    }
    openOperators(L)
    lua.lua_setfield(L, LUA_REGISTRYINDEX, HELPERS)
    lua.lua_newtable(L)
    lua.lua_setfield(L, LUA_REGISTRYINDEX, LOADED)
    lua.lua_pushglobaltable(L)
    openBase(L, { charge, print: this.#options.print, rethrowHalt })
    openEnvironment(L)
    openLoading(L, this.#loading)
    lua.lua_pushvalue(L, -1)
    lua.lua_setfield(L, -2, literal("_G"))
    const open = (name: string, push: () => void): void => {
      push()
      lua.lua_setfield(L, -2, literal(name))
    }
    open("coroutine", () => openCoroutine(L, { rethrowHalt }))
    open("math", () => openMath(L, this.#options.seed ?? 0))
    open("os", () =>
      openOs(L, { nowSec: this.#options.nowSec, cpuSec: () => budget.used / INSTRUCTIONS_PER_SEC }),
    )
    open("string", () => openString(L, allowance))
    open("table", () => openTable(L, allowance))
    lua.lua_getfield(L, LUA_REGISTRYINDEX, LOADED)
    for (const name of ["_G", "package", ...FROZEN_LIBRARIES]) {
      lua.lua_getfield(L, -2, literal(name))
      if (FROZEN_LIBRARIES.includes(name)) freezeTable(L, -1)
      lua.lua_setfield(L, -2, literal(name))
    }
    lua.lua_settop(L, 0)
  }
}

/** Registry name of the operator helpers. */
const HELPERS = literal("adaptive.helpers")
/** The speed that `os.clock` pretends: about what fengari does on one core. */
const INSTRUCTIONS_PER_SEC = 10_000_000

/** Error values that are texts gain a traceback, kept beside the message in a table. */
function traceHandler(L: LuaState): number {
  if (lua.lua_type(L, 1) !== LUA_TSTRING) return 1
  const message = lua.lua_tostring(L, 1)
  lua.lua_createtable(L, 2, 0)
  lua.lua_pushvalue(L, 1)
  lua.lua_rawseti(L, -2, 1)
  aux.luaL_traceback(L, L, message, 1)
  lua.lua_rawseti(L, -2, 2)
  lua.lua_pushlightuserdata(L, TRACED)
  lua.lua_rawseti(L, -2, 3)
  return 1
}

/** Marks tables made by `traceHandler`: a script may throw tables of its own. */
const TRACED = Object.freeze({})

function readFailure(L: LuaState): LuaFailure {
  if (lua.lua_istable(L, -1)) {
    lua.lua_rawgeti(L, -1, 3)
    const traced = lua.lua_touserdata(L, -1) === TRACED
    lua.lua_pop(L, 1)
    if (traced) {
      lua.lua_rawgeti(L, -1, 2)
      lua.lua_rawgeti(L, -2, 1)
      const message = textOf(lua.lua_tostring(L, -1) as LuaBytes)
      const traceback = textOf(lua.lua_tostring(L, -2) as LuaBytes)
      return { code: "E_LUA_RUNTIME", message, traceback }
    }
  }
  // Nothing watches the script any more: its `__tostring` must not run.
  pushPlainText(L, -1)
  const shown = textOf(lua.lua_tostring(L, -1) as LuaBytes)
  return { code: "E_LUA_RUNTIME", message: `error object is not a string: ${shown}`, traceback: "" }
}

/** A JavaScript exception inside Lua: a budget's end keeps its text, anything else is our fault and says so. */
function describeNativeError(L: LuaState): number {
  const error = lua.lua_touserdata(L, 1)
  const text = error instanceof Error ? error.message : String(error)
  lua.lua_pushstring(L, bytesOf(error instanceof RangeError ? `stack overflow (${text})` : text))
  return 1
}
