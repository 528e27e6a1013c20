-- A script that reaches for the machine: the call is refused by name.
-- expect: E_LUA_RUNTIME 6:1 attempt to call field 'exit' (a nil value): the rest of this script is not run
-- counts: domains 1, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
require('msys.adaptive')
msys.adaptive.registerRules({ ["a.test"] = { responses = {} } })
os.exit(0)
