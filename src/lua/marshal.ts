/**
 * Lua tables to plain data with places (`RawTable`), and back to calls: the
 * functions met on the way are kept in the VM and named by number, in the order
 * in which they are met, so that two VMs that ran the same scripts name them alike.
 */
import type { Place } from "../model/diagnostic.js"
import type { RawEntry, RawOther, RawTable, RawValue } from "../model/raw.js"
import type { SourceLines } from "../model/rule.js"
import { bytesOf, literal, textOf, typeName } from "./args.js"
import type { BudgetLimits } from "./budget.js"
import {
  LUA_REGISTRYINDEX,
  LUA_TBOOLEAN,
  LUA_TNIL,
  LUA_TNUMBER,
  LUA_TSTRING,
  type LuaBytes,
  LuaDebug,
  lua,
  type PlainValue,
  pushFunction,
  readEntries,
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
    return this.#table(lua.lua_topointer(this.#vm.L, index) as object, 0) as RawTable
  }

  /**
   * Calls a kept function with numbers, under the VM's budget for one call.
   * @returns the first result as data, or what went wrong
   */
  call(
    id: number,
    args: readonly number[],
    limits: BudgetLimits,
  ): RunOutcome & { readonly value?: RawValue | null } {
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
    const value = this.#firstResult()
    lua.lua_settop(L, base)
    return { ok: true, value }
  }

  /** The value on top of the stack, of which a caller only needs numbers and what else it is. */
  #firstResult(): RawValue | null {
    const { L } = this.#vm
    switch (lua.lua_type(L, -1)) {
      case LUA_TNIL:
        return null
      case LUA_TNUMBER:
        return lua.lua_tonumber(L, -1)
      case LUA_TSTRING:
        return textOf(lua.lua_tostring(L, -1) as LuaBytes)
      case LUA_TBOOLEAN:
        return lua.lua_toboolean(L, -1)
      default:
        return { kind: "other", type: typeName(L, -1) }
    }
  }

  #table(table: object, depth: number): RawTable | RawOther {
    const known = this.#seen.get(table)
    if (known !== undefined) return known
    if (depth >= MAX_DEPTH || this.#open.has(table)) return { kind: "other", type: "table inside itself" }
    this.#open.add(table)
    const origin = this.#vm.originOf(table)
    const sites = origin === undefined ? null : new FieldSites(origin)
    const entries: RawEntry[] = []
    readEntries(table, (plainKey, plainValue) => {
      const key = keyOf(plainKey)
      const site = sites?.of(key) ?? null
      const valuePlace = site?.value ?? null
      const value = this.#value(plainValue, valuePlace, depth + 1)
      entries.push({ key, value, keyPlace: site?.key ?? null, valuePlace })
    })
    this.#open.delete(table)
    const raw: RawTable = { kind: "table", place: sites?.table ?? null, entries }
    this.#seen.set(table, raw)
    return raw
  }

  #value(value: PlainValue, place: Place | null, depth: number): RawValue {
    switch (value.type) {
      case "table":
        return this.#table(value.identity, depth)
      case "function": {
        const id = this.#keepFunction(value.identity)
        const lines = this.#linesOf(value.identity)
        const definedAt = lines === null ? null : { file: lines.file, line: lines.first, column: 1 }
        return { kind: "function", id, place: place ?? definedAt, lines }
      }
      default:
        return keyOf(value)
    }
  }

  #keepFunction(identity: object): number {
    const { L } = this.#vm
    const id = ++this.#functions
    lua.lua_getfield(L, LUA_REGISTRYINDEX, FUNCTIONS)
    pushFunction(L, identity)
    lua.lua_rawseti(L, -2, id)
    lua.lua_pop(L, 1)
    return id
  }

  #linesOf(identity: object): SourceLines | null {
    const { L } = this.#vm
    const ar = new LuaDebug()
    pushFunction(L, identity)
    lua.lua_getinfo(L, bytesOf(">S"), ar)
    if (ar.source === null || ar.source[0] !== 0x40) return null
    return { file: textOf(ar.source.subarray(1)), first: ar.linedefined, last: ar.lastlinedefined }
  }
}

function keyOf(key: PlainValue): string | number | boolean | RawOther {
  switch (key.type) {
    case "text":
      return textOf(key.bytes)
    case "number":
    case "boolean":
      return key.value
    default:
      return { kind: "other", type: key.type === "other" ? key.name : key.type }
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
