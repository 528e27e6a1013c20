-- A custom rule with the pattern of a system rule decides instead of it.
-- system: shared/system.lua
-- expect: E_RULE_SHADOWS 9:7 this custom rule has the pattern of the system rule in shared/system.lua:7, which never matches any more
-- counts: domains 2, aliases 2, responses 4, configurations 2; live 4 rules, 4 actions
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 new", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 busy", trigger = "1", action = {"suspend", "5 minutes"} },
    },
  },
}
require('msys.adaptive')
msys.adaptive.registerRules(rules)
