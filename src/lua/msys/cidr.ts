/**
 * Host half of `msys.cidr`: tables of addresses read from files below the
 * script roots. The arguments come judged by `scriptlets/msys/cidr.lua`.
 */

import { type Address, parseAddress } from "../../model/address.js"
import { checkText, optText, pushText, textOf } from "../args.js"
import { LUA_TSTRING, type LuaState, lua } from "../fengari.js"
import type { HostModule } from "./open.js"
import type { HostContext } from "./services.js"
import { CidrTable, parseCidrFile } from "./store/cidr-table.js"

/** Ten times the largest block list we know of. */
const MAX_FILE_BYTES = 32 << 20
const MAX_TABLES = 1000

interface Definition {
  /** Null for an empty table. */
  readonly source: string | null
  readonly column: "a" | "txt"
  readonly interpolate: boolean
  readonly otherwise: string | boolean | null
}

export function cidrModule({ vm, services }: HostContext): HostModule {
  const tables = new Map<string, Definition & { readonly table: CidrTable }>()

  /** Reads the file, then replaces the table; answers why not. */
  const define = (L: LuaState, name: string, definition: Definition): string | null => {
    if (!tables.has(name) && tables.size >= MAX_TABLES) return `there are ${MAX_TABLES} tables already`
    if (definition.source === null) {
      tables.set(name, { ...definition, table: new CidrTable() })
      return null
    }
    const path = definition.source
    const read = services.readFile?.(path) ?? { reason: "this run has no script roots" }
    if ("reason" in read) return read.reason
    if (read.length > MAX_FILE_BYTES) return `the file is larger than ${MAX_FILE_BYTES >> 20} MB`
    const { table, badLines, lines } = parseCidrFile(textOf(read))
    vm.budget.charge(L, lines)
    tables.set(name, { ...definition, table })
    if (badLines.length > 0) {
      const shown = badLines.slice(0, 5).join(", ")
      const more = badLines.length > 5 ? ` and ${badLines.length - 5} more` : ""
      services.log("warning", `msys.cidr: ${path}: no entry in line ${shown}${more}: skipped`)
    }
    return null
  }

  return {
    path: "msys.cidr",
    functions: {
      // define(name, source | nil, "a" | "txt", interpolate, default) -> reason when refused, else nil
      define: (L) => {
        const text = lua.lua_type(L, 5) === LUA_TSTRING
        const otherwise = lua.lua_isnoneornil(L, 5) ? null : text ? checkText(L, 5) : lua.lua_toboolean(L, 5)
        const reason = define(L, checkText(L, 1), {
          source: optText(L, 2),
          column: checkText(L, 3) as Definition["column"],
          interpolate: lua.lua_toboolean(L, 4),
          otherwise,
        })
        return reason === null ? 0 : pushResult(L, reason)
      },
      // reload(name) -> reason when the file cannot be read, and then nothing changes; else nil
      reload: (L) => {
        const { table: _, ...definition } = tables.get(checkText(L, 1)) as Definition & { table: CidrTable }
        const reason = definition.source === null ? null : define(L, checkText(L, 1), definition)
        return reason === null ? 0 : pushResult(L, reason)
      },
      // is_defined(name) -> boolean
      is_defined: (L) => pushResult(L, tables.has(checkText(L, 1))),
      // is_address(text) -> boolean
      is_address: (L) => pushResult(L, parseAddress(checkText(L, 1)) !== null),
      // find(name, address) -> string, or the table's default
      find: (L) => {
        const { table, column, interpolate, otherwise } = tables.get(checkText(L, 1)) as Definition & {
          table: CidrTable
        }
        const address = checkText(L, 2)
        const value = table.find(parseAddress(address) as Address)
        if (value === null) return pushResult(L, otherwise)
        const shown = interpolate
          ? value[column].replaceAll("$", address.replace(/[[\]]/g, ""))
          : value[column]
        return pushResult(L, shown)
      },
    },
  }
}

function pushResult(L: LuaState, value: string | boolean | null): number {
  if (value === null) lua.lua_pushnil(L)
  else if (typeof value === "boolean") lua.lua_pushboolean(L, value)
  else pushText(L, value)
  return 1
}
