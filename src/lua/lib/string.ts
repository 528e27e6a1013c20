/**
 * `string` as Lua 5.1 has it: fractions are cut to integers, `format` prints as
 * C does, patterns and growth are bounded. fengari's own string library differs
 * in all three (lua-dialect.md C).
 */

import { formatWith, type NumberSpec } from "../../model/number-format.js"
import {
  argError,
  bytesOfLatin1,
  checkBytes,
  checkInt,
  checkInteger,
  checkNumber,
  latin1Of,
  literal,
  optInt,
  optInteger,
  raise,
  setFunctions,
  typeError,
  typeName,
} from "../args.js"
import type { Allowance } from "../budget.js"
import {
  freezeTable,
  LUA_TFUNCTION,
  LUA_TNUMBER,
  LUA_TSTRING,
  LUA_TTABLE,
  type LuaBytes,
  type LuaFunction,
  type LuaState,
  lua,
} from "../fengari.js"
import { type Capture, PatternError, PatternMatch } from "./pattern.js"

/** Pushes the `string` table and makes it the metatable index of all strings. */
export function openString(L: LuaState, options: Allowance): void {
  const find = (L: LuaState): number => findOrMatch(L, options, true)
  const gmatch = makeGmatch(options)
  lua.lua_newtable(L)
  setFunctions(L, {
    byte: (L) => byte(L, options),
    char,
    find,
    format: (L) => format(L, options),
    gfind: gmatch,
    gmatch,
    gsub: (L) => gsub(L, options),
    len: (L) => {
      lua.lua_pushnumber(L, checkBytes(L, 1).length)
      return 1
    },
    lower: (L) => mapBytes(L, (c) => (c >= 65 && c <= 90 ? c + 32 : c)),
    match: (L) => findOrMatch(L, options, false),
    rep: (L) => rep(L, options),
    reverse: (L) => {
      lua.lua_pushstring(L, new Uint8Array(checkBytes(L, 1)).reverse())
      return 1
    },
    sub,
    upper: (L) => mapBytes(L, (c) => (c >= 97 && c <= 122 ? c - 32 : c)),
  })
  lua.lua_createtable(L, 0, 1)
  lua.lua_pushvalue(L, -2)
  lua.lua_setfield(L, -2, literal("__index"))
  freezeTable(L, -1)
  lua.lua_pushstring(L, literal(""))
  lua.lua_insert(L, -2)
  lua.lua_setmetatable(L, -2)
  lua.lua_pop(L, 1)
}

/** Negative positions count from the end. */
function relative(position: number, length: number): number {
  if (position >= 0) return position
  return -position > length ? 0 : length + position + 1
}

function sub(L: LuaState): number {
  const s = checkBytes(L, 1)
  const from = Math.max(1, relative(checkInteger(L, 2), s.length))
  const to = Math.min(s.length, relative(optInteger(L, 3, -1), s.length))
  lua.lua_pushstring(L, from > to ? literal("") : s.subarray(from - 1, to))
  return 1
}

function byte(L: LuaState, { charge }: Allowance): number {
  const s = checkBytes(L, 1)
  const first = relative(optInteger(L, 2, 1), s.length)
  const from = Math.max(1, first)
  const to = Math.min(s.length, relative(optInteger(L, 3, first), s.length))
  if (from > to) return 0
  const count = to - from + 1
  if (!lua.lua_checkstack(L, count)) raise(L, "string slice too long")
  charge(L, count)
  for (let i = from - 1; i < to; i++) lua.lua_pushnumber(L, s[i] as number)
  return count
}

function char(L: LuaState): number {
  const count = lua.lua_gettop(L)
  const bytes = new Uint8Array(count)
  for (let i = 1; i <= count; i++) {
    const c = checkInt(L, i)
    if (c < 0 || c > 255) argError(L, i, "invalid value")
    bytes[i - 1] = c
  }
  lua.lua_pushstring(L, bytes)
  return 1
}

function mapBytes(L: LuaState, map: (c: number) => number): number {
  lua.lua_pushstring(L, checkBytes(L, 1).map(map))
  return 1
}

function rep(L: LuaState, { charge, maxBytes }: Allowance): number {
  const s = checkBytes(L, 1)
  const count = Math.max(0, checkInt(L, 2))
  const length = s.length * count
  if (length > maxBytes()) raise(L, `resulting string too large (${length} bytes)`)
  charge(L, length >> 6)
  const bytes = new Uint8Array(length)
  if (length > 0) {
    bytes.set(s)
    // Doubling what is there already: log2(count) copies.
    for (let filled = s.length; filled < length; filled *= 2) {
      bytes.copyWithin(filled, 0, Math.min(filled, length - filled))
    }
  }
  lua.lua_pushstring(L, bytes)
  return 1
}

const PATTERN_SPECIALS = /[\^$*+?.([%-]/

function indexOfBytes(subject: LuaBytes, part: LuaBytes, from: number): number {
  return Buffer.from(subject.buffer, subject.byteOffset, subject.length).indexOf(part, from)
}

function findOrMatch(L: LuaState, options: Allowance, find: boolean): number {
  const subject = checkBytes(L, 1)
  const pattern = checkBytes(L, 2)
  const init = Math.min(subject.length, Math.max(0, relative(optInteger(L, 3, 1), subject.length) - 1))
  const used = untilZeroByte(pattern)
  if (find && (lua.lua_toboolean(L, 4) || !PATTERN_SPECIALS.test(latin1Of(used)))) {
    options.charge(L, subject.length >> 4)
    const at = pattern.length === 0 ? init : indexOfBytes(subject, pattern, init)
    if (at === -1) {
      lua.lua_pushnil(L)
      return 1
    }
    lua.lua_pushnumber(L, at + 1)
    lua.lua_pushnumber(L, at + pattern.length)
    return 2
  }
  return guarded(L, () => {
    const anchored = used[0] === 0x5e
    const match = new PatternMatch(subject, used, (steps) => options.charge(L, steps))
    for (let s = init; s <= subject.length; s++) {
      const end = match.matchAt(s, anchored ? 1 : 0)
      if (end !== -1) {
        if (!find) return pushCaptures(L, match, s, end, true)
        lua.lua_pushnumber(L, s + 1)
        lua.lua_pushnumber(L, end)
        return pushCaptures(L, match, s, end, false) + 2
      }
      if (anchored) break
    }
    lua.lua_pushnil(L)
    return 1
  })
}

/** A pattern ends at its first zero byte, as in C; `%z` matches one. */
function untilZeroByte(pattern: LuaBytes): LuaBytes {
  const zero = pattern.indexOf(0)
  return zero === -1 ? pattern : pattern.subarray(0, zero)
}

/** Runs pattern code; its complaints become Lua errors. */
function guarded(L: LuaState, body: () => number): number {
  try {
    return body()
  } catch (error) {
    if (error instanceof PatternError) return raise(L, error.message)
    throw error
  }
}

function pushCapture(L: LuaState, capture: Capture): void {
  if (typeof capture === "number") lua.lua_pushnumber(L, capture)
  else lua.lua_pushstring(L, capture)
}

function pushCaptures(
  L: LuaState,
  match: PatternMatch,
  start: number,
  end: number,
  wholeIfNone: boolean,
): number {
  const count = match.captureCount === 0 && wholeIfNone ? 1 : match.captureCount
  if (!lua.lua_checkstack(L, count)) raise(L, "too many captures")
  for (let i = 0; i < count; i++) pushCapture(L, match.capture(i, start, end))
  return count
}

function makeGmatch(options: Allowance): LuaFunction {
  return (L) => {
    const subject = checkBytes(L, 1)
    const pattern = untilZeroByte(checkBytes(L, 2))
    let position = 0
    const step: LuaFunction = (L) =>
      guarded(L, () => {
        const match = new PatternMatch(subject, pattern, (steps) => options.charge(L, steps))
        for (let s = position; s <= subject.length; s++) {
          const end = match.matchAt(s, 0)
          if (end === -1) continue
          position = end === s ? end + 1 : end
          return pushCaptures(L, match, s, end, true)
        }
        return 0
      })
    lua.lua_pushcfunction(L, step)
    return 1
  }
}

function gsub(L: LuaState, options: Allowance): number {
  const subject = checkBytes(L, 1)
  const pattern = untilZeroByte(checkBytes(L, 2))
  const type = lua.lua_type(L, 3)
  const limit = optInt(L, 4, subject.length + 1)
  if (type !== LUA_TNUMBER && type !== LUA_TSTRING && type !== LUA_TFUNCTION && type !== LUA_TTABLE) {
    argError(L, 3, "string/function/table expected")
  }
  const replacement = type === LUA_TNUMBER || type === LUA_TSTRING ? checkBytes(L, 3) : null
  return guarded(L, () => {
    const anchored = pattern[0] === 0x5e
    const match = new PatternMatch(subject, pattern, (steps) => options.charge(L, steps))
    const parts: LuaBytes[] = []
    let length = 0
    const add = (part: LuaBytes): void => {
      parts.push(part)
      length += part.length
      if (length > options.maxBytes()) raise(L, `resulting string too large (${length} bytes)`)
    }
    let count = 0
    let s = 0
    let copied = 0
    while (count < limit) {
      const end = match.matchAt(s, anchored ? 1 : 0)
      if (end !== -1) {
        count++
        add(subject.subarray(copied, s))
        add(replaced(L, match, s, end, subject, replacement, type))
        copied = end
      }
      if (end !== -1 && end > s) s = end
      else if (s < subject.length) s++
      else break
      if (anchored) break
    }
    add(subject.subarray(copied))
    lua.lua_pushstring(L, new Uint8Array(Buffer.concat(parts)))
    lua.lua_pushnumber(L, count)
    return 2
  })
}

function replaced(
  L: LuaState,
  match: PatternMatch,
  start: number,
  end: number,
  subject: LuaBytes,
  template: LuaBytes | null,
  type: number,
): LuaBytes {
  const whole = subject.subarray(start, end)
  if (template !== null) return expandTemplate(match, start, end, template, whole)
  if (type === LUA_TFUNCTION) {
    lua.lua_pushvalue(L, 3)
    const count = pushCaptures(L, match, start, end, true)
    lua.lua_call(L, count, 1)
  } else {
    pushCapture(L, match.capture(0, start, end))
    lua.lua_gettable(L, 3)
  }
  if (!lua.lua_toboolean(L, -1)) {
    lua.lua_pop(L, 1)
    return whole
  }
  if (!lua.lua_isstring(L, -1)) raise(L, `invalid replacement value (a ${typeName(L, -1)})`)
  const result = lua.lua_tostring(L, -1) as LuaBytes
  lua.lua_pop(L, 1)
  return result
}

/** What C finds behind a text: 5.1 takes it for the char that a last `%` escapes. */
const ZERO_BYTE = new Uint8Array(1)

/** `%1` to `%9` and `%0` stand for captures; any other `%x` is x, as 5.1 has it. */
function expandTemplate(
  match: PatternMatch,
  start: number,
  end: number,
  template: LuaBytes,
  whole: LuaBytes,
): LuaBytes {
  if (template.indexOf(0x25) === -1) return template
  const parts: LuaBytes[] = []
  for (let i = 0; i < template.length; i++) {
    if (template[i] !== 0x25) {
      parts.push(template.subarray(i, i + 1))
      continue
    }
    i++
    const c = template[i]
    if (c === 0x30) parts.push(whole)
    else if (c !== undefined && c >= 0x31 && c <= 0x39) {
      const capture = match.capture(c - 0x31, start, end)
      parts.push(typeof capture === "number" ? bytesOfLatin1(String(capture)) : capture)
    } else parts.push(c === undefined ? ZERO_BYTE : template.subarray(i, i + 1))
  }
  return new Uint8Array(Buffer.concat(parts))
}

const CONVERSION = /^%([-+ #0]*)(\d*)(?:\.(\d*))?(.?)/s

function format(L: LuaState, { charge }: Allowance): number {
  const text = latin1Of(checkBytes(L, 1))
  let out = ""
  let arg = 1
  let i = 0
  while (i < text.length) {
    const percent = text.indexOf("%", i)
    if (percent === -1) {
      out += text.slice(i)
      break
    }
    out += text.slice(i, percent)
    if (text[percent + 1] === "%") {
      out += "%"
      i = percent + 2
      continue
    }
    const match = CONVERSION.exec(text.slice(percent, percent + 32)) as RegExpExecArray
    i = percent + match[0].length
    out += conversion(L, match, ++arg)
  }
  charge(L, out.length)
  lua.lua_pushstring(L, bytesOfLatin1(out))
  return 1
}

function conversion(L: LuaState, match: RegExpExecArray, arg: number): string {
  const [, flags = "", width = "", precision, letter = ""] = match
  if (flags.length > 5) raise(L, "invalid format (repeated flags)")
  if (width.length > 2 || (precision?.length ?? 0) > 2) {
    raise(L, "invalid format (width or precision too long)")
  }
  const spec = {
    leftAlign: flags.includes("-"),
    plus: flags.includes("+"),
    blank: flags.includes(" "),
    alternate: flags.includes("#"),
    zero: flags.includes("0"),
    width: Number(width),
    precision: precision === undefined ? null : Number(precision),
  }
  switch (letter) {
    case "d":
    case "i":
    case "u":
    case "o":
    case "x":
    case "X":
    case "e":
    case "E":
    case "f":
    case "g":
    case "G":
      return formatWith({ ...spec, conversion: letter } satisfies NumberSpec, checkNumber(L, arg))
    case "c":
      return untilZero(padText(spec, String.fromCharCode(castToInt(checkNumber(L, arg)) & 0xff)))
    case "s": {
      const value = latin1Of(formatArgument(L, arg))
      if (spec.precision === null) return value.length >= LONG_TEXT ? value : padText(spec, untilZero(value))
      return padText(spec, untilZero(value).slice(0, spec.precision))
    }
    case "q":
      return quoted(latin1Of(formatArgument(L, arg)))
    default:
      return raise(L, `invalid option '%${untilZero(letter)}' to 'format'`)
  }
}

/** 5.1 takes strings and numbers only; it never calls `__tostring` here. */
function formatArgument(L: LuaState, arg: number): LuaBytes {
  if (!lua.lua_isstring(L, arg)) typeError(L, arg, "string")
  return checkBytes(L, arg)
}

/** `%s` without precision copies a text of this length as it is, zero bytes included. */
const LONG_TEXT = 100

/** C's cast of a double to an int: what does not fit becomes the smallest one. */
function castToInt(n: number): number {
  return Math.abs(n) < 2 ** 31 ? Math.trunc(n) : -(2 ** 31)
}

/** What C's sprintf leaves of an item: a zero byte ends it. */
function untilZero(text: string): string {
  const zero = text.indexOf("\0")
  return zero === -1 ? text : text.slice(0, zero)
}

function padText(spec: { leftAlign: boolean; width: number }, text: string): string {
  return spec.leftAlign ? text.padEnd(spec.width) : text.padStart(spec.width)
}

function quoted(text: string): string {
  let out = '"'
  for (const char of text) {
    if (char === '"' || char === "\\") out += `\\${char}`
    else if (char === "\n") out += "\\\n"
    else if (char === "\r") out += "\\r"
    else if (char === "\0") out += "\\000"
    else out += char
  }
  return `${out}"`
}
