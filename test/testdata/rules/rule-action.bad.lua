-- A rule without an action would end the search and do nothing.
-- expect: E_RULE_ACTION 9:7 the rule has no `action`: it is disabled, so that it cannot end the search for nothing
-- expect: E_RULE_ACTION 10:7 the rule has no `action`: it is disabled, so that it cannot end the search for nothing
-- expect: E_RULE_ACTION 11:54 the list of actions is empty: the rule is disabled, so that it cannot end the search for nothing
-- counts: domains 1, aliases 0, responses 3, configurations 0; live 0 rules, 0 actions
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 one", trigger = "1" },
      { code = "^421 two", trigger = "1", message = "only a message" },
      { code = "^421 three", trigger = "1", action = {} },
    },
  },
}
msys.adaptive.registerRules(rules)
