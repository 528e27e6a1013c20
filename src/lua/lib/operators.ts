/**
 * What the translated source calls for operators that Lua 5.3 lacks or means
 * differently: the bitwise operators and `\` of the vendor's Lua, with their
 * metamethods, the `arg` table of old varargs, and `__iter` in a generic `for`.
 * Operands are cut to 64-bit integers, results are doubles.
 * Source: lua-dialect.md B; metamethod names: the fork's "differences" document.
 */

import { toInt64 } from "../../model/number-format.js"
import { latin1Of, literal, raise, setFunctions, typeName } from "../args.js"
import {
  aux,
  LUA_MULTRET,
  LUA_TFUNCTION,
  LUA_TNIL,
  LUA_TNUMBER,
  LUA_TSTRING,
  type LuaBytes,
  type LuaFunction,
  type LuaState,
  lua,
} from "../fengari.js"
import { parseNumeral } from "../numeral.js"

/** Pushes a table of the operator helpers. */
export function openOperators(L: LuaState): void {
  lua.lua_newtable(L)
  setFunctions(L, {
    band: bitwise("__and", (a, b) => a & b),
    bnot,
    bor: bitwise("__or", (a, b) => a | b),
    bxor: bitwise("__xor", (a, b) => a ^ b),
    idiv: arithmetic("__intdiv", (a, b) => Math.floor(a / b)),
    iter,
    shl: bitwise("__shl", (a, b) => a << (b & 63n)),
    shr: bitwise("__shr", (a, b) => a >> (b & 63n)),
    vararg,
  })
}

function numberAt(L: LuaState, index: number): number | null {
  const type = lua.lua_type(L, index)
  if (type === LUA_TNUMBER) return lua.lua_tonumber(L, index)
  return type === LUA_TSTRING ? parseNumeral(latin1Of(lua.lua_tostring(L, index) as LuaBytes)) : null
}

function arithmetic(event: string, apply: (a: number, b: number) => number): LuaFunction {
  return (L) => {
    const a = numberAt(L, 1)
    const b = numberAt(L, 2)
    if (a === null || b === null) return callMetamethod(L, event, a === null ? 1 : 2)
    lua.lua_pushnumber(L, apply(a, b))
    return 1
  }
}

function bitwise(event: string, apply: (a: bigint, b: bigint) => bigint): LuaFunction {
  return arithmetic(event, (a, b) => Number(BigInt.asIntN(64, apply(toInt64(a), toInt64(b)))))
}

function bnot(L: LuaState): number {
  const a = numberAt(L, 1)
  if (a === null) {
    lua.lua_settop(L, 1)
    lua.lua_pushvalue(L, 1)
    return callMetamethod(L, "__not", 1)
  }
  lua.lua_pushnumber(L, Number(BigInt.asIntN(64, ~toInt64(a))))
  return 1
}

/** The first operand's metamethod, else the second's; without any, the error names the culprit. */
function callMetamethod(L: LuaState, event: string, culprit: number): number {
  for (const operand of [1, 2]) {
    if (aux.luaL_getmetafield(L, operand, literal(event)) === LUA_TNIL) continue
    lua.lua_pushvalue(L, 1)
    lua.lua_pushvalue(L, 2)
    lua.lua_call(L, 2, 1)
    return 1
  }
  return raise(L, `attempt to perform arithmetic on a ${typeName(L, culprit)} value`)
}

/** `for … in obj`: an object that is no function but has `__iter` supplies the loop's three values. */
function iter(L: LuaState): number {
  if (lua.lua_type(L, 1) === LUA_TFUNCTION) return lua.lua_gettop(L)
  if (lua.lua_gettop(L) === 0 || aux.luaL_getmetafield(L, 1, literal("__iter")) === LUA_TNIL) {
    return lua.lua_gettop(L)
  }
  lua.lua_pushvalue(L, 1)
  const base = lua.lua_gettop(L) - 2
  lua.lua_call(L, 1, LUA_MULTRET)
  return lua.lua_gettop(L) - base
}

/** The hidden `arg` of a vararg function that does not use `...`: its arguments and their count `n`. */
function vararg(L: LuaState): number {
  const count = lua.lua_gettop(L)
  lua.lua_createtable(L, count, 1)
  lua.lua_insert(L, 1)
  for (let i = count; i >= 1; i--) lua.lua_rawseti(L, 1, i)
  lua.lua_pushnumber(L, count)
  lua.lua_setfield(L, 1, literal("n"))
  return 1
}
