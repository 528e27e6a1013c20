-- A long comment with another opening bracket inside: the original refuses it.
-- expect: E_LUA_COMMENT 6:15 a long comment holds another [[; the original refuses the file, here the comment ends at the first ]]
-- counts: domains 1, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions

--[[ the old rules:
  local old = [[x]]
local rules = { ["a.test"] = { responses = {} } }
msys.adaptive.registerRules(rules)
