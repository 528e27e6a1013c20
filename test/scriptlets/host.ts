/**
 * A VM with the whole host API, a clock the test sets, and everything the
 * scripts print, log and register kept for looking at.
 */
import { readFileSync } from "node:fs"
import { bytesOf, literal, textOf } from "../../src/lua/args.js"
import { type BudgetLimits, LOAD_LIMITS } from "../../src/lua/budget.js"
import { aux, lua } from "../../src/lua/fengari.js"
import { type HostApi, type HostServices, openHostApi } from "../../src/lua/msys/index.js"
import { LuaVm, type RunOutcome } from "../../src/lua/vm.js"

export const FOLDER = new URL("./", import.meta.url)
/** A Sunday, 12:00 UTC: a multiple of 300 and 3600, not of 86400. */
export const START_SEC = 1_700_000_000 - (1_700_000_000 % 3600)

export interface TestHost {
  readonly vm: LuaVm
  readonly api: HostApi
  readonly clock: { nowSec: number }
  readonly printed: string[]
  readonly logged: string[]
  /** Runs text; what it returns, as `tostring` shows it. Throws what it raised. */
  eval(source: string): string[]
  /** The error text that `source` raises; throws if it raises none. */
  refusal(source: string): string
}

export function makeHost(services: Partial<HostServices> = {}, limits: BudgetLimits = LOAD_LIMITS): TestHost {
  const clock = { nowSec: START_SEC }
  const printed: string[] = []
  const logged: string[] = []
  let ticks = 0
  const vm = new LuaVm({
    limits,
    nowSec: () => clock.nowSec,
    monotonicMs: () => ticks++ / 1000,
    print: (line) => printed.push(textOf(line)),
    findModule: (name) => {
      const path = `${name.replaceAll(".", "/")}.lua`
      try {
        return { path, source: new Uint8Array(readFileSync(new URL(path, FOLDER))) }
      } catch {
        return null
      }
    },
  })
  const api = openHostApi(vm, {
    nowSec: () => clock.nowSec,
    log: (level, text) => logged.push(`${level}: ${text}`),
    registerClassification: (_L, _index, mode) => logged.push(`classification: ${mode}`),
    registerRules: (_L, _index, mode) => logged.push(`rules: ${mode}`),
    ...services,
  })
  setFunction(vm, "advance", (seconds) => {
    clock.nowSec += seconds
  })
  return {
    vm,
    api,
    clock,
    printed,
    logged,
    eval: (source) => evaluate(vm, source),
    refusal: (source) => {
      const outcome = vm.runText(bytesOf(source), "=test")
      if (outcome.ok) throw new Error(`no error: ${source}`)
      return outcome.message
    },
  }
}

/** A global `name(number)` for the Lua side of a test. */
function setFunction(vm: LuaVm, name: string, call: (n: number) => void): void {
  lua.lua_pushcfunction(vm.L, (L) => {
    call(lua.lua_tonumber(L, 1))
    return 0
  })
  lua.lua_setglobal(vm.L, literal(name))
}

function evaluate(vm: LuaVm, source: string): string[] {
  const { L } = vm
  const base = lua.lua_gettop(L)
  const outcome: RunOutcome = vm.runText(bytesOf(source), "=test")
  if (!outcome.ok) throw new Error(outcome.message)
  const results: string[] = []
  for (let i = base + 1; i <= lua.lua_gettop(L); i++) {
    results.push(textOf(aux.luaL_tolstring(L, i)))
    lua.lua_pop(L, 1)
  }
  lua.lua_settop(L, base)
  return results
}
