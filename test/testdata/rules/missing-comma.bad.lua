-- A forgotten comma is reported where it belongs: at the end of the line before the one Lua names.
-- expect: E_LUA_SEPARATOR 9:77 no comma between this field and '{' on line 10
-- expect: E_LUA_SEPARATOR 10:27 no comma between this field and 'trigger' on line 10
-- expect: E_LUA_SEPARATOR 11:6 no comma between this field and 'configuration' on line 12
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 busy", trigger = "1", action = {"suspend", "2 hours"} }
      { code = "^450 slow" trigger = "1", action = {"suspend", "1 hour"} },
    }
    configuration = { max_outbound_connections = {2, 20} },
  },
}
msys.adaptive.registerRules(rules)
