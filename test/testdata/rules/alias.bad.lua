-- One hop only: alias of an alias, aliases of each other, of itself, of nothing.
local rules = {
  ["a.test"] = { responses = { { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} } } },
  ["b.test"] = "a.test",
  ["c.test"] = "b.test",
  ["d.test"] = "e.test",
  ["e.test"] = "d.test",
  ["f.test"] = "f.test",
  ["g.test"] = "nowhere.test",
  ["h.test"] = "",
  ["mx:.i.test"] = "b.test",
  ["mx:.j.test"] = "nowhere.test",
}
msys.adaptive.registerRules(rules)
