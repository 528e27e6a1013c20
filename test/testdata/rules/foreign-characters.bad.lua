-- No-break spaces, zero-width spaces and dashes, as web pages have them.
-- expect: E_LUA_CHARACTER 7:1 a no-break space in the code
-- expect: E_LUA_CHARACTER 7:19 a zero-width space in the code
-- expect: E_LUA_CHARACTER 8:56 an en dash in the code
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local rules = {
  ["a.test"] = {​responses = {} },
  ["b.test"] = { configuration = { retry_interval = 60 – 1 } },
}
msys.adaptive.registerRules(rules)
