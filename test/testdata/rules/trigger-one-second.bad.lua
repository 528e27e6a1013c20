-- "1/1" is not "1": it takes two matches in one second.
local rules = {
  ["a.test"] = { responses = { { code = "^421 busy", trigger = "1/1", action = {"suspend", "1 hour"} } } },
}
msys.adaptive.registerRules(rules)
