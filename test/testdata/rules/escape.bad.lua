-- A single backslash in a pattern: Lua drops it, so the pattern means something else.
-- expect: E_CODE_DOT 9:16 the dot in "4.7" matches any character
-- expect: E_LUA_ESCAPE 9:23 Lua drops the backslash of \., \d; the string does not hold it
-- expect: E_LUA_ESCAPE 10:23 Lua drops the backslash of \w, \[, \]; the string does not hold it
-- counts: domains 1, aliases 0, responses 2, configurations 0; live 2 rules, 2 actions
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 4\.7\.0 \d+ busy", trigger = "1", action = {"suspend", "2 hours"} },
      { code = "^450 [\w]+\[slow\]", trigger = "1", action = {"suspend", "2 hours"} },
    },
  },
}
msys.adaptive.registerRules(rules)
