local expect = require("expect")
local gauge = require("msys.gauge_cache")

expect.results({ 0 }, gauge.define("g", 3, 60))
expect.results({ 0 }, gauge.define("g", 3, 60))
expect.results({ 0 }, gauge.define("g", 3, 60, true))
expect.refused('"g" (a string) is defined as 3, 60, not 4, 60', gauge.define, "g", 4, 60)
expect.refused("not 3, 61", gauge.define, "g", 3, 61)
expect.all_refused(gauge.define, {
  { "name is nil", nil, 3, 60, n = 3 },
  { "name is empty", "", 3, 60 },
  { "maxelems is nil, not a number; write e.g. 1000", "h" },
  { "maxelems is 0; it must be 1 to 1000000", "h", 0, 60 },
  { "maxelems is 1.5; write a whole number", "h", 1.5, 60 },
  { "maxelems is 1e+15", "h", 1e15, 60 },
  { "maxelems is nan", "h", 0 / 0, 60 },
  { "ttl is nil", "h", 3 },
  { "ttl is 0; an entry would be gone at once", "h", 3, 0 },
  { "ttl is -1", "h", 3, -1 },
  { "ttl is inf", "h", 3, 1 / 0 },
  { 'replicated is "yes" (a string), not true or false', "h", 3, 60, "yes" },
})

expect.equal(gauge.get("g", "k"), 0)
expect.results({ 0 }, gauge.inc("g", "k"))
gauge.inc("g", "k")
expect.equal(gauge.get("g", "k"), 2)
expect.results({ 0 }, gauge.dec("g", "k"))
expect.equal(gauge.get("g", "k"), 1)
gauge.dec("g", "k")
gauge.dec("g", "k")
expect.equal(gauge.get("g", "k"), 0, "dec stops at 0")
gauge.inc("g", "k")
expect.equal(gauge.get("g", "k"), 1)
gauge.dec("g", "never seen")
expect.equal(gauge.get("g", "never seen"), 0)
expect.results({ 0 }, gauge.remove_item("g", "k"))
expect.equal(gauge.get("g", "k"), 0)
expect.results({ 0 }, gauge.remove_item("g", "k"))
gauge.inc("g", 7)
expect.equal(gauge.get("g", "7"), 1, "a number as key")
gauge.remove_item("g", 7)

local bad = {
  { 'there is no cache "x" (a string); call msys.gauge_cache.define first', "x", "k" },
  { "cache is nil", nil, "k", n = 2 },
  { "cache is a table", {}, "k" },
  { "key is nil", "g" },
  { "key is empty", "g", "" },
  { "key is false", "g", false },
  { "at most 1024 bytes", "g", ("k"):rep(2^20) },
  { "zero byte", "g", "\0" },
}
for _, name in ipairs({ "inc", "dec", "get", "remove_item" }) do expect.all_refused(gauge[name], bad) end

-- the ttl runs from the last change
gauge.inc("g", "t")
advance(40)
gauge.inc("g", "t")
advance(59)
expect.equal(gauge.get("g", "t"), 2)
advance(1)
expect.equal(gauge.get("g", "t"), 0)
gauge.inc("g", "t")
expect.equal(gauge.get("g", "t"), 1, "a forgotten entry begins anew")
advance(30)
gauge.dec("g", "t")
advance(59)
gauge.inc("g", "t")
expect.equal(gauge.get("g", "t"), 1, "a decrement is a change too")
advance(40)
gauge.get("g", "t")
advance(20)
expect.equal(gauge.get("g", "t"), 0, "a look is no change")

-- a full cache
for _, key in ipairs({ "a", "b", "c" }) do
  gauge.inc("g", key)
  advance(1)
end
gauge.inc("g", "a")
gauge.inc("g", "d")
expect.equal(gauge.get("g", "b"), 0, "the entry whose last change lies furthest back goes")
for _, key in ipairs({ "a", "c", "d" }) do expect.equal(gauge.get("g", key) > 0, true, key) end
gauge.dec("g", "e")
expect.equal(gauge.get("g", "c"), 1, "a decrement makes no room")
