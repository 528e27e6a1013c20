/** Host half of `msys.adaptive`: hands rules to the host. Its Lua half is `scriptlets/msys/adaptive.lua`. */
import { checkText } from "../args.js"
import type { HostModule } from "./open.js"
import type { HostContext, RegisterMode } from "./services.js"

export function adaptiveModule({ services }: HostContext): HostModule {
  return {
    path: "msys.adaptive",
    functions: {
      // register_rules(rules, mode)
      register_rules: (L) => {
        services.registerRules(L, 1, checkText(L, 2) as RegisterMode)
        return 0
      },
    },
  }
}
