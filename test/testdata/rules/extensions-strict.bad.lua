-- Our extensions in a file that is held against the original: switched off and named.
-- strict
local rules = {
  ["a.test"] = { responses = {} },
  ["mx:.mail.test"] = "a.test",
  ["*"] = { responses = { { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} } } },
}
msys.adaptive.registerRules(rules)
