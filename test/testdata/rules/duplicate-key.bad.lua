-- Keys named twice in one table: the last value counts, also within a rule.
local rules = {
  ["a.test"] = { responses = { { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} } } },
  ["b.test"] = {
    responses = {
      { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"}, action = {"suspend", "2 hours"} },
    },
    configuration = { max_retries = 3, ["max_retries"] = 4 },
    responses = {
      { code = "^450 slow", trigger = "1", action = {"suspend", "1 hour"} },
    },
  },
  ["a.test"] = "b.test",
}
msys.adaptive.registerRules(rules)
