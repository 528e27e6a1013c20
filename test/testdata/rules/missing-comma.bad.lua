-- A forgotten comma is reported where it belongs: at the end of the line before the one Lua names.
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
