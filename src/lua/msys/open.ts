/**
 * How the modules come into a VM: when a script first names one, its Lua half
 * (`scriptlets/PATH.lua`) is run with two arguments, a table of host functions
 * and the shared argument checks, and returns the module. State changes only in
 * the host half, which stands in this folder. Whatever the original has and
 * this runtime has not is a stub that raises when it is used.
 * Source: lua-dialect.md D and E.
 */
import { readFileSync } from "node:fs"
import { packageUrl } from "../../model/places.js"
import { bytesOf, literal, setFunctions, textOf } from "../args.js"
import {
  freezeTable,
  LUA_REGISTRYINDEX,
  LUA_TNIL,
  LUA_TSTRING,
  LUA_TTABLE,
  type LuaBytes,
  type LuaFunction,
  type LuaState,
  lua,
  replaceUpvalue,
} from "../fengari.js"
import type { LuaVm } from "../vm.js"
import { raiseAtCaller, scriptletName } from "./raise.js"

/** The host half of one module. */
export interface HostModule {
  /** `msys.timer`, `json`: what `require` takes. `scriptlets/msys/timer.lua` is its Lua half. */
  readonly path: string
  /** The functions that the scriptlet finds in its first argument. */
  readonly functions: Readonly<Record<string, LuaFunction>>
}

/** Everything that scripts can name. */
export interface HostLibrary {
  /** The modules `msys.NAME`. */
  readonly modules: readonly HostModule[]
  /** The functions directly in `msys`. */
  readonly root: HostModule
  /** What the argument checks need of the host. */
  readonly check: HostModule
  /** Modules outside `msys`: globals once they are required, or from the start. */
  readonly libraries: readonly (HostModule & { readonly from: "require" | "start" })[]
  /** Names that `require` accepts for modules that are not here: `msys.db`, `xml`. */
  readonly absent: readonly string[]
}

const SCRIPTLETS = packageUrl("scriptlets/")
const sources = new Map<string, LuaBytes>()

/** Modules whose scriptlet has another name than theirs. */
const SCRIPTLET_FILES: Readonly<Record<string, string>> = { msys: "msys/init", pcre: "msys/pcre" }

/** The text of a shipped scriptlet, read once. */
function scriptletSource(path: string): LuaBytes {
  let source = sources.get(path)
  if (source === undefined) {
    const file = SCRIPTLET_FILES[path] ?? path.replaceAll(".", "/")
    source = new Uint8Array(readFileSync(new URL(`${file}.lua`, SCRIPTLETS)))
    sources.set(path, source)
  }
  return source
}

const CHECK = literal("adaptive.check")
const SCRIPTLET_GLOBALS = literal("adaptive.scriptletGlobals")
/** Modules made so far, by path: one instance however it is reached. */
const OPENED = literal("adaptive.opened")

/** What scriptlets see as globals: copies made before any script ran, so that none can change them. */
const PURE_GLOBALS = [
  "error",
  "getmetatable",
  "ipairs",
  "math",
  "next",
  "pairs",
  "pcall",
  "rawget",
  "select",
  "setmetatable",
  "string",
  "table",
  "tonumber",
  "tostring",
  "type",
  "unpack",
]

/** Makes the global `msys`, and lets `require` find every module. */
export function openLibrary(vm: LuaVm, library: HostLibrary): void {
  const { L } = vm
  const top = lua.lua_gettop(L)
  keepGlobals(L)
  lua.lua_newtable(L)
  lua.lua_setfield(L, LUA_REGISTRYINDEX, OPENED)
  const byPath = new Map(library.modules.map((module) => [module.path, module]))
  const open = (L: LuaState, module: HostModule): void => pushModule(vm, L, module, library.check)

  openMsysTable(L, byPath, library.root, open)
  preload(L, "msys", (L) => lua.lua_getglobal(L, literal("msys")))
  for (const path of byPath.keys()) preload(L, path, (L) => pushByPath(L, path))
  for (const module of library.libraries) {
    preload(L, module.path, (L) => {
      open(L, module)
      lua.lua_pushvalue(L, -1)
      lua.lua_setglobal(L, literal(module.path))
    })
    if (module.from === "start") setLazyGlobal(L, module.path, (L) => open(L, module))
  }
  for (const path of library.absent) preload(L, path, (L) => pushStub(L, path))
  lua.lua_settop(L, top)
}

function keepGlobals(L: LuaState): void {
  lua.lua_createtable(L, 0, PURE_GLOBALS.length)
  for (const name of PURE_GLOBALS) {
    lua.lua_getglobal(L, literal(name))
    lua.lua_setfield(L, -2, literal(name))
  }
  freezeTable(L, -1)
  lua.lua_setfield(L, LUA_REGISTRYINDEX, SCRIPTLET_GLOBALS)
}

function openMsysTable(
  L: LuaState,
  modules: ReadonlyMap<string, HostModule>,
  root: HostModule,
  open: (L: LuaState, module: HostModule) => void,
): void {
  lua.lua_newtable(L)
  lua.lua_createtable(L, 0, 1)
  lua.lua_pushcfunction(L, (L) => {
    if (lua.lua_type(L, 2) !== LUA_TSTRING) return 0
    const key = lua.lua_tostring(L, 2) as LuaBytes
    const path = `msys.${textOf(key)}`
    const module = modules.get(path)
    if (module === undefined) {
      open(L, root)
      lua.lua_pushvalue(L, 2)
      if (lua.lua_rawget(L, -2) === LUA_TNIL) {
        pushStub(L, path)
        return 1
      }
    } else open(L, module)
    lua.lua_pushvalue(L, 2)
    lua.lua_pushvalue(L, -2)
    lua.lua_rawset(L, 1)
    return 1
  })
  lua.lua_setfield(L, -2, literal("__index"))
  lua.lua_pushboolean(L, false)
  lua.lua_setfield(L, -2, literal("__metatable"))
  lua.lua_setmetatable(L, -2)
  lua.lua_setglobal(L, literal("msys"))
}

/** `msys.a.b` by its path: `require` must give the same table as the field. */
function pushByPath(L: LuaState, path: string): void {
  const [first, ...rest] = path.split(".")
  lua.lua_getglobal(L, literal(first as string))
  for (const name of rest) {
    lua.lua_getfield(L, -1, literal(name))
    lua.lua_remove(L, -2)
  }
}

function preload(L: LuaState, path: string, push: (L: LuaState) => void): void {
  lua.lua_getglobal(L, literal("package"))
  lua.lua_getfield(L, -1, literal("preload"))
  lua.lua_pushcfunction(L, (L) => {
    push(L)
    return 1
  })
  lua.lua_setfield(L, -2, literal(path))
  lua.lua_pop(L, 2)
}

/** A global table that is filled when it is first used. */
function setLazyGlobal(L: LuaState, name: string, open: (L: LuaState) => void): void {
  lua.lua_newtable(L)
  lua.lua_createtable(L, 0, 1)
  lua.lua_pushcfunction(L, (L) => {
    open(L)
    lua.lua_pushvalue(L, 2)
    lua.lua_gettable(L, -2)
    return 1
  })
  lua.lua_setfield(L, -2, literal("__index"))
  lua.lua_setmetatable(L, -2)
  lua.lua_setglobal(L, literal(name))
}

/** Pushes a module: its scriptlet runs once per VM. */
function pushModule(vm: LuaVm, L: LuaState, module: HostModule, check: HostModule): void {
  lua.lua_getfield(L, LUA_REGISTRYINDEX, OPENED)
  if (lua.lua_getfield(L, -1, literal(module.path)) === LUA_TNIL) {
    lua.lua_pop(L, 1)
    pushScriptlet(vm, L, module)
    pushCheck(vm, L, check)
    lua.lua_call(L, 2, 1)
    guardModule(L, module.path)
    lua.lua_pushvalue(L, -1)
    lua.lua_setfield(L, -3, literal(module.path))
  }
  lua.lua_remove(L, -2)
}

function pushCheck(vm: LuaVm, L: LuaState, check: HostModule): void {
  if (lua.lua_getfield(L, LUA_REGISTRYINDEX, CHECK) === LUA_TTABLE) return
  lua.lua_pop(L, 1)
  pushScriptlet(vm, L, check)
  lua.lua_call(L, 1, 1)
  lua.lua_pushvalue(L, -1)
  lua.lua_setfield(L, LUA_REGISTRYINDEX, CHECK)
}

/** Pushes the scriptlet's function and its table of host functions. */
function pushScriptlet(vm: LuaVm, L: LuaState, { path, functions }: HostModule): void {
  vm.pushScriptlet(L, scriptletSource(path), scriptletName(path))
  for (let n = 1; ; n++) {
    const name = lua.lua_getupvalue(L, -1, n)
    if (name === null) break
    lua.lua_pop(L, 1)
    if (textOf(name) !== "_ENV") continue
    lua.lua_getfield(L, LUA_REGISTRYINDEX, SCRIPTLET_GLOBALS)
    replaceUpvalue(L, lua.lua_absindex(L, -2), n)
    break
  }
  lua.lua_newtable(L)
  setFunctions(L, functions)
}

/**
 * Makes the module on top of the stack read-only, and its unknown names stubs:
 * a script that asks for `msys.core.dns_lookup` learns at the call that it is not here.
 */
function guardModule(L: LuaState, path: string): void {
  lua.lua_createtable(L, 0, 2)
  setFunctions(L, { __index: (L) => pushStubField(L, path) })
  lua.lua_pushboolean(L, false)
  lua.lua_setfield(L, -2, literal("__metatable"))
  lua.lua_setmetatable(L, -2)
  freezeTable(L, -1)
}

function pushStubField(L: LuaState, path: string): number {
  if (lua.lua_type(L, 2) !== LUA_TSTRING) return 0
  pushStub(L, `${path}.${textOf(lua.lua_tostring(L, 2) as LuaBytes)}`)
  return 1
}

/** Stands for a module or function that is not here: naming it is fine, using it is an error that says so. */
function pushStub(L: LuaState, path: string): void {
  lua.lua_newtable(L)
  lua.lua_newtable(L)
  const shown = path.length > MAX_SHOWN_PATH ? `${path.slice(0, MAX_SHOWN_PATH)}…` : path
  const refuse: LuaFunction = (L) => raiseAtCaller(L, `${shown} is not available in this runtime`)
  setFunctions(L, {
    __call: refuse,
    __index: (L) => pushStubField(L, shown),
    __newindex: refuse,
    __tostring: (L) => {
      lua.lua_pushstring(L, bytesOf(`${shown} (not available in this runtime)`))
      return 1
    },
  })
  lua.lua_setmetatable(L, -2)
}

const MAX_SHOWN_PATH = 120
