/**
 * Host half of `msys.counter`. A handle holds the counter itself, so it goes on
 * working after `unlink`. Arguments come judged by `scriptlets/msys/counter.lua`.
 */
import type { Counter } from "../../store/counters.js"
import { checkNumber, checkText, pushText } from "../args.js"
import { LUA_TUSERDATA, type LuaState, lua } from "../fengari.js"
import { HandleType } from "./handle.js"
import type { HostModule } from "./open.js"
import type { HostContext } from "./services.js"

export function counterModule({ vm, stores }: HostContext): HostModule {
  const { counters } = stores
  const handles = new HandleType<Counter>("msys.counter")
  lua.lua_newtable(vm.L)
  handles.define(vm.L)
  const isHandle = (L: LuaState): boolean => lua.lua_type(L, 1) === LUA_TUSERDATA
  const find = (L: LuaState): Counter | null =>
    isHandle(L) ? handles.at(L, 1) : counters.find(checkText(L, 1))
  const make = (L: LuaState): Counter | null =>
    isHandle(L) ? handles.at(L, 1) : counters.open(checkText(L, 1))
  return {
    path: "msys.counter",
    functions: {
      // open(path) -> handle | nil when there are too many counters
      open: (L) => {
        const counter = make(L)
        if (counter === null) return 0
        handles.push(L, counter)
        return 1
      },
      // add(handle | path, delta) -> "full" | "range" when refused, else nil
      add: (L) => {
        const counter = make(L)
        const value = (counter?.value ?? 0) + checkNumber(L, 2)
        const fault = counter === null ? "full" : Math.abs(value) > Number.MAX_SAFE_INTEGER ? "range" : null
        if (fault !== null) {
          pushText(L, fault)
          return 1
        }
        ;(counter as Counter).value = value
        return 0
      },
      // reset(handle | path) -> "full" when refused, else nil
      reset: (L) => {
        const counter = make(L)
        if (counter === null) {
          pushText(L, "full")
          return 1
        }
        counter.value = 0
        return 0
      },
      // read(handle | path) -> number
      read: (L) => {
        lua.lua_pushnumber(L, find(L)?.value ?? 0)
        return 1
      },
      // unlink(path)
      unlink: (L) => {
        counters.unlink(checkText(L, 1))
        return 0
      },
    },
  }
}
