-- Several actions in one flat list are read as name, value, name, value.
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^554 one", trigger = "1", action = {"transcode", "454", "suspend", "2 hours"} },
      { code = "^554 two", trigger = "1", action = {{"transcode", "454"}, {"suspend", "2 hours", "greylisted", "1 hour"}} },
    },
  },
}
msys.adaptive.registerRules(rules)
