-- `responses` that is no list of rules.
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
