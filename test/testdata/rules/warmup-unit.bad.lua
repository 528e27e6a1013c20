-- `warmup` takes seconds; a unit is understood here and was not there.
-- expect: E_WARMUP_UNIT 7:63 warmup takes seconds; "1 days" is read as 86400
-- counts: domains 1, aliases 0, responses 2, configurations 0; live 2 rules, 2 actions
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 one", trigger = "1", action = {"warmup", "1 days"} },
      { code = "^421 two", trigger = "1", action = {"warmup", "86400"} },
    },
  },
}
msys.adaptive.registerRules(rules)
