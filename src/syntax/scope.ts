/**
 * Which name means which variable, one object per function being read. Needed
 * because a global and a local of the same name are translated differently,
 * and because Lua 5.1 gives a vararg function a hidden local `arg`.
 */
import type { Scope } from "./ast.js"
import { NAME } from "./tokens.js"

/** Limits of Lua 5.1 (`LUAI_MAXVARS`, `LUAI_MAXUPVALUES`). */
export const MAX_LOCALS = 200
export const MAX_UPVALUES = 60

export class FunctionScope {
  /** Ids of the active locals, hidden ones included as -1. */
  readonly locals: number[] = []
  /** Loops around the current statement. */
  loops = 0
  usesDots = false
  usesArg = false
  readonly #upvalues = new Set<number>()
  #argSlot = -1
  readonly #depth: number

  constructor(
    readonly outer: FunctionScope | null,
    readonly isVararg: boolean,
    /** 0 for the main chunk. */
    readonly line: number,
  ) {
    this.#depth = outer === null ? 0 : outer.#depth + 1
  }

  get upvalueCount(): number {
    return this.#upvalues.size
  }

  /** Declares Lua 5.1's hidden `arg`. It comes after the parameters and so hides one of that name. */
  declareArg(): void {
    this.#argSlot = this.locals.push(NAME.arg) - 1
  }

  /** Finds a name's variable from this function, noting every function it is carried through. */
  resolve(id: number): Scope {
    const slot = this.#find(id)
    if (slot >= 0) return "local"
    for (let scope = this.outer; scope !== null; scope = scope.outer) {
      const found = scope.#find(id)
      if (found < 0) continue
      this.#capture(scope, found)
      return "upvalue"
    }
    return "global"
  }

  #find(id: number): number {
    const slot = this.locals.lastIndexOf(id)
    if (slot >= 0 && slot === this.#argSlot) this.usesArg = true
    return slot
  }

  #capture(owner: FunctionScope, slot: number): void {
    const key = owner.#depth * (MAX_LOCALS + 1) + slot
    for (let scope: FunctionScope | null = this; scope !== null && scope !== owner; scope = scope.outer) {
      scope.#upvalues.add(key)
    }
  }
}
