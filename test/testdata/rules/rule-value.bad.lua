-- Fields of the wrong type: the field is ignored, the rule stays. A number is a text; `observe` errs on the safe side.
-- expect: E_RULE_VALUE 11:52 action is "suspend", not a list: nothing would be done
-- expect: E_RULE_VALUE 12:85 message is a table: it is ignored
-- expect: E_RULE_VALUE 14:84 phase is true: it is ignored
-- expect: E_RULE_VALUE 15:86 observe is "yes": it is read as true
-- expect: E_RULE_VALUE 16:52 action is a function, not a list: nothing would be done
-- counts: domains 1, aliases 0, responses 6, configurations 0; live 6 rules, 4 actions
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
