/**
 * Host half of `msys.audit_series`: the series store on the host's clock. The
 * arguments come judged by `scriptlets/msys/audit_series.lua`.
 */
import { checkNumber, checkText, pushText } from "../args.js"
import { type LuaState, lua } from "../fengari.js"
import type { HostModule } from "./open.js"
import type { HostContext } from "./services.js"
import { isWholeAddress, parseAddress, parseBlock } from "./store/address.js"
import type { SeriesKey, SeriesSpec } from "./store/audit-series.js"

export function auditSeriesModule({ vm, services, stores }: HostContext): HostModule {
  const { series } = stores
  const isCidr = (name: string): boolean => series.spec(name)?.type !== "string"
  const keyAt = (L: LuaState, name: string): SeriesKey => {
    const text = checkText(L, 2)
    return isCidr(name) ? (parseAddress(text) as SeriesKey) : text
  }
  return {
    path: "msys.audit_series",
    functions: {
      // spec(name) -> type, interval, windows, persist | nil
      spec: (L) => {
        const spec = series.spec(checkText(L, 1))
        if (spec === null) return 0
        pushText(L, spec.type)
        lua.lua_pushnumber(L, spec.intervalSec)
        lua.lua_pushnumber(L, spec.windows)
        lua.lua_pushboolean(L, spec.persist)
        return 4
      },
      // define(name, type, interval, windows, persist) -> false when there are too many series
      define: (L) => {
        const spec: SeriesSpec = {
          type: checkText(L, 2) as SeriesSpec["type"],
          intervalSec: checkNumber(L, 3),
          windows: checkNumber(L, 4),
          persist: lua.lua_toboolean(L, 5),
        }
        lua.lua_pushboolean(L, series.define(checkText(L, 1), spec))
        return 1
      },
      // block(text) -> 4 or 6, whether it is one address | nil
      block: (L) => {
        const block = parseBlock(checkText(L, 1))
        if (block === null) return 0
        lua.lua_pushnumber(L, block.family)
        lua.lua_pushboolean(L, isWholeAddress(block) && !checkText(L, 1).includes("/"))
        return 2
      },
      // add(name, key, count) -> false when the series is full
      add: (L) => {
        const name = checkText(L, 1)
        lua.lua_pushboolean(L, series.add(name, keyAt(L, name), checkNumber(L, 3), services.nowSec()))
        return 1
      },
      // count(name, key, startv, endv) -> number
      count: (L) => {
        const name = checkText(L, 1)
        const text = checkText(L, 2)
        const key = isCidr(name) ? parseBlock(text) : text
        if (typeof key === "object" && key !== null && !isWholeAddress(key)) {
          vm.budget.charge(L, series.keys(name))
        }
        const sum = series.count(
          name,
          key as SeriesKey,
          checkNumber(L, 3),
          checkNumber(L, 4),
          services.nowSec(),
        )
        lua.lua_pushnumber(L, sum)
        return 1
      },
      // remove(name, key)
      remove: (L) => {
        const name = checkText(L, 1)
        series.remove(name, keyAt(L, name))
        return 0
      },
    },
  }
}
