-- A system file without its module line: `Rules` is a plain global.
-- expect: E_RULES_SHAPE 1:1 `Rules` is a plain global here: the file adds no rules
-- expect: E_SCRIPT_GLOBAL 5:1 the script sets the global `Rules`, which every other script sees
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
Rules = { ["a.test"] = { responses = {} } }
