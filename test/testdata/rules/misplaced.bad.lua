-- `configuration` and `responses` beside the domains; `configuration` inside `responses` (an unclosed brace, usually).
-- expect: E_RULES_MISPLACED 10:7 `configuration` stands inside `responses`: it is ignored
-- expect: E_RULES_MISPLACED 13:3 `configuration` stands beside the domains: it is ignored
-- expect: E_RULES_MISPLACED 14:3 `responses` stands beside the domains: it is ignored
-- counts: domains 1, aliases 0, responses 1, configurations 0; live 1 rules, 1 actions
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} },
      configuration = { max_retries = 3 },
    },
  },
  configuration = { max_outbound_connections = {2, 20} },
  responses = {
    { code = "^450 slow", trigger = "1", action = {"suspend", "1 hour"} },
  },
}
msys.adaptive.registerRules(rules)
