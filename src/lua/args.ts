/**
 * Argument checks and stack helpers for native functions, with Lua 5.1's rules:
 * any number serves as an integer (cut toward zero), any number as a string.
 * Messages read as the vendor's interpreter words them.
 */
import {
  aux,
  LUA_TBOOLEAN,
  LUA_TFUNCTION,
  LUA_TNIL,
  LUA_TNONE,
  LUA_TNUMBER,
  LUA_TSTRING,
  LUA_TTABLE,
  LUA_TTHREAD,
  LUA_TUSERDATA,
  type LuaBytes,
  LuaDebug,
  type LuaFunction,
  type LuaState,
  lua,
} from "./fengari.js"
import { parseNumeral } from "./numeral.js"

const encoder = new TextEncoder()
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
const literals = new Map<string, LuaBytes>()

/** The bytes of a text known when the program is written; each is encoded once. */
export function literal(text: string): LuaBytes {
  let bytes = literals.get(text)
  if (bytes === undefined) {
    bytes = encoder.encode(text)
    literals.set(text, bytes)
  }
  return bytes
}

/** UTF-8 bytes of a text made at run time. */
export function bytesOf(text: string): LuaBytes {
  return encoder.encode(text)
}

/** Up to here a loop beats the decoder. */
const SHORT = 64

/** Text of bytes that are valid UTF-8; null when they are not. */
export function utf8Of(bytes: LuaBytes): string | null {
  try {
    return decoder.decode(bytes)
  } catch {
    return null
  }
}

/** Text of Lua bytes: UTF-8 where they are valid UTF-8, else one char per byte. */
export function textOf(bytes: LuaBytes): string {
  if (bytes.length <= SHORT) {
    let text = ""
    let ascii = true
    for (let i = 0; i < bytes.length && ascii; i++) {
      const byte = bytes[i] as number
      ascii = byte < 0x80
      text += String.fromCharCode(byte)
    }
    if (ascii) return text
  }
  return utf8Of(bytes) ?? latin1Of(bytes)
}

/** One char per byte, for code that counts bytes. */
export function latin1Of(bytes: LuaBytes): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1")
}

/** The bytes of a string of chars 0 to 255. */
export function bytesOfLatin1(text: string): LuaBytes {
  return new Uint8Array(Buffer.from(text, "latin1"))
}

const TYPE_NAMES: Record<number, string> = {
  [LUA_TNONE]: "no value",
  [LUA_TNIL]: "nil",
  [LUA_TBOOLEAN]: "boolean",
  2: "userdata",
  [LUA_TNUMBER]: "number",
  [LUA_TSTRING]: "string",
  [LUA_TTABLE]: "table",
  [LUA_TFUNCTION]: "function",
  [LUA_TUSERDATA]: "userdata",
  [LUA_TTHREAD]: "thread",
}

export function typeName(L: LuaState, index: number): string {
  return TYPE_NAMES[lua.lua_type(L, index)] ?? "?"
}

export function raise(L: LuaState, message: string): never {
  return aux.luaL_error(L, literal("%s"), bytesOf(message))
}

/**
 * Fills `ar` with the function running at a level, counted as 5.1 does: a call
 * in tail position leaves a level behind where its caller was.
 */
export function findLevel(L: LuaState, level: number, ar: LuaDebug): "found" | "tail call" | "none" {
  let left = level
  for (let depth = 0; lua.lua_getstack(L, depth, ar); depth++) {
    if (left === 0) return "found"
    lua.lua_getinfo(L, literal("t"), ar)
    left -= ar.istailcall ? 2 : 1
    if (left < 0) return "tail call"
  }
  return "none"
}

/** The innermost running function of a chunk whose name is accepted, with its line; null when there is none. */
export function nearestFrame(L: LuaState, accepts: (chunkName: LuaBytes) => boolean): LuaDebug | null {
  const ar = new LuaDebug()
  for (let level = 0; lua.lua_getstack(L, level, ar); level++) {
    lua.lua_getinfo(L, literal("Sl"), ar)
    if (ar.source !== null && ar.currentline > 0 && accepts(ar.source)) return ar
  }
  return null
}

/** Is the chunk a file? */
export function isFileName(chunkName: LuaBytes): boolean {
  return chunkName[0] === 0x40
}

/** "bad argument #2 to 'insert' (…)", with the name by which the caller called the function. */
export function argError(L: LuaState, arg: number, message: string): never {
  const ar = new LuaDebug()
  let shown = arg
  let name = "?"
  if (lua.lua_getstack(L, 0, ar)) {
    lua.lua_getinfo(L, literal("n"), ar)
    const what = ar.namewhat === null ? "" : textOf(ar.namewhat)
    if (what === "for iterator") name = "(for generator)"
    else if (ar.name !== null && what !== "metamethod") name = textOf(ar.name)
    if (what === "method") {
      shown--
      if (shown === 0) raise(L, `calling '${name}' on bad self (${message})`)
    }
  }
  return raise(L, `bad argument #${shown} to '${name}' (${message})`)
}

export function typeError(L: LuaState, arg: number, expected: string): never {
  return argError(L, arg, `${expected} expected, got ${typeName(L, arg)}`)
}

export function checkType(L: LuaState, arg: number, type: number): void {
  if (lua.lua_type(L, arg) !== type) typeError(L, arg, TYPE_NAMES[type] as string)
}

export function checkAny(L: LuaState, arg: number): void {
  if (lua.lua_type(L, arg) === LUA_TNONE) argError(L, arg, "value expected")
}

/** A number, or a string that reads as one. */
export function checkNumber(L: LuaState, arg: number): number {
  const type = lua.lua_type(L, arg)
  if (type === LUA_TNUMBER) return lua.lua_tonumber(L, arg)
  if (type === LUA_TSTRING) {
    const value = parseNumeral(latin1Of(lua.lua_tostring(L, arg) as LuaBytes))
    if (value !== null) return value
  }
  return typeError(L, arg, "number")
}

const TWO_63 = 2 ** 63

/** A number cut toward zero; what no 64-bit integer holds becomes the smallest one, as C's cast makes it. */
export function checkInteger(L: LuaState, arg: number): number {
  const n = checkNumber(L, arg)
  return n >= -TWO_63 && n < TWO_63 ? Math.trunc(n) : -TWO_63
}

/** As `checkInteger`, and only the lowest 32 bits of it: where the original reads a C `int`. */
export function checkInt(L: LuaState, arg: number): number {
  return checkInteger(L, arg) | 0
}

export function optInteger(L: LuaState, arg: number, otherwise: number): number {
  return lua.lua_isnoneornil(L, arg) ? otherwise : checkInteger(L, arg)
}

export function optInt(L: LuaState, arg: number, otherwise: number): number {
  return lua.lua_isnoneornil(L, arg) ? otherwise : checkInt(L, arg)
}

/** A string; a number is converted in place, as in C. */
export function checkBytes(L: LuaState, arg: number): LuaBytes {
  if (!lua.lua_isstring(L, arg)) typeError(L, arg, "string")
  return lua.lua_tostring(L, arg) as LuaBytes
}

export function checkText(L: LuaState, arg: number): string {
  return textOf(checkBytes(L, arg))
}

export function optText(L: LuaState, arg: number): string | null {
  return lua.lua_isnoneornil(L, arg) ? null : checkText(L, arg)
}

export function pushText(L: LuaState, text: string): void {
  lua.lua_pushstring(L, bytesOf(text))
}

/** Sets functions as fields of the table on top of the stack. */
export function setFunctions(L: LuaState, functions: Record<string, LuaFunction>): void {
  for (const [name, fn] of Object.entries(functions)) {
    lua.lua_pushcfunction(L, fn)
    lua.lua_setfield(L, -2, literal(name))
  }
}
