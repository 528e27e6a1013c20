/**
 * `coroutine` as Lua 5.1 has it: `running` is nil in the main program, and the
 * reason why a coroutine cannot be resumed names its state. A spent budget ends
 * the whole script, not only the coroutine it was spent in.
 */
import { argError, pushText, raise, setFunctions } from "../args.js"
import { aux, LUA_OK, LUA_TFUNCTION, LUA_YIELD, LuaDebug, type LuaState, lua } from "../fengari.js"

export interface CoroutineOptions {
  readonly rethrowHalt: (L: LuaState) => void
}

type Status = "running" | "suspended" | "normal" | "dead"

/** Pushes the `coroutine` table. */
export function openCoroutine(L: LuaState, { rethrowHalt }: CoroutineOptions): void {
  lua.lua_newtable(L)
  setFunctions(L, {
    create,
    resume: (L) => {
      const count = resume(L, threadAt(L, 1), lua.lua_gettop(L) - 1)
      rethrowHalt(L)
      lua.lua_pushboolean(L, count >= 0)
      lua.lua_insert(L, count >= 0 ? -(count + 1) : -2)
      return count >= 0 ? count + 1 : 2
    },
    running: (L) => {
      if (lua.lua_pushthread(L)) lua.lua_pushnil(L)
      return 1
    },
    status: (L) => {
      pushText(L, statusOf(L, threadAt(L, 1)))
      return 1
    },
    wrap: (L) => {
      create(L)
      lua.lua_pushcclosure(L, (L) => resumeWrapped(L, rethrowHalt), 1)
      return 1
    },
    yield: (L) => {
      if (lua.lua_isyieldable(L)) return lua.lua_yield(L, lua.lua_gettop(L))
      pushText(L, "attempt to yield across metamethod/C-call boundary")
      return lua.lua_error(L)
    },
  })
}

function threadAt(L: LuaState, arg: number): LuaState {
  const thread = lua.lua_tothread(L, arg)
  if (thread === null) argError(L, arg, "coroutine expected")
  return thread
}

function create(L: LuaState): number {
  if (lua.lua_type(L, 1) !== LUA_TFUNCTION || lua.lua_iscfunction(L, 1))
    argError(L, 1, "Lua function expected")
  const thread = lua.lua_newthread(L)
  lua.lua_pushvalue(L, 1)
  lua.lua_xmove(L, thread, 1)
  return 1
}

function statusOf(L: LuaState, thread: LuaState): Status {
  if (L === thread) return "running"
  const status = lua.lua_status(thread)
  if (status === LUA_YIELD) return "suspended"
  if (status !== LUA_OK) return "dead"
  if (lua.lua_getstack(thread, 0, new LuaDebug()) > 0) return "normal"
  return lua.lua_gettop(thread) === 0 ? "dead" : "suspended"
}

/** Leaves the results (or the error, and then returns -1) on top of L's stack. */
function resume(L: LuaState, thread: LuaState, args: number): number {
  if (!lua.lua_checkstack(thread, args)) raise(L, "too many arguments to resume")
  const before = statusOf(L, thread)
  if (before !== "suspended") {
    pushText(L, `cannot resume ${before} coroutine`)
    return -1
  }
  lua.lua_xmove(L, thread, args)
  const status = lua.lua_resume(thread, L, args)
  if (status !== LUA_OK && status !== LUA_YIELD) {
    lua.lua_xmove(thread, L, 1)
    return -1
  }
  const results = lua.lua_gettop(thread)
  if (!lua.lua_checkstack(L, results + 1)) raise(L, "too many results to resume")
  lua.lua_xmove(thread, L, results)
  return results
}

function resumeWrapped(L: LuaState, rethrowHalt: (L: LuaState) => void): number {
  const thread = lua.lua_tothread(L, lua.lua_upvalueindex(1)) as LuaState
  const count = resume(L, thread, lua.lua_gettop(L))
  rethrowHalt(L)
  if (count >= 0) return count
  if (lua.lua_isstring(L, -1)) {
    aux.luaL_where(L, 1)
    lua.lua_insert(L, -2)
    lua.lua_concat(L, 2)
  }
  return lua.lua_error(L)
}
