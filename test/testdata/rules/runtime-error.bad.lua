-- An error after a registration: what was registered before it stays.
local first = { ["a.test"] = { responses = { { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} } } } }
require('msys.adaptive')
msys.adaptive.registerRules(first)
local extra = { ["b.test"] = { responses = { { code = "^450", trigger = limits.slow } } } }
msys.adaptive.registerRules(extra)
