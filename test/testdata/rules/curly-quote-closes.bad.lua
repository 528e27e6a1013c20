-- A string that opens straight and closes curly: the curly quote is the mistake, not the end of the line.
-- expect: E_LUA_QUOTE 10:26 a curly quote ” instead of a straight one
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local rules = {
  ["a.test"] = {
    responses = {
      {
        trigger = "1",
        action = {"suspend", "1 hour"},
        code = "^421 busy”,
      },
    },
  },
}
msys.adaptive.registerRules(rules)
