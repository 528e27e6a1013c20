-- Independent mistakes in one file: every one is reported, nothing is loaded.
-- expect: E_LUA_SYNTAX 9:41 unexpected symbol near ','
-- expect: E_LUA_SYNTAX 10:30 unexpected symbol near '='
-- expect: E_LUA_SYNTAX 12:10 'then' expected near 'the'
-- expect: E_LUA_SYNTAX 13:3 '=' expected near 'rules'
-- expect: E_LUA_SYNTAX 15:5 unexpected symbol near '='
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local rules = {
  ["a.test"] = { responses = { { code = , trigger = "1", action = {"suspend", "2 hours"} } } },
  ["b.test"] = { responses = = {} },
}
if rules the
  rules = nil
end
x = = 5
msys.adaptive.registerRules(rules)
