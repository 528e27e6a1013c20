-- A pattern that an earlier one always beats.
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^450 slow", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 busy", trigger = "5/60", action = {"suspend", "2 hours"} },
    },
  },
  ["b.test"] = { responses = { { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} } } },
}
msys.adaptive.registerRules(rules)
