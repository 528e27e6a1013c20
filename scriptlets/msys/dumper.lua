-- msys.dumper: a value as Lua text, for looking at.
--
-- host.type(value): the type name, for a handle that of the object behind it

local host, check = ...
local M = {}

local MAX_DEPTH = 100
local RESERVED = {}
for word in ("and break do else elseif end false for function if in local nil not or repeat return then true until while"):gmatch("%a+") do
  RESERVED[word] = true
end

local function quote(text)
  return '"' .. text:gsub("[%c\"\\]", function(c)
    if c == "\n" then return "\\n" end
    if c == '"' or c == "\\" then return "\\" .. c end
    return ("\\%03d"):format(c:byte())
  end) .. '"'
end

local function number(n)
  if n ~= n then return "0/0" end
  if n == math.huge then return "1/0" end
  if n == -math.huge then return "-1/0" end
  local short = tostring(n)
  return tonumber(short) == n and short or ("%.17g"):format(n)
end

local RANK = { number = 1, string = 2, boolean = 3 }

local function before(a, b)
  local rank_a, rank_b = RANK[type(a)], RANK[type(b)]
  if rank_a ~= rank_b then return rank_a < rank_b end
  if rank_a == 3 then return not a and b end
  return a < b
end

local function key_text(key)
  if type(key) == "string" then
    if key:find("^[%a_][%w_]*$") and not RESERVED[key] then return key end
    return "[" .. quote(key) .. "]"
  end
  return "[" .. (type(key) == "number" and number(key) or tostring(key)) .. "]"
end

local function write(out, value, depth, open)
  local kind = type(value)
  if kind == "string" then
    out[#out + 1] = quote(value)
  elseif kind == "number" then
    out[#out + 1] = number(value)
  elseif kind == "boolean" or kind == "nil" then
    out[#out + 1] = tostring(value)
  elseif kind ~= "table" then
    local name = host.type(value)
    out[#out + 1] = name == "json" and quote(tostring(value)) or "nil --[[" .. name .. "]]"
  elseif open[value] then
    out[#out + 1] = "nil --[[a table inside itself]]"
  elseif depth >= MAX_DEPTH then
    out[#out + 1] = "nil --[[deeper than " .. MAX_DEPTH .. " levels]]"
  else
    open[value] = true
    local keys, other = {}, 0
    for key in next, value do
      if RANK[type(key)] then keys[#keys + 1] = key else other = other + 1 end
    end
    table.sort(keys, before)
    out[#out + 1] = (#keys == 0 and other == 0) and "{" or "{ "
    for i, key in ipairs(keys) do
      if i > 1 then out[#out + 1] = ", " end
      out[#out + 1] = key_text(key) .. "="
      write(out, rawget(value, key), depth + 1, open)
    end
    if other > 0 then out[#out + 1] = " --[[and " .. other .. " keys that cannot be written]]" end
    out[#out + 1] = (#keys == 0 and other == 0) and "}" or " }"
    open[value] = nil
  end
end

-- msys.dumper.Dumper(value) -> string: "return { a=1, b={ [1]="x" } }"
--   On one line; keys sorted, numbers before strings. Loading the text gives the
--   value back, except for what cannot be written: functions, host objects and
--   tables inside themselves are `nil` with a comment, JSON objects their text.
--   Metamethods are not called. Tables are followed 100 levels deep.
function M.Dumper(...)
  if select("#", ...) == 0 then check.fail("msys.dumper.Dumper", "no value is given; write Dumper(value)") end
  local out = { "return " }
  write(out, (...), 0, {})
  return table.concat(out)
end

return M
