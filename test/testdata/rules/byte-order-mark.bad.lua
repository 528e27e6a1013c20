-- A byte order mark before the first line.
local rules = { ["a.test"] = { responses = {} } }
msys.adaptive.registerRules(rules)
