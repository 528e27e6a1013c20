-- Replace drops the whole set, also the domains it does not name.
-- system: shared/system.lua
require('msys.adaptive')
msys.adaptive.registerRules({
  ["e.test"] = { responses = { { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} } } },
}, "replace")
