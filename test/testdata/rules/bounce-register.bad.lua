-- `registerClassification` with a misspelt variable: the rest of the script is not run.
-- expect: E_LUA_RUNTIME 6:1 msys.bounce.registerClassification: classification is nil, not a table; is the name of the variable spelt right?: the rest of this script is not run
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local classification = { general = {} }
require("msys.bounce")
msys.bounce.registerClassification(clasification)
