-- `phase` was documented and never implemented: any text is kept, none limits a match.
-- expect: E_RULE_PHASE 9:43 phase "rcptto" never limits where this rule matches; a differing phase is only noted
-- expect: E_RULE_PHASE 10:43 phase "ehlo" never limits where this rule matches; a differing phase is only noted
-- expect: E_RULE_PHASE 11:45 phase "3" never limits where this rule matches; a differing phase is only noted
-- counts: domains 1, aliases 0, responses 3, configurations 0; live 3 rules, 3 actions
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 one", trigger = "1", phase = "rcptto", action = {"suspend", "1 hour"} },
      { code = "^421 two", trigger = "1", phase = "ehlo", action = {"suspend", "1 hour"} },
      { code = "^421 three", trigger = "1", phase = 3, action = {"suspend", "1 hour"} },
    },
  },
}
msys.adaptive.registerRules(rules)
