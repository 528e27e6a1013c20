-- Replace drops the targets of aliases too.
-- system: shared/system.lua
-- expect: E_ALIAS_DANGLING 6:31 "e.test" is an alias of "a.test", which is not in the file: it has no rules
-- counts: domains 0, aliases 1, responses 0, configurations 0; live 0 rules, 0 actions
require('msys.adaptive')
msys.adaptive.registerRules({ ["e.test"] = "a.test" }, "replace")
