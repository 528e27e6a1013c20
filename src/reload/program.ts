/**
 * Runs rule scripts in a VM and collects what they register. The same code runs
 * in the worker that judges a new revision (where a hard stop is possible) and
 * in the thread that serves (for the `configuration` functions): scripts cannot
 * tell the two apart, so both end up with the same tables and functions.
 */
import { createHash } from "node:crypto"
import { resolve } from "node:path"
import { monotonicMs } from "../clock.js"
import type { OptionAnswer } from "../config/ask.js"
import { bytesOf, isFileName, latin1Of, literal, nearestFrame, textOf, utf8Of } from "../lua/args.js"
import type { BudgetLimits } from "../lua/budget.js"
import { LUA_REGISTRYINDEX, type LuaState, lua } from "../lua/fengari.js"
import { LOADED } from "../lua/lib/environment.js"
import { chunkId } from "../lua/lib/loading.js"
import { Marshal } from "../lua/marshal.js"
import { openHostApi } from "../lua/msys/index.js"
import { type LuaFailure, LuaVm, type RunOutcome } from "../lua/vm.js"
import { type Diagnostic, diagnostic, type Place } from "../model/diagnostic.js"
import type { RawClassification, RawRegistration } from "../model/raw.js"
import { ClassifierOfScripts } from "./classifier.js"
import { lintScript } from "./script-lint.js"
import { moduleFile, type RuleSource } from "./source.js"

export interface ProgramOptions {
  /** What `msys.config` answers; without it there is no configuration. */
  readonly config?: (path: readonly string[]) => OptionAnswer | null
  /** Told before each file runs, so that one that must be stopped from outside can be named. */
  readonly onRun?: (file: string) => void
  readonly limits: BudgetLimits
  /** The classification that those of the scripts add to; asked for when it is needed. */
  readonly bounces?: () => readonly RawClassification[]
  /** The clock the scripts see while they load, seconds since 1970; it stands still. */
  readonly nowSec: number
  readonly readFile: (path: string) => Uint8Array | { readonly reason: string }
  readonly findModule: (name: string) => { readonly path: string; readonly source: Uint8Array } | null
}

export interface RuleProgram {
  readonly vm: LuaVm
  readonly marshal: Marshal
  /** Does something at another time: the clock of the scripts shows it, and stands still there too. */
  readonly at: <T>(nowSec: number, work: () => T) => T
  readonly registrations: readonly RawRegistration[]
  /** What the scripts themselves add. */
  readonly classifications: readonly RawClassification[]
  readonly findings: readonly Diagnostic[]
  /** Modules that scripts required from the script roots. */
  readonly modules: ReadonlyMap<string, RuleSource>
  /** Files that scripts read through `msys.readfile`. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Of modules and files that scripts asked for in vain, where they would stand below a root. */
  readonly missed: readonly string[]
  /** Files whose script was ended by its budget: what they registered is not to be trusted. */
  readonly halted: readonly string[]
  /** Lines that scripts printed or logged, for the caller to show. */
  readonly output: readonly string[]
}

const SYSTEM_MODULE = "msys.adaptive_rules"
/** Lines of output that are kept: a script that prints in a loop must not fill memory. */
const MAX_OUTPUT_LINES = 1000
const MAX_OUTPUT_CHARS = 2000
/** Files that are waited for: a script that asks for names that it makes up must not have all of them watched. */
const MAX_MISSED = 200
const MAX_MISSED_CHARS = 255

/** Runs the system file first, then the others in order; a script that fails does not stop the rest. */
export function runProgram(sources: readonly RuleSource[], options: ProgramOptions): RuleProgram {
  const findings: Diagnostic[] = []
  const registrations: RawRegistration[] = []
  const classifications = new ClassifierOfScripts(options.bounces)
  const halted: string[] = []
  const modules = new Map<string, RuleSource>()
  const files = new Map<string, Uint8Array>()
  const missed = new Set<string>()
  const miss = (path: string): void => {
    if (missed.size < MAX_MISSED && path.length <= MAX_MISSED_CHARS) missed.add(path)
  }
  const output: string[] = []
  const tell = (line: string): void => {
    if (output.length < MAX_OUTPUT_LINES) output.push(shortened(line))
    else if (output.length === MAX_OUTPUT_LINES) output.push("… further output is dropped")
  }
  let shownSec = options.nowSec
  const nowSec = (): number => shownSec
  const vm = new LuaVm({
    limits: options.limits,
    nowSec,
    monotonicMs,
    print: (line) => tell(textOf(line)),
    findModule: (name) => {
      const found = options.findModule(name)
      if (found === null) miss(moduleFile(name))
      else modules.set(name, { file: found.path, bytes: found.source })
      return found
    },
  })
  const marshal = new Marshal(vm)
  const placeOfCall = (L: LuaState): Place =>
    callerPlace(L) ?? { file: sources[0]?.file ?? "", line: 1, column: 1 }
  const api = openHostApi(vm, {
    nowSec,
    readFile: (path) => {
      const read = options.readFile(path)
      if ("reason" in read) miss(path)
      else files.set(path, read)
      return read
    },
    log: (level, text) => tell(`${level}: ${text}`),
    ...(options.config === undefined ? {} : { config: options.config }),
    registerRules: (L, index, mode) => {
      registrations.push({ mode, rules: marshal.readTable(index), place: placeOfCall(L) })
    },
    registerClassification: (L, index, mode) => {
      classifications.add({ mode, table: marshal.readTable(index), place: placeOfCall(L) })
    },
    classify: (text, domain) => classifications.classify(text, domain),
  })
  /** A file that another script required is a library: it need not register anything. */
  const isModule = ({ file }: RuleSource): boolean =>
    [...modules.values()].some((module) => resolve(module.file) === resolve(file))
  const system = sources.filter(isSystemFile)
  const custom = sources.filter((source) => !system.includes(source))
  for (const [i, { file }] of system.entries()) {
    if (i > 0) findings.push(secondSystemFile(file, system[i - 1]?.file ?? ""))
  }
  const registered = (): number => registrations.length + classifications.own.length
  for (const source of [...system, ...custom]) {
    const before = registered()
    options.onRun?.(source.file)
    const isSystem = system.includes(source)
    const outcome = runOne(vm, source, isSystem, findings)
    if (!outcome.ok && HALTS.has(outcome.code)) halted.push(source.file)
    for (const failure of api.runDeferred()) {
      findings.push(failureFinding(failure, source.file, "it was deferred to the end of the script"))
    }
    const place: Place = { file: source.file, line: 1, column: 1 }
    if (isSystem) {
      if (outcome.ok && !withSystemRules(vm, () => {})) findings.push(noRules(place))
    } else if (outcome.ok && registered() === before && !isModule(source)) {
      findings.push(registersNothing(vm, place))
    }
  }
  // Read last: a custom script may have reached into msys.adaptive_rules itself.
  const lastSystem = system.at(-1)
  if (lastSystem !== undefined) {
    const place: Place = { file: lastSystem.file, line: 1, column: 1 }
    withSystemRules(vm, () => registrations.unshift({ mode: "system", rules: marshal.readTable(-1), place }))
  }
  return {
    vm,
    marshal,
    at: (sec, work) => {
      shownSec = sec
      try {
        return work()
      } finally {
        shownSec = options.nowSec
      }
    },
    registrations,
    classifications: classifications.own,
    findings,
    modules,
    files,
    missed: [...missed],
    halted,
    output,
  }
}

/** A text of its own: a mere slice would keep the whole line in memory. */
function shortened(line: string): string {
  if (line.length <= MAX_OUTPUT_CHARS) return line
  return Buffer.from(line.slice(0, MAX_OUTPUT_CHARS), "utf16le").toString("utf16le")
}

/** Hash of the texts: the same rules are the same revision, wherever they lie. */
export function revisionOf(sources: readonly RuleSource[]): string {
  const hash = createHash("sha256")
  for (const { bytes } of sources) hash.update(String(bytes.length)).update("\0").update(bytes)
  return hash.digest("hex").slice(0, 12)
}

/** Does it name its module outside a comment? Custom scripts like to say what they are not. */
function isSystemFile({ bytes }: RuleSource): boolean {
  const text = latin1Of(bytes)
  for (const { index } of text.matchAll(/\bmodule\s*\(?\s*["']msys\.adaptive_rules["']/g)) {
    const line = text.slice(text.lastIndexOf("\n", index) + 1, index)
    if (!line.includes("--")) return true
  }
  return false
}

function runOne(vm: LuaVm, source: RuleSource, isSystem: boolean, findings: Diagnostic[]): RunOutcome {
  const unitsBefore = vm.units.length
  const outcome = vm.runFile(source.bytes, source.file, { track: true })
  const unit = vm.units[unitsBefore]
  if (unit !== undefined) {
    // Not `push(...them)`: a file may have more of them than a call may have arguments.
    for (const finding of unit.findings) findings.push(finding)
    if (unit.chunk !== null && !isSystem)
      for (const finding of lintScript(unit.chunk, source.file)) findings.push(finding)
  }
  findings.push(...checkEncoding(source))
  const told = unit?.findings.some(
    ({ severity, code }) => severity === "error" && code !== "E_LUA_DUPLICATE_KEY",
  )
  if (!outcome.ok && !(outcome.code === "E_LUA_SYNTAX" && told))
    findings.push(failureFinding(outcome, source.file))
  return outcome
}

/** Lua wants bytes and takes any; but a pattern in Latin-1 never matches a reply in UTF-8. */
function checkEncoding({ file, bytes }: RuleSource): Diagnostic[] {
  if (utf8Of(bytes) !== null) return []
  const { line, column, byte } = firstBadByte(bytes)
  return [
    diagnostic(
      "E_FILE_ENCODING",
      { file, line, column },
      `byte 0x${byte.toString(16)} is not UTF-8: the file is still read, byte by byte, but patterns and messages with such bytes are not what they look like`,
      "save the file as UTF-8",
    ),
  ]
}

function firstBadByte(bytes: Uint8Array): { line: number; column: number; byte: number } {
  const text = new TextDecoder("utf-8").decode(bytes)
  const good = Buffer.byteLength(text.slice(0, text.indexOf("\ufffd")), "utf8")
  const before = bytes.subarray(0, good)
  const line = before.reduce((n, c) => n + (c === 0x0a ? 1 : 0), 1)
  return { line, column: good - before.lastIndexOf(0x0a), byte: bytes[good] ?? 0 }
}

const FAILURE_HINT: Record<LuaFailure["code"], string> = {
  E_LUA_SYNTAX: "correct the line named",
  E_LUA_RUNTIME: "correct the line named; nothing that the script registered before it is lost",
  E_LUA_BUDGET: "look for an endless loop; loading needs far fewer instructions",
  E_LUA_DEADLINE: "look for a loop or a pattern that runs on",
  E_LUA_MEMORY: "look for a string that grows in a loop",
}

/** A script may raise megabytes. */
const MAX_MESSAGE = 1000

/** Ends that a script cannot catch: it was cut off anywhere. */
const HALTS: ReadonlySet<LuaFailure["code"]> = new Set(["E_LUA_BUDGET", "E_LUA_DEADLINE", "E_LUA_MEMORY"])

/** A script's failure as a finding, at the line its message names if that is in its own file. */
function failureFinding(failure: LuaFailure, file: string, consequence = consequenceOf(failure)): Diagnostic {
  const match = /^(.+?):(\d+): (.*)$/s.exec(failure.message)
  // Lua cuts long names, so both are compared as it writes them.
  const named = match !== null && match[1] === chunkId(bytesOf(`@${file}`))
  const place = { file, line: named ? Number(match[2]) : 1, column: 1 }
  const text = named ? (match[3] as string) : failure.message
  const message = text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE)}…` : text
  return diagnostic(failure.code, place, `${message}: ${consequence}`, failureHint(failure, message))
}

function consequenceOf({ code }: LuaFailure): string {
  return HALTS.has(code) ? "it is left out" : "the rest of this script is not run"
}

function secondSystemFile(file: string, first: string): Diagnostic {
  return diagnostic(
    "E_RULES_SHAPE",
    { file, line: 1, column: 1 },
    `this is a second system file: its \`Rules\` replace those of ${first}`,
    "name one system file; write additions as a custom script with registerRules",
  )
}

function failureHint(failure: LuaFailure, message: string): string {
  const absent = /field '(exit|execute|remove|rename|tmpname|setlocale|setenv)' \(a nil value\)/.exec(message)
  if (absent !== null)
    return `os.${absent[1]} is not available: a rule script cannot touch the machine; remove the call`
  const library = /global '(io|debug|dofile|loadfile)' \(a nil value\)/.exec(message)
  if (library !== null) return `${library[1]} is not available to rule scripts; remove the call`
  return FAILURE_HINT[failure.code]
}

function noRules(place: Place): Diagnostic {
  return diagnostic(
    "E_RULES_SHAPE",
    place,
    `the module ${SYSTEM_MODULE} has no table \`Rules\`: the file adds no rules`,
    "write Rules = { … } after the module line, without `local`",
  )
}

function registersNothing(vm: LuaVm, place: Place): Diagnostic {
  const { L } = vm
  lua.lua_pushglobaltable(L)
  lua.lua_pushstring(L, literal("Rules"))
  lua.lua_rawget(L, -2)
  const strayRules = lua.lua_istable(L, -1)
  lua.lua_pop(L, 2)
  return strayRules
    ? diagnostic(
        "E_RULES_SHAPE",
        place,
        "`Rules` is a plain global here: the file adds no rules",
        `begin the file with module("${SYSTEM_MODULE}", package.seeall), or call msys.adaptive.registerRules(rules)`,
      )
    : diagnostic(
        "E_RULES_SHAPE",
        place,
        "the script never calls registerRules: it adds no rules",
        "end it with require('msys.adaptive') and msys.adaptive.registerRules(rules)",
      )
}

/**
 * Calls `use` with the table `Rules` on top of the stack: that of the module
 * table, never of `_G`. Returns whether there is one.
 */
function withSystemRules(vm: LuaVm, use: () => void): boolean {
  const { L } = vm
  // From the registry, and raw: a script may have put anything in the place of `package`.
  lua.lua_getfield(L, LUA_REGISTRYINDEX, LOADED)
  lua.lua_pushstring(L, literal(SYSTEM_MODULE))
  lua.lua_rawget(L, -2)
  let found = false
  if (lua.lua_istable(L, -1)) {
    lua.lua_pushstring(L, literal("Rules"))
    lua.lua_rawget(L, -2)
    found = lua.lua_istable(L, -1)
    if (found) use()
  }
  lua.lua_settop(L, 0)
  return found
}

/** The line of the script that called `registerRules`: the nearest frame that runs a file. */
function callerPlace(L: LuaState): Place | null {
  const frame = nearestFrame(L, isFileName)
  if (frame === null) return null
  return { file: textOf((frame.source as Uint8Array).subarray(1)), line: frame.currentline, column: 1 }
}
