-- The alias rows of the merge table: table over alias, alias over table, alias over alias, alias over nothing.
-- system: shared/system.lua
local rules = {
  ["b.test"] = { responses = { { code = "^421 ours", trigger = "1", action = {"suspend", "1 hour"} } } },
  ["c.test"] = "a.test",
  ["d.test"] = "a.test",
  ["e.test"] = "a.test",
  ["f.test"] = "b.test",
}
require('msys.adaptive')
msys.adaptive.registerRules(rules)
