-- Mistakes of all levels in one file that loads: reported together, in the order of the text.
local rules = {
  ["A.test"] = {
    responses = {
      { code = "^421 4\.7", trigger = "0/1", action = {"suspend", "2 hours"} },
      { code = "^450 (", trigger = "1", action = {"suspend", "2 hours"} },
      { code = "^451 busy", trigger = "1", action = {"suspend", "soon"} },
    },
    configuration = { max_outbound_connections = {20, 2} },
  },
  ["b.test"] = "c.test",
}
msys.adaptive.registerRules(rules)
