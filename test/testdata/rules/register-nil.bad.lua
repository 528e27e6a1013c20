-- `registerRules(nil)`: usually the name of the variable is misspelt.
local my_rules = { ["a.test"] = { responses = {} } }
require('msys.adaptive')
msys.adaptive.registerRules(my_rulse)
