-- `rules` beside the domains, and `configuration` that is no table of options there.
-- expect: E_RULES_MISPLACED 7:3 `rules` stands beside the domains: it is ignored
-- expect: E_RULES_MISPLACED 8:3 `configuration` stands beside the domains: it is ignored
-- expect: E_RULES_MISPLACED 9:103 `responses` stands inside `responses`: it is ignored
-- counts: domains 1, aliases 0, responses 1, configurations 0; live 1 rules, 1 actions
local rules = {
  rules = { { code = "^421 busy" } },
  configuration = "none",
  ["a.test"] = { responses = { { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} }, responses = {} } },
}
msys.adaptive.registerRules(rules)
