-- A table inside itself: read once, and no further.
local rules = { ["a.test"] = { responses = { { code = "^421", trigger = "1", action = {"suspend", "1 hour"} } } } }
rules["a.test"].responses[1].action[3] = rules
rules["b.test"] = rules
rules["c.test"] = coroutine.create(function() end)
msys.adaptive.registerRules(rules)
