-- PCRE errors disable the rule they stand in.
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 (busy", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 busy)", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 [a-", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 [z-a]", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "*busy", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 a{2,1}", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 (?<n>a)(?<n>b)", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 (?<=a+)b", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 \\", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 (?z)busy", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 [[:digits:]]", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 \\x{110000}", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 \\3", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 fine", trigger = "1", action = {"suspend", "1 hour"} },
    },
  },
}
msys.adaptive.registerRules(rules)
