-- A second argument that is neither "augment" nor "replace".
-- expect: E_LUA_RUNTIME 5:1 msys.adaptive.registerRules: mode is "Augment" (a string); write "augment" or "replace": the rest of this script is not run
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
require('msys.adaptive')
msys.adaptive.registerRules({ ["a.test"] = { responses = {} } }, "Augment")
