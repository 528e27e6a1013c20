/**
 * Host half of `json`: values as handles that look like tables (`o.k`, `a[1]`,
 * `#a`, `for k, v in o`). The Lua half, `scriptlets/json.lua`, says what scripts
 * can rely on.
 */

import { formatNumber } from "../../model/number-format.js"
import { bytesOfLatin1, checkBytes, checkNumber, latin1Of, pushText } from "../args.js"
import {
  LUA_TBOOLEAN,
  LUA_TNIL,
  LUA_TNUMBER,
  LUA_TSTRING,
  LUA_TTABLE,
  type LuaBytes,
  type LuaState,
  lua,
} from "../fengari.js"
import type { LuaVm } from "../vm.js"
import { HandleType, hostTypeName } from "./handle.js"
import { CODES, parseJson } from "./json/parse.js"
import { type Json, JsonArray, JsonFault, JsonObject, JsonScalar, reaches, toText } from "./json/value.js"
import type { HostModule } from "./open.js"
import { raiseAtCaller } from "./raise.js"
import type { HostContext } from "./services.js"

/** Levels of Lua tables that `json.encode` follows. */
const MAX_TABLE_DEPTH = 100
/** Elements that an array may grow to by assignment. */
const MAX_ARRAY = 1_000_000
/** What one element costs that an assignment beyond the end fills in, in instructions. */
const PADDING_COST = 8

export function jsonModule({ vm }: HostContext): HostModule {
  const values = new JsonHandles(vm)
  return {
    path: "json",
    functions: {
      // decode(text) -> value | nil, code, message
      decode: (L) => values.guard(L, "json.decode", () => values.decode(L)),
      // encode(value) -> handle
      encode: (L) => values.guard(L, "json.encode", () => values.encode(L)),
      // new() -> handle of an empty object
      new: (L) => {
        values.push(L, new JsonObject())
        return 1
      },
      // error(code) -> name, text | nil
      error: (L) => {
        const entry = CODES[checkNumber(L, 1)]
        if (entry === null || entry === undefined) return 0
        pushText(L, entry.name)
        pushText(L, entry.text)
        return 2
      },
    },
  }
}

class JsonHandles {
  readonly #vm: LuaVm
  readonly #handles = new HandleType<JsonObject | JsonArray | JsonScalar>("json")

  constructor(vm: LuaVm) {
    this.#vm = vm
    lua.lua_pushcfunction(vm.L, (L) => this.#index(L))
    this.#handles.define(vm.L, {
      __eq: (L) => {
        lua.lua_pushboolean(L, this.#handles.at(L, 1) === this.#handles.at(L, 2))
        return 1
      },
      __iter: (L) => this.#iterate(L),
      __len: (L) => {
        const value = this.#handles.at(L, 1)
        lua.lua_pushnumber(L, value instanceof JsonArray ? value.items.length : 0)
        return 1
      },
      __newindex: (L) => this.guard(L, "json", () => this.#assign(L)),
      __tostring: (L) => this.guard(L, "json", () => this.#toText(L)),
    })
  }

  /** Turns a JsonFault into a Lua error at the script's line. */
  guard(L: LuaState, what: string, run: () => number): number {
    try {
      return run()
    } catch (error) {
      if (error instanceof JsonFault) return raiseAtCaller(L, `${what}: ${error.message}`)
      throw error
    }
  }

  /** Pushes a value: a handle for objects and arrays, else the Lua value itself. */
  push(L: LuaState, value: Json): void {
    if (value === null) lua.lua_pushnil(L)
    else if (typeof value === "boolean") lua.lua_pushboolean(L, value)
    else if (typeof value === "number") lua.lua_pushnumber(L, value)
    else if (typeof value === "string") lua.lua_pushstring(L, bytesOfLatin1(value))
    else this.#handles.push(L, value)
  }

  decode(L: LuaState): number {
    const text = checkBytes(L, 1)
    const result = parseJson(latin1Of(text))
    this.#vm.budget.charge(L, text.length >> 4)
    if (result.ok) {
      this.#vm.budget.charge(L, 4 * result.values)
      this.push(L, result.value)
      return 1
    }
    lua.lua_pushnil(L)
    lua.lua_pushnumber(L, result.code)
    pushText(L, result.message)
    return 3
  }

  encode(L: LuaState): number {
    const known = this.#handles.at(L, 1)
    if (known !== null) {
      lua.lua_pushvalue(L, 1)
      return 1
    }
    const value = this.#read(L, 1, new Set())
    const isScalar = typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    this.#handles.push(L, isScalar ? new JsonScalar(value) : (value as JsonObject | JsonArray))
    return 1
  }

  /** A Lua value as JSON. `open` holds the tables around it. */
  #read(L: LuaState, index: number, open: Set<object>): Json {
    this.#vm.budget.charge(L, 1)
    switch (lua.lua_type(L, index)) {
      case LUA_TBOOLEAN:
        return lua.lua_toboolean(L, index)
      case LUA_TNUMBER: {
        const n = lua.lua_tonumber(L, index)
        if (Number.isFinite(n)) return n
        throw new JsonFault(`${formatNumber(n)} is no JSON number`)
      }
      case LUA_TSTRING:
        return latin1Of(lua.lua_tostring(L, index) as LuaBytes)
      case LUA_TTABLE:
        return this.#readTable(L, lua.lua_absindex(L, index), open)
      default: {
        const known = this.#handles.at(L, index)
        if (known !== null) return known instanceof JsonScalar ? known.value : known
        throw new JsonFault(
          `cannot assign values of type ${hostTypeName(L, index)}; write a table, string, number or boolean`,
        )
      }
    }
  }

  /** An array if there is an element 1, and then up to the first nil; else an object. Read raw. */
  #readTable(L: LuaState, index: number, open: Set<object>): JsonObject | JsonArray {
    const identity = lua.lua_topointer(L, index) as object
    if (open.has(identity)) throw new JsonFault("a table inside itself cannot be a JSON value")
    if (open.size >= MAX_TABLE_DEPTH)
      throw new JsonFault(`the table nests deeper than ${MAX_TABLE_DEPTH} levels`)
    open.add(identity)
    lua.lua_checkstack(L, 4)
    const isArray = lua.lua_rawgeti(L, index, 1) !== LUA_TNIL
    lua.lua_pop(L, 1)
    const value = isArray ? this.#readArray(L, index, open) : this.#readObject(L, index, open)
    open.delete(identity)
    return value
  }

  #readArray(L: LuaState, index: number, open: Set<object>): JsonArray {
    const array = new JsonArray()
    for (let i = 1; lua.lua_rawgeti(L, index, i) !== LUA_TNIL; i++) {
      array.items.push(this.#read(L, -1, open))
      lua.lua_pop(L, 1)
    }
    lua.lua_pop(L, 1)
    return array
  }

  #readObject(L: LuaState, index: number, open: Set<object>): JsonObject {
    const object = new JsonObject()
    lua.lua_pushnil(L)
    while (lua.lua_next(L, index)) {
      const name = this.#fieldName(L, -2)
      object.fields.set(name, this.#read(L, -1, open))
      lua.lua_pop(L, 1)
    }
    return object
  }

  #fieldName(L: LuaState, index: number): string {
    const type = lua.lua_type(L, index)
    if (type === LUA_TSTRING) return latin1Of(lua.lua_tostring(L, index) as LuaBytes)
    if (type === LUA_TNUMBER) return formatNumber(lua.lua_tonumber(L, index))
    throw new JsonFault(`a ${hostTypeName(L, index)} cannot name a field of an object; write a string`)
  }

  /** A 1-based place in an array, cut toward zero. */
  #place(L: LuaState): number {
    if (!lua.lua_isnumber(L, 2)) {
      throw new JsonFault(
        `json array index must be numeric, not a ${hostTypeName(L, 2)}; 1 is the first element`,
      )
    }
    return Math.trunc(lua.lua_tonumber(L, 2))
  }

  #index(L: LuaState): number {
    return this.guard(L, "json", () => {
      const value = this.#handles.at(L, 1)
      if (value instanceof JsonArray) this.push(L, value.items[this.#place(L) - 1] ?? null)
      else if (value instanceof JsonObject) this.push(L, value.fields.get(this.#fieldName(L, 2)) ?? null)
      else lua.lua_pushnil(L)
      return 1
    })
  }

  #assign(L: LuaState): number {
    const target = this.#handles.at(L, 1)
    if (target instanceof JsonScalar || target === null)
      throw new JsonFault("cannot assign to this type of json object: a scalar has no fields")
    const isDelete = lua.lua_isnoneornil(L, 3)
    if (target instanceof JsonObject) {
      const name = this.#fieldName(L, 2)
      if (isDelete) target.fields.delete(name)
      else target.fields.set(name, this.#readFor(L, target))
      return 0
    }
    const place = this.#place(L)
    if (isDelete) throw new JsonFault("cannot delete from json arrays; build a new array")
    if (!(place >= 1 && place <= MAX_ARRAY)) {
      throw new JsonFault(
        `lua array semantics are that index operations are 1-based: the index ${formatNumber(place)} is out of range; arrays go from 1 to ${MAX_ARRAY}`,
      )
    }
    const value = this.#readFor(L, target)
    this.#vm.budget.charge(L, PADDING_COST * Math.max(0, place - target.items.length))
    while (target.items.length < place - 1) target.items.push(null)
    target.items[place - 1] = value
    return 0
  }

  /** The value at index 3, which must not hold `target`. */
  #readFor(L: LuaState, target: JsonObject | JsonArray): Json {
    const value = this.#read(L, 3, new Set())
    const { found, steps } = reaches(value, target)
    this.#vm.budget.charge(L, steps)
    if (found)
      throw new JsonFault("a JSON value cannot hold itself; assign a copy: json.decode(tostring(value))")
    return value
  }

  #toText(L: LuaState): number {
    const value = this.#handles.at(L, 1) as JsonObject | JsonArray | JsonScalar
    const text = toText(value instanceof JsonScalar ? value.value : value, this.#vm.budget.limits.stringBytes)
    this.#vm.budget.charge(L, text.length >> 4)
    lua.lua_pushstring(L, bytesOfLatin1(text))
    return 1
  }

  #iterate(L: LuaState): number {
    const value = this.#handles.at(L, 1)
    const array = value instanceof JsonArray ? value : null
    const fields = value instanceof JsonObject ? value.fields.entries() : null
    let place = 0
    lua.lua_pushcfunction(L, (L) => {
      const field = fields?.next().value
      if (array !== null && place < array.items.length) {
        lua.lua_pushnumber(L, ++place)
        this.push(L, array.items[place - 1] ?? null)
        return 2
      }
      if (field === undefined) return 0
      lua.lua_pushstring(L, bytesOfLatin1(field[0]))
      this.push(L, field[1])
      return 2
    })
    lua.lua_pushvalue(L, 1)
    lua.lua_pushnil(L)
    return 3
  }
}
