-- `registerRules(nil)`: usually the name of the variable is misspelt.
-- expect: E_LUA_RUNTIME 6:1 msys.adaptive.registerRules: rules is nil, not a table; is the name of the variable spelt right?: the rest of this script is not run
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local my_rules = { ["a.test"] = { responses = {} } }
require('msys.adaptive')
msys.adaptive.registerRules(my_rulse)
