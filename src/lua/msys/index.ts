/**
 * The Lua-visible API of the runtime: `msys.*`, `json`, `thread`. Opens it in a
 * VM and gives the host what scripts left there: timers, console commands,
 * modules, deferred functions. Each function of the API is described in the
 * scriptlet that defines it.
 * Source: lua-dialect.md E.
 */
import { literal, textOf } from "../args.js"
import type { BudgetLimits } from "../budget.js"
import { lua } from "../fengari.js"
import { makePrint } from "../lib/base.js"
import type { LuaFailure, LuaVm } from "../vm.js"
import { adaptiveModule } from "./adaptive.js"
import { auditSeriesModule } from "./audit-series.js"
import { bounceModule } from "./bounce.js"
import { checkModule } from "./check.js"
import { cidrModule } from "./cidr.js"
import { type ControlResult, Controls } from "./controls.js"
import { coreModule } from "./core.js"
import { counterModule } from "./counter.js"
import { Deferred } from "./deferred.js"
import { dumperModule } from "./dumper.js"
import { gaugeCacheModule } from "./gauge-cache.js"
import { jsonModule } from "./json.js"
import { KeptValues } from "./kept.js"
import { openLibrary } from "./open.js"
import { pcreModule } from "./pcre.js"
import { rootModule } from "./root.js"
import { type ScriptModule, ScriptModules } from "./script-modules.js"
import type { HostContext, HostServices } from "./services.js"
import { ownStores } from "./stored.js"
import { threadModule } from "./thread.js"
import { throttleModule } from "./throttle.js"
import { Timers } from "./timer.js"

export type { HostServices } from "./services.js"

/** What a timer run did. */
interface TimerRun {
  readonly fired: number
  readonly failures: readonly LuaFailure[]
}

/** What scripts left in a VM, for its host. */
export interface HostApi {
  /** Prefixes of the console commands, in order of registration. */
  readonly controls: readonly string[]
  /** Modules registered, with the callbacks that never run. */
  readonly modules: readonly ScriptModule[]
  /** When the next timer is due, or null. */
  readonly nextTimerSec: number | null
  /** Runs a console command; null if no script registered one with these words. */
  runControl(words: readonly string[], limits?: BudgetLimits): ControlResult | null
  /** Runs the timers that are due on the host's clock. */
  runDueTimers(limits?: BudgetLimits): TimerRun
  /** Runs what scripts deferred to their end (`msys.runInPool` with true): call it when a script has ended. */
  runDeferred(limits?: BudgetLimits): readonly LuaFailure[]
  /** Calls `deinit` of all modules: the VM is about to go. */
  deinitModules(): void
}

/** Modules of the original that are not here; `require` of them succeeds. */
const ABSENT = [
  "apn",
  "audit",
  "av",
  "base64",
  "brightmail",
  "cloudmark",
  "commtouch",
  "datasource",
  "db",
  "delivery",
  "expurgate",
  "extended.ac",
  "extended.message",
  "extended.message_routing",
  "extended.vctx",
  "gcm",
  "getopt",
  "http",
  "http.client",
  "httpclnt",
  "httpsrv",
  "idn",
  "mstore",
  "os",
  "qp",
  "rfc3464",
  "snmp",
  "symantec_beik",
  "threadpool",
  "tls_params",
  "validate",
  "validate.dk",
  "validate.opendkim",
].map((name) => `msys.${name}`)

/** Opens the whole API in a VM in which no script has run yet. */
export function openHostApi(vm: LuaVm, services: HostServices): HostApi {
  const context: HostContext = { vm, services, stores: services.stores ?? ownStores() }
  const kept = new KeptValues(vm.L)
  const controls = new Controls(vm, kept)
  const modules = new ScriptModules(context, kept)
  const deferred = new Deferred(context, kept)
  const timers = new Timers(context, kept)
  openLibrary(vm, {
    modules: [
      adaptiveModule(context),
      auditSeriesModule(context),
      bounceModule(context),
      cidrModule(context),
      coreModule(context),
      counterModule(context),
      dumperModule(),
      gaugeCacheModule(context),
      pcreModule(context),
      throttleModule(context),
      timers.module,
    ],
    root: rootModule(context, { controls, modules, deferred }),
    check: checkModule(),
    libraries: [
      { ...jsonModule(context), from: "require" },
      // The name it has outside the mail server; the same module.
      { ...pcreModule(context), path: "pcre", from: "require" },
      { ...threadModule(), from: "start" },
    ],
    absent: [...ABSENT, "xml", "curl"],
  })
  redirectPrint(vm, controls)
  return {
    get controls() {
      return controls.prefixes
    },
    get modules() {
      return modules.list
    },
    get nextTimerSec() {
      return timers.nextSec
    },
    runControl(words, limits) {
      const result = controls.run(words, limits)
      deferred.run(limits)
      return result
    },
    runDueTimers(limits) {
      const run = timers.runDue(services.nowSec(), limits)
      return { fired: run.fired, failures: [...run.failures, ...deferred.run(limits)] }
    },
    runDeferred: (limits) => deferred.run(limits),
    deinitModules: () => modules.deinit(),
  }
}

/** While a console command runs, `print` goes to its output; at any other time to the VM's own `print`. */
function redirectPrint(vm: LuaVm, controls: Controls): void {
  const { L } = vm
  const printToControl = makePrint((line) => controls.output?.(textOf(line)))
  lua.lua_getglobal(L, literal("print"))
  lua.lua_pushcclosure(
    L,
    (L) => {
      if (controls.output !== null) return printToControl(L)
      lua.lua_pushvalue(L, lua.lua_upvalueindex(1))
      lua.lua_insert(L, 1)
      lua.lua_call(L, lua.lua_gettop(L) - 1, 0)
      return 0
    },
    1,
  )
  lua.lua_setglobal(L, literal("print"))
}
