-- A domain that is neither a table nor an alias. `nil` leaves no trace.
-- expect: E_DOMAIN_VALUE 8:16 "a.test" is true: it is ignored
-- expect: E_DOMAIN_VALUE 9:16 "b.test" is 5: it is ignored
-- expect: E_DOMAIN_VALUE 10:16 "c.test" is a function: it is ignored
-- expect: E_DOMAIN_VALUE 12:20 "mx:.e.test" is a table: it is ignored
-- counts: domains 1, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local rules = {
  ["a.test"] = true,
  ["b.test"] = 5,
  ["c.test"] = function() return {} end,
  ["d.test"] = nil,
  ["mx:.e.test"] = { responses = {} },
  ["f.test"] = {},
}
msys.adaptive.registerRules(rules)
