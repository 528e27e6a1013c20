-- The field's way: Lua 5.1 walks the rules in order with PCRE until one matches.
--   lua5.1 lua51.lua <workload file> <rounds> [jit]
-- The file has one line for each rule, "R<pattern>", and for each reply, "S<text>".
-- Prints nanoseconds a reply and the sum of the first matches (0: none), as a check.
local rex = require("rex_pcre2")

local path, rounds, jit = arg[1], tonumber(arg[2]), arg[3] == "jit"
local rules, replies = {}, {}
for line in io.lines(path) do
  local kind, text = line:sub(1, 1), line:sub(2)
  if kind == "R" then
    local regex = rex.new(text, rex.flags().UTF)
    if jit then regex:jit_compile() end
    rules[#rules + 1] = regex
  else
    replies[#replies + 1] = text
  end
end

local function first(reply)
  for i = 1, #rules do
    if rules[i]:find(reply) then return i end
  end
  return 0
end

local sum = 0
for _, reply in ipairs(replies) do sum = sum + first(reply) end

local start = os.clock()
for _ = 1, rounds do
  for _, reply in ipairs(replies) do first(reply) end
end
local seconds = os.clock() - start
print(("%.0f %d"):format(seconds * 1e9 / rounds / #replies, sum))
