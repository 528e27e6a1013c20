-- Independent mistakes in one file: every one is reported, nothing is loaded.
local rules = {
  ["a.test"] = { responses = { { code = , trigger = "1", action = {"suspend", "2 hours"} } } },
  ["b.test"] = { responses = = {} },
}
if rules the
  rules = nil
end
x = = 5
msys.adaptive.registerRules(rules)
