-- `phase` was documented and never implemented: any text is kept, none limits a match.
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 one", trigger = "1", phase = "rcptto", action = {"suspend", "1 hour"} },
      { code = "^421 two", trigger = "1", phase = "ehlo", action = {"suspend", "1 hour"} },
      { code = "^421 three", trigger = "1", phase = 3, action = {"suspend", "1 hour"} },
    },
  },
}
msys.adaptive.registerRules(rules)
