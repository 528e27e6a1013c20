-- CRLF line ends: lines and columns count as they do with LF; a long string keeps its meaning.
-- counts: domains 1, aliases 0, responses 1, configurations 0; live 1 rules, 1 actions
local rules = {
  ["a.test"] = { responses = { { code = [[^421 busy\.]], trigger = "1", action = {"suspend", "1 hour"} } } },
}
msys.adaptive.registerRules(rules)
