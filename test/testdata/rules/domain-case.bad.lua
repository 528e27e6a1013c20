-- Upper case in keys and alias targets is folded and reported.
local rules = {
  ["A.test"] = { responses = {} },
  ["b.test"] = "A.TEST",
  ["C.Test"] = "a.test",
}
msys.adaptive.registerRules(rules)
