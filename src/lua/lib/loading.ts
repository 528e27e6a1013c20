/**
 * Source text to functions: `load`, `loadstring`, `require` and `package`.
 * Every chunk is translated from the rule dialect first. Modules come from what
 * the host preloads, then from script roots; there are no native loaders.
 */
import {
  argError,
  bytesOf,
  checkBytes,
  checkType,
  literal,
  pushText,
  raise,
  setFunctions,
  textOf,
  typeName,
} from "../args.js"
import { COMPILER_ID_SIZE, chunkIdBytes } from "../chunk-id.js"
import {
  aux,
  type ChunkReader,
  disableClosureReuse,
  LUA_OK,
  LUA_REGISTRYINDEX,
  LUA_TFUNCTION,
  LUA_TNIL,
  type LuaBytes,
  type LuaState,
  lua,
} from "../fengari.js"
import { applyThreadGlobals, LOADED, seeAll } from "./environment.js"

/** What came of translating a chunk: Lua 5.3 text, or a message as Lua words it (without the place). */
export type TranslatedChunk =
  | { readonly code: LuaBytes; readonly unit: number | null }
  | { readonly line: number; readonly message: string }

export interface LoadingOptions {
  /** Charges the work of compiling to the running script's budget. */
  readonly charge: (L: LuaState, steps: number) => void
  /** Translates dialect source; `chunkName` as Lua has it: `@file`, `=name` or the text itself. */
  readonly translate: (source: LuaBytes, chunkName: LuaBytes) => TranslatedChunk
  /** Pushes the table of helpers that translated code of that unit calls. */
  readonly pushHelpers: (L: LuaState, unit: number | null) => void
  /** Finds `name.lua` under the script roots; null when there is none; throws a text when the name is refused. */
  readonly findModule: (name: string) => { readonly path: string; readonly source: LuaBytes } | null
}

/** Marks a module that is being loaded. No table: `module` would take one for the module's own. */
const LOADING = Object.freeze({})

/** Sets `load`, `loadstring` and `require` in the globals on top of the stack, and makes `package`. */
export function openLoading(L: LuaState, options: LoadingOptions): void {
  setFunctions(L, {
    load: (L) => luaLoad(L, options),
    loadstring: (L) => {
      const source = checkBytes(L, 1)
      const name = lua.lua_isnoneornil(L, 2) ? source : checkBytes(L, 2)
      return answerLoad(L, compileText(L, source, name, options))
    },
    require: luaRequire,
  })
  openPackage(L, options)
  lua.lua_setfield(L, -2, literal("package"))
}

function openPackage(L: LuaState, options: LoadingOptions): void {
  lua.lua_newtable(L)
  lua.lua_getfield(L, LUA_REGISTRYINDEX, LOADED)
  lua.lua_setfield(L, -2, literal("loaded"))
  lua.lua_newtable(L)
  lua.lua_setfield(L, -2, literal("preload"))
  setFunctions(L, { seeall: seeAll })
  for (const [name, value] of [
    ["path", "?.lua"],
    ["cpath", ""],
    ["config", "/\n;\n?\n!\n-"],
  ] as const) {
    pushText(L, value)
    lua.lua_setfield(L, -2, literal(name))
  }
  lua.lua_newtable(L)
  lua.lua_pushvalue(L, -2)
  lua.lua_pushcclosure(L, searchPreload, 1)
  lua.lua_rawseti(L, -2, 1)
  lua.lua_pushcfunction(L, (L) => searchRoots(L, options))
  lua.lua_rawseti(L, -2, 2)
  lua.lua_pushvalue(L, -1)
  lua.lua_setfield(L, LUA_REGISTRYINDEX, literal("adaptive.loaders"))
  lua.lua_setfield(L, -2, literal("loaders"))
}

/**
 * Pushes the chunk's function, or an error message. The translated text is a
 * function of the helper table that returns the real chunk.
 * @returns whether it is a function
 */
export function compileChunk(
  L: LuaState,
  source: LuaBytes,
  chunkName: LuaBytes,
  options: Pick<LoadingOptions, "translate" | "pushHelpers">,
): boolean {
  const translated = options.translate(source, chunkName)
  if ("message" in translated) {
    pushText(
      L,
      `${textOf(chunkIdBytes(chunkName, COMPILER_ID_SIZE))}:${translated.line}: ${translated.message}`,
    )
    return false
  }
  const status = lua.lua_load(L, readOnce(translated.code), null, chunkName, literal("t"))
  if (status !== LUA_OK) return false
  disableClosureReuse(L, -1)
  options.pushHelpers(L, translated.unit)
  lua.lua_call(L, 1, 1)
  applyThreadGlobals(L)
  return true
}

/** Only a file may begin with a `#` line. */
function compileText(L: LuaState, source: LuaBytes, name: LuaBytes, options: LoadingOptions): boolean {
  options.charge(L, source.length * STEPS_PER_BYTE)
  if (source[0] !== HASH) return compileChunk(L, source, name, options)
  pushText(L, `${textOf(chunkIdBytes(name, COMPILER_ID_SIZE))}:1: unexpected symbol near '#'`)
  return false
}

const HASH = 0x23
/** What compiling costs, in instructions of about the same time. */
const STEPS_PER_BYTE = 4

function readOnce(bytes: LuaBytes): ChunkReader {
  let rest: LuaBytes | null = bytes
  return () => {
    const next = rest
    rest = null
    return next
  }
}

/** How a chunk is called in messages. */
export function chunkId(chunkName: LuaBytes): string {
  return textOf(chunkIdBytes(chunkName))
}

function answerLoad(L: LuaState, ok: boolean): number {
  if (ok) return 1
  lua.lua_pushnil(L)
  lua.lua_insert(L, -2)
  return 2
}

/** `load(function [, name])`: pieces until nil; a text argument is refused as in 5.1. */
function luaLoad(L: LuaState, options: LoadingOptions): number {
  const name = lua.lua_isnoneornil(L, 2) ? literal("=(load)") : checkBytes(L, 2)
  checkType(L, 1, LUA_TFUNCTION)
  const source = readPieces(L)
  return source === null ? answerLoad(L, false) : answerLoad(L, compileText(L, source, name, options))
}

/** Longer than any program; a reader that never ends must not fill memory. */
const MAX_SOURCE_BYTES = 32 << 20
const JOIN_EVERY = 1024

/** What the reader function gives until nil or an empty text; null when it fails, with the error pushed. */
function readPieces(L: LuaState): LuaBytes | null {
  const blocks: LuaBytes[] = []
  let pieces: LuaBytes[] = []
  let length = 0
  for (;;) {
    lua.lua_pushvalue(L, 1)
    if (lua.lua_pcallk(L, 0, 1, 0, 0, null) !== LUA_OK) return null
    if (lua.lua_isnil(L, -1)) break
    if (!lua.lua_isstring(L, -1)) {
      aux.luaL_where(L, 1)
      pushText(L, "reader function must return a string")
      lua.lua_concat(L, 2)
      return null
    }
    const piece = lua.lua_tostring(L, -1) as LuaBytes
    lua.lua_pop(L, 1)
    if (piece.length === 0) break
    length += piece.length
    if (length > MAX_SOURCE_BYTES) {
      pushText(L, `chunk is longer than ${MAX_SOURCE_BYTES} bytes`)
      return null
    }
    pieces.push(piece)
    if (pieces.length < JOIN_EVERY) continue
    blocks.push(Buffer.concat(pieces))
    pieces = []
  }
  return new Uint8Array(Buffer.concat([...blocks, ...pieces]))
}

function searchPreload(L: LuaState): number {
  const name = checkBytes(L, 1)
  lua.lua_getfield(L, lua.lua_upvalueindex(1), literal("preload"))
  if (!lua.lua_istable(L, -1)) raise(L, "'package.preload' must be a table")
  lua.lua_getfield(L, -1, name)
  if (lua.lua_isnil(L, -1)) pushText(L, `\n\tno field package.preload['${textOf(name)}']`)
  return 1
}

function searchRoots(L: LuaState, options: LoadingOptions): number {
  const name = textOf(checkBytes(L, 1))
  const found = options.findModule(name)
  if (found === null) {
    pushText(L, `\n\tno file '${name.replaceAll(".", "/")}.lua' under the script roots`)
    return 1
  }
  if (!compileChunk(L, found.source, bytesOf(`@${found.path}`), options)) {
    const reason = textOf(lua.lua_tostring(L, -1) as LuaBytes)
    raise(L, `error loading module '${name}' from file '${found.path}':\n\t${reason}`)
  }
  return 1
}

function luaRequire(L: LuaState): number {
  const name = checkBytes(L, 1)
  if (name.includes(0)) argError(L, 1, "module name holds a zero byte")
  lua.lua_settop(L, 1)
  lua.lua_getfield(L, LUA_REGISTRYINDEX, LOADED)
  lua.lua_getfield(L, 2, name)
  if (lua.lua_toboolean(L, -1)) {
    if (lua.lua_touserdata(L, -1) === LOADING) {
      raise(L, `loop or previous error loading module '${textOf(name)}'`)
    }
    return 1
  }
  lua.lua_pop(L, 1)
  pushLoader(L, name)
  lua.lua_pushlightuserdata(L, LOADING)
  lua.lua_setfield(L, 2, name)
  lua.lua_pushstring(L, name)
  lua.lua_call(L, 1, 1)
  if (lua.lua_isnil(L, -1)) lua.lua_pop(L, 1)
  else lua.lua_setfield(L, 2, name)
  lua.lua_getfield(L, 2, name)
  if (lua.lua_touserdata(L, -1) === LOADING) {
    lua.lua_pushboolean(L, true)
    lua.lua_pushvalue(L, -1)
    lua.lua_setfield(L, 2, name)
  }
  return 1
}

/** Asks `package.loaders` in turn and pushes the first function one of them gives. */
function pushLoader(L: LuaState, name: LuaBytes): void {
  lua.lua_getglobal(L, literal("package"))
  if (lua.lua_istable(L, -1)) lua.lua_getfield(L, -1, literal("loaders"))
  if (!lua.lua_istable(L, -1)) raise(L, "'package.loaders' must be a table")
  const loaders = lua.lua_gettop(L)
  let tried = ""
  for (let i = 1; ; i++) {
    if (lua.lua_rawgeti(L, loaders, i) === LUA_TNIL) {
      raise(L, `module '${textOf(name)}' not found:${tried}`)
    }
    lua.lua_pushstring(L, name)
    lua.lua_call(L, 1, 1)
    if (lua.lua_type(L, -1) === LUA_TFUNCTION) return
    if (typeName(L, -1) === "string") tried += textOf(lua.lua_tostring(L, -1) as LuaBytes)
    lua.lua_pop(L, 1)
  }
}
