-- A long comment with another opening bracket inside: the original refuses it.
--[[ the old rules:
  local old = [[x]]
local rules = { ["a.test"] = { responses = {} } }
msys.adaptive.registerRules(rules)
