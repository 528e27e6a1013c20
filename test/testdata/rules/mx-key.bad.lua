-- `mx:` keys without a host suffix.
local rules = {
  ["a.test"] = { responses = {} },
  ["mx:"] = "a.test",
  ["mx: .b.test"] = "a.test",
  ["mx:*.c.test"] = "a.test",
  ["MX:.D.test"] = "a.test",
}
msys.adaptive.registerRules(rules)
