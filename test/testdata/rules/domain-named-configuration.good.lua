-- A domain may be called `configuration`: its table holds no options.
local rules = {
  configuration = { responses = { { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} } } },
}
msys.adaptive.registerRules(rules)
