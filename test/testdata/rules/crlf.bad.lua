-- The same with mistakes: the place is right.
local rules = {
  ["a.test"] = {
    responses = { { code = "^421 busy", trigger = "0/0", action = {"suspend", "1 hour"} } },
  },
}
msys.adaptive.registerRules(rules)
