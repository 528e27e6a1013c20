-- A custom rule so general that it takes every reply of a system rule.
-- system: shared/system.lua
-- expect: E_RULE_SHADOWS 7:32 this custom rule matches whatever is matched by the system rule in shared/system.lua:7, which never matches any more
-- expect: E_RULE_SHADOWS 7:32 this custom rule matches whatever is matched by the system rule in shared/system.lua:8, which never matches any more
-- counts: domains 2, aliases 2, responses 3, configurations 2; live 3 rules, 3 actions
local rules = {
  ["a.test"] = { responses = { { code = "^4", trigger = "1", action = {"suspend", "1 hour"} } } },
}
require('msys.adaptive')
msys.adaptive.registerRules(rules)
