/**
 * A VM for trying things out: the whole `msys` API on a state that lives for
 * one run, with the real clock. Shared by the prompt and the script worker.
 */
import { monotonicMs, wallClockSec } from "../clock.js"
import { bytesOf, literal } from "../lua/args.js"
import type { BudgetLimits } from "../lua/budget.js"
import { lua } from "../lua/fengari.js"
import { Marshal } from "../lua/marshal.js"
import { type HostApi, openHostApi } from "../lua/msys/index.js"
import { LuaVm } from "../lua/vm.js"
import { shippedClassifications } from "../reload/base-classification.js"
import { ClassifierOfScripts } from "../reload/classifier.js"
import { configAnswers, type GivenConfiguration } from "../reload/conf-files.js"
import { findModule, readScriptFile } from "../reload/source.js"
import { renderFinding } from "../report/findings.js"
import { makeStyle } from "../report/style.js"

export interface LuaHostOptions {
  readonly limits: BudgetLimits
  /** Directories that `require` searches. */
  readonly roots: readonly string[]
  /** What `msys.config` answers from; null when there is no configuration. */
  readonly configuration: GivenConfiguration | null
  readonly print: (line: Uint8Array) => void
  readonly log: (text: string) => void
}

export function makeLuaHost({ limits, roots, configuration, print, log }: LuaHostOptions): {
  vm: LuaVm
  api: HostApi
} {
  const vm = new LuaVm({
    limits,
    nowSec: wallClockSec,
    monotonicMs,
    print,
    findModule: (name) => findModule(roots, name),
  })
  const marshal = new Marshal(vm)
  const bounces = new ClassifierOfScripts(() => shippedClassifications(wallClockSec()))
  const api = openHostApi(vm, {
    nowSec: wallClockSec,
    ...(configuration === null ? {} : { config: configAnswers(configuration) }),
    readFile: (path) => readScriptFile(roots, path),
    log: (level, text) => log(`${level}: ${text}`),
    registerRules: (_L, _index, mode) =>
      log(`registerRules: rules taken (${mode}); adaptive check judges them`),
    registerClassification: (_L, index, mode) => {
      // At once, since a script here asks at once.
      bounces.add({ mode, table: marshal.readTable(index), place: { file: "script", line: 1, column: 1 } })
      for (const finding of bounces.findingsOfLast())
        log(renderFinding(finding, () => undefined, makeStyle(false)))
    },
    classify: (text, domain) => bounces.classify(text, domain),
  })
  return { vm, api }
}

/** Sets the global `arg` as the stand-alone interpreter does: itself at -1, the script's name at 0, its arguments from 1. */
export function setArguments(vm: LuaVm, script: string, args: readonly string[]): void {
  const { L } = vm
  lua.lua_newtable(L)
  ;["adaptive", script, ...args].forEach((text, i) => {
    lua.lua_pushstring(L, bytesOf(text))
    lua.lua_rawseti(L, -2, i - 1)
  })
  lua.lua_setglobal(L, literal("arg"))
}
