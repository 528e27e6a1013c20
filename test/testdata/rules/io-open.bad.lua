-- No files for rule scripts.
-- expect: E_LUA_RUNTIME 4:1 attempt to index global 'io' (a nil value): the rest of this script is not run
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local file = io.open("/etc/passwd")
msys.adaptive.registerRules({})
