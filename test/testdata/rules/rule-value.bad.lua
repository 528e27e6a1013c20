-- Fields of the wrong type: the field is ignored, the rule stays. A number is a text; `observe` errs on the safe side.
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 one", trigger = "1", action = "suspend" },
      { code = "^421 two", trigger = "1", action = {"suspend", "1 hour"}, message = { "text" } },
      { code = "^421 three", trigger = "1", action = {"suspend", "1 hour"}, message = 42 },
      { code = "^421 four", trigger = "1", action = {"suspend", "1 hour"}, phase = true },
      { code = "^421 five", trigger = "1", action = {"suspend", "1 hour"}, observe = "yes" },
      { code = "^421 six", trigger = "1", action = function() return "suspend" end },
    },
  },
}
msys.adaptive.registerRules(rules)
