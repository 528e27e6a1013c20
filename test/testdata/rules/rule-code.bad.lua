-- No pattern, no rule.
-- expect: E_RULE_CODE 13:7 `code` is nothing: this rule is disabled
-- expect: E_RULE_CODE 14:16 `code` is 421: this rule is disabled
-- expect: E_RULE_CODE 15:16 `code` is a table: this rule is disabled
-- expect: E_RULE_CODE 16:16 `code` is false: this rule is disabled
-- expect: E_RULE_ACTION 17:7 the rule has no `action`: it is disabled, so that it cannot end the search for nothing
-- expect: E_RULE_CODE 17:7 `code` is nothing: this rule is disabled
-- expect: E_TRIGGER_MISSING 17:7 no `trigger`: "1" is assumed, every match fires
-- counts: domains 1, aliases 0, responses 5, configurations 0; live 0 rules, 0 actions
local rules = {
  ["a.test"] = {
    responses = {
      { trigger = "1", action = {"suspend", "1 hour"} },
      { code = 421, trigger = "1", action = {"suspend", "1 hour"} },
      { code = { "^421" }, trigger = "1", action = {"suspend", "1 hour"} },
      { code = false, trigger = "1", action = {"suspend", "1 hour"} },
      {},
    },
  },
}
msys.adaptive.registerRules(rules)
