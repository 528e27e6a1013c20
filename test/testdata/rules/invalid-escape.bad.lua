-- Escapes that are none.
local rules = {
  ["a.test"] = { responses = { { code = "^421 \999", trigger = "1" }, { code = "\xZZ", trigger = "1" }, { code = "\u12" } } },
}
msys.adaptive.registerRules(rules)
