/**
 * Host half of `msys.audit_series`: the series store on the host's clock. The
 * arguments come judged by `scriptlets/msys/audit_series.lua`.
 */
import { isWholeAddress, parseBlock } from "../../model/address.js"
import type { SeriesType } from "../../store/audit-series.js"
import { checkNumber, checkText, pushText } from "../args.js"
import { lua } from "../fengari.js"
import type { HostModule } from "./open.js"
import type { HostContext } from "./services.js"
import { microsOf, pushFits } from "./stored.js"

/** Looking at so many windows takes about as long as an instruction of the VM. */
const WINDOWS_AN_INSTRUCTION = 8

export function auditSeriesModule({ vm, services, stores }: HostContext): HostModule {
  const { series } = stores
  const now = (): number => microsOf(services.nowSec())
  return {
    path: "msys.audit_series",
    functions: {
      // spec(name) -> type, interval, windows, persist | nil
      spec: (L) => {
        const spec = series.spec(checkText(L, 1))
        if (spec === null) return 0
        pushText(L, spec.type)
        const [monitor] = spec.monitors
        lua.lua_pushnumber(L, monitor?.sizeSec ?? 0)
        lua.lua_pushnumber(L, monitor?.count ?? 0)
        lua.lua_pushboolean(L, spec.persist)
        return 4
      },
      // define(name, type, interval, windows, persist) -> false when there are too many series
      define: (L) => {
        const monitor = { sizeSec: checkNumber(L, 3), count: checkNumber(L, 4) }
        const type = checkText(L, 2) as SeriesType
        const spec = { type, monitors: [monitor], persist: lua.lua_toboolean(L, 5) }
        return pushFits(L, () => series.define(checkText(L, 1), spec))
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
        const count = checkNumber(L, 3)
        return pushFits(L, () => series.add(checkText(L, 1), checkText(L, 2), count, now()))
      },
      // count(name, key, startv, endv) -> number
      count: (L) => {
        const name = checkText(L, 1)
        const text = checkText(L, 2)
        const isCidr = series.spec(name)?.type !== "string"
        const [from, to] = [checkNumber(L, 3), checkNumber(L, 4)]
        const windows = Math.floor((to - from) / WINDOWS_AN_INSTRUCTION) + 1
        vm.budget.charge(L, windows * (isCidr && text.includes("/") ? series.keys(name) : 1))
        const sum = series.count(name, text, from, to, now())
        lua.lua_pushnumber(L, sum)
        return 1
      },
      // remove(name, key)
      remove: (L) => {
        series.remove(checkText(L, 1), checkText(L, 2))
        return 0
      },
    },
  }
}
