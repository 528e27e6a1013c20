/**
 * What a script may use: instructions, wall-clock time, string and table memory.
 * A spent budget ends the script for good: `pcall`, `xpcall`, coroutines and
 * error handlers cannot keep it alive, because from then on the count hook
 * fires at every instruction and throws a JavaScript error that Lua can catch
 * only until its next instruction.
 *
 * A hook does not see time spent inside library functions, so those that loop
 * (Lua patterns, string growth) charge this budget themselves. What still
 * escapes is stopped from outside, by ending the worker (see reload).
 */
import type { Code } from "../errors.js"
import { isFileName, nearestFrame, textOf } from "./args.js"
import { LUA_MASKCOUNT, type LuaBytes, type LuaState, lua, type StringMeter } from "./fengari.js"

export interface BudgetLimits {
  /** VM instructions, also charged for steps of library loops. */
  readonly instructions: number
  /** Milliseconds of wall-clock time; null = none. */
  readonly deadlineMs: number | null
  /** Bytes of the longest string a script may build. */
  readonly stringBytes: number
  /** Bytes of strings a script may hold at once (judged at every 16 MB built). */
  readonly memoryBytes: number
}

/** Enough for any rule file, far too little to hurt: loading 5,000 rules takes about 40,000 instructions. */
export const LOAD_LIMITS: BudgetLimits = Object.freeze({
  instructions: 50_000_000,
  deadlineMs: 10_000,
  stringBytes: 8 << 20,
  memoryBytes: 96 << 20,
})

/**
 * For one call of a `configuration` function, between two events. The instructions
 * decide (a few milliseconds); the deadline is for a machine that stands still.
 */
export const CALL_LIMITS: BudgetLimits = Object.freeze({
  instructions: 200_000,
  deadlineMs: 500,
  stringBytes: 1 << 20,
  memoryBytes: 16 << 20,
})

/** For `adaptive lua`, where a person waits and looks on. */
export const SCRIPT_LIMITS: BudgetLimits = Object.freeze({
  instructions: 2_000_000_000,
  deadlineMs: 120_000,
  stringBytes: 32 << 20,
  memoryBytes: 96 << 20,
})

/** For one line at the prompt of `adaptive lua`: nothing can be typed while it runs. */
export const PROMPT_LIMITS: BudgetLimits = Object.freeze({ ...SCRIPT_LIMITS, deadlineMs: 10_000 })

/** What a library function may use of the running script's budget. */
export interface Allowance {
  /** Charges steps of a loop, or bytes of growth. */
  readonly charge: (L: LuaState, steps: number) => void
  /** Bytes of the longest string. */
  readonly maxBytes: () => number
}

/** Ends a script whatever it does. Not a Lua error: `pcall` must not absorb it. */
export class HaltError extends Error {
  override readonly name = "HaltError"
  constructor(
    readonly code: Extract<Code, "E_LUA_BUDGET" | "E_LUA_DEADLINE" | "E_LUA_MEMORY">,
    message: string,
  ) {
    super(message)
  }
}

const HOOK_EVERY = 1000
const MEMORY_CHECK_BYTES = 16 << 20

export class Budget implements StringMeter {
  #limits: BudgetLimits
  #used = 0
  #startMs = 0
  #builtBytes = 0
  #checkedBytes = 0
  /** Bytes the thread held before this script, learnt at the first check: asking costs microseconds. */
  #heldBefore: number | null = null
  #halted: HaltError | null = null
  readonly #nowMs: () => number

  constructor(limits: BudgetLimits, nowMs: () => number) {
    this.#limits = limits
    this.#nowMs = nowMs
  }

  /** The error that ended the script, also when a `pcall` seemed to absorb it. */
  get halted(): HaltError | null {
    return this.#halted
  }

  get limits(): BudgetLimits {
    return this.#limits
  }

  /** Instructions used since `start`, to the hook's grain of 1,000. */
  get used(): number {
    return this.#used
  }

  /** Begins a new account and watches `L` and every coroutine it will make. */
  start(L: LuaState, limits: BudgetLimits = this.#limits): void {
    this.#limits = limits
    this.#used = 0
    this.#builtBytes = 0
    this.#checkedBytes = 0
    this.#heldBefore = null
    this.#halted = null
    this.#startMs = this.#nowMs()
    lua.lua_sethook(L, this.#hook, LUA_MASKCOUNT, HOOK_EVERY)
  }

  /** Charges `steps` of a library loop. */
  charge(L: LuaState, steps: number): void {
    this.#used += steps
    this.#judge(L)
  }

  onString(L: LuaState, length: number): void {
    if (length > this.#limits.stringBytes) {
      this.#halt(
        L,
        "E_LUA_MEMORY",
        `the script built a string of ${length} bytes; at most ${this.#limits.stringBytes} are allowed`,
      )
    }
    this.#builtBytes += length
    if (this.#builtBytes - this.#checkedBytes < MEMORY_CHECK_BYTES) return
    this.#checkedBytes = this.#builtBytes
    this.#judge(L)
    // What was built may be garbage by now: ask what this thread really holds.
    const held = process.memoryUsage().arrayBuffers
    this.#heldBefore ??= Math.max(0, held - this.#builtBytes)
    if (held - this.#heldBefore <= this.#limits.memoryBytes) return
    this.#halt(
      L,
      "E_LUA_MEMORY",
      `the script's strings hold more than ${this.#limits.memoryBytes >> 20} MB at once`,
    )
  }

  readonly #hook = (L: LuaState): void => {
    if (this.#halted !== null) throw this.#refire(L)
    this.#used += HOOK_EVERY
    this.#judge(L)
  }

  #judge(L: LuaState): void {
    if (this.#halted !== null) throw this.#refire(L)
    const { instructions, deadlineMs } = this.#limits
    if (this.#used > instructions) {
      this.#halt(L, "E_LUA_BUDGET", `the script ran more than ${instructions} instructions`)
    }
    if (deadlineMs !== null && this.#nowMs() - this.#startMs > deadlineMs) {
      this.#halt(L, "E_LUA_DEADLINE", `the script ran longer than ${deadlineMs} milliseconds`)
    }
  }

  #halt(L: LuaState, code: HaltError["code"], message: string): never {
    this.#halted ??= new HaltError(code, placeOf(L) + message)
    throw this.#refire(L)
  }

  /** Other coroutines have hook counters of their own; each is tightened when it is first seen. */
  #refire(L: LuaState): HaltError {
    L.allowhook = 1
    lua.lua_sethook(L, this.#hook, LUA_MASKCOUNT, 1)
    return this.#halted as HaltError
  }
}

/** `file:line: ` of the innermost function of a file, as errors begin; nothing when there is none. */
function placeOf(L: LuaState): string {
  const frame = nearestFrame(L, isFileName)
  return frame === null ? "" : `${textOf(frame.short_src as LuaBytes)}:${frame.currentline}: `
}
