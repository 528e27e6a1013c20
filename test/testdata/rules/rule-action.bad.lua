-- A rule without an action would end the search and do nothing.
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 one", trigger = "1" },
      { code = "^421 two", trigger = "1", message = "only a message" },
    },
  },
}
msys.adaptive.registerRules(rules)
