-- A pattern that an earlier one always beats.
-- expect: E_RULE_UNREACHABLE 9:7 the pattern "^421 busy" stands in line 7 already: this rule never matches
-- counts: domains 2, aliases 0, responses 4, configurations 0; live 4 rules, 4 actions
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
