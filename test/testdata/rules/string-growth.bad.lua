-- A string that doubles until it is too large.
local text = "x"
while true do text = text .. text end
