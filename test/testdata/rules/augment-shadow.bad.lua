-- A custom rule with the pattern of a system rule decides instead of it.
-- system: shared/system.lua
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
