-- A module that no script root has.
-- expect: E_LUA_RUNTIME 4:1 module 'our.helpers' not found:\n	no field package.preload['our.helpers']\n	no file 'our/helpers.lua' under the script roots: the rest of this script is not run
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
require("our.helpers")
