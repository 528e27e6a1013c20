/**
 * Host half of `msys.gauge_cache`: the gauge store on the host's clock. The
 * arguments come judged by `scriptlets/msys/gauge_cache.lua`.
 */
import { checkNumber, checkText } from "../args.js"
import { type LuaState, lua } from "../fengari.js"
import type { HostModule } from "./open.js"
import type { HostContext } from "./services.js"
import { microsOf, pushFits } from "./stored.js"

export function gaugeCacheModule({ services, stores }: HostContext): HostModule {
  const { gauges } = stores
  const change = (L: LuaState, by: 1 | -1): number => {
    gauges.change(checkText(L, 1), checkText(L, 2), by, microsOf(services.nowSec()))
    return 0
  }
  return {
    path: "msys.gauge_cache",
    functions: {
      // spec(name) -> maxelems, ttl | nil
      spec: (L) => {
        const spec = gauges.spec(checkText(L, 1))
        if (spec === null) return 0
        lua.lua_pushnumber(L, spec.maxElems)
        lua.lua_pushnumber(L, spec.ttlSec)
        return 2
      },
      // define(name, maxelems, ttl) -> false when there are too many caches
      define: (L) => {
        const spec = { maxElems: checkNumber(L, 2), ttlSec: checkNumber(L, 3) }
        return pushFits(L, () => gauges.define(checkText(L, 1), spec))
      },
      inc: (L) => change(L, 1),
      dec: (L) => change(L, -1),
      // get(name, key) -> number
      get: (L) => {
        lua.lua_pushnumber(L, gauges.get(checkText(L, 1), checkText(L, 2), microsOf(services.nowSec())))
        return 1
      },
      // remove(name, key)
      remove: (L) => {
        gauges.remove(checkText(L, 1), checkText(L, 2))
        return 0
      },
    },
  }
}
