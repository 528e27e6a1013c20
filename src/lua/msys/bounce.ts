/** Host half of `msys.bounce`: the host's classifier. Its Lua half is `scriptlets/msys/bounce.lua`. */
import { checkText, optText, pushText } from "../args.js"
import { lua } from "../fengari.js"
import type { HostModule } from "./open.js"
import type { HostContext } from "./services.js"

export function bounceModule({ services }: HostContext): HostModule {
  return {
    path: "msys.bounce",
    functions: {
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
