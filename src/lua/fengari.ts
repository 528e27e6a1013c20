/**
 * A private copy of fengari, changed where Lua 5.3 on 32-bit integers differs
 * from the vendor's Lua (5.1, doubles only). Only this file and the
 * `fengari-*.ts` beside it know fengari's insides; everything else sees the
 * typed `lua_*` functions below.
 *
 * fengari's modules bind some of each other's exports when they are first
 * loaded (then the change must come before the rest is loaded: luaconf,
 * llimits, lstring) and reach others through the module object (then it may
 * come after). The version is pinned in package.json. The copy is taken out of
 * the module cache again: a program that embeds this library and uses fengari
 * itself keeps an unchanged one.
 *
 * What is changed, each with the row of lua-dialect.md it serves:
 * - numbers print as C's `%.14g` (C: "printed" row);
 * - no integer subtype: every number is a float, so nothing wraps (C: 86400*50000);
 * - string hashes are exact (fengari joins unpadded hex digits, so that
 *   "\1\35" and "\18\3" were one table key) and order as bytes do;
 * - strings become numbers as the original reads them (C: `"012"+0`);
 * - `%` is computed as in 5.1, and metamethods are asked for as there (fengari-metamethods.ts);
 * - string growth passes a meter (D and Limits: no hook sees it);
 * - a list is walked from 1 upwards, and library tables can be frozen (fengari-tables.ts);
 * - type errors read as in 5.1: "index local 'x' (a nil value)", and chunks are
 *   named as there (chunk-id.ts).
 */
import { createRequire } from "node:module"
import { formatNumber } from "../model/number-format.js"
import { chunkIdBytes } from "./chunk-id.js"
import { patchMetamethods } from "./fengari-metamethods.js"
import { freeze, isFrozen, patchTables, type TValue } from "./fengari-tables.js"
import { parseNumeral } from "./numeral.js"

/** A Lua string: bytes. */
export type LuaBytes = Uint8Array
/** One coroutine (or the main thread) of a VM. Opaque outside this room. */
export interface LuaState {
  readonly l_G: object
  hook: unknown
  hookcount: number
  basehookcount: number
  allowhook: number
}
export type LuaFunction = (L: LuaState) => number
export interface LuaDebug {
  currentline: number
  linedefined: number
  lastlinedefined: number
  source: LuaBytes | null
  short_src: LuaBytes | null
  name: LuaBytes | null
  namewhat: LuaBytes | null
  what: LuaBytes | null
  istailcall?: boolean
}

interface LuaApi {
  lua_absindex(L: LuaState, index: number): number
  lua_atnativeerror(L: LuaState, handler: LuaFunction): LuaFunction | null
  lua_call(L: LuaState, args: number, results: number): void
  lua_checkstack(L: LuaState, n: number): boolean
  lua_concat(L: LuaState, n: number): void
  lua_createtable(L: LuaState, narr: number, nrec: number): void
  lua_error(L: LuaState): never
  lua_getfield(L: LuaState, index: number, key: LuaBytes): number
  lua_getglobal(L: LuaState, name: LuaBytes): number
  lua_getinfo(L: LuaState, what: LuaBytes, ar: LuaDebug): number
  lua_getmetatable(L: LuaState, index: number): boolean
  lua_getstack(L: LuaState, level: number, ar: LuaDebug): number
  lua_gettable(L: LuaState, index: number): number
  lua_gettop(L: LuaState): number
  lua_getupvalue(L: LuaState, funcindex: number, n: number): LuaBytes | null
  lua_getuservalue(L: LuaState, index: number): number
  lua_insert(L: LuaState, index: number): void
  lua_isnil(L: LuaState, index: number): boolean
  lua_isnoneornil(L: LuaState, index: number): boolean
  lua_isnumber(L: LuaState, index: number): boolean
  lua_isstring(L: LuaState, index: number): boolean
  lua_iscfunction(L: LuaState, index: number): boolean
  lua_istable(L: LuaState, index: number): boolean
  lua_compare(L: LuaState, index1: number, index2: number, op: number): number
  lua_load(
    L: LuaState,
    reader: ChunkReader,
    data: unknown,
    chunkname: LuaBytes,
    mode: LuaBytes | null,
  ): number
  lua_newthread(L: LuaState): LuaState
  lua_newtable(L: LuaState): void
  lua_newuserdata(L: LuaState, size: number): Record<string, unknown>
  lua_next(L: LuaState, index: number): number
  lua_pcallk(
    L: LuaState,
    args: number,
    results: number,
    msgh: number,
    ctx: unknown,
    k: ContinuationFunction | null,
  ): number
  lua_pop(L: LuaState, n: number): void
  lua_pushboolean(L: LuaState, b: boolean | number): void
  lua_pushcclosure(L: LuaState, fn: LuaFunction, n: number): void
  lua_pushcfunction(L: LuaState, fn: LuaFunction): void
  lua_pushfstring(L: LuaState, fmt: LuaBytes, ...args: unknown[]): LuaBytes
  lua_pushglobaltable(L: LuaState): void
  lua_pushlightuserdata(L: LuaState, p: unknown): void
  lua_pushnil(L: LuaState): void
  lua_pushnumber(L: LuaState, n: number): void
  lua_pushstring(L: LuaState, s: LuaBytes | string): LuaBytes
  lua_pushthread(L: LuaState): boolean
  lua_pushvalue(L: LuaState, index: number): void
  lua_rawequal(L: LuaState, index1: number, index2: number): number
  lua_rawget(L: LuaState, index: number): number
  lua_rawgeti(L: LuaState, index: number, n: number): number
  lua_rawlen(L: LuaState, index: number): number
  lua_rawset(L: LuaState, index: number): void
  lua_rawseti(L: LuaState, index: number, n: number): void
  lua_remove(L: LuaState, index: number): void
  lua_setfield(L: LuaState, index: number, key: LuaBytes): void
  lua_setglobal(L: LuaState, name: LuaBytes): void
  lua_sethook(
    L: LuaState,
    hook: ((L: LuaState, ar: LuaDebug) => void) | null,
    mask: number,
    count: number,
  ): void
  lua_setmetatable(L: LuaState, index: number): boolean
  lua_settable(L: LuaState, index: number): void
  lua_settop(L: LuaState, index: number): void
  lua_setuservalue(L: LuaState, index: number): void
  lua_toboolean(L: LuaState, index: number): boolean
  lua_tonumber(L: LuaState, index: number): number
  lua_topointer(L: LuaState, index: number): object | null
  lua_tostring(L: LuaState, index: number): LuaBytes | null
  lua_tothread(L: LuaState, index: number): LuaState | null
  lua_touserdata(L: LuaState, index: number): unknown
  lua_type(L: LuaState, index: number): number
  lua_upvalueindex(i: number): number
  lua_xmove(from: LuaState, to: LuaState, n: number): void
  lua_isyieldable(L: LuaState): boolean
  lua_yield(L: LuaState, n: number): number
  lua_resume(co: LuaState, from: LuaState, args: number): number
  lua_status(L: LuaState): number
}

interface AuxApi {
  luaL_callmeta(L: LuaState, index: number, event: LuaBytes): boolean
  luaL_error(L: LuaState, fmt: LuaBytes, ...args: unknown[]): never
  luaL_getmetafield(L: LuaState, index: number, event: LuaBytes): number
  luaL_newstate(): LuaState
  luaL_tolstring(L: LuaState, index: number): LuaBytes
  luaL_traceback(L: LuaState, L1: LuaState, message: LuaBytes | null, level: number): void
  luaL_where(L: LuaState, level: number): void
}

type ContinuationFunction = (L: LuaState, status: number, ctx: unknown) => number
export type ChunkReader = (L: LuaState, data: unknown) => LuaBytes | null

/**
 * Told of every Lua string before it exists. Throws to refuse it.
 * One meter is current at a time: VMs of one thread run one after the other.
 */
export interface StringMeter {
  onString(L: LuaState, length: number): void
}

/** A compiled function's prototype and a function, as far as this room walks them. */
interface Proto {
  p: Proto[]
}
interface Closure {
  p?: Proto
  upvals?: TValue[]
}

// Type tags of fengari's TValue (stable across Lua 5.3: LUA_TNUMBER with variant bits).
const TAG_FLOAT = 3
const TAG_INTEGER = 3 | (1 << 4)

export const LUA_OK = 0
export const LUA_YIELD = 1
export const LUA_MULTRET = -1
export const LUA_REGISTRYINDEX = -1_001_000
export const LUA_MASKCOUNT = 1 << 3
export const LUA_OPLT = 1
export const LUA_TNONE = -1
export const LUA_TNIL = 0
export const LUA_TBOOLEAN = 1
export const LUA_TNUMBER = 3
export const LUA_TSTRING = 4
export const LUA_TTABLE = 5
export const LUA_TFUNCTION = 6
export const LUA_TUSERDATA = 7
export const LUA_TTHREAD = 8

let meter: StringMeter | null = null

/** Makes `next` the meter of all strings from now on; returns the one before. */
export function setStringMeter(next: StringMeter | null): StringMeter | null {
  const before = meter
  meter = next
  return before
}

const FROZEN_MESSAGE = "attempt to change a library table (the libraries are shared by all scripts)"
const TYPE_ERROR_FORMAT = "attempt to %s a %s value%s"

interface Fengari {
  lua: LuaApi
  aux: AuxApi
  Debug: new () => LuaDebug
  TValue: ObjectModule["TValue"]
  tables: Pick<TableModule, "luaH_new" | "luaH_setint" | "luaH_setfrom">
  strings: Pick<StringModule, "luaS_bless">
}

function loadPatched(): Fengari {
  const require = createRequire(import.meta.url)
  const at = (name: string): string => require.resolve(`fengari/src/${name}.js`)
  const get = <T>(name: string): T => require(at(name)) as T

  const folder = at("lua").slice(0, -"lua.js".length)
  const kept = new Map<string, NodeJS.Module | undefined>()
  for (const path of Object.keys(require.cache)) {
    if (!path.startsWith(folder)) continue
    kept.set(path, require.cache[path])
    delete require.cache[path]
  }

  const defs = get<{ lua_Debug: new () => LuaDebug; to_luastring(s: string): LuaBytes }>("defs")
  patchConfiguration(get("luaconf"))
  patchModulo(get("llimits"))
  patchStrings(get("lstring"))
  const lua = get<LuaApi>("lua")
  const lobject = get<ObjectModule>("lobject")
  patchNumbers(lobject)
  const native = defs.to_luastring("=[JS]")
  const nativeName = defs.to_luastring("[C]")
  lobject.luaO_chunkid = (source) =>
    source.length === native.length && sameBytes(source, native) ? nativeName : chunkIdBytes(source)
  const ldebug = get<DebugModule>("ldebug")
  patchTables({
    ltable: get("ltable"),
    runError: (L, message) => ldebug.luaG_runerror(L, message),
    TValue: lobject.TValue,
    integerTag: TAG_INTEGER,
    floatTag: TAG_FLOAT,
    frozenMessage: defs.to_luastring(FROZEN_MESSAGE),
  })
  const { luaH_new, luaH_setint, luaH_setfrom } = get<TableModule>("ltable")
  patchTypeErrors(lobject, defs.to_luastring)
  patchMetamethods(get("ltm"))
  patchCounting(ldebug)
  const aux = get<AuxApi>("lauxlib")
  const fengari: Fengari = {
    lua,
    aux,
    Debug: defs.lua_Debug,
    TValue: lobject.TValue,
    tables: { luaH_new, luaH_setint, luaH_setfrom },
    strings: get<StringModule>("lstring"),
  }

  for (const path of Object.keys(require.cache)) {
    if (path.startsWith(folder)) delete require.cache[path]
  }
  for (const [path, module] of kept) require.cache[path] = module
  return fengari
}

function patchConfiguration(luaconf: Record<string, unknown>): void {
  luaconf.LUA_COMPAT_FLOATSTRING = true
  // Slots of a Lua stack. A million of them, fengari's default, are 400 MB of a runaway recursion.
  luaconf.LUAI_MAXSTACK = 200_000
  luaconf.lua_number2str = formatNumber
  luaconf.lua_integer2str = formatNumber
}

/**
 * Called at every instruction while a count hook is set; the line hooks that
 * fengari also looks after here are never set. Small enough to be inlined.
 */
function patchCounting(ldebug: DebugModule): void {
  const { luaG_traceexec: trace } = ldebug
  const fire = (L: LuaState): unknown => {
    L.hookcount = 1
    return trace(L)
  }
  ldebug.luaG_traceexec = (L) => --L.hookcount || fire(L)
}

/** 5.1's definition; it differs from C's fmod in the last digits and for infinity. */
function patchModulo(llimits: { luai_nummod: (L: LuaState, a: number, b: number) => number }): void {
  llimits.luai_nummod = (_L, a, b) => a - Math.floor(a / b) * b
}

interface StringModule {
  TString: new (L: LuaState, bytes: LuaBytes) => { hash: string | null; getstr(): LuaBytes }
  luaS_hash(bytes: LuaBytes): string
  luaS_hashlongstr(ts: { hash: string | null; getstr(): LuaBytes }): string
  luaS_bless(L: LuaState, bytes: LuaBytes): unknown
  luaS_new(L: LuaState, bytes: LuaBytes): unknown
  luaS_newliteral(L: LuaState, text: string): unknown
}

function patchStrings(lstring: StringModule): void {
  const { TString } = lstring
  const encoder = new TextEncoder()
  lstring.luaS_hash = hashBytes
  lstring.luaS_hashlongstr = (ts) => {
    ts.hash ??= hashBytes(ts.getstr())
    return ts.hash
  }
  lstring.luaS_bless = (L, bytes) => {
    meter?.onString(L, bytes.length)
    return new TString(L, bytes)
  }
  // biome-ignore lint/complexity/useArrowFunction: fengari also calls this one with `new`
  lstring.luaS_new = function (L, bytes) {
    meter?.onString(L, bytes.length)
    return new TString(L, new Uint8Array(bytes))
  }
  lstring.luaS_newliteral = (L, text) => new TString(L, encoder.encode(text))
}

/** One char per byte behind a mark that no number, boolean or userdata key begins with. */
function hashBytes(bytes: LuaBytes): string {
  const length = bytes.length
  if (length > 24) {
    return `|${Buffer.from(bytes.buffer, bytes.byteOffset, length).toString("latin1")}`
  }
  let text = "|"
  for (let i = 0; i < length; i++) text += String.fromCharCode(bytes[i] as number)
  return text
}

interface ObjectModule {
  TValue: {
    new (type: number, value: unknown): TValue
    prototype: { setivalue(this: TValue, n: number): void }
  }
  luaO_pushvfstring(L: LuaState, fmt: LuaBytes, args: unknown[]): LuaBytes
  /** Returns the length with a closing zero, or 0 if the text is no number. */
  luaO_str2num(bytes: LuaBytes, target: TValue): number
  luaO_chunkid(source: LuaBytes): LuaBytes
}
interface TableModule {
  luaH_new(L: LuaState): object
  luaH_setint(table: object, key: number, value: TValue): void
  luaH_setfrom(L: LuaState, table: object, key: TValue, value: TValue): void
}
interface DebugModule {
  luaG_traceexec(L: LuaState): unknown
  luaG_runerror(L: LuaState, fmt: LuaBytes, ...args: unknown[]): never
}

function patchNumbers(lobject: ObjectModule): void {
  lobject.TValue.prototype.setivalue = function (n) {
    this.type = TAG_FLOAT
    this.value = n
  }
  // How arithmetic reads a string. The end is where fengari expects it: one past the last byte.
  lobject.luaO_str2num = (bytes, target) => {
    const value = parseNumeral(Buffer.from(bytes).toString("latin1"))
    if (value === null) return 0
    target.type = TAG_FLOAT
    target.value = value
    return bytes.length + 1
  }
}

const REWORDED = [
  ["'__index' chain too long; possible loop", "loop in gettable"],
  ["'__newindex' chain too long; possible loop", "loop in settable"],
  ["JS stack overflow", "C stack overflow"],
] as const

/**
 * 5.3 says "index a nil value (local 'x')", 5.1 "index local 'x' (a nil value)".
 * The message is composed in one place, from three arguments, so it is re-ordered there.
 */
function patchTypeErrors(lobject: ObjectModule, encode: (s: string) => LuaBytes): void {
  const push = lobject.luaO_pushvfstring
  const typeError = encode(TYPE_ERROR_FORMAT)
  const named = encode("attempt to %s %s (a %s value)")
  const plain = encode("attempt to %s a %s value")
  const reworded = REWORDED.map(([theirs, ours]) => [encode(theirs), encode(ours)] as const)
  lobject.luaO_pushvfstring = (L, fmt, args) => {
    const other = reworded.find(([theirs]) => theirs.length === fmt.length && sameBytes(theirs, fmt))
    if (other !== undefined) return push(L, other[1], args)
    if (fmt.length !== typeError.length || !sameBytes(fmt, typeError)) return push(L, fmt, args)
    const variable = /^ \((\w+) ('.*')\)$/s.exec(Buffer.from(args[2] as Uint8Array).toString("latin1"))
    if (variable === null || variable[1] === "constant") return push(L, plain, args.slice(0, 2))
    return push(L, named, [args[0], encode(`${variable[1]} ${variable[2]}`), args[1]])
  }
}

function sameBytes(a: LuaBytes, b: LuaBytes): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

const fengari = loadPatched()

export const lua = fengari.lua
export const aux = fengari.aux
export const LuaDebug = fengari.Debug

const TAG_NIL = 0
const TAG_BOOLEAN = 1
const TAG_STRING = 4 | (1 << 4)
const TAG_TABLE = 5
const TAG_CLOSURE = 6
const TAG_NATIVE = 6 | (1 << 4)
const TAG_NATIVE_CLOSURE = 6 | (2 << 4)

/** A value to build without running Lua: a text of one char per byte, or an inner table. */
export type ConstantValue = string | number | boolean | object

/**
 * Builds a table from data, far faster than through the stack. The result of
 * `finish` (or of `inner` tables' `finish`) is the table itself, for `pushTable`.
 */
export class TableBuilder {
  readonly #L: LuaState
  readonly #key: TValue
  readonly #value: TValue
  /** Field names recur in every rule: each is made once. */
  readonly #names = new Map<string, unknown>()

  constructor(L: LuaState) {
    this.#L = L
    this.#key = new fengari.TValue(TAG_NIL, null)
    this.#value = new fengari.TValue(TAG_NIL, null)
  }

  create(): object {
    return fengari.tables.luaH_new(this.#L)
  }

  set(table: object, key: string | number, value: ConstantValue): void {
    this.#setValue(value)
    if (typeof key === "number" && (key | 0) === key) {
      fengari.tables.luaH_setint(table, key, this.#value)
      return
    }
    this.#key.type = typeof key === "number" ? TAG_FLOAT : TAG_STRING
    this.#key.value = typeof key === "number" ? key : this.#name(key)
    fengari.tables.luaH_setfrom(this.#L, table, this.#key, this.#value)
  }

  #setValue(value: ConstantValue): void {
    const target = this.#value
    if (typeof value === "string") {
      target.type = TAG_STRING
      target.value = this.#string(value)
    } else {
      target.type =
        typeof value === "number" ? TAG_FLOAT : typeof value === "boolean" ? TAG_BOOLEAN : TAG_TABLE
      target.value = value
    }
  }

  #name(text: string): unknown {
    let name = this.#names.get(text)
    if (name === undefined) {
      name = this.#string(text)
      this.#names.set(text, name)
    }
    return name
  }

  #string(text: string): unknown {
    return fengari.strings.luaS_bless(this.#L, new Uint8Array(Buffer.from(text, "latin1")))
  }
}

/** A key or value as `readEntries` shows it. */
export type PlainValue =
  | { readonly type: "text"; readonly bytes: LuaBytes }
  | { readonly type: "number"; readonly value: number }
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "table" | "function"; readonly identity: object }
  | { readonly type: "other"; readonly name: string }

interface TableEntry {
  readonly key: TValue
  readonly value: TValue
  readonly n: TableEntry | undefined
}

/** Walks a table's entries in insertion order, raw and without the stack; it must not change meanwhile. */
export function readEntries(table: object, visit: (key: PlainValue, value: PlainValue) => void): void {
  let entry = (table as { f: TableEntry | undefined }).f
  while (entry !== undefined) {
    visit(plainValue(entry.key), plainValue(entry.value))
    entry = entry.n
  }
}

function plainValue({ type, value }: TValue): PlainValue {
  switch (type & 0x0f) {
    case LUA_TSTRING:
      return { type: "text", bytes: (value as { getstr(): LuaBytes }).getstr() }
    case LUA_TNUMBER:
      return { type: "number", value: value as number }
    case LUA_TBOOLEAN:
      return { type: "boolean", value: value as boolean }
    case LUA_TTABLE:
      return { type: "table", identity: value as object }
    case LUA_TFUNCTION:
      return { type: "function", identity: value as object }
    default:
      return { type: "other", name: (type & 0x0f) === LUA_TTHREAD ? "thread" : "userdata" }
  }
}

/** Pushes a Lua or native function that `readEntries` showed. */
export function pushFunction(L: LuaState, identity: object): void {
  lua.lua_pushnil(L)
  const stack = L as unknown as { stack: TValue[]; top: number }
  const slot = stack.stack[stack.top - 1] as TValue
  const closure = identity as Closure & { f?: unknown }
  slot.type =
    typeof identity === "function" ? TAG_NATIVE : closure.p === undefined ? TAG_NATIVE_CLOSURE : TAG_CLOSURE
  slot.value = identity
}

/** Pushes a table made by a `TableBuilder`. */
export function pushTable(L: LuaState, table: object): void {
  lua.lua_pushnil(L)
  const stack = L as unknown as { stack: TValue[]; top: number }
  const slot = stack.stack[stack.top - 1] as TValue
  slot.type = TAG_TABLE
  slot.value = table
}

/** Makes the table at `index` read-only for every script, `rawset` included. */
export function freezeTable(L: LuaState, index: number): void {
  freeze(lua.lua_topointer(L, index) as object)
}

export function isFrozenTable(L: LuaState, index: number): boolean {
  return isFrozen(lua.lua_topointer(L, index) as object)
}

/**
 * Gives the Lua function at `funcIndex` an upvalue `n` of its own, holding the
 * value on top of the stack (popped). Functions that shared the old one keep it.
 */
export function replaceUpvalue(L: LuaState, funcIndex: number, n: number): void {
  const closure = lua.lua_topointer(L, funcIndex) as Closure
  const stack = L as unknown as { stack: TValue[]; top: number }
  const { type, value } = stack.stack[stack.top - 1] as TValue
  ;(closure.upvals as TValue[])[n - 1] = new fengari.TValue(type, value)
  lua.lua_pop(L, 1)
}

/**
 * Makes every evaluation of a function expression a new function, as in 5.1.
 * 5.3 hands out the closure of the last evaluation again, and then `setfenv`
 * on one would change the other.
 */
export function disableClosureReuse(L: LuaState, index: number): void {
  const proto = (lua.lua_topointer(L, index) as Closure | null)?.p
  if (proto !== undefined) forgetCachedClosures(proto)
}

function forgetCachedClosures(proto: Proto): void {
  Object.defineProperty(proto, "cache", { get: () => null, set: () => {} })
  for (const inner of proto.p) forgetCachedClosures(inner)
}
