/** The host half of `scriptlets/check.lua`: where an error points, and what a value is. */
import { checkText, pushText } from "../args.js"
import { hostTypeName } from "./handle.js"
import type { HostModule } from "./open.js"
import { raiseAtCaller } from "./raise.js"

export function checkModule(): HostModule {
  return {
    path: "check",
    functions: {
      raise: (L) => raiseAtCaller(L, checkText(L, 1)),
      type: (L) => {
        pushText(L, hostTypeName(L, 1))
        return 1
      },
    },
  }
}
