-- A repeat inside a repeat: kept, and run with a limit.
-- expect: E_CODE_COST 8:16 the pattern can try exponentially many ways to match; it is run with a limit, and a reply that reaches it counts as not matched
-- expect: E_CODE_COST 9:16 the pattern can try exponentially many ways to match; it is run with a limit, and a reply that reaches it counts as not matched
-- counts: domains 1, aliases 0, responses 3, configurations 0; live 3 rules, 3 actions
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 (a+)+$", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "(?:\\w+\\s?)*!$", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 .*busy.*later", trigger = "1", action = {"suspend", "1 hour"} },
    },
  },
}
msys.adaptive.registerRules(rules)
