/** Host half of `msys.bounce`: the host's classifier, and what scripts add to it. Its Lua half is `scriptlets/msys/bounce.lua`. */
import { checkText, optText, pushText } from "../args.js"
import { lua } from "../fengari.js"
import type { HostModule } from "./open.js"
import type { HostContext, RegisterMode } from "./services.js"

export function bounceModule({ services }: HostContext): HostModule {
  return {
    path: "msys.bounce",
    functions: {
      // register_classification(table, mode)
      register_classification: (L) => {
        services.registerClassification(L, 1, checkText(L, 2) as RegisterMode)
        return 0
      },
      // classify(text, domain | nil) -> code, name, description | nil without a classifier
      classify: (L) => {
        if (services.classify === undefined) return 0
        const { code, name, description } = services.classify(checkText(L, 1), optText(L, 2))
        lua.lua_pushnumber(L, code)
        pushText(L, name)
        pushText(L, description)
        return 3
      },
    },
  }
}
