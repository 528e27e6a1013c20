-- "1/1" is not "1": it takes two matches in one second.
-- expect: E_TRIGGER_ONE_SECOND 5:64 trigger "1/1" fires when more than one match falls into one second
-- counts: domains 1, aliases 0, responses 1, configurations 0; live 1 rules, 1 actions
local rules = {
  ["a.test"] = { responses = { { code = "^421 busy", trigger = "1/1", action = {"suspend", "1 hour"} } } },
}
msys.adaptive.registerRules(rules)
