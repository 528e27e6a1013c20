-- A byte order mark before the first line.
-- expect: E_LUA_CHARACTER 1:1 a byte order mark in the code
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local rules = { ["a.test"] = { responses = {} } }
msys.adaptive.registerRules(rules)
