-- Replace drops the whole set, also the domains it does not name.
-- system: shared/system.lua
-- counts: domains 1, aliases 0, responses 1, configurations 0; live 1 rules, 1 actions
require('msys.adaptive')
msys.adaptive.registerRules({
  ["e.test"] = { responses = { { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} } } },
}, "replace")
