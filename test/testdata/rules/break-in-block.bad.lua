-- `break` must end its block in this dialect; Lua 5.2 and later take it anywhere.
local rules = {}
while true do
  break
  rules = nil
end
msys.adaptive.registerRules(rules)
