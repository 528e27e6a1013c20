-- A loop without end, caught by the instruction budget even inside pcall.
-- expect: E_LUA_BUDGET 6:1 the script ran more than 300000 instructions: it is left out
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local n = 0
while true do
  pcall(function() while true do n = n + 1 end end)
end
