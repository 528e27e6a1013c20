/**
 * Function environments and `module`, which Lua 5.2 removed. In 5.3 a function
 * finds its globals through an upvalue named `_ENV`; giving it an upvalue of its
 * own is what `setfenv` meant. A function that uses no globals has no such
 * upvalue: its environment is remembered beside it.
 * Measured against the vendor's interpreter: lua-dialect.md C, `module` row.
 */
import {
  argError,
  checkBytes,
  checkInt,
  checkType,
  findLevel,
  literal,
  optInt,
  raise,
  setFunctions,
} from "../args.js"
import {
  aux,
  LUA_REGISTRYINDEX,
  LUA_TFUNCTION,
  LUA_TNIL,
  LUA_TTABLE,
  type LuaBytes,
  LuaDebug,
  type LuaState,
  lua,
  replaceUpvalue,
} from "../fengari.js"

/** Registry name of `package.loaded`, the one fengari's auxiliary library searches for function names. */
export const LOADED = literal("_LOADED")
/** Registry name of the globals that new chunks see (`setfenv(0, t)` changes them). */
const THREAD_GLOBALS = literal("adaptive.globals")
const ENVIRONMENTS = literal("adaptive.environments")

const ENV_NAME = [0x5f, 0x45, 0x4e, 0x56] // "_ENV"

/** Sets `getfenv`, `setfenv` and `module` in the table on top of the stack. */
export function openEnvironment(L: LuaState): void {
  setFunctions(L, { getfenv: luaGetfenv, module: luaModule, setfenv: luaSetfenv })
  lua.lua_newtable(L)
  lua.lua_setfield(L, LUA_REGISTRYINDEX, ENVIRONMENTS)
  lua.lua_pushglobaltable(L)
  lua.lua_setfield(L, LUA_REGISTRYINDEX, THREAD_GLOBALS)
}

/** `package.seeall(module)`: the module's missing names are looked up in the globals. */
export function seeAll(L: LuaState): number {
  checkType(L, 1, LUA_TTABLE)
  if (!lua.lua_getmetatable(L, 1)) {
    lua.lua_createtable(L, 0, 1)
    lua.lua_pushvalue(L, -1)
    lua.lua_setmetatable(L, 1)
  }
  lua.lua_pushglobaltable(L)
  lua.lua_setfield(L, -2, literal("__index"))
  return 0
}

/** Gives a freshly loaded chunk, on top of the stack, the thread's globals. */
export function applyThreadGlobals(L: LuaState): void {
  lua.lua_getfield(L, LUA_REGISTRYINDEX, THREAD_GLOBALS)
  lua.lua_pushglobaltable(L)
  const same = lua.lua_rawequal(L, -1, -2)
  lua.lua_pop(L, 1)
  if (same) {
    lua.lua_pop(L, 1)
    return
  }
  setEnvironment(L, lua.lua_gettop(L) - 1)
}

function envUpvalue(L: LuaState, index: number): number {
  for (let n = 1; ; n++) {
    const name: LuaBytes | null = lua.lua_getupvalue(L, index, n)
    if (name === null) return 0
    if (name.length === 4 && ENV_NAME.every((c, i) => name[i] === c)) return n // value stays pushed
    lua.lua_pop(L, 1)
  }
}

/** Makes the table on top of the stack (popped) the environment of the function at `index`. */
function setEnvironment(L: LuaState, index: number): void {
  const n = envUpvalue(L, index)
  if (n !== 0) {
    lua.lua_pop(L, 1)
    replaceUpvalue(L, index, n)
    return
  }
  lua.lua_getfield(L, LUA_REGISTRYINDEX, ENVIRONMENTS)
  lua.lua_pushvalue(L, index)
  lua.lua_pushvalue(L, -3)
  lua.lua_rawset(L, -3)
  lua.lua_pop(L, 2)
}

/** Pushes the function meant by argument 1: itself, or the one running at that level. */
function pushFunctionArgument(L: LuaState, optional: boolean): void {
  if (lua.lua_type(L, 1) === LUA_TFUNCTION) {
    lua.lua_pushvalue(L, 1)
    return
  }
  const level = optional ? optInt(L, 1, 1) : checkInt(L, 1)
  if (level < 0) argError(L, 1, "level must be non-negative")
  const ar = new LuaDebug()
  const found = findLevel(L, level, ar)
  if (found === "none") argError(L, 1, "invalid level")
  if (found === "tail call") raise(L, `no function environment for tail call at level ${level}`)
  lua.lua_getinfo(L, literal("f"), ar)
}

function isLevelZero(L: LuaState): boolean {
  return lua.lua_type(L, 1) !== LUA_TFUNCTION && lua.lua_isnumber(L, 1) && lua.lua_tonumber(L, 1) === 0
}

function luaGetfenv(L: LuaState): number {
  if (isLevelZero(L)) {
    lua.lua_getfield(L, LUA_REGISTRYINDEX, THREAD_GLOBALS)
    return 1
  }
  pushFunctionArgument(L, true)
  if (lua.lua_iscfunction(L, -1)) {
    lua.lua_getfield(L, LUA_REGISTRYINDEX, THREAD_GLOBALS)
    return 1
  }
  if (envUpvalue(L, lua.lua_gettop(L)) !== 0) return 1
  lua.lua_getfield(L, LUA_REGISTRYINDEX, ENVIRONMENTS)
  lua.lua_pushvalue(L, -2)
  if (lua.lua_rawget(L, -2) === LUA_TNIL) lua.lua_getfield(L, LUA_REGISTRYINDEX, THREAD_GLOBALS)
  return 1
}

function luaSetfenv(L: LuaState): number {
  checkType(L, 2, LUA_TTABLE)
  if (isLevelZero(L)) {
    lua.lua_pushvalue(L, 2)
    lua.lua_setfield(L, LUA_REGISTRYINDEX, THREAD_GLOBALS)
    return 0
  }
  pushFunctionArgument(L, false)
  if (lua.lua_iscfunction(L, -1)) raise(L, "'setfenv' cannot change environment of given object")
  lua.lua_pushvalue(L, 2)
  setEnvironment(L, lua.lua_gettop(L) - 1)
  return 1
}

/** `module(name [, option…])`: the caller's globals become the table of that module. */
function luaModule(L: LuaState): number {
  const name = checkBytes(L, 1)
  const options = lua.lua_gettop(L)
  lua.lua_getfield(L, LUA_REGISTRYINDEX, LOADED)
  const loaded = options + 1
  lua.lua_getfield(L, loaded, name)
  if (!lua.lua_istable(L, -1)) {
    lua.lua_pop(L, 1)
    pushDottedTable(L, name)
    lua.lua_pushvalue(L, -1)
    lua.lua_setfield(L, loaded, name)
  }
  lua.lua_getfield(L, -1, literal("_NAME"))
  const fresh = lua.lua_isnil(L, -1)
  lua.lua_pop(L, 1)
  if (fresh) initModule(L, name)
  lua.lua_pushvalue(L, -1)
  setCallerEnvironment(L)
  for (let i = 2; i <= options; i++) {
    lua.lua_pushvalue(L, i)
    lua.lua_pushvalue(L, -2)
    lua.lua_call(L, 1, 0)
  }
  return 0
}

/** Finds or creates the table of a dotted global name; raw, so that no stub answers for it. */
function pushDottedTable(L: LuaState, name: LuaBytes): void {
  lua.lua_getfield(L, LUA_REGISTRYINDEX, THREAD_GLOBALS)
  let start = 0
  while (start <= name.length) {
    const dot = name.indexOf(0x2e, start)
    const end = dot === -1 ? name.length : dot
    lua.lua_pushstring(L, name.slice(start, end))
    if (lua.lua_rawget(L, -2) === LUA_TNIL) {
      lua.lua_pop(L, 1)
      lua.lua_newtable(L)
      lua.lua_pushstring(L, name.slice(start, end))
      lua.lua_pushvalue(L, -2)
      lua.lua_rawset(L, -4)
    } else if (!lua.lua_istable(L, -1)) {
      aux.luaL_error(L, literal("name conflict for module '%s'"), name)
    }
    lua.lua_remove(L, -2)
    start = end + 1
  }
}

function initModule(L: LuaState, name: LuaBytes): void {
  lua.lua_pushvalue(L, -1)
  lua.lua_setfield(L, -2, literal("_M"))
  lua.lua_pushstring(L, name)
  lua.lua_setfield(L, -2, literal("_NAME"))
  lua.lua_pushstring(L, name.slice(0, name.lastIndexOf(0x2e) + 1))
  lua.lua_setfield(L, -2, literal("_PACKAGE"))
}

function setCallerEnvironment(L: LuaState): void {
  const ar = new LuaDebug()
  const found = lua.lua_getstack(L, 1, ar) && lua.lua_getinfo(L, literal("f"), ar)
  if (!found || lua.lua_iscfunction(L, -1)) raise(L, "'module' not called from a Lua function")
  lua.lua_insert(L, -2)
  setEnvironment(L, lua.lua_gettop(L) - 1)
  lua.lua_pop(L, 1)
}
