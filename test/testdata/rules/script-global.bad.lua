-- A forgotten `local`: every script sees it. A field of an existing table is no global; one finding per name.
-- expect: E_SCRIPT_GLOBAL 6:1 the script sets the global `rules`, which every other script sees
-- expect: E_SCRIPT_GLOBAL 9:10 the script sets the global `helper`, which every other script sees
-- expect: E_SCRIPT_GLOBAL 9:19 the script sets the global `counter`, which every other script sees
-- counts: domains 1, aliases 1, responses 0, configurations 0; live 0 rules, 0 actions
rules = { ["a.test"] = { responses = {} } }
rules["b.test"] = "a.test"
rules = rules
function helper() counter = 1 end
msys.adaptive.registerRules(rules)
