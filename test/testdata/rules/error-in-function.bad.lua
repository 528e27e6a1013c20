-- An error raised two calls deep: the line that raises it.
-- expect: E_LUA_RUNTIME 4:1 the limits are missing: the rest of this script is not run
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local function inner() error("the limits are missing") end
local function outer() inner() end
outer()
