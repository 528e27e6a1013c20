/**
 * `table` as Lua 5.1 has it, with raw access and its lenient `insert`. The
 * loops over an array are bounded by what the array holds; `concat` and `sort`
 * charge the script's budget.
 */

import { checkBytes, checkInt, checkType, literal, optInt, raise, setFunctions, typeName } from "../args.js"
import type { Allowance } from "../budget.js"
import {
  LUA_OPLT,
  LUA_TFUNCTION,
  LUA_TNUMBER,
  LUA_TTABLE,
  type LuaBytes,
  type LuaState,
  lua,
} from "../fengari.js"

/** Pushes the `table` table. */
export function openTable(L: LuaState, options: Allowance): void {
  lua.lua_newtable(L)
  setFunctions(L, {
    concat: (L) => concat(L, options),
    foreach,
    foreachi,
    getn: (L) => {
      lua.lua_pushnumber(L, size(L))
      return 1
    },
    insert: (L) => insert(L, options),
    maxn: (L) => maxn(L, options),
    remove: (L) => remove(L, options),
    setn: (L) => raise(L, "'setn' is obsolete"),
    sort: (L) => sort(L, options),
  })
}

function size(L: LuaState): number {
  checkType(L, 1, LUA_TTABLE)
  return lua.lua_rawlen(L, 1)
}

function concat(L: LuaState, { charge, maxBytes }: Allowance): number {
  const separator = lua.lua_isnoneornil(L, 2) ? literal("") : checkBytes(L, 2)
  checkType(L, 1, LUA_TTABLE)
  const from = optInt(L, 3, 1)
  const to = lua.lua_isnoneornil(L, 4) ? lua.lua_rawlen(L, 1) : checkInt(L, 4)
  const parts: LuaBytes[] = []
  let length = 0
  for (let i = from; i <= to; i++) {
    lua.lua_rawgeti(L, 1, i)
    if (!lua.lua_isstring(L, -1)) {
      raise(L, `invalid value (${typeName(L, -1)}) at index ${i} in table for 'concat'`)
    }
    const part = lua.lua_tostring(L, -1) as LuaBytes
    lua.lua_pop(L, 1)
    parts.push(part)
    if (i !== to) parts.push(separator)
    length += part.length + separator.length
    if (length > maxBytes()) raise(L, `resulting string too large (${length} bytes)`)
  }
  charge(L, parts.length)
  lua.lua_pushstring(L, new Uint8Array(Buffer.concat(parts)))
  return 1
}

function foreach(L: LuaState): number {
  checkType(L, 1, LUA_TTABLE)
  checkType(L, 2, LUA_TFUNCTION)
  lua.lua_pushnil(L)
  while (lua.lua_next(L, 1)) {
    lua.lua_pushvalue(L, 2)
    lua.lua_pushvalue(L, -3)
    lua.lua_pushvalue(L, -3)
    lua.lua_call(L, 2, 1)
    if (!lua.lua_isnil(L, -1)) return 1
    lua.lua_pop(L, 2)
  }
  return 0
}

function foreachi(L: LuaState): number {
  const count = size(L)
  checkType(L, 2, LUA_TFUNCTION)
  for (let i = 1; i <= count; i++) {
    lua.lua_pushvalue(L, 2)
    lua.lua_pushnumber(L, i)
    lua.lua_rawgeti(L, 1, i)
    lua.lua_call(L, 2, 1)
    if (!lua.lua_isnil(L, -1)) return 1
    lua.lua_pop(L, 1)
  }
  return 0
}

function maxn(L: LuaState, { charge }: Allowance): number {
  checkType(L, 1, LUA_TTABLE)
  let largest = 0
  let entries = 0
  lua.lua_pushnil(L)
  while (lua.lua_next(L, 1)) {
    lua.lua_pop(L, 1)
    entries++
    if (lua.lua_type(L, -1) === LUA_TNUMBER) largest = Math.max(largest, lua.lua_tonumber(L, -1))
  }
  charge(L, entries)
  lua.lua_pushnumber(L, largest)
  return 1
}

/** A position past the end is allowed and only sets that element (lua-dialect.md C). */
function insert(L: LuaState, { charge }: Allowance): number {
  const end = size(L) + 1
  switch (lua.lua_gettop(L)) {
    case 2:
      lua.lua_pushnumber(L, end)
      break
    case 3: {
      const position = checkInt(L, 2)
      charge(L, Math.max(0, end - position))
      for (let i = Math.max(end, position); i > position; i--) {
        lua.lua_pushnumber(L, i)
        lua.lua_rawgeti(L, 1, i - 1)
        lua.lua_rawset(L, 1)
      }
      lua.lua_pushnumber(L, position)
      break
    }
    default:
      return raise(L, "wrong number of arguments to 'insert'")
  }
  lua.lua_insert(L, -2)
  lua.lua_rawset(L, 1)
  return 0
}

function remove(L: LuaState, { charge }: Allowance): number {
  const count = size(L)
  const position = optInt(L, 2, count)
  if (position < 1 || position > count) return 0
  charge(L, count - position)
  lua.lua_rawgeti(L, 1, position)
  for (let i = position; i < count; i++) {
    lua.lua_rawgeti(L, 1, i + 1)
    lua.lua_rawseti(L, 1, i)
  }
  lua.lua_pushnil(L)
  lua.lua_rawseti(L, 1, count)
  return 1
}

/**
 * Quicksort with the original's choice of pivot and its check: a comparison
 * function that calls equal elements smaller is reported, not followed.
 */
function sort(L: LuaState, { charge }: Allowance): number {
  const count = size(L)
  const byFunction = !lua.lua_isnoneornil(L, 2)
  if (byFunction) checkType(L, 2, LUA_TFUNCTION)
  lua.lua_settop(L, 2)
  new Sorter(L, byFunction, charge).sort(1, count)
  return 0
}

/** Sorts the array at stack index 1; the pivot lies on the Lua stack while it is needed. */
class Sorter {
  readonly #L: LuaState
  readonly #byFunction: boolean
  readonly #charge: Allowance["charge"]

  constructor(L: LuaState, byFunction: boolean, charge: Allowance["charge"]) {
    this.#L = L
    this.#byFunction = byFunction
    this.#charge = charge
  }

  sort(first: number, last: number): void {
    let low = first
    let high = last
    while (low < high) {
      this.#order(low, high)
      if (high - low === 1) return
      const middle = (low + high) >> 1
      if (!this.#order(low, middle)) this.#order(middle, high)
      if (high - low === 2) return
      const border = this.#partition(low, middle, high)
      // The smaller half is sorted by a call, the larger by this loop: depth stays logarithmic.
      if (border - low < high - border) {
        this.sort(low, border - 1)
        low = border + 1
      } else {
        this.sort(border + 1, high)
        high = border - 1
      }
    }
  }

  /** Moves the element at `middle` to its final place; returns that place. */
  #partition(low: number, middle: number, high: number): number {
    const L = this.#L
    lua.lua_rawgeti(L, 1, middle)
    this.#swap(middle, high - 1)
    let i = low
    let j = high - 1
    for (;;) {
      // Like the original of 5.1.4, one step beyond the array is compared before the complaint.
      while (this.#elementLess(++i)) if (i > high) raise(L, "invalid order function for sorting")
      while (this.#pivotLess(--j)) if (j < low) raise(L, "invalid order function for sorting")
      if (j < i) break
      this.#swap(i, j)
    }
    this.#swap(high - 1, i)
    lua.lua_pop(L, 1)
    return i
  }

  /** Swaps the two elements if they are in the wrong order; returns whether they were. */
  #order(a: number, b: number): boolean {
    const L = this.#L
    lua.lua_rawgeti(L, 1, b)
    lua.lua_rawgeti(L, 1, a)
    const wrong = this.#less(-2, -1)
    lua.lua_pop(L, 2)
    if (wrong) this.#swap(a, b)
    return wrong
  }

  #elementLess(i: number): boolean {
    lua.lua_rawgeti(this.#L, 1, i)
    const less = this.#less(-1, -2)
    lua.lua_pop(this.#L, 1)
    return less
  }

  #pivotLess(i: number): boolean {
    lua.lua_rawgeti(this.#L, 1, i)
    const less = this.#less(-2, -1)
    lua.lua_pop(this.#L, 1)
    return less
  }

  #swap(a: number, b: number): void {
    const L = this.#L
    lua.lua_rawgeti(L, 1, a)
    lua.lua_rawgeti(L, 1, b)
    lua.lua_rawseti(L, 1, a)
    lua.lua_rawseti(L, 1, b)
  }

  #less(a: number, b: number): boolean {
    const L = this.#L
    this.#charge(L, 1)
    if (!this.#byFunction) return lua.lua_compare(L, a, b, LUA_OPLT) === 1
    const left = lua.lua_absindex(L, a)
    const right = lua.lua_absindex(L, b)
    lua.lua_pushvalue(L, 2)
    lua.lua_pushvalue(L, left)
    lua.lua_pushvalue(L, right)
    lua.lua_call(L, 2, 1)
    const result = lua.lua_toboolean(L, -1)
    lua.lua_pop(L, 1)
    return result
  }
}
