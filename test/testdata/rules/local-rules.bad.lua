-- A system file with a local `Rules`: the host reads it from the module table.
-- expect: E_RULES_SHAPE 1:1 the module msys.adaptive_rules has no table `Rules`: the file adds no rules
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
module("msys.adaptive_rules", package.seeall)
local Rules = { ["a.test"] = { responses = {} } }
