-- A string that doubles until it is too large.
-- expect: E_LUA_MEMORY 5:1 the script built a string of 2097152 bytes; at most 1048576 are allowed: it is left out
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local text = "x"
while true do text = text .. text end
