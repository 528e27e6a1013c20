/**
 * Errors of the host API point at the script's line, however many frames of
 * scriptlets lie between: a rule author cannot do anything about a line of ours.
 */
import { nearestFrame, pushText } from "../args.js"
import { type LuaBytes, type LuaState, lua } from "../fengari.js"
import { chunkId } from "../lib/loading.js"

/** Chunk names of scriptlets: `[msys.timer]`. */
export function scriptletName(path: string): string {
  return `[${path}]`
}

/** `file:line: ` of the nearest frame that is neither native nor a scriptlet; empty if there is none. */
function callerPlace(L: LuaState): string {
  const frame = nearestFrame(L, (name) => !(name[0] === 0x3d && name[1] === 0x5b)) // "=["
  return frame === null ? "" : `${chunkId(frame.source as LuaBytes)}:${frame.currentline}: `
}

/** Raises a Lua error at the line of the script that called the API. */
export function raiseAtCaller(L: LuaState, message: string): never {
  pushText(L, callerPlace(L) + message)
  return lua.lua_error(L)
}
