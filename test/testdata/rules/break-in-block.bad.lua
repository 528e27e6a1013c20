-- `break` must end its block in this dialect; Lua 5.2 and later take it anywhere.
-- expect: E_LUA_SYNTAX 7:3 'end' expected (to close 'while' at line 5) near 'rules'
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local rules = {}
while true do
  break
  rules = nil
end
msys.adaptive.registerRules(rules)
