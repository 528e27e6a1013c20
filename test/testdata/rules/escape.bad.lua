-- A single backslash in a pattern: Lua drops it, so the pattern means something else.
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 4\.7\.0 \d+ busy", trigger = "1", action = {"suspend", "2 hours"} },
      { code = "^450 [\w]+\[slow\]", trigger = "1", action = {"suspend", "2 hours"} },
    },
  },
}
msys.adaptive.registerRules(rules)
