-- A forgotten closing brace: the outermost open table is named, the hint says which one it probably is.
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 busy", trigger = "1", action = {"suspend", "2 hours"} },
  },
}
msys.adaptive.registerRules(rules)
