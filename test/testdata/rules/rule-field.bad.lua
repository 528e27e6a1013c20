-- Mistyped and unknown fields. A rule whose `code` or `action` is only mistyped is told once.
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 one", trigger = "1", actions = {"suspend", "1 hour"} },
      { codes = "^421 two", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 three", triger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 four", trigger = "1", action = {"suspend", "1 hour"}, Message = "upper case" },
      { code = "^421 five", trigger = "1", action = {"suspend", "1 hour"}, note = "kept by hand" },
      { code = "^421 six", trigger = "1", action = {"suspend", "1 hour"}, "stray" },
    },
  },
}
msys.adaptive.registerRules(rules)
