/**
 * Runs translated chunks in plain fengari, with the smallest helper table that
 * shows what the translation asks of a host. Not the product's host: that one
 * lives in `src/lua` and is tested there.
 */
import { createRequire } from "node:module"
import { type Expr, type TableExpr, type Translation, translate } from "../../src/syntax/index.js"

// Read when fengari is first loaded, hence `require` and not `import`.
process.env.FENGARICONF = JSON.stringify({ LUA_COMPAT_FLOATSTRING: true })

type State = object
type HostFunction = (L: State) => number
interface Fengari {
  lua: Record<string, (...args: unknown[]) => unknown>
  lauxlib: Record<string, (...args: unknown[]) => unknown>
  lualib: { luaL_openlibs(L: State): void }
}
const { lua, lauxlib, lualib } = createRequire(import.meta.url)("fengari") as Fengari

export type Value = number | string | boolean | null
export interface Outcome {
  /** What the chunk returned; anything but plain values as its type's name. */
  readonly values: readonly Value[]
  /** Lua's message, "test:LINE: …". */
  readonly error: string | null
  /** Ids of tracked tables in the order of their creation; a constant table stands for those in it. */
  readonly origins: readonly number[]
}

/** Text to bytes, one per char: `"\xe9"` is the byte 0xE9. */
export function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "latin1"))
}

export function translated(source: string | Uint8Array, track = false): Translation {
  const input = typeof source === "string" ? bytes(source) : source
  return translate(input, { file: "test.lua", track })
}

export function textOf(translation: Translation): string {
  return Buffer.from(translation.code).toString("latin1")
}

/** @returns the VM's complaint about the text, or null */
export function compileError(code: Uint8Array): string | null {
  const L = lauxlib.luaL_newstate?.() as State
  return load(L, code)
}

/** Translates, compiles and runs a chunk; throws if it cannot be loaded. */
export function run(source: string | Uint8Array, track = false): Outcome {
  const translation = translated(source, track)
  if (!translation.ok) throw new Error(translation.syntaxError?.message)
  return execute(translation)
}

export function execute({ code, tables }: Translation): Outcome {
  const L = lauxlib.luaL_newstate?.() as State
  lualib.luaL_openlibs(L)
  const origins: number[] = []
  const problem = load(L, code)
  if (problem !== null) throw new Error(`the VM refused the translation: ${problem}`)
  pushHelpers(L, origins, tables)
  lua.lua_call?.(L, 1, 1)
  const status = lua.lua_pcall?.(L, 0, -1, 0)
  if (status !== 0) return { values: [], error: String(valueAt(L, -1)), origins }
  const count = lua.lua_gettop?.(L) as number
  return { values: Array.from({ length: count }, (_, i) => valueAt(L, i + 1)), error: null, origins }
}

function load(L: State, code: Uint8Array): string | null {
  const status = lauxlib.luaL_loadbuffer?.(L, code, code.length, bytes("@test"))
  return status === 0 ? null : String(valueAt(L, -1))
}

function valueAt(L: State, index: number): Value {
  switch (lua.lua_type?.(L, index)) {
    case 0:
      return null
    case 1:
      return Boolean(lua.lua_toboolean?.(L, index))
    case 3:
      return lua.lua_tonumber?.(L, index) as number
    case 4:
      return Buffer.from(lua.lua_tostring?.(L, index) as Uint8Array).toString("latin1")
    default:
      return Buffer.from(lauxlib.luaL_typename?.(L, index) as Uint8Array).toString("latin1")
  }
}

function pushHelpers(L: State, origins: number[], tables: readonly TableExpr[]): void {
  lua.lua_newtable?.(L)
  const add = (name: string, helper: HostFunction): void => {
    lua.lua_pushcfunction?.(L, helper)
    lua.lua_setfield?.(L, -2, bytes(name))
  }
  for (const [name, compute] of Object.entries(BINARY)) {
    add(name, (state) => pushNumber(state, compute(argument(state, 1), argument(state, 2))))
  }
  add("bnot", (state) => pushNumber(state, complement(argument(state, 1))))
  add("iter", iterate)
  add("vararg", packArguments)
  add("t", (state) => {
    origins.push(argument(state, 1))
    return 1
  })
  add("c", (state) => {
    const id = argument(state, 1)
    origins.push(id)
    pushConstant(state, tables[id] as TableExpr)
    return 1
  })
}

/** Makes a table that the translation left to the host, from the tree. */
function pushConstant(L: State, expr: Expr): void {
  if (expr.kind === "number") lua.lua_pushnumber?.(L, expr.value)
  else if (expr.kind === "string") lua.lua_pushstring?.(L, bytes(expr.value))
  else if (expr.kind === "nil") lua.lua_pushnil?.(L)
  else if (expr.kind !== "table") lua.lua_pushboolean?.(L, expr.kind === "true")
  else {
    lua.lua_newtable?.(L)
    for (const { key, value } of expr.fields) {
      if (typeof key === "number") lua.lua_pushnumber?.(L, key)
      else lua.lua_pushstring?.(L, bytes(key as string))
      pushConstant(L, value)
      lua.lua_rawset?.(L, -3)
    }
  }
}

function argument(L: State, index: number): number {
  return lauxlib.luaL_checknumber?.(L, index) as number
}

function pushNumber(L: State, value: number): number {
  lua.lua_pushnumber?.(L, value)
  return 1
}

/** Operands of bitwise operators are truncated to 64 bits; the result is a double. */
const int64 = (value: number): bigint =>
  Number.isFinite(value) ? BigInt.asIntN(64, BigInt(Math.trunc(value))) : 0n
/** As the processor does it. */
const shift = (value: number): bigint => int64(value) & 63n

export const complement = (value: number): number => Number(~int64(value))

export const BINARY: Record<string, (a: number, b: number) => number> = {
  band: (a, b) => Number(int64(a) & int64(b)),
  bor: (a, b) => Number(int64(a) | int64(b)),
  bxor: (a, b) => Number(int64(a) ^ int64(b)),
  shl: (a, b) => Number(BigInt.asIntN(64, int64(a) << shift(b))),
  shr: (a, b) => Number(int64(a) >> shift(b)),
  idiv: (a, b) => Math.floor(a / b),
}

/** An object with `__iter` is asked for its iterator; everything else is passed on. */
function iterate(L: State): number {
  if (lauxlib.luaL_getmetafield?.(L, 1, bytes("__iter")) === 0) return lua.lua_gettop?.(L) as number
  lua.lua_pushvalue?.(L, 1)
  lua.lua_call?.(L, 1, 3)
  return 3
}

function packArguments(L: State): number {
  const count = lua.lua_gettop?.(L) as number
  lua.lua_newtable?.(L)
  for (let i = 1; i <= count; i++) {
    lua.lua_pushvalue?.(L, i)
    lua.lua_rawseti?.(L, -2, i)
  }
  lua.lua_pushnumber?.(L, count)
  lua.lua_setfield?.(L, -2, bytes("n"))
  return 1
}
