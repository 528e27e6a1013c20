-- `responses` that is no list of rules.
-- expect: E_RESPONSES_SHAPE 12:30 responses is "none": the domain has no rules
-- expect: E_RESPONSES_SHAPE 13:30 responses holds one rule without a list around it: the domain has no rules
-- expect: E_RESPONSES_SHAPE 14:38 "^450 slow" stands where a rule is expected: it is ignored
-- expect: E_RESPONSES_SHAPE 15:30 the list has a gap after element 1: what follows is ignored
-- expect: E_RESPONSES_SHAPE 16:30 the list has a gap after element 0: what follows is ignored
-- expect: E_RULES_MISPLACED 17:38 `first` stands inside `responses`: it is ignored
-- expect: E_RESPONSES_SHAPE 18:30 responses is false: the domain has no rules
-- counts: domains 7, aliases 0, responses 4, configurations 0; live 4 rules, 4 actions
local rule = { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} }
local rules = {
  ["a.test"] = { responses = "none" },
  ["b.test"] = { responses = { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} } },
  ["c.test"] = { responses = { rule, "^450 slow", { code = "^451", trigger = "1", action = {"suspend", "1 hour"} } } },
  ["d.test"] = { responses = { rule, nil, { code = "^451", trigger = "1", action = {"suspend", "1 hour"} } } },
  ["e.test"] = { responses = { [0] = rule } },
  ["f.test"] = { responses = { rule, first = rule } },
  ["g.test"] = { responses = false },
}
msys.adaptive.registerRules(rules)
