-- A block without its end: told at the end of the file, with the line where the block begins.
local rules = {}
for i = 1, 3 do
  rules["d" .. i .. ".test"] = { responses = {} }
msys.adaptive.registerRules(rules)
