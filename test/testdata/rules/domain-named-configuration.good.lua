-- A domain may be called `configuration`: its table holds no options.
-- counts: domains 1, aliases 0, responses 1, configurations 0; live 1 rules, 1 actions
local rules = {
  configuration = { responses = { { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} } } },
}
msys.adaptive.registerRules(rules)
