/**
 * Host half of the functions directly in `msys`: log, configuration, files,
 * locks, registrations. Their Lua half is `scriptlets/msys/init.lua`.
 */
import { checkNumber, checkText, pushText } from "../args.js"
import { type LuaState, lua } from "../fengari.js"
import type { Controls } from "./controls.js"
import type { Deferred } from "./deferred.js"
import { hostTypeName } from "./handle.js"
import { type LockFault, NamedLocks } from "./locks.js"
import type { HostModule } from "./open.js"
import type { ScriptModules } from "./script-modules.js"
import { type HostContext, LOG_LEVELS, type LogLevel } from "./services.js"

export interface RootParts {
  readonly controls: Controls
  readonly modules: ScriptModules
  readonly deferred: Deferred
}

/** Characters of a log line; a script must not fill the host's memory with one. */
const MAX_LOG_LINE = 8192
/** What a log line costs, in instructions. */
const LOG_COST = 100

export function rootModule(
  { vm, services }: HostContext,
  { controls, modules, deferred }: RootParts,
): HostModule {
  const locks = new NamedLocks()
  return {
    path: "msys",
    functions: {
      // log(level, text): level as the number of LOG_LEVELS
      log: (L) => {
        vm.budget.charge(L, LOG_COST)
        const text = checkText(L, 2)
        const cut = text.length > MAX_LOG_LINE
        const shown = cut ? `${text.slice(0, MAX_LOG_LINE)}… (cut: ${text.length} characters)` : text
        services.log(LOG_LEVELS[checkNumber(L, 1)] as LogLevel, shown)
        return 0
      },
      // config(word…) -> value, text | nil, reason
      config: (L) => config(L, services),
      // readfile(path) -> bytes | nil, reason
      readfile: (L) => {
        const { readFile } = services
        const read =
          readFile === undefined ? { reason: "this run has no script roots" } : readFile(checkText(L, 1))
        if ("reason" in read) return refuse(L, read.reason)
        lua.lua_pushstring(L, read)
        return 1
      },
      // lock(name), unlock(name) -> "own" | "other" | "free" when refused, else nil
      lock: (L) => answer(L, locks.take(checkText(L, 1), L)),
      unlock: (L) => answer(L, locks.give(checkText(L, 1), L)),
      // type(value) -> the type name, for a handle that of the object
      type: (L) => {
        pushText(L, hostTypeName(L, 1))
        return 1
      },
      defer: deferred.defer,
      register_module: modules.register,
      register_control: controls.register,
    },
  }
}

function answer(L: LuaState, fault: LockFault | null): number {
  if (fault === null) return 0
  pushText(L, fault)
  return 1
}

function refuse(L: LuaState, reason: string): number {
  lua.lua_pushnil(L)
  pushText(L, reason)
  return 2
}

function config(L: LuaState, services: HostContext["services"]): number {
  const path: string[] = []
  for (let i = 1; i <= lua.lua_gettop(L); i++) path.push(checkText(L, i))
  if (services.config === undefined) return refuse(L, "this run has no configuration")
  const found = services.config(path)
  if (found === null) return refuse(L, `there is no option ${path.join(" ")}`)
  const { value, text } = found
  if (typeof value === "number") lua.lua_pushnumber(L, value)
  else if (typeof value === "boolean") lua.lua_pushboolean(L, value)
  else pushText(L, value)
  pushText(L, text)
  return 2
}
