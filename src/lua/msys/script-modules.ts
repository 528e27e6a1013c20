/**
 * Modules that scripts register with `msys.registerModule`. Only `init` and
 * `deinit` run here: there is no mail flow for the other callbacks, which are
 * recorded so that a host can say that they will not run.
 * Source: lua-dialect.md E.
 */
import { checkText, literal } from "../args.js"
import { LUA_TBOOLEAN, type LuaFunction, lua } from "../fengari.js"
import type { KeptValues } from "./kept.js"
import type { HostContext } from "./services.js"

export interface ScriptModule {
  readonly name: string
  /** Names of the callbacks that never run here, sorted. */
  readonly notRun: readonly string[]
}

export class ScriptModules {
  readonly #context: HostContext
  readonly #kept: KeptValues
  readonly #modules: (ScriptModule & { readonly id: number })[] = []

  constructor(context: HostContext, kept: KeptValues) {
    this.#context = context
    this.#kept = kept
  }

  /** In the order of registration. */
  get list(): readonly ScriptModule[] {
    return this.#modules.map(({ name, notRun }) => ({ name, notRun }))
  }

  /** register(name, table, callback…): after its `init` returned true. */
  readonly register: LuaFunction = (L) => {
    const name = checkText(L, 1)
    const notRun: string[] = []
    for (let i = 3; i <= lua.lua_gettop(L); i++) notRun.push(checkText(L, i))
    const { log } = this.#context.services
    if (this.#modules.some((module) => module.name === name)) {
      log("warning", `registerModule: the name "${name}" is registered twice; both stay`)
    }
    if (notRun.length > 0) {
      log("notice", `registerModule: ${notRun.join(", ")} of "${name}" never run here: there is no mail flow`)
    }
    this.#modules.push({ name, notRun, id: this.#kept.keep(L, 2) })
    return 0
  }

  /** Calls `deinit` of all modules, the last registered first, and forgets them. */
  deinit(): void {
    const { vm, services } = this.#context
    for (const { name, id } of this.#modules.splice(0).reverse()) {
      let answered = true
      const outcome = vm.protect(() => {
        const { L } = vm
        this.#kept.push(L, id)
        this.#kept.drop(L, id)
        lua.lua_getfield(L, -1, literal("deinit"))
        if (lua.lua_isnil(L, -1)) return 0
        lua.lua_insert(L, -2)
        lua.lua_call(L, 1, 1)
        answered = lua.lua_type(L, -1) === LUA_TBOOLEAN && lua.lua_toboolean(L, -1)
        return 0
      })
      if (!outcome.ok) services.log("err", `deinit of "${name}" failed: ${outcome.message}`)
      else if (!answered)
        services.log("warning", `deinit of "${name}" did not return true: it may hold on to something`)
    }
  }
}
