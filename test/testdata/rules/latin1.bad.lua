-- Latin-1 in a message: the rule is loaded, the file is not what it looks like.
local rules = {
  ["a.test"] = { responses = { { code = "^421 busy", trigger = "1", action = {"suspend", "2 hours"}, message = "gestört" } } },
}
msys.adaptive.registerRules(rules)
