/** Host half of `msys.core`: the clock. Its Lua half is `scriptlets/msys/core.lua`. */
import { lua } from "../fengari.js"
import type { HostModule } from "./open.js"
import type { HostContext } from "./services.js"

export function coreModule({ services }: HostContext): HostModule {
  return {
    path: "msys.core",
    functions: {
      // now() -> seconds since 1970, possibly with a fraction
      now: (L) => {
        lua.lua_pushnumber(L, services.nowSec())
        return 1
      },
    },
  }
}
