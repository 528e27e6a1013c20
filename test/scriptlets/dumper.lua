local expect = require("expect")
local Dumper = require("msys.dumper").Dumper

for _, case in ipairs({
  { "text", 'return "text"' },
  { 'a "b"\\\n\0\r1', 'return "a \\"b\\"\\\\\\n\\000\\0131"' },
  { "ü", 'return "ü"' },
  { 42, "return 42" },
  { -0.5, "return -0.5" },
  { 1 / 3, "return 0.33333333333333331" },
  { 1e300, "return 1e+300" },
  { 2^53, "return 9007199254740992" },
  { 0 / 0, "return 0/0" },
  { 1 / 0, "return 1/0" },
  { -1 / 0, "return -1/0" },
  { true, "return true" },
  { {}, "return {}" },
  { { k = "v" }, 'return { k="v" }' },
  { { b = 1, a = 2, [10] = 3, [9] = 4, [true] = 5, [false] = 6 }, "return { [9]=4, [10]=3, a=2, b=1, [false]=6, [true]=5 }" },
  { { ["a b"] = 1, ["end"] = 2, ["1"] = 3, _x1 = 4 }, 'return { ["1"]=3, _x1=4, ["a b"]=1, ["end"]=2 }' },
  { { { 1, { 2 } } }, "return { [1]={ [1]=1, [2]={ [1]=2 } } }" },
  { { f = print }, "return { f=nil --[[function]] }" },
  { { m = thread.mutex() }, "return { m=nil --[[thread.mutex]] }" },
  { { [print] = 1, a = 2, [{}] = 3 }, "return { a=2 --[[and 2 keys that cannot be written]] }" },
  { setmetatable({ 1 }, { __index = error, __tostring = error }), "return { [1]=1 }" },
}) do
  expect.equal(Dumper(case[1]) == case[2], true, Dumper(case[1]))
end
expect.equal(Dumper(nil), "return nil")
expect.refused("no value is given", Dumper)
require("json")
expect.equal(Dumper({ j = json.decode("[1]") }), 'return { j="[ 1 ]" }')

-- what is written loads again
for _, value in ipairs({ { 1, 2, { x = "\n\0\200" } }, { [1.5] = -1e-300 }, "a\\" }) do
  expect.equal(loadstring(Dumper(value))(), value)
end

-- inside itself, shared, deep
local t = { name = "t" }
t.t = t
expect.equal(Dumper(t), 'return { name="t", t=nil --[[a table inside itself]] }')
local shared = {}
expect.equal(Dumper({ shared, shared }), "return { [1]={}, [2]={} }", "shared is not cyclic")
local deep = {}
for _ = 1, 1e5 do deep = { deep } end
local text = Dumper(deep)
expect.equal(text:find("deeper than 100 levels", 1, true) ~= nil, true)
