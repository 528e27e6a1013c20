/**
 * First match as a script inside fengari would do it: a Lua loop over the rules
 * that asks the host for one pattern at a time. The host answers with the
 * language's own RegExp, the fastest it has.
 */
import { createRequire } from "node:module"

/** Nanoseconds a reply for walking `patterns` (RegExps in rule order) in fengari. */
export function benchFengariScan(patterns, replies, { rounds = 3 } = {}) {
  const { lua, lauxlib, lualib, to_luastring } = createRequire(import.meta.url)("fengari")
  const L = lauxlib.luaL_newstate()
  lualib.luaL_openlibs(L)
  let reply = ""
  lua.lua_pushcfunction(L, (L) => {
    lua.lua_pushboolean(L, patterns[lua.lua_tointeger(L, 1)].test(reply))
    return 1
  })
  lua.lua_setglobal(L, to_luastring("match"))
  const source = `
    local match = match
    return function(count)
      for i = 0, count - 1 do
        if match(i) then return i end
      end
      return -1
    end`
  if (lauxlib.luaL_dostring(L, to_luastring(source)) !== 0) throw new Error("fengari refused the loop")
  const scan = () => {
    lua.lua_pushvalue(L, -1)
    lua.lua_pushinteger(L, patterns.length)
    lua.lua_call(L, 1, 1)
    const found = lua.lua_tointeger(L, -1)
    lua.lua_pop(L, 1)
    return found
  }
  const found = replies.map((text) => {
    reply = text
    return scan()
  })
  const start = performance.now()
  for (let round = 0; round < rounds; round++) {
    for (const text of replies) {
      reply = text
      scan()
    }
  }
  return { nsPerReply: ((performance.now() - start) * 1e6) / (rounds * replies.length), found }
}
