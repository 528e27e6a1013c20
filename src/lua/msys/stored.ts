/** What the modules that count in stores share: times in the stores' unit, and "is there room?" as an answer. */
import { AuditSeriesStore } from "../../store/audit-series.js"
import { Counters } from "../../store/counters.js"
import { StoreFault } from "../../store/fault.js"
import { GaugeCaches } from "../../store/gauges.js"
import { NamedThrottles } from "../../store/named-throttles.js"
import type { Store } from "../../store/store.js"
import { type LuaState, lua } from "../fengari.js"

/** The named stores that scripts count in. */
export type HostStores = Pick<Store, "series" | "gauges" | "counters" | "throttles">

/** Stores that belong to one VM and go with it. */
export function ownStores(): HostStores {
  return {
    series: new AuditSeriesStore(),
    gauges: new GaugeCaches(),
    counters: new Counters(),
    throttles: new NamedThrottles(),
  }
}

/** Seconds, perhaps with a fraction, in whole microseconds. */
export function microsOf(seconds: number): number {
  return Math.floor(seconds * 1e6)
}

/** Pushes whether a store had room for what was done to it; everything else has been judged in Lua. */
export function pushFits(L: LuaState, act: () => void): number {
  try {
    act()
    lua.lua_pushboolean(L, true)
  } catch (fault) {
    if (!(fault instanceof StoreFault && fault.code.endsWith("_FULL"))) throw fault
    lua.lua_pushboolean(L, false)
  }
  return 1
}
