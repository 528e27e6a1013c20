/**
 * Host half of `msys.timer`. Timers fire when the host says that its clock has
 * advanced; each callback has a budget of its own, and one that fails is logged
 * and does not keep the others from running. Unlike the original, a timer that
 * no script holds any more still fires (lua-dialect.md E).
 */
import { checkNumber, checkText, optText, pushText } from "../args.js"
import type { BudgetLimits } from "../budget.js"
import { type LuaState, lua } from "../fengari.js"
import type { LuaFailure, LuaVm } from "../vm.js"
import { HandleType } from "./handle.js"
import type { KeptValues } from "./kept.js"
import type { HostModule } from "./open.js"
import type { HostContext } from "./services.js"
import { type TimerPlan, TimerQueue } from "./store/timers.js"

/** Timers that may be scheduled at a time. */
const MAX_TIMERS = 1000

interface Timer {
  readonly plan: TimerPlan
  readonly name: string | null
  /** Its number in the queue and among the kept values while it is scheduled. */
  id: number | null
}

export class Timers {
  readonly module: HostModule
  readonly #vm: LuaVm
  readonly #context: HostContext
  readonly #kept: KeptValues
  readonly #queue = new TimerQueue()
  readonly #handles = new HandleType<Timer>("msys.timer")
  readonly #byId = new Map<number, Timer>()

  constructor(context: HostContext, kept: KeptValues) {
    this.#context = context
    this.#vm = context.vm
    this.#kept = kept
    this.module = {
      path: "msys.timer",
      functions: {
        // methods(table): what the handles answer to
        methods: (L) => {
          this.#handles.define(L)
          return 0
        },
        // make(kind, seconds, closure [, name]) -> handle, scheduled | nil when there are too many
        make: (L) => this.#make(L),
        // start(handle) -> false when there are too many
        start: (L) => {
          lua.lua_pushboolean(L, this.#start(L, 1))
          return 1
        },
        // stop(handle)
        stop: (L) => {
          this.#stop(L, this.#handles.at(L, 1) as Timer)
          return 0
        },
        // name(handle) -> string | nil
        name: (L) => {
          const { name } = this.#handles.at(L, 1) as Timer
          if (name === null) return 0
          pushText(L, name)
          return 1
        },
      },
    }
  }

  /** The earliest time at which a timer is due, or null. */
  get nextSec(): number | null {
    return this.#queue.nextSec()
  }

  /**
   * Runs the callbacks of all timers due at `nowSec`. What they schedule waits
   * for the next call, even if it is due already.
   */
  runDue(
    nowSec: number,
    limits?: BudgetLimits,
  ): { readonly fired: number; readonly failures: readonly LuaFailure[] } {
    const failures: LuaFailure[] = []
    let fired = 0
    for (const due of this.#queue.due(nowSec)) {
      const timer = this.#byId.get(due.id)
      if (timer === undefined || !this.#queue.fire(due, nowSec)) continue
      fired++
      const outcome = this.#vm.protect(() => {
        const { L } = this.#vm
        this.#kept.push(L, due.id)
        lua.lua_getuservalue(L, -1)
        if (!this.#queue.isScheduled(due.id)) this.#forget(L, timer)
        lua.lua_call(L, 0, 0)
        return 0
      }, limits)
      if (outcome.ok) continue
      failures.push(outcome)
      const label =
        timer.name === null
          ? `the timer ${timer.plan.kind}(${timer.plan.seconds})`
          : `the timer "${timer.name}"`
      this.#context.services.log("err", `${label} failed: ${outcome.message}`)
    }
    return { fired, failures }
  }

  #make(L: LuaState): number {
    const plan: TimerPlan = { kind: checkText(L, 1) as TimerPlan["kind"], seconds: checkNumber(L, 2) }
    this.#handles.push(L, { plan, name: optText(L, 4), id: null })
    lua.lua_pushvalue(L, 3)
    lua.lua_setuservalue(L, -2)
    return this.#start(L, lua.lua_gettop(L)) ? 1 : 0
  }

  #start(L: LuaState, index: number): boolean {
    const timer = this.#handles.at(L, index) as Timer
    if (timer.id === null) {
      if (this.#queue.size >= MAX_TIMERS) return false
      timer.id = this.#kept.keep(L, index)
      this.#byId.set(timer.id, timer)
    }
    this.#queue.start(timer.id, timer.plan, this.#context.services.nowSec())
    return true
  }

  #stop(L: LuaState, timer: Timer): void {
    if (timer.id === null) return
    this.#queue.stop(timer.id)
    this.#forget(L, timer)
  }

  #forget(L: LuaState, timer: Timer): void {
    this.#byId.delete(timer.id as number)
    this.#kept.drop(L, timer.id as number)
    timer.id = null
  }
}
