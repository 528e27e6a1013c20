-- One hop only: alias of an alias, aliases of each other, of itself, of nothing.
-- expect: E_ALIAS_CHAIN 14:3 "c.test" is an alias of "b.test", which is an alias too: it has no rules
-- expect: E_ALIAS_CHAIN 15:3 "d.test" is an alias of "e.test", which is an alias too: it has no rules
-- expect: E_ALIAS_CHAIN 16:3 "e.test" is an alias of "d.test", which is an alias too: it has no rules
-- expect: E_ALIAS_CHAIN 17:3 "f.test" is an alias of "f.test", which is an alias too: it has no rules
-- expect: E_ALIAS_DANGLING 18:3 "g.test" is an alias of "nowhere.test", which is not in the file: it has no rules
-- expect: E_ALIAS_DANGLING 19:3 "h.test" is an alias of "", which is not in the file: it has no rules
-- expect: E_ALIAS_CHAIN 20:3 "mx:.i.test" is an alias of "b.test", which is an alias too: it has no rules
-- expect: E_ALIAS_DANGLING 21:3 "mx:.j.test" is an alias of "nowhere.test", which is not in the file: it has no rules
-- counts: domains 1, aliases 9, responses 1, configurations 0; live 1 rules, 1 actions
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
