/**
 * Console commands that scripts define with `msys.registerControl`. The command
 * sees its words as the original's C array: 0-based, and an index beyond it is
 * an error here (there it crashes). What it prints is its output.
 * Source: lua-dialect.md E.
 */
import { checkText, pushText, textOf } from "../args.js"
import type { BudgetLimits } from "../budget.js"
import { LUA_TNUMBER, LUA_TSTRING, type LuaBytes, type LuaFunction, type LuaState, lua } from "../fengari.js"
import type { LuaFailure, LuaVm } from "../vm.js"
import { HandleType } from "./handle.js"
import type { KeptValues } from "./kept.js"
import { raiseAtCaller } from "./raise.js"

export interface ControlResult {
  /** What the command printed, each line with its end. */
  readonly output: string
  /** Why it ended early, or null. */
  readonly failure: LuaFailure | null
}

interface Words {
  readonly words: readonly string[]
}

/** Characters of output that a command may print; the rest is dropped and the output says so. */
const MAX_OUTPUT = 1 << 20

export class Controls {
  readonly #vm: LuaVm
  readonly #kept: KeptValues
  readonly #byPrefix = new Map<string, number>()
  readonly #commands = new HandleType<Words>("command_construct")
  readonly #arguments = new HandleType<Words>("command_construct.argv")
  #output: Output | null = null

  constructor(vm: LuaVm, kept: KeptValues) {
    this.#vm = vm
    this.#kept = kept
    const { L } = vm
    lua.lua_pushcfunction(L, (L) => this.#commandField(L))
    this.#commands.define(L)
    lua.lua_pushcfunction(L, (L) => this.#argument(L))
    this.#arguments.define(L, {
      __len: (L) => {
        lua.lua_pushnumber(L, (this.#arguments.at(L, 1) as Words).words.length)
        return 1
      },
    })
  }

  /** The prefixes registered, in order of registration. */
  get prefixes(): readonly string[] {
    return [...this.#byPrefix.keys()]
  }

  /** Where `print` goes while a command runs; null when none does. */
  get output(): ((line: string) => void) | null {
    const output = this.#output
    return output === null ? null : (line) => output.add(line)
  }

  /** register(prefix, closure): a later registration of the same prefix wins. */
  readonly register: LuaFunction = (L) => {
    const prefix = checkText(L, 1)
    const before = this.#byPrefix.get(prefix)
    if (before !== undefined) this.#kept.drop(L, before)
    this.#byPrefix.set(prefix, this.#kept.keep(L, 2))
    return 0
  }

  /** Runs the command with the longest prefix of these words; null if there is none. */
  run(words: readonly string[], limits?: BudgetLimits): ControlResult | null {
    const id = this.#find(words)
    if (id === null) return null
    const output = new Output()
    this.#output = output
    try {
      const outcome = this.#vm.protect(() => {
        const { L } = this.#vm
        this.#kept.push(L, id)
        this.#commands.push(L, { words })
        lua.lua_call(L, 1, 0)
        return 0
      }, limits)
      return { output: output.text, failure: outcome.ok ? null : outcome }
    } finally {
      this.#output = null
    }
  }

  #find(words: readonly string[]): number | null {
    for (let count = words.length; count > 0; count--) {
      const id = this.#byPrefix.get(words.slice(0, count).join(" "))
      if (id !== undefined) return id
    }
    return null
  }

  #commandField(L: LuaState): number {
    const { words } = this.#commands.at(L, 1) as Words
    const field = lua.lua_type(L, 2) === LUA_TSTRING ? textOf(lua.lua_tostring(L, 2) as LuaBytes) : "?"
    if (field === "argc") lua.lua_pushnumber(L, words.length)
    else if (field === "argv") this.#arguments.push(L, { words })
    else
      raiseAtCaller(
        L,
        `cc.${field.slice(0, 40)} is not available in this runtime; there are cc.argc and cc.argv`,
      )
    return 1
  }

  #argument(L: LuaState): number {
    const { words } = this.#arguments.at(L, 1) as Words
    const index = lua.lua_type(L, 2) === LUA_TNUMBER ? lua.lua_tonumber(L, 2) : Number.NaN
    const word = words[index]
    if (word === undefined) {
      const last = words.length - 1
      raiseAtCaller(
        L,
        `cc.argv index out of range: this command has cc.argv[0] to cc.argv[${last}]; ask cc.argc (${words.length}) first`,
      )
    }
    pushText(L, word)
    return 1
  }
}

/** Lines to a text of bounded length. */
class Output {
  text = ""
  #full = false

  add(line: string): void {
    if (this.#full) return
    this.text += `${line}\n`
    if (this.text.length <= MAX_OUTPUT) return
    this.#full = true
    this.text = `${this.text.slice(0, MAX_OUTPUT)}\n(the output is cut here: it is longer than ${MAX_OUTPUT} characters)\n`
  }
}
