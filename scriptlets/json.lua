-- json: JSON text and values that look like tables.
--
-- Objects and arrays are host objects, shared by reference:
--   o.k, o["k"], a[1]     read: scalars as Lua values, null and what is not there as nil
--   o.k = v, a[2] = v     write: v is copied, unless it is a JSON value itself, which is shared
--   o.k = nil             removes the field; elements of arrays cannot be removed
--   #a                    elements of an array; 0 for an object
--   for k, v in o do      fields in the order of the text; elements with their index
--   tostring(o)           JSON text: { "a": [ 1, 2 ] }
-- Where the original is silent: an element null in a loop is nil and does not end
-- it; numbers are written so that they read back the same; an array's index is
-- cut to a whole number, and writing beyond its end fills up with null (to
-- 1,000,000 elements); a JSON value cannot be put inside itself; `==` holds for
-- the same value. Strings are bytes and are neither checked nor changed.
--
-- Effects: none outside the values.
--
-- host.decode, host.encode, host.new, host.error

local host, check = ...
local M = {}

for code = 0, 13 do
  local name = host.error(code)
  if name then M[name] = code end
end

-- json.decode(text) -> value | nil, code, message
--   A text that is one scalar gives the Lua value, `null` gives nil alone.
--   Comments are allowed, anything after the value is not. Objects and arrays
--   may nest 32 levels deep.
--   code: one of json.ERROR_…; message: what and where
function M.decode(text)
  return host.decode(check.string("json.decode", "text", text))
end

local function encode(fn, count, value)
  if count == 0 then return host.new() end
  if value == nil then
    check.fail(fn, "the value is nil; is the name of the variable spelt right? For an empty object write json.new()")
  end
  return host.encode(value)
end

-- json.encode(value) -> JSON value
--   A table with an element 1 is an array up to its first nil, any other an
--   object; number keys become strings. Tables are read raw.
--   errors: a function, a host object, nan or infinity; a table inside itself or
--   nesting deeper than 100 levels
function M.encode(...)
  return encode("json.encode", select("#", ...), ...)
end

-- json.new() -> an empty object; with a value, the same as json.encode
function M.new(...)
  return encode("json.new", select("#", ...), ...)
end

-- json.strerror(code) -> string
function M.strerror(code)
  local n = check.number("json.strerror", "code", code, "json.ERROR_PARSE_EOF")
  local _, text = host.error(n)
  return text or "unknown error"
end

return M
