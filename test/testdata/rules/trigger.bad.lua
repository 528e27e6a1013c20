-- Decision 1: a missing trigger is "1", with a warning; whatever is neither "1" nor "C/S" disables the rule.
local function rule(n, trigger)
  return { code = "^421 rule " .. n .. "$", trigger = trigger, action = {"suspend", "1 hour"} }
end
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 missing", action = {"suspend", "1 hour"} },
      { code = "^421 text", trigger = "5", action = {"suspend", "1 hour"} },
      { code = "^421 zero count", trigger = "0/1", action = {"suspend", "1 hour"} },
      { code = "^421 zero window", trigger = "5/0", action = {"suspend", "1 hour"} },
      { code = "^421 number", trigger = 5, action = {"suspend", "1 hour"} },
      { code = "^421 division", trigger = 5/60, action = {"suspend", "1 hour"} },
      { code = "^421 blank", trigger = "5 / 60", action = {"suspend", "1 hour"} },
      { code = "^421 empty", trigger = "", action = {"suspend", "1 hour"} },
      { code = "^421 zero", trigger = "0", action = {"suspend", "1 hour"} },
      { code = "^421 negative", trigger = "-1/60", action = {"suspend", "1 hour"} },
      { code = "^421 fraction", trigger = "1.5/60", action = {"suspend", "1 hour"} },
      { code = "^421 half", trigger = "5/", action = {"suspend", "1 hour"} },
      { code = "^421 words", trigger = "5 per minute", action = {"suspend", "1 hour"} },
      { code = "^421 table", trigger = {5, 60}, action = {"suspend", "1 hour"} },
      { code = "^421 true", trigger = true, action = {"suspend", "1 hour"} },
      { code = "^421 huge", trigger = "5/10000000000", action = {"suspend", "1 hour"} },
      rule(17, "5/m"),
      rule(18, nil),
    },
  },
}
msys.adaptive.registerRules(rules)
