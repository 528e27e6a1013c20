-- Curly quotes, as word processors and the vendor's guide have them: every one is named.
-- expect: E_LUA_QUOTE 9:4 a curly quote “ instead of a straight one
-- expect: E_LUA_QUOTE 9:13 a curly quote ” instead of a straight one
-- expect: E_LUA_QUOTE 11:16 a curly quote ‘ instead of a straight one
-- expect: E_LUA_QUOTE 11:28 a curly quote ’ instead of a straight one
-- expect: E_LUA_QUOTE 11:69 a curly quote “ instead of a straight one
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local rules = {
  [“a.test”] = {
    responses = {
      { code = ‘^421 busy’, trigger = "1", action = {"suspend", “2 hours"} },
    },
  },
}
msys.adaptive.registerRules(rules)
