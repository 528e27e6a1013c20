/**
 * Lua tables to plain data with places (`RawTable`), and back to calls: the
 * functions met on the way are kept in the VM and named by number, in the order
 * in which they are met, so that two VMs that ran the same scripts name them alike.
 */
import type { Place } from "../model/diagnostic.js"
import type { RawEntry, RawOther, RawTable, RawValue } from "../model/raw.js"
import { bytesOf, literal, textOf, typeName } from "./args.js"
import type { BudgetLimits } from "./budget.js"
import {
  LuaDebug,
  type LuaBytes,
  LUA_REGISTRYINDEX,
  LUA_TBOOLEAN,
  LUA_TFUNCTION,
  LUA_TNUMBER,
  LUA_TSTRING,
  LUA_TTABLE,
  lua,
} from "./fengari.js"
import type { LuaVm, RunOutcome, TableOrigin } from "./vm.js"

/** Deep enough for any rule table; a table inside itself ends here at the latest. */
const MAX_DEPTH = 16
const FUNCTIONS = literal("adaptive.functions")

export class Marshal {
  readonly #vm: LuaVm
  readonly #seen = new Map<object, RawTable>()
  readonly #open = new Set<object>()
  #functions = 0

  constructor(vm: LuaVm) {
    this.#vm = vm
    lua.lua_newtable(vm.L)
    lua.lua_setfield(vm.L, LUA_REGISTRYINDEX, FUNCTIONS)
  }

  /** Functions kept so far. */
  get functionCount(): number {
    return this.#functions
  }

  /** The table at `index` as data, as it is now. Read raw: no metamethod runs. */
  readTable(index: number): RawTable {
    this.#seen.clear()
    return this.#table(lua.lua_absindex(this.#vm.L, index), 0) as RawTable
  }

  /**
   * Calls a kept function with numbers, under the VM's budget for one call.
   * @returns the first result as data, or what went wrong
   */
  call(id: number, args: readonly number[], limits: BudgetLimits): RunOutcome & { readonly value?: RawValue | null } {
    const { L } = this.#vm
    const base = lua.lua_gettop(L)
    const outcome = this.#vm.protect(() => {
      lua.lua_getfield(L, LUA_REGISTRYINDEX, FUNCTIONS)
      lua.lua_rawgeti(L, -1, id)
      for (const arg of args) lua.lua_pushnumber(L, arg)
      lua.lua_call(L, args.length, 1)
      return 1
    }, limits)
    if (!outcome.ok) return outcome
    const value = lua.lua_isnil(L, -1) ? null : this.#value(lua.lua_gettop(L), null, 0)
    lua.lua_settop(L, base)
    return { ok: true, value }
  }

  #table(index: number, depth: number): RawTable | RawOther {
    const { L } = this.#vm
    const identity = lua.lua_topointer(L, index) as object
    const known = this.#seen.get(identity)
    if (known !== undefined) return known
    if (depth >= MAX_DEPTH || this.#open.has(identity)) return { kind: "other", type: "table inside itself" }
    this.#open.add(identity)
    const origin = this.#vm.originOf(index)
    const sites = origin === undefined ? null : new FieldSites(origin)
    const entries: RawEntry[] = []
    lua.lua_checkstack(L, 4)
    lua.lua_pushnil(L)
    while (lua.lua_next(L, index)) {
      const top = lua.lua_gettop(L)
      const key = this.#key(top - 1)
      const site = sites?.of(key) ?? null
      const value = this.#value(top, site?.value ?? null, depth + 1)
      entries.push({ key, value, keyPlace: site?.key ?? null, valuePlace: site?.value ?? null })
      lua.lua_pop(L, 1)
    }
    this.#open.delete(identity)
    const table: RawTable = { kind: "table", place: sites?.table ?? null, entries }
    this.#seen.set(identity, table)
    return table
  }

  #key(index: number): RawEntry["key"] {
    const { L } = this.#vm
    switch (lua.lua_type(L, index)) {
      case LUA_TSTRING:
        return textOf(lua.lua_tostring(L, index) as LuaBytes)
      case LUA_TNUMBER:
        return lua.lua_tonumber(L, index)
      case LUA_TBOOLEAN:
        return lua.lua_toboolean(L, index)
      default:
        return { kind: "other", type: typeName(L, index) }
    }
  }

  #value(index: number, place: Place | null, depth: number): RawValue {
    const { L } = this.#vm
    switch (lua.lua_type(L, index)) {
      case LUA_TTABLE:
        return this.#table(index, depth)
      case LUA_TFUNCTION:
        return { kind: "function", id: this.#keepFunction(index), place: place ?? this.#functionPlace(index) }
      default: {
        const key = this.#key(index)
        return key
      }
    }
  }

  #keepFunction(index: number): number {
    const { L } = this.#vm
    const id = ++this.#functions
    lua.lua_getfield(L, LUA_REGISTRYINDEX, FUNCTIONS)
    lua.lua_pushvalue(L, index)
    lua.lua_rawseti(L, -2, id)
    lua.lua_pop(L, 1)
    return id
  }

  #functionPlace(index: number): Place | null {
    const { L } = this.#vm
    const ar = new LuaDebug()
    lua.lua_pushvalue(L, index)
    lua.lua_getinfo(L, bytesOf(">S"), ar)
    if (ar.source === null || ar.source[0] !== 0x40) return null
    return { file: textOf(ar.source.subarray(1)), line: ar.linedefined, column: 1 }
  }
}

/** Where the fields of one constructor stand; the last of several equal keys, as Lua keeps it. */
class FieldSites {
  readonly table: Place
  readonly #file: string
  readonly #origin: TableOrigin

  constructor(origin: TableOrigin) {
    this.#origin = origin
    this.#file = origin.unit.file
    this.table = { file: this.#file, line: origin.site.line, column: origin.site.column }
  }

  of(key: RawEntry["key"]): { key: Place; value: Place } | null {
    const field = this.#origin.site.fields.findLast((f) => f.key === key)
    if (field === undefined) return null
    const file = this.#file
    return {
      key: { file, line: field.line, column: field.column },
      value: { file, line: field.valueLine, column: field.valueColumn },
    }
  }
}
