-- check: the judgements on arguments that all scriptlets share.
--
-- Every function takes the full name of the called function first, for the
-- message, and returns the argument in the form the host takes. A refusal is a
-- Lua error at the line of the calling script:
--   msys.timer.after: seconds is "soon" (a string), not a number; write e.g. 10
--
-- host.raise(message): raises at the script's line
-- host.type(value): the type name, for a handle that of the object behind it

local host = ...
local M = {}

local MAX_NAME = 255
local MAX_KEY = 1024

-- check.shown(value): a value for a message: short, one line, with its type
function M.shown(value)
  local kind = host.type(value)
  if kind == "string" then
    local text = value
    local cut = #text > 40
    if cut then text = text:sub(1, 40) end
    text = text:gsub("[%c\"\\]", function(c) return ("\\%d"):format(c:byte()) end)
    return '"' .. text .. '"' .. (cut and "… (a string of " .. #value .. " bytes)" or " (a string)")
  end
  if kind == "number" or kind == "boolean" then return tostring(value) end
  if kind == "nil" then return "nil" end
  return "a " .. kind
end

-- check.fail(fn, text): refuses a call
function M.fail(fn, text)
  host.raise(fn .. ": " .. text)
end

local function refuse(fn, arg, value, wanted)
  local hint = value == nil and "; is the name of the variable spelt right?" or ""
  M.fail(fn, arg .. " is " .. M.shown(value) .. ", not " .. wanted .. hint)
end

local function text(fn, arg, value, longest)
  if type(value) == "number" then value = tostring(value) end
  if type(value) ~= "string" then refuse(fn, arg, value, "a string") end
  if value == "" then M.fail(fn, arg .. " is empty; write a name of at least one character") end
  if #value > longest then
    M.fail(fn, arg .. " is " .. M.shown(value) .. "; at most " .. longest .. " bytes are allowed")
  end
  if value:find("\0", 1, true) then
    M.fail(fn, arg .. " is " .. M.shown(value) .. "; it must not hold a zero byte")
  end
  return value
end

-- check.name(fn, arg, value): a string (or number) of 1 to 255 bytes without zero bytes
function M.name(fn, arg, value)
  return text(fn, arg, value, MAX_NAME)
end

-- check.key(fn, arg, value): the same with up to 1,024 bytes
function M.key(fn, arg, value)
  return text(fn, arg, value, MAX_KEY)
end

-- check.string(fn, arg, value): any string; a number is converted
function M.string(fn, arg, value)
  if type(value) == "number" then return tostring(value) end
  if type(value) ~= "string" then refuse(fn, arg, value, "a string") end
  return value
end

-- check.number(fn, arg, value, example): a finite number, or a string that reads as one
function M.number(fn, arg, value, example)
  local n = value
  if type(n) == "string" then n = tonumber(n) end
  if type(n) ~= "number" then refuse(fn, arg, value, "a number; write e.g. " .. example) end
  if n ~= n or n - n ~= 0 then M.fail(fn, arg .. " is " .. tostring(n) .. "; write e.g. " .. example) end
  return n
end

-- check.within(fn, arg, value, least, most, example): a number of that range
function M.within(fn, arg, value, least, most, example)
  local n = M.number(fn, arg, value, example)
  if n < least or n > most then
    M.fail(fn, ("%s is %s; it must be %.14g to %.14g, e.g. %s"):format(arg, tostring(n), least, most, example))
  end
  return n
end

-- check.whole(fn, arg, value, least, most, example): a whole number of that range
function M.whole(fn, arg, value, least, most, example)
  local n = M.within(fn, arg, value, least, most, example)
  if n % 1 ~= 0 then M.fail(fn, arg .. " is " .. tostring(n) .. "; write a whole number, e.g. " .. example) end
  return n
end

-- check.flag(fn, arg, value): true or false; nil is false
function M.flag(fn, arg, value)
  if value == nil then return false end
  if type(value) ~= "boolean" then refuse(fn, arg, value, "true or false") end
  return value
end

-- check.closure(fn, arg, value): a function
function M.closure(fn, arg, value)
  if type(value) ~= "function" then refuse(fn, arg, value, "a function") end
  return value
end

-- check.table(fn, arg, value): a table
function M.table(fn, arg, value)
  if type(value) ~= "table" then refuse(fn, arg, value, "a table") end
  return value
end

-- check.is_handle(value, kind): whether it is a host object of that kind
function M.is_handle(value, kind)
  return type(value) == "userdata" and host.type(value) == kind
end

-- check.handle(fn, arg, value, kind): a host object of that kind
function M.handle(fn, arg, value, kind)
  if not M.is_handle(value, kind) then
    M.fail(fn, arg .. " is " .. M.shown(value) .. ", not a " .. kind .. "; is it called with a colon?")
  end
  return value
end

-- check.lock_fault(fn, what, fault): refuses a lock that could not be taken; nil is no fault
function M.lock_fault(fn, what, fault)
  if fault == "own" then
    M.fail(fn, what .. " is locked by this coroutine already, and would wait for itself; unlock it first")
  elseif fault == "other" then
    M.fail(fn, what .. " is held by another coroutine, and waiting would never end; unlock it there")
  end
end

-- check.unlock_fault(fn, what, fault): refuses to unlock what the caller does not hold
function M.unlock_fault(fn, what, fault)
  if fault == "free" then
    M.fail(fn, what .. " is not locked; lock it first")
  elseif fault == "other" then
    M.fail(fn, what .. " is held by another coroutine; unlock it there")
  end
end

-- check.one_of(fn, arg, value, list): one of the strings in list
function M.one_of(fn, arg, value, list)
  for _, allowed in ipairs(list) do
    if value == allowed then return value end
  end
  M.fail(fn, arg .. " is " .. M.shown(value) .. '; write "' .. table.concat(list, '" or "') .. '"')
end

-- check.options(fn, value, known): a table whose keys all stand in the list known; nil is an empty one
function M.options(fn, value, known)
  if value == nil then return {} end
  M.table(fn, "options", value)
  for key in pairs(value) do
    local found = false
    for _, name in ipairs(known) do found = found or key == name end
    if not found then
      M.fail(fn, "unknown option " .. M.shown(key) .. "; the options are " .. table.concat(known, ", "))
    end
  end
  return value
end

return M
