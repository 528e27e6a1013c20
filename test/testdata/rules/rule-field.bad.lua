-- Mistyped and unknown fields. A rule whose `code` or `action` is only mistyped is told of once; "1" is assumed for a trigger.
-- expect: E_RULE_FIELD 13:43 unknown field "actions": it is ignored
-- expect: E_RULE_FIELD 14:9 unknown field "codes": it is ignored
-- expect: E_TRIGGER_MISSING 15:7 no `trigger`: "1" is assumed, every match fires
-- expect: E_RULE_FIELD 15:30 unknown field "triger": it is ignored
-- expect: E_RULE_FIELD 16:76 unknown field "Message": it is ignored
-- expect: E_RULE_FIELD 17:76 unknown field "note": it is ignored
-- expect: E_RULE_FIELD 18:75 "stray" stands in the rule without a field name: it is ignored
-- counts: domains 1, aliases 0, responses 6, configurations 0; live 4 rules, 4 actions
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
