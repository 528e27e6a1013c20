-- PCRE would take these, we do not guess at them.
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 (?C1)busy", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 (?:a{60000}){60000}", trigger = "1", action = {"suspend", "1 hour"} },
    },
  },
}
msys.adaptive.registerRules(rules)
