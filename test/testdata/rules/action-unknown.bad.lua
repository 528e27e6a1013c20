-- An unknown action is dropped, the others stay. Names are exact.
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 one", trigger = "1", action = {"supend", "1 hour"} },
      { code = "^421 two", trigger = "1", action = {{"Suspend", "1 hour"}, {"blackhole", "1 hour"}} },
      { code = "^421 three", trigger = "1", action = {"reject", "1"} },
      { code = "^421 four", trigger = "1", action = {"1 hour", "suspend"} },
      { code = "^421 five", trigger = "1", action = {{{"suspend", "1 hour"}}} },
      { code = "^421 six", trigger = "1", action = {7, "suspend"} },
    },
  },
}
msys.adaptive.registerRules(rules)
