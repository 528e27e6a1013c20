/**
 * Host half of `msys.throttle`: named throttles on the host's clock. The
 * arguments come judged by `scriptlets/msys/throttle.lua`.
 */
import { checkNumber, checkText } from "../args.js"
import { type LuaState, lua } from "../fengari.js"
import type { HostModule } from "./open.js"
import type { HostContext } from "./services.js"
import { microsOf } from "./stored.js"

export function throttleModule({ services, stores }: HostContext): HostModule {
  const { throttles } = stores
  const now = (): number => microsOf(services.nowSec())
  return {
    path: "msys.throttle",
    functions: {
      // has(name) -> whether there is such a throttle
      has: (L: LuaState) => {
        lua.lua_pushboolean(L, throttles.has(checkText(L, 1), now()))
        return 1
      },
      // create(name, messages, seconds)
      create: (L) => {
        throttles.create(checkText(L, 1), `${checkNumber(L, 2)}/${checkNumber(L, 3)}`, now())
        return 0
      },
      // add(name, messages)
      add: (L) => {
        throttles.increment(checkText(L, 1), now(), checkNumber(L, 2))
        return 0
      },
      // check(name) -> whether it is over its budget
      check: (L) => {
        lua.lua_pushboolean(L, throttles.isExceeded(checkText(L, 1), now()))
        return 1
      },
      // clear(name) -> seconds until it is within its budget
      clear: (L) => {
        lua.lua_pushnumber(L, throttles.secondsUntilClear(checkText(L, 1), now()))
        return 1
      },
    },
  }
}
