/** A VM for tests: what a script prints, and how it ended. */
import { type BudgetLimits, LOAD_LIMITS } from "../../src/lua/budget.js"
import { LuaVm, type RunOutcome } from "../../src/lua/vm.js"

export interface TestVm {
  readonly vm: LuaVm
  /** Runs a script; returns what it printed, or the message of its failure. */
  run(source: string): string
  readonly last: () => RunOutcome
}

export interface TestVmOptions {
  readonly limits?: BudgetLimits
  readonly modules?: Readonly<Record<string, string>>
  readonly nowSec?: number
  readonly monotonicMs?: () => number
}

export function makeVm(options: TestVmOptions = {}): TestVm {
  const printed: string[] = []
  let outcome: RunOutcome = { ok: true }
  const vm = new LuaVm({
    limits: options.limits ?? LOAD_LIMITS,
    nowSec: () => options.nowSec ?? 1_800_000_000,
    monotonicMs: options.monotonicMs ?? (() => 0),
    print: (line) => printed.push(Buffer.from(line).toString("latin1")),
    findModule: (name) => {
      const source = options.modules?.[name]
      return source === undefined ? null : { path: `${name}.lua`, source: Buffer.from(source) }
    },
  })
  return {
    vm,
    run(source) {
      printed.length = 0
      outcome = vm.runFile(new Uint8Array(Buffer.from(source, "latin1")), "t.lua")
      return outcome.ok ? printed.join("\n") : outcome.message
    },
    last: () => outcome,
  }
}
