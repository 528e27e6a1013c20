-- A module name that would leave the script roots.
-- expect: E_LUA_RUNTIME 1:1 module name '../secrets' is refused: it would leave the script roots: the rest of this script is not run
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
require("../secrets")
