-- `warmup` takes seconds; a unit is understood here and was not there.
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 one", trigger = "1", action = {"warmup", "1 days"} },
      { code = "^421 two", trigger = "1", action = {"warmup", "86400"} },
    },
  },
}
msys.adaptive.registerRules(rules)
