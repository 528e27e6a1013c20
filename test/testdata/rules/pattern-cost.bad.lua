-- A repeat inside a repeat: kept, and run with a limit.
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 (a+)+$", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "(?:\\w+\\s?)*!$", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 .*busy.*later", trigger = "1", action = {"suspend", "1 hour"} },
    },
  },
}
msys.adaptive.registerRules(rules)
