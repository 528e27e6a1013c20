local expect = require("expect")

expect.equal(rawget(_G, "json"), nil, "not a global before it is required")
local lib = require("json")
expect.equal(json == lib, true)

-- decode: scalars
expect.results({ 1, 42 }, json.decode("42"))
expect.results({ 1, -1.5e3 }, json.decode(" -1.5e3 "))
expect.results({ 1, "x" }, json.decode('"x"'))
expect.results({ 1, true }, json.decode("true"))
expect.results({ 1, false }, json.decode("false"))
expect.results({ 1, nil }, json.decode("null"))
expect.results({ 1, 2 }, json.decode("/* a */ 2 // b"))

-- decode: strings
for text, want in pairs({
  ['"\\u0041"'] = "A",
  ['"\\u00fc"'] = "ü",
  ['"\\ud83d\\ude00"'] = "😀",
  ['"\\ud83d"'] = "\239\191\189",
  ['"\\ude00\\ud83d"'] = "\239\191\189\239\191\189",
  ['"\\"\\\\\\/\\b\\f\\n\\r\\t"'] = '"\\/\b\f\n\r\t',
  ['"\\u0000"'] = "\0",
  ['"ü😀"'] = "ü😀",
  ['"\255"'] = "\255",
  ['"a\nb"'] = "a\nb",
}) do
  expect.equal(json.decode(text), want, text)
end

-- decode: objects and arrays
local o = json.decode('{"a": 1, "b": [true, null, {"c": "d"}], "n": null, "1": "one"}')
expect.equal(type(o), "userdata")
expect.equal(msys.type(o), "json")
expect.equal(getmetatable(o), "json")
expect.equal(o.a, 1)
expect.equal(o.missing, nil)
expect.equal(o.n, nil)
expect.equal(o[1], "one", "a number names a field by its text")
expect.equal(#o, 0)
expect.equal(#o.b, 3)
expect.equal(o.b[1], true)
expect.equal(o.b[2], nil)
expect.equal(o.b[3].c, "d")
expect.equal(o.b["1"], true)
expect.equal(o.b[1.9], true)
for _, index in ipairs({ 0, -1, 4, 1e300, 0 / 0 }) do expect.equal(o.b[index], nil) end
expect.equal(o.b == o.b, true)
expect.equal(o.b == json.decode("[]"), false)
expect.equal(json.decode('{"a":1,"a":2}').a, 2, "the last of equal names")
expect.equal(#json.decode("[]"), 0)

-- iteration
local seen = {}
for k, v in o do seen[#seen + 1] = k .. "=" .. tostring(v) end
expect.equal(seen, { "a=1", 'b=[ true, null, { "c": "d" } ]', "n=nil", "1=one" })
seen = {}
for i, v in o.b do seen[#seen + 1] = i .. "=" .. tostring(v) end
expect.equal(seen, { "1=true", "2=nil", '3={ "c": "d" }' })
for _ in json.decode("{}") do expect.equal(true, false) end
for _ in json.encode(5) do expect.equal(true, false) end
local shrinking = json.decode('{"a":1,"b":2,"c":3}')
for k in shrinking do shrinking[k] = nil end
expect.equal(tostring(shrinking), "{ }", "removing while looping")
expect.refused("table expected", pairs, o)

-- tostring
for _, text in ipairs({
  "{ }", "[ ]", '{ "a": 1 }', "[ 1, 2, [ ] ]", '{ "a": { "b": [ null, true, false ] } }',
  "[ 0.1, 1e+21, -5, 9007199254740992, 1e-7 ]", '[ "\\"\\\\/\\b\\f\\n\\r\\t\\u0001", "ü", "\255" ]',
}) do
  expect.equal(tostring(json.decode(text)), text)
end

-- decode: errors
for _, case in ipairs({
  { "", "EOF", 0 }, { "  ", "EOF", 2 }, { "[1", "EOF", 2 }, { '"abc', "EOF", 4 }, { '"\\', "EOF", 2 }, { '{"a"', "EOF", 4 },
  { "/* a", "EOF", 4 },
  { "}", "UNEXPECTED", 0 }, { "[1] x", "UNEXPECTED", 4 }, { "[,]", "UNEXPECTED", 1 }, { "[1,]", "UNEXPECTED", 3 }, { "'a'", "UNEXPECTED", 0 },
  { "nul", "NULL", 0 }, { "tru", "BOOLEAN", 0 }, { "falsch", "BOOLEAN", 0 },
  { "-", "NUMBER", 0 }, { "01", "NUMBER", 0 }, { "1.", "NUMBER", 0 }, { "1e", "NUMBER", 0 }, { "1e999", "NUMBER", 0 }, { "0x10", "NUMBER", 0 },
  { "[1 2]", "ARRAY", 3 }, { "[1}", "ARRAY", 2 },
  { "{a:1}", "OBJECT_KEY_NAME", 1 }, { '{"a":1,}', "OBJECT_KEY_NAME", 7 }, { '{"a" 1}', "OBJECT_KEY_SEP", 5 }, { '{"a":1 "b":2}', "OBJECT_VALUE_SEP", 7 },
  { '"\\x"', "STRING", 1 }, { '"\\u12g4"', "STRING", 1 }, { '"\\u12', "STRING", 1 },
  { "/x", "COMMENT", 0 },
}) do
  local value, code, message = json.decode(case[1])
  expect.equal({ value, code }, { nil, json["ERROR_PARSE_" .. case[2]] }, case[1])
  expect.equal(message, json.strerror(code) .. " at offset " .. case[3], case[1])
end
local value, code, message = json.decode(("["):rep(1e5))
expect.equal({ value, code, message }, { nil, json.ERROR_DEPTH, "nesting too deep at offset 32" })
value, code = json.decode(('{"a":'):rep(1e5))
expect.equal(code, json.ERROR_DEPTH)
expect.equal(tostring(json.decode(("["):rep(32) .. ("]"):rep(32))):sub(1, 4), "[ [ ")
expect.refused("holds more than 500000 values", json.decode, "[" .. ("1,"):rep(600000) .. "1]")
expect.all_refused(json.decode, { { "text is nil" }, { "text is a table", {} }, { "text is a json", o } })
expect.equal(json.strerror(99), "unknown error")
expect.equal(json.strerror(-1), "unknown error")
expect.refused("code is nil", json.strerror)
expect.refused("code is nan", json.strerror, 0 / 0)

-- encode
expect.equal(tostring(json.encode({ 1, 2, nil, 4 })), "[ 1, 2 ]", "to the first nil")
expect.equal(tostring(json.encode({ name = "value" })), '{ "name": "value" }')
expect.equal(tostring(json.encode({ 1, name = "dropped" })), "[ 1 ]")
expect.equal(tostring(json.encode({ [2] = "b", [1.5] = "c" })), '{ "2": "b", "1.5": "c" }')
expect.equal(tostring(json.encode({})), "{ }")
expect.equal(tostring(json.encode(42)), "42")
expect.equal(tostring(json.encode("a\"b")), '"a\\"b"')
expect.equal(tostring(json.encode(true)), "true")
expect.equal(json.encode(42).x, nil)
expect.equal(#json.encode("abc"), 0)
expect.equal(json.encode(o) == o, true, "a JSON value is itself")
expect.equal(tostring(json.encode()), "{ }")
expect.equal(tostring(json.new()), "{ }")
expect.equal(tostring(json.new({ 1 })), "[ 1 ]")
expect.equal(tostring(json.encode({ a = json.encode(5), b = o.b[3] })):find('"c": "d"', 1, true) ~= nil, true)
local raw = setmetatable({}, { __index = function() error("raw") end })
expect.equal(tostring(json.encode(raw)), "{ }")
local cyclic = { 1 }
cyclic[2] = cyclic
local deep = {}
for _ = 1, 1e5 do deep = { deep } end
expect.all_refused(json.encode, {
  { "the value is nil; is the name of the variable spelt right?", nil, n = 1 },
  { "cannot assign values of type function", print },
  { "cannot assign values of type thread.mutex", thread.mutex() },
  { "cannot assign values of type thread", coroutine.create(function() end) },
  { "cannot assign values of type function", { x = { print } } },
  { "nan is no JSON number", 0 / 0 },
  { "inf is no JSON number", { 1 / 0 } },
  { "a boolean cannot name a field", { [true] = 1 } },
  { "a table cannot name a field", { [{}] = 1 } },
  { "a table inside itself cannot be a JSON value", cyclic },
  { "nests deeper than 100 levels", deep },
})

-- assignment
local w = json.new()
w.name = "value"
w.int = 4
w.num = 3.5
w.arr = { 1, 2, 3 }
w.obj = { name = "inner" }
w[7] = "seven"
expect.equal(tostring(w), '{ "name": "value", "int": 4, "num": 3.5, "arr": [ 1, 2, 3 ], "obj": { "name": "inner" }, "7": "seven" }')
w.int = nil
w.never = nil
expect.equal(w.int, nil)
w.arr[2] = "two"
w.arr[5] = "five"
expect.equal(tostring(w.arr), '[ 1, "two", 3, null, "five" ]')
local part = w.obj
part.name = "changed"
expect.equal(w.obj.name, "changed", "shared, not copied")
w.again = part
part.more = true
expect.equal(w.again.more, true)
local list = { "x" }
w.list = list
list[1] = "y"
expect.equal(w.list[1], "x", "tables are copied")
w["\0"] = "zero"
w[("k"):rep(2^20)] = 1
expect.equal(w["\0"], "zero")

expect.refused("cannot delete from json arrays", function() w.arr[1] = nil end)
expect.refused("the index 0 is out of range", function() w.arr[0] = 1 end)
expect.refused("is out of range; arrays go from 1 to 1000000", function() w.arr[1e9] = 1 end)
expect.refused("is out of range", function() w.arr[0 / 0] = 1 end)
expect.refused("json array index must be numeric, not a string", function() w.arr.x = 1 end)
expect.refused("json array index must be numeric, not a string", function() return w.arr.x end)
expect.refused("a boolean cannot name a field", function() w[true] = 1 end)
expect.refused("a nil cannot name a field", function() return w[nil] end)
expect.refused("cannot assign values of type function", function() w.f = print end)
expect.refused("a scalar has no fields", function() json.encode(1).x = 1 end)
expect.refused("json.lua:", function() w.f = print end)
for _, assign in ipairs({
  function() w.w = w end,
  function() w.t = { { w } } end,
  function() part.up = w end,
  function() w.arr[1] = json.encode({ w }) end,
}) do
  expect.refused("a JSON value cannot hold itself", assign)
end

-- built deep, and shared so often that its text would fill memory
local chain = json.new()
local cursor = chain
for _ = 1, 1000 do
  local inner = json.new()
  cursor.x = inner
  cursor = inner
end
expect.refused("nests deeper than 200 levels", tostring, chain)
local double = json.encode({ 1 })
for _ = 1, 60 do double = json.encode({ double, double }) end
expect.refused("the JSON text is longer than", tostring, double)
