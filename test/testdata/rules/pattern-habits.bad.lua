-- Habits in patterns that compile and rarely mean what was wanted.
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 4.7.0", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^550 see example.com", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 busy (try later)", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 (RP-001)$", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 slow ", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "452", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^450 1.1 (as is) ", trigger = "1", action = {"suspend", "1 hour"} },
      { code = " ", trigger = "1", action = {"suspend", "1 hour"} },
    },
  },
}
msys.adaptive.registerRules(rules)
