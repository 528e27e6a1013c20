-- A table inside itself: read once, and no further.
-- expect: E_ACTION_UNKNOWN 7:46 unknown action a table inside itself: it is dropped
-- expect: E_ACTION_FLAT 7:87 several actions stand in one flat list; they are read as name, value, name, value
-- expect: E_DOMAIN_VALUE 11:1 "b.test" is a table inside itself: it is ignored
-- expect: E_DOMAIN_VALUE 11:1 "c.test" is a thread: it is ignored
-- counts: domains 1, aliases 0, responses 1, configurations 0; live 1 rules, 1 actions
local rules = { ["a.test"] = { responses = { { code = "^421", trigger = "1", action = {"suspend", "1 hour"} } } } }
rules["a.test"].responses[1].action[3] = rules
rules["b.test"] = rules
rules["c.test"] = coroutine.create(function() end)
msys.adaptive.registerRules(rules)
