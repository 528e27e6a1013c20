-- An error after a registration: what was registered before it stays.
-- expect: E_LUA_RUNTIME 7:1 attempt to index global 'limits' (a nil value): the rest of this script is not run
-- counts: domains 1, aliases 0, responses 1, configurations 0; live 1 rules, 1 actions
local first = { ["a.test"] = { responses = { { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} } } } }
require('msys.adaptive')
msys.adaptive.registerRules(first)
local extra = { ["b.test"] = { responses = { { code = "^450", trigger = limits.slow } } } }
msys.adaptive.registerRules(extra)
