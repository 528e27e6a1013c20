-- A string that is not closed on its line.
-- expect: E_LUA_SYNTAX 10:16 unfinished string near '"^421 busy,'
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local rules = {
  ["a.test"] = {
    responses = {
      {
        trigger = "1",
        action = {"suspend", "2 hours"},
        code = "^421 busy,
      },
    },
  },
}
msys.adaptive.registerRules(rules)
