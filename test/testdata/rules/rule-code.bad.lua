-- No pattern, no rule.
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
