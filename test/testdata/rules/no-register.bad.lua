-- A custom script that builds a table and forgets to register it.
-- expect: E_RULES_SHAPE 1:1 the script never calls registerRules: it adds no rules
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local rules = { ["a.test"] = { responses = {} } }
