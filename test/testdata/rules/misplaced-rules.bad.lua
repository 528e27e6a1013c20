-- `rules` beside the domains, and `configuration` that is no table of options there.
local rules = {
  rules = { { code = "^421 busy" } },
  configuration = "none",
  ["a.test"] = { responses = { { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} }, responses = {} } },
}
msys.adaptive.registerRules(rules)
