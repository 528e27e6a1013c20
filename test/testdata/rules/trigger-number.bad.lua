-- The number 1 is read as the text "1".
-- expect: E_TRIGGER_NUMBER 5:64 trigger is the number 1: it is read as the text
-- counts: domains 1, aliases 0, responses 1, configurations 0; live 1 rules, 1 actions
local rules = {
  ["a.test"] = { responses = { { code = "^421 busy", trigger = 1, action = {"suspend", "1 hour"} } } },
}
msys.adaptive.registerRules(rules)
