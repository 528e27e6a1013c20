-- Tables built at run time: a finding points at the constructor, or at the registration where there is none.
local rules = {}
local rule = {}
rule.code = "^421 busy"
rule.trigger = "0/1"
rule.action = { "suspend", "soon" }
rules["a.test"] = { responses = { rule } }
rules["B.test"] = "a.test"
local t = setmetatable({}, { __index = { ["hidden.test"] = {} } })
t["c.test"] = "nowhere.test"
require('msys.adaptive')
msys.adaptive.registerRules(rules)
msys.adaptive.registerRules(t)
