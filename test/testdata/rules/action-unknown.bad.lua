-- An unknown action is dropped, the others stay. Names are exact.
-- expect: E_ACTION_UNKNOWN 12:53 unknown action "supend": it is dropped
-- expect: E_ACTION_UNKNOWN 13:54 unknown action "Suspend": it is dropped
-- expect: E_ACTION_UNKNOWN 14:55 unknown action "reject": it is dropped
-- expect: E_ACTION_UNKNOWN 15:54 unknown action "1 hour": it is dropped
-- expect: E_ACTION_UNKNOWN 16:55 unknown action a table: it is dropped
-- expect: E_ACTION_UNKNOWN 17:53 unknown action 7: it is dropped
-- counts: domains 1, aliases 0, responses 6, configurations 0; live 6 rules, 1 actions
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
