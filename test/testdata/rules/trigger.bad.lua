-- Decision 1: a missing trigger is "1", with a warning; whatever is neither "1" nor "C/S" disables the rule.
-- expect: E_TRIGGER_MISSING 22:10 no `trigger`: "1" is assumed, every match fires
-- expect: E_TRIGGER_SYNTAX 22:55 trigger is "5/m": this rule is disabled
-- expect: E_TRIGGER_MISSING 27:7 no `trigger`: "1" is assumed, every match fires
-- expect: E_TRIGGER_SYNTAX 28:39 trigger is "5": this rule is disabled
-- expect: E_TRIGGER_SYNTAX 29:45 trigger is "0/1": this rule is disabled
-- expect: E_TRIGGER_SYNTAX 30:46 trigger is "5/0": this rule is disabled
-- expect: E_TRIGGER_SYNTAX 31:41 trigger is 5: this rule is disabled
-- expect: E_TRIGGER_SYNTAX 32:43 trigger is 0.08333333333333333: this rule is disabled
-- expect: E_TRIGGER_SYNTAX 33:40 trigger is "5 / 60": this rule is disabled
-- expect: E_TRIGGER_SYNTAX 34:40 trigger is "": this rule is disabled
-- expect: E_TRIGGER_SYNTAX 35:39 trigger is "0": this rule is disabled
-- expect: E_TRIGGER_SYNTAX 36:43 trigger is "-1/60": this rule is disabled
-- expect: E_TRIGGER_SYNTAX 37:43 trigger is "1.5/60": this rule is disabled
-- expect: E_TRIGGER_SYNTAX 38:39 trigger is "5/": this rule is disabled
-- expect: E_TRIGGER_SYNTAX 39:40 trigger is "5 per minute": this rule is disabled
-- expect: E_TRIGGER_SYNTAX 40:40 trigger is a table: this rule is disabled
-- expect: E_TRIGGER_SYNTAX 41:39 trigger is true: this rule is disabled
-- expect: E_TRIGGER_SYNTAX 42:39 trigger is "5/10000000000": this rule is disabled
-- counts: domains 1, aliases 0, responses 18, configurations 0; live 2 rules, 2 actions
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
