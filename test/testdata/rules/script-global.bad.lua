-- A forgotten `local`: every script sees it. A field of an existing table is no global; one finding per name.
rules = { ["a.test"] = { responses = {} } }
rules["b.test"] = "a.test"
rules = rules
function helper() counter = 1 end
msys.adaptive.registerRules(rules)
