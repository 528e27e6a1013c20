-- `registerClassification` with a mode that does not exist.
-- expect: E_LUA_RUNTIME 4:1 msys.bounce.registerClassification: mode is "merge" (a string); write "augment" or "replace": the rest of this script is not run
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
msys.bounce.registerClassification({}, "merge")
