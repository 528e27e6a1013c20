-- A string that is not closed on its line.
local rules = {
  ["a.test"] = {
    responses = { { code = "^421 busy, trigger = "1", action = {"suspend", "2 hours"} } },
  },
}
msys.adaptive.registerRules(rules)
