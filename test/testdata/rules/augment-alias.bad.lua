-- The alias rows of the merge table: table over alias, alias over table, alias over alias, alias over nothing.
-- system: shared/system.lua
-- expect: E_ALIAS_COPY 8:3 "b.test" was an alias of "a.test": it now has its own copy of those rules, with these first
-- expect: E_ALIAS_KEPT 9:3 "c.test" already is a table of its own, which stays: the alias of "a.test" is ignored
-- expect: E_ALIAS_KEPT 10:3 "d.test" already is an alias of "c.test", which stays: the alias of "a.test" is ignored
-- counts: domains 3, aliases 3, responses 5, configurations 3; live 5 rules, 5 actions
local rules = {
  ["b.test"] = { responses = { { code = "^421 ours", trigger = "1", action = {"suspend", "1 hour"} } } },
  ["c.test"] = "a.test",
  ["d.test"] = "a.test",
  ["e.test"] = "a.test",
  ["f.test"] = "b.test",
}
require('msys.adaptive')
msys.adaptive.registerRules(rules)
