-- Several actions in one flat list are read as name, value, name, value.
-- expect: E_ACTION_FLAT 8:52 several actions stand in one flat list; they are read as name, value, name, value
-- expect: E_ACTION_FLAT 9:75 several actions stand in one flat list; they are read as name, value, name, value
-- counts: domains 1, aliases 0, responses 2, configurations 0; live 2 rules, 5 actions
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^554 one", trigger = "1", action = {"transcode", "454", "suspend", "2 hours"} },
      { code = "^554 two", trigger = "1", action = {{"transcode", "454"}, {"suspend", "2 hours", "greylisted", "1 hour"}} },
    },
  },
}
msys.adaptive.registerRules(rules)
