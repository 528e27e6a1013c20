-- Keys that can never match: blanks, a mail client's link, a URL, nothing, no name at all.
local rules = {
  [" a.test"] = { responses = {} },
  ["b.test "] = { responses = {} },
  ["c. test"] = { responses = {} },
  ["<http://d.test>d.test"] = { responses = {} },
  ["<mailto:post@e.test>"] = "f.test",
  ["https://f.test"] = { responses = {} },
  [""] = { responses = {} },
  { responses = {} },
  [7] = "f.test",
  [true] = { responses = {} },
  ["f.test"] = { responses = {} },
}
msys.adaptive.registerRules(rules)
