/** Host half of `msys.dumper`, which is all Lua but for the names of host objects. */
import { pushText } from "../args.js"
import { hostTypeName } from "./handle.js"
import type { HostModule } from "./open.js"

export function dumperModule(): HostModule {
  return {
    path: "msys.dumper",
    functions: {
      // type(value) -> string
      type: (L) => {
        pushText(L, hostTypeName(L, 1))
        return 1
      },
    },
  }
}
