-- A string that opens straight and closes curly: the curly quote is the mistake, not the end of the line.
local rules = {
  ["a.test"] = { responses = { { code = "^421 busy”, trigger = "1" } } },
}
msys.adaptive.registerRules(rules)
