-- A forgotten closing brace: the outermost open table is named, the hint says which one it probably is.
-- expect: E_LUA_SEPARATOR 4:15 this table is not closed; reading gave up at line 10 near 'msys'
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 busy", trigger = "1", action = {"suspend", "2 hours"} },
  },
}
msys.adaptive.registerRules(rules)
