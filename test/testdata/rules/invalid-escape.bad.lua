-- Escapes that are none.
-- expect: E_LUA_SYNTAX 7:47 escape sequence too large near '"^421 '
-- expect: E_LUA_SYNTAX 7:81 expected hex digit near '"'
-- expect: E_LUA_SYNTAX 7:115 expected either 4, 6 or 8 hex digits for unicode escape near '"'
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local rules = {
  ["a.test"] = { responses = { { code = "^421 \999", trigger = "1" }, { code = "\xZZ", trigger = "1" }, { code = "\u12" } } },
}
msys.adaptive.registerRules(rules)
