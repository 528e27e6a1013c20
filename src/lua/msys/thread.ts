/** Host half of `thread`: mutexes as handles. Its Lua half is `scriptlets/thread.lua`. */
import { checkText, pushText } from "../args.js"
import { type LuaState, lua } from "../fengari.js"
import { HandleType } from "./handle.js"
import { Lock, type LockFault, type LockKind } from "./locks.js"
import type { HostModule } from "./open.js"

export function threadModule(): HostModule {
  const handles = new HandleType<Lock>("thread.mutex")
  const answer = (L: LuaState, fault: LockFault | null): number => {
    if (fault === null) return 0
    pushText(L, fault)
    return 1
  }
  return {
    path: "thread",
    functions: {
      // methods(table): what the handles answer to
      methods: (L) => {
        handles.define(L)
        return 0
      },
      // mutex(kind) -> handle
      mutex: (L) => {
        handles.push(L, new Lock(checkText(L, 1) as LockKind))
        return 1
      },
      // take(handle) -> "own" | "other" when it is held, else nil
      take: (L) => answer(L, (handles.at(L, 1) as Lock).take(L)),
      // give(handle) -> "free" | "other" when it is not the caller's, else nil
      give: (L) => answer(L, (handles.at(L, 1) as Lock).give(L)),
      // try(handle) -> whether it was taken
      try: (L) => {
        lua.lua_pushboolean(L, (handles.at(L, 1) as Lock).take(L) === null)
        return 1
      },
    },
  }
}
