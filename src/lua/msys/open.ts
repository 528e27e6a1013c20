/**
 * The `msys` table: modules that load when they are first used, and stubs for
 * everything the original has and this runtime has not. The Lua half of each
 * module is `scriptlets/msys/NAME.lua`, called with a table of host functions;
 * state changes only in the host half, which stands in this folder.
 * Source: lua-dialect.md D and E.
 */
import { readFileSync } from "node:fs"
import { bytesOf, literal, raise, setFunctions, textOf } from "../args.js"
import { type LuaBytes, type LuaFunction, type LuaState, LUA_TSTRING, lua } from "../fengari.js"
import type { LuaVm } from "../vm.js"

/** The host half of one module. */
export interface HostModule {
  /** `msys.NAME`, also the scriptlet's file name. */
  readonly name: string
  /** Functions (and values pushed by `more`) that the scriptlet finds in its `...` table. */
  readonly functions: Readonly<Record<string, LuaFunction>>
}

const SCRIPTLETS = new URL("../../../scriptlets/msys/", import.meta.url)
const sources = new Map<string, LuaBytes>()

/** The text of a shipped scriptlet, read once. */
function scriptletSource(name: string): LuaBytes {
  let source = sources.get(name)
  if (source === undefined) {
    source = new Uint8Array(readFileSync(new URL(`${name}.lua`, SCRIPTLETS)))
    sources.set(name, source)
  }
  return source
}

/** Makes the global `msys` and lets `require` find its modules. */
export function openMsys(vm: LuaVm, modules: readonly HostModule[], stubs: readonly string[]): void {
  const { L } = vm
  const byName = new Map(modules.map((module) => [module.name, module]))
  lua.lua_newtable(L)
  lua.lua_createtable(L, 0, 1)
  lua.lua_pushcfunction(L, (L) => {
    if (lua.lua_type(L, 2) !== LUA_TSTRING) return 0
    const key = lua.lua_tostring(L, 2) as LuaBytes
    const module = byName.get(textOf(key))
    if (module === undefined) pushStub(L, `msys.${textOf(key)}`)
    else pushModule(vm, L, module)
    lua.lua_pushvalue(L, 2)
    lua.lua_pushvalue(L, -2)
    lua.lua_rawset(L, 1)
    return 1
  })
  lua.lua_setfield(L, -2, literal("__index"))
  lua.lua_setmetatable(L, -2)
  lua.lua_setglobal(L, literal("msys"))

  lua.lua_getglobal(L, literal("package"))
  lua.lua_getfield(L, -1, literal("preload"))
  for (const name of [...byName.keys(), ...stubs]) {
    lua.lua_pushcfunction(L, (L) => {
      lua.lua_getglobal(L, literal("msys"))
      lua.lua_getfield(L, -1, bytesOf(name))
      return 1
    })
    lua.lua_setfield(L, -2, bytesOf(`msys.${name}`))
  }
  lua.lua_settop(L, 0)
}

function pushModule(vm: LuaVm, L: LuaState, module: HostModule): void {
  vm.pushScriptlet(L, scriptletSource(module.name), `msys.${module.name}`)
  lua.lua_newtable(L)
  setFunctions(L, module.functions)
  lua.lua_call(L, 1, 1)
}

/** Stands for a module or function that is not here: naming it is fine, using it is an error that says so. */
function pushStub(L: LuaState, path: string): void {
  lua.lua_newtable(L)
  lua.lua_newtable(L)
  const refuse: LuaFunction = (L) => raise(L, `${path} is not available in this runtime`)
  setFunctions(L, {
    __call: refuse,
    __index: (L) => {
      if (lua.lua_type(L, 2) !== LUA_TSTRING) return 0
      pushStub(L, `${path}.${textOf(lua.lua_tostring(L, 2) as LuaBytes)}`)
      return 1
    },
    __newindex: refuse,
    __tostring: (L) => {
      lua.lua_pushstring(L, bytesOf(`${path} (not available in this runtime)`))
      return 1
    },
  })
  lua.lua_setmetatable(L, -2)
}

