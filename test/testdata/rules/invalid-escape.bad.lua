-- Escapes that are none.
-- expect: E_LUA_SYNTAX 7:47 escape sequence too large near '"^421 '
-- expect: E_LUA_SYNTAX 7:81 invalid escape sequence near '"'
-- expect: E_LUA_SYNTAX 7:115 invalid escape sequence near '"'
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local rules = {
  ["a.test"] = { responses = { { code = "^421 \999", trigger = "1" }, { code = "\xZZ", trigger = "1" }, { code = "\u12" } } },
}
msys.adaptive.registerRules(rules)
