-- A general pattern before a specific one: the specific one never matches (row 11 of the worked examples).
-- expect: E_CODE_DIGITS 10:16 "554" matches these digits anywhere in the reply, also in an address or an id
-- expect: E_RULE_UNREACHABLE 11:7 whatever "554 spam" matches is matched first by "554" in line 10: this rule never matches
-- expect: E_RULE_UNREACHABLE 13:7 whatever "^421 4\.7\.0 .*(rate|limit)" matches is matched first by "^421" in line 12: this rule never matches
-- expect: E_RULE_UNREACHABLE 16:7 whatever "^5545?" matches is matched first by "554" in line 10: this rule never matches
-- counts: domains 1, aliases 0, responses 7, configurations 0; live 7 rules, 7 actions
local rules = {
  ["a.test"] = {
    responses = {
      { code = "554", trigger = "1", action = {"blackhole", "1 days"}, observe = true },
      { code = "554 spam", trigger = "9/60", action = {"suspend", "2 hours"} },
      { code = "^421", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 4\\.7\\.0 .*(rate|limit)", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421|^450", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "421 busy", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^5545?", trigger = "1", action = {"suspend", "1 hour"} },
    },
  },
}
msys.adaptive.registerRules(rules)
