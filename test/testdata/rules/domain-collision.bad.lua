-- Two keys, one domain: the key already in lower case wins, wherever it stands.
local rules = {
  ["A.test"] = { responses = { { code = "^421 upper", trigger = "1", action = {"suspend", "1 hour"} } } },
  ["a.test"] = { responses = { { code = "^421 lower", trigger = "1", action = {"suspend", "1 hour"} } } },
  ["a.TEST"] = "b.test",
  ["B.test"] = "a.test",
  ["b.TEST"] = { responses = {} },
}
msys.adaptive.registerRules(rules)
