/**
 * The basic functions as the vendor's Lua 5.1 has them: `assert` to `xpcall`.
 * What needs the compiler (load, loadstring) or environments (setfenv, module)
 * stands in loading.ts and environment.ts.
 */
import {
  argError,
  checkAny,
  checkBytes,
  checkInt,
  checkType,
  findLevel,
  latin1Of,
  literal,
  optInt,
  raise,
  setFunctions,
  textOf,
  typeName,
} from "../args.js"
import {
  aux,
  isFrozenTable,
  LUA_MULTRET,
  LUA_OK,
  LUA_TBOOLEAN,
  LUA_TNIL,
  LUA_TNUMBER,
  LUA_TSTRING,
  LUA_TTABLE,
  LUA_YIELD,
  type LuaBytes,
  LuaDebug,
  type LuaState,
  lua,
} from "../fengari.js"
import { parseInBase, parseNumeral } from "../numeral.js"

export interface BaseOptions {
  /** Charges steps of a loop to the running script's budget. */
  readonly charge: (L: LuaState, steps: number) => void
  /** Takes one printed line, without its line end. */
  readonly print: (line: LuaBytes) => void
  /** Ends the script again when its budget is spent: a protected call must not outlive it. */
  readonly rethrowHalt: (L: LuaState) => void
}

/** Sets the basic functions in the table on top of the stack. */
export function openBase(L: LuaState, options: BaseOptions): void {
  setFunctions(L, {
    assert: luaAssert,
    collectgarbage: collectGarbage,
    error: luaError,
    gcinfo: (L) => {
      lua.lua_pushnumber(L, heapKilobytes())
      return 1
    },
    getmetatable: getMetatable,
    ipairs,
    newproxy: makeNewProxy(),
    next,
    pairs,
    pcall: (L) => pcall(L, options.rethrowHalt),
    print: makePrint(options.print),
    rawequal: rawEqual,
    rawget: rawGet,
    rawset: rawSet,
    select,
    setmetatable: setMetatable,
    tonumber: toNumber,
    tostring: luaToString,
    type: (L) => {
      checkAny(L, 1)
      lua.lua_pushstring(L, literal(typeName(L, 1)))
      return 1
    },
    unpack: (L) => unpack(L, options),
    xpcall: (L) => xpcall(L, options.rethrowHalt),
  })
  lua.lua_pushstring(L, literal("Lua 5.1"))
  lua.lua_setfield(L, -2, literal("_VERSION"))
}

function luaAssert(L: LuaState): number {
  checkAny(L, 1)
  if (lua.lua_toboolean(L, 1)) return lua.lua_gettop(L)
  const message = lua.lua_isnoneornil(L, 2) ? literal("assertion failed!") : checkBytes(L, 2)
  return aux.luaL_error(L, literal("%s"), message)
}

function luaError(L: LuaState): number {
  const level = optInt(L, 2, 1)
  lua.lua_settop(L, 1)
  if (lua.lua_isstring(L, 1) && level > 0) {
    pushWhere(L, level)
    lua.lua_pushvalue(L, 1)
    lua.lua_concat(L, 2)
  }
  return lua.lua_error(L)
}

/** `file:line: ` of the function running at a level; nothing when that is no Lua function. */
function pushWhere(L: LuaState, level: number): void {
  const ar = new LuaDebug()
  if (findLevel(L, level, ar) === "found") {
    lua.lua_getinfo(L, literal("Sl"), ar)
    if (ar.currentline > 0) {
      lua.lua_pushfstring(L, literal("%s:%d: "), ar.short_src, ar.currentline)
      return
    }
  }
  lua.lua_pushstring(L, literal(""))
}

function heapKilobytes(): number {
  return Math.ceil(process.memoryUsage().heapUsed / 1024)
}

/** JavaScript collects on its own account: what does not ask for numbers is accepted and does nothing. */
const COLLECT_OPTIONS: Record<string, (L: LuaState) => void> = {
  collect: pushZero,
  count: (L) => lua.lua_pushnumber(L, heapKilobytes()),
  globaltrace: pushZero,
  meminfo: pushMemoryInfo,
  "meminfo:global": pushMemoryInfo,
  restart: pushZero,
  setglobaltrace: pushZero,
  setpause: pushZero,
  setstepmul: pushZero,
  step: (L) => lua.lua_pushboolean(L, true),
  stop: pushZero,
}

function collectGarbage(L: LuaState): number {
  const option = lua.lua_isnoneornil(L, 1) ? "collect" : textOf(checkBytes(L, 1))
  if (!Object.hasOwn(COLLECT_OPTIONS, option)) argError(L, 1, `invalid option '${option}'`)
  optInt(L, 2, 0)
  COLLECT_OPTIONS[option]?.(L)
  return 1
}

function pushZero(L: LuaState): void {
  lua.lua_pushnumber(L, 0)
}

function pushMemoryInfo(L: LuaState): void {
  lua.lua_createtable(L, 0, 1)
  lua.lua_pushnumber(L, heapKilobytes() * 1024)
  lua.lua_setfield(L, -2, literal("total"))
}

function getMetatable(L: LuaState): number {
  checkAny(L, 1)
  if (!lua.lua_getmetatable(L, 1)) {
    lua.lua_pushnil(L)
    return 1
  }
  aux.luaL_getmetafield(L, 1, literal("__metatable"))
  return 1
}

function setMetatable(L: LuaState): number {
  const type = lua.lua_type(L, 2)
  checkType(L, 1, LUA_TTABLE)
  if (type !== LUA_TNIL && type !== LUA_TTABLE) argError(L, 2, "nil or table expected")
  if (aux.luaL_getmetafield(L, 1, literal("__metatable")) !== LUA_TNIL || isFrozenTable(L, 1)) {
    raise(L, "cannot change a protected metatable")
  }
  lua.lua_settop(L, 2)
  lua.lua_setmetatable(L, 1)
  return 1
}

function ipairsStep(L: LuaState): number {
  const i = checkInt(L, 2) + 1
  checkType(L, 1, LUA_TTABLE)
  lua.lua_pushnumber(L, i)
  return lua.lua_rawgeti(L, 1, i) === LUA_TNIL ? 0 : 2
}

function ipairs(L: LuaState): number {
  checkType(L, 1, LUA_TTABLE)
  lua.lua_pushcfunction(L, ipairsStep)
  lua.lua_pushvalue(L, 1)
  lua.lua_pushnumber(L, 0)
  return 3
}

function next(L: LuaState): number {
  checkType(L, 1, LUA_TTABLE)
  lua.lua_settop(L, 2)
  if (Number.isNaN(lua.lua_tonumber(L, 2)) && lua.lua_type(L, 2) === LUA_TNUMBER) {
    raise(L, "invalid key to 'next'")
  }
  if (lua.lua_next(L, 1)) return 2
  lua.lua_pushnil(L)
  return 1
}

function pairs(L: LuaState): number {
  checkType(L, 1, LUA_TTABLE)
  lua.lua_pushcfunction(L, next)
  lua.lua_pushvalue(L, 1)
  lua.lua_pushnil(L)
  return 3
}

export function makePrint(print: (line: LuaBytes) => void) {
  return (L: LuaState): number => {
    const count = lua.lua_gettop(L)
    const parts: LuaBytes[] = []
    lua.lua_getglobal(L, literal("tostring"))
    for (let i = 1; i <= count; i++) {
      lua.lua_pushvalue(L, -1)
      lua.lua_pushvalue(L, i)
      lua.lua_call(L, 1, 1)
      const text = lua.lua_tostring(L, -1)
      if (text === null) raise(L, "'tostring' must return a string to 'print'")
      if (i > 1) parts.push(literal("\t"))
      parts.push(text)
      lua.lua_pop(L, 1)
    }
    print(new Uint8Array(Buffer.concat(parts)))
    return 0
  }
}

function rawEqual(L: LuaState): number {
  checkAny(L, 1)
  checkAny(L, 2)
  lua.lua_pushboolean(L, lua.lua_rawequal(L, 1, 2))
  return 1
}

function rawGet(L: LuaState): number {
  checkType(L, 1, LUA_TTABLE)
  checkAny(L, 2)
  lua.lua_settop(L, 2)
  lua.lua_rawget(L, 1)
  return 1
}

function rawSet(L: LuaState): number {
  checkType(L, 1, LUA_TTABLE)
  checkAny(L, 2)
  checkAny(L, 3)
  lua.lua_settop(L, 3)
  lua.lua_rawset(L, 1)
  return 1
}

function select(L: LuaState): number {
  const count = lua.lua_gettop(L)
  if (lua.lua_type(L, 1) === LUA_TSTRING && (lua.lua_tostring(L, 1) as LuaBytes)[0] === 0x23) {
    lua.lua_pushnumber(L, count - 1)
    return 1
  }
  let i = checkInt(L, 1)
  if (i < 0) i = count + i
  else if (i > count) i = count
  if (i < 1) argError(L, 1, "index out of range")
  return count - i
}

function toNumber(L: LuaState): number {
  const base = optInt(L, 2, 10)
  let value: number | null
  if (base === 10) {
    checkAny(L, 1)
    if (lua.lua_type(L, 1) === LUA_TNUMBER) value = lua.lua_tonumber(L, 1)
    else if (lua.lua_type(L, 1) === LUA_TSTRING) {
      value = parseNumeral(latin1Of(lua.lua_tostring(L, 1) as LuaBytes))
    } else value = null
  } else {
    const text = latin1Of(checkBytes(L, 1))
    if (base < 2 || base > 36) argError(L, 2, "base out of range")
    value = parseInBase(text, base)
  }
  if (value === null) lua.lua_pushnil(L)
  else lua.lua_pushnumber(L, value)
  return 1
}

function luaToString(L: LuaState): number {
  checkAny(L, 1)
  if (!aux.luaL_callmeta(L, 1, literal("__tostring"))) pushPlainText(L, 1)
  return 1
}

/** Pushes a value as text without asking its metatable: no script code runs. */
export function pushPlainText(L: LuaState, index: number): void {
  switch (lua.lua_type(L, index)) {
    case LUA_TNUMBER:
    case LUA_TSTRING:
      lua.lua_pushvalue(L, index)
      lua.lua_tostring(L, -1)
      return
    case LUA_TBOOLEAN:
      lua.lua_pushstring(L, literal(lua.lua_toboolean(L, index) ? "true" : "false"))
      return
    case LUA_TNIL:
      lua.lua_pushstring(L, literal("nil"))
      return
    default:
      lua.lua_pushfstring(L, literal("%s: %p"), literal(typeName(L, index)), lua.lua_topointer(L, index))
  }
}

/** Twice what any sane call passes; a bare `unpack({}, 1, 1e8)` must not fill memory. */
const MAX_UNPACK = 200_000

function unpack(L: LuaState, { charge }: BaseOptions): number {
  checkType(L, 1, LUA_TTABLE)
  const from = optInt(L, 2, 1)
  const to = lua.lua_isnoneornil(L, 3) ? lua.lua_rawlen(L, 1) : checkInt(L, 3)
  if (from > to) return 0
  const count = to - from + 1
  if (count > MAX_UNPACK || !lua.lua_checkstack(L, count)) raise(L, "too many results to unpack")
  charge(L, count)
  for (let i = from; i <= to; i++) lua.lua_rawgeti(L, 1, i)
  return count
}

function finishCall(L: LuaState, status: number, extra: unknown): number {
  if (status !== LUA_OK && status !== LUA_YIELD) {
    lua.lua_pushboolean(L, false)
    lua.lua_pushvalue(L, -2)
    return 2
  }
  return lua.lua_gettop(L) - (extra as number)
}

function pcall(L: LuaState, rethrowHalt: (L: LuaState) => void): number {
  checkAny(L, 1)
  lua.lua_pushboolean(L, true)
  lua.lua_insert(L, 1)
  const status = lua.lua_pcallk(L, lua.lua_gettop(L) - 2, LUA_MULTRET, 0, 0, finishCall)
  rethrowHalt(L)
  return finishCall(L, status, 0)
}

/** Takes no arguments for the function; 5.1 ignores them. */
function xpcall(L: LuaState, rethrowHalt: (L: LuaState) => void): number {
  checkAny(L, 2)
  lua.lua_settop(L, 2)
  lua.lua_insert(L, 1) // handler below the function
  lua.lua_pushboolean(L, true)
  lua.lua_insert(L, 2)
  const status = lua.lua_pcallk(L, 0, LUA_MULTRET, 1, 1, finishCall)
  rethrowHalt(L)
  return finishCall(L, status, 1)
}

/** `newproxy([true | proxy])`: an empty userdata, with a metatable of its own or another proxy's. */
function makeNewProxy() {
  const proxyMetatables = new WeakSet<object>()
  return (L: LuaState): number => {
    lua.lua_settop(L, 1)
    const type = typeName(L, 1)
    const wanted = lua.lua_toboolean(L, 1)
    lua.lua_newuserdata(L, 0)
    if (!wanted) return 1
    if (type === "boolean") {
      lua.lua_newtable(L)
      proxyMetatables.add(lua.lua_topointer(L, -1) as object)
    } else {
      const known = lua.lua_getmetatable(L, 1) && proxyMetatables.has(lua.lua_topointer(L, -1) as object)
      if (!known) argError(L, 1, "boolean or proxy expected")
    }
    lua.lua_setmetatable(L, 2)
    return 1
  }
}
