-- Tables built at run time: a finding points at the constructor, or at the registration where there is none.
-- expect: E_TRIGGER_SYNTAX 8:14 trigger is "0/1": this rule is disabled
-- expect: E_ACTION_ARGUMENT 11:28 "suspend" cannot take "soon": it is dropped
-- expect: E_DOMAIN_CASE 17:1 the key "B.test" is read as "b.test": domains are compared in lower case
-- expect: E_ALIAS_DANGLING 18:1 "c.test" is an alias of "nowhere.test", which is not in the file: it has no rules
-- counts: domains 1, aliases 2, responses 1, configurations 0; live 0 rules, 0 actions
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
