-- The real PCRE2 as a filter, for oracle.test.ts: one case per line,
--   <pattern in hex> <subject in hex> [<start, 0-based byte>]
-- answered by one line: "R <offset> <message>" pattern refused, "X <message>" the match
-- failed (limits, recursion loop), "N" no match, "M <start> <end> [<start>-<end>|-]…",
-- 0-based byte offsets, end exclusive, one pair per group.
local rex = require("rex_pcre2")
local UTF = rex.flags().UTF

local function unhex(text)
  return (text:gsub("%x%x", function(pair) return string.char(tonumber(pair, 16)) end))
end

local last_pattern, last_ok, last_regex
for line in io.lines() do
  local pattern, subject, from = line:match("^p(%x*) s(%x*) ?(%d*)$")
  if pattern ~= last_pattern then
    last_pattern = pattern
    last_ok, last_regex = pcall(rex.new, unhex(pattern), UTF)
  end
  if not last_ok then
    io.write("R ", tostring(last_regex):gsub("\n", " "), "\n")
  else
    local ok, first, last, groups = pcall(last_regex.exec, last_regex, unhex(subject), (tonumber(from) or 0) + 1)
    if not ok then
      io.write("X ", tostring(first), "\n")
    elseif not first then
      io.write("N\n")
    else
      local out = { "M", first - 1, last }
      for i = 1, #groups, 2 do
        out[#out + 1] = groups[i] and (groups[i] - 1) .. "-" .. groups[i + 1] or "-"
      end
      io.write(table.concat(out, " "), "\n")
    end
  end
end
