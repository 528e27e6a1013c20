/**
 * Errors of the host API point at the script's line, however many frames of
 * scriptlets lie between: a rule author cannot do anything about a line of ours.
 */
import { literal, pushText } from "../args.js"
import { LuaDebug, type LuaState, lua } from "../fengari.js"
import { chunkId } from "../lib/loading.js"

/** Chunk names of scriptlets: `[msys.timer]`. */
export function scriptletName(path: string): string {
  return `[${path}]`
}

/** `file:line: ` of the nearest frame that is neither native nor a scriptlet; empty if there is none. */
function callerPlace(L: LuaState): string {
  const ar = new LuaDebug()
  for (let level = 0; lua.lua_getstack(L, level, ar); level++) {
    lua.lua_getinfo(L, literal("Sl"), ar)
    const { source, currentline } = ar
    if (source === null || currentline <= 0) continue
    const scriptlet = source[0] === 0x3d && source[1] === 0x5b // "=["
    if (!scriptlet) return `${chunkId(source)}:${currentline}: `
  }
  return ""
}

/** Raises a Lua error at the line of the script that called the API. */
export function raiseAtCaller(L: LuaState, message: string): never {
  pushText(L, callerPlace(L) + message)
  return lua.lua_error(L)
}
