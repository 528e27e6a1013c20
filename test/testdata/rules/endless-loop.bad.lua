-- A loop without end, caught by the instruction budget even inside pcall.
local n = 0
while true do
  pcall(function() while true do n = n + 1 end end)
end
