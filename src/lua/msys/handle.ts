/**
 * Host objects that scripts hold: timers, counters, mutexes, JSON. A handle is a
 * userdata, so a script can neither forge one nor reach into it; its metatable
 * is shared by all handles of one type and hidden from `getmetatable`.
 */
import { literal, pushText, setFunctions, typeName } from "../args.js"
import {
  LUA_REGISTRYINDEX,
  LUA_TUSERDATA,
  type LuaBytes,
  type LuaFunction,
  type LuaState,
  lua,
} from "../fengari.js"

/** One type of handle in one VM; `T` is the host's object behind it. */
export class HandleType<T extends object> {
  readonly #values = new WeakMap<object, T>()
  readonly #registryName: LuaBytes

  /** @param name what `msys.type` says of such a handle */
  constructor(readonly name: string) {
    this.#registryName = literal(`adaptive.handle.${name}`)
  }

  /**
   * Makes the metatable. What `__index` is (a table of methods, or a function)
   * lies on top of the stack, and is popped.
   */
  define(L: LuaState, events: Readonly<Record<string, LuaFunction>> = {}): void {
    lua.lua_newtable(L)
    lua.lua_insert(L, -2)
    lua.lua_setfield(L, -2, literal("__index"))
    setFunctions(L, {
      __tostring: (L) => {
        pushText(L, this.name)
        return 1
      },
      ...events,
    })
    for (const field of ["__name", "__metatable"]) {
      pushText(L, this.name)
      lua.lua_setfield(L, -2, literal(field))
    }
    lua.lua_setfield(L, LUA_REGISTRYINDEX, this.#registryName)
  }

  /** Pushes a new handle. The same object may have several; equality is the caller's affair. */
  push(L: LuaState, value: T): void {
    const data = lua.lua_newuserdata(L, 0)
    this.#values.set(data, value)
    names.set(data, this.name)
    lua.lua_getfield(L, LUA_REGISTRYINDEX, this.#registryName)
    lua.lua_setmetatable(L, -2)
  }

  /** The object behind the value at `index`, or null if that is no handle of this type. */
  at(L: LuaState, index: number): T | null {
    if (lua.lua_type(L, index) !== LUA_TUSERDATA) return null
    return this.#values.get(lua.lua_touserdata(L, index) as object) ?? null
  }
}

/** Names by userdata: a script can give `newproxy` any `__name`, but it cannot come in here. */
const names = new WeakMap<object, string>()

/** The type of a value as `msys.type` tells it: for a handle, the name of what it is. */
export function hostTypeName(L: LuaState, index: number): string {
  if (lua.lua_type(L, index) !== LUA_TUSERDATA) return typeName(L, index)
  return names.get(lua.lua_touserdata(L, index) as object) ?? "userdata"
}
