-- CRLF line ends: lines and columns count as they do with LF; a long string keeps its meaning.
local rules = {
  ["a.test"] = { responses = { { code = [[^421 busy\.]], trigger = "1", action = {"suspend", "1 hour"} } } },
}
msys.adaptive.registerRules(rules)
