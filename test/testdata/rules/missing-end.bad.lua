-- A block without its end: told at the end of the file, with the line where the block begins.
-- expect: E_LUA_SYNTAX 8:1 'end' expected (to close 'for' at line 5) near '<eof>'
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local rules = {}
for i = 1, 3 do
  rules["d" .. i .. ".test"] = { responses = {} }
msys.adaptive.registerRules(rules)
