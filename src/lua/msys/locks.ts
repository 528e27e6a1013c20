/**
 * Mutexes of a runtime with one thread: nobody ever waits, but who locks what
 * he holds, or unlocks what he does not, has a mistake that would hang or
 * corrupt the original. The owner is a coroutine.
 * Source: lua-dialect.md E, `msys.lock` and `thread.mutex`.
 */

export type LockKind = "normal" | "recursive" | "errorcheck"
/** Why a lock could not be taken or given back. */
export type LockFault = "free" | "own" | "other"

export class Lock {
  #owner: object | null = null
  #depth = 0

  constructor(readonly kind: LockKind) {}

  get isFree(): boolean {
    return this.#owner === null
  }

  take(owner: object): LockFault | null {
    if (this.#owner !== null) {
      if (this.#owner !== owner) return "other"
      if (this.kind !== "recursive") return "own"
    }
    this.#owner = owner
    this.#depth++
    return null
  }

  give(owner: object): LockFault | null {
    if (this.#owner === null) return "free"
    if (this.#owner !== owner) return "other"
    if (--this.#depth === 0) this.#owner = null
    return null
  }
}

/** Locks by name; a name that nobody holds takes no room. */
export class NamedLocks {
  readonly #held = new Map<string, Lock>()

  take(name: string, owner: object): LockFault | null {
    const lock = this.#held.get(name) ?? new Lock("normal")
    this.#held.set(name, lock)
    return lock.take(owner)
  }

  give(name: string, owner: object): LockFault | null {
    const lock = this.#held.get(name)
    if (lock === undefined) return "free"
    const fault = lock.give(owner)
    if (lock.isFree) this.#held.delete(name)
    return fault
  }
}
