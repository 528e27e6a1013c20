-- Rules that are no table.
-- expect: E_LUA_RUNTIME 5:1 msys.adaptive.registerRules: rules is "a.test" (a string), not a table: the rest of this script is not run
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
require('msys.adaptive')
msys.adaptive.registerRules("a.test", "replace")
