#! first lines like this are skipped
-- A custom script: several registrations, the default mode, a module of the system file's globals.
-- counts: domains 4, aliases 0, responses 1, configurations 3; live 1 rules, 1 actions
require('msys.adaptive')

local function tenfold(n) return n * 10 end

local first = {}
for i = 1, 3 do
  first["d" .. i .. ".test"] = { configuration = { max_deliveries_per_connection = tenfold(i) } }
end
msys.adaptive.registerRules(first)
msys.adaptive.registerRules({ ["a.test"] = { responses = { { code = "^421", trigger = "1", action = {"suspend", "1 hour"} } } } }, "augment")
msys.adaptive.registerRules({ ["a.test"] = { responses = {} } }, nil)
