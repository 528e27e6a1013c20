/**
 * Lua values that the host holds on to: callbacks of timers and console
 * commands. They live in the VM's registry and die with the VM.
 */
import { literal } from "../args.js"
import { LUA_REGISTRYINDEX, type LuaState, lua } from "../fengari.js"

const KEPT = literal("adaptive.kept")

export class KeptValues {
  #last = 0

  constructor(L: LuaState) {
    lua.lua_newtable(L)
    lua.lua_setfield(L, LUA_REGISTRYINDEX, KEPT)
  }

  /** Keeps the value at `index`; the number it goes by is never used again. */
  keep(L: LuaState, index: number): number {
    lua.lua_pushvalue(L, index)
    lua.lua_getfield(L, LUA_REGISTRYINDEX, KEPT)
    lua.lua_insert(L, -2)
    lua.lua_rawseti(L, -2, ++this.#last)
    lua.lua_pop(L, 1)
    return this.#last
  }

  push(L: LuaState, id: number): void {
    lua.lua_getfield(L, LUA_REGISTRYINDEX, KEPT)
    lua.lua_rawgeti(L, -1, id)
    lua.lua_remove(L, -2)
  }

  drop(L: LuaState, id: number): void {
    lua.lua_getfield(L, LUA_REGISTRYINDEX, KEPT)
    lua.lua_pushnil(L)
    lua.lua_rawseti(L, -2, id)
    lua.lua_pop(L, 1)
  }
}
