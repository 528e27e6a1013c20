-- Every form of a trigger that is one.
-- counts: domains 1, aliases 0, responses 6, configurations 0; live 6 rules, 6 actions
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 one", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 two", trigger = "2/1", action = {"suspend", "1 hour"} },
      { code = "^421 three", trigger = "5/1", action = {"suspend", "1 hour"} },
      { code = "^421 four", trigger = "1/60", action = {"suspend", "1 hour"} },
      { code = "^421 five", trigger = "0010/3600", action = {"suspend", "1 hour"} },
      { code = "^421 six", trigger = "999999999/999999999", action = {"suspend", "1 hour"} },
    },
  },
}
msys.adaptive.registerRules(rules)
