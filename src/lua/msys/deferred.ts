/**
 * Functions that a script wants run when it has ended: `msys.runInPool(pool,
 * fn, true)`. There is one thread, so they run when the host says that the
 * script has ended, one after the other, each under a budget of its own.
 */
import type { BudgetLimits } from "../budget.js"
import { type LuaFunction, lua } from "../fengari.js"
import type { LuaFailure } from "../vm.js"
import type { KeptValues } from "./kept.js"
import type { HostContext } from "./services.js"

/** Functions that may wait at a time, and functions run at a time: one that defers itself must come to an end. */
const MAX_DEFERRED = 1000

export class Deferred {
  readonly #context: HostContext
  readonly #kept: KeptValues
  #waiting: number[] = []

  constructor(context: HostContext, kept: KeptValues) {
    this.#context = context
    this.#kept = kept
  }

  /** defer(closure) -> false when too many wait */
  readonly defer: LuaFunction = (L) => {
    const free = this.#waiting.length < MAX_DEFERRED
    if (free) this.#waiting.push(this.#kept.keep(L, 1))
    lua.lua_pushboolean(L, free)
    return 1
  }

  /** Runs what waits, and what that defers in turn. A failure is logged and returned, and stops nothing. */
  run(limits?: BudgetLimits): readonly LuaFailure[] {
    const { vm, services } = this.#context
    const failures: LuaFailure[] = []
    for (let ran = 0; ran < MAX_DEFERRED; ran++) {
      const id = this.#waiting.shift()
      if (id === undefined) break
      const outcome = vm.protect(() => {
        this.#kept.push(vm.L, id)
        this.#kept.drop(vm.L, id)
        lua.lua_call(vm.L, 0, 0)
        return 0
      }, limits)
      if (outcome.ok) continue
      failures.push(outcome)
      services.log("err", `a function of msys.runInPool failed: ${outcome.message}`)
    }
    return failures
  }
}
