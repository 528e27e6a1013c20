-- The same with mistakes: the place is right.
-- expect: E_TRIGGER_SYNTAX 6:51 trigger is "0/0": this rule is disabled
-- counts: domains 1, aliases 0, responses 1, configurations 0; live 0 rules, 0 actions
local rules = {
  ["a.test"] = {
    responses = { { code = "^421 busy", trigger = "0/0", action = {"suspend", "1 hour"} } },
  },
}
msys.adaptive.registerRules(rules)
