-- Augment without a conflict: new rules, new options, new domains, an alias repeated as it was.
-- system: shared/system.lua
-- counts: domains 3, aliases 2, responses 4, configurations 2; live 4 rules, 4 actions
local rules = {
  ["a.test"] = {
    responses = { { code = "^421 new", trigger = "1", action = {"suspend", "1 hour"} } },
    configuration = { max_retries = 3 },
  },
  ["b.test"] = "a.test",
  ["e.test"] = { responses = { { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} } } },
}
require('msys.adaptive')
msys.adaptive.registerRules(rules, "augment")
