-- Curly quotes, as word processors and the vendor's guide have them: every one is named.
local rules = {
  [“a.test”] = {
    responses = {
      { code = ‘^421 busy’, trigger = "1", action = {"suspend", “2 hours"} },
    },
  },
}
msys.adaptive.registerRules(rules)
