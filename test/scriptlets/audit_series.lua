local expect = require("expect")
local series = require("msys.audit_series")

expect.equal(series == msys.audit_series, true, "one module however it is reached")

-- define
expect.results({ 0 }, series.define("s", "string", 300, 6))
expect.results({ 0 }, series.define("s", "string", 300, 6, {}))
expect.results({ 0 }, series.define("s", "string", 300, 6, { serialize = true, replicate = "cluster", persist = false }))
expect.refused('"s" (a string) is defined as "string", 300, 6, not "string", 300, 7', series.define, "s", "string", 300, 7)
expect.refused("not \"string\", 300, 6, { persist = true }", series.define, "s", "string", 300, 6, { persist = true })
expect.all_refused(series.define, {
  { "name is nil, not a string; is the name of the variable spelt right?", nil, "string", 300, 6, n = 4 },
  { "name is empty", "", "string", 300, 6 },
  { "name is \"a\\0b\" (a string); it must not hold a zero byte", "a\0b", "string", 300, 6 },
  { "at most 255 bytes", ("x"):rep(2^20), "string", 300, 6 },
  { "name is a table, not a string", {}, "string", 300, 6 },
  { 'type is "ip" (a string); write "cidr" or "cidr_ipv6" or "string"', "t", "ip", 300, 6 },
  { "type is nil", "t", nil, 300, 6, n = 4 },
  { "interval is nil, not a number; write e.g. 300", "t", "string" },
  { "interval is 0; it must be 1 to 1000000000", "t", "string", 0, 6 },
  { "interval is -300", "t", "string", -300, 6 },
  { "interval is 1.5; write a whole number", "t", "string", 1.5, 6 },
  { "interval is nan", "t", "string", 0 / 0, 6 },
  { "interval is inf", "t", "string", 1 / 0, 6 },
  { 'interval is "soon" (a string), not a number', "t", "string", "soon", 6 },
  { "num_windows is 0", "t", "string", 300, 0 },
  { "num_windows is 1e+15; it must be 1 to 100000", "t", "string", 300, 1e15 },
  { "num_windows is 2.5", "t", "string", 300, 2.5 },
  { "options is 5, not a table", "t", "string", 300, 6, 5 },
  { 'unknown option "persits" (a string); the options are serialize, replicate, persist', "t", "string", 300, 6, { persits = true } },
  { "unknown option 1", "t", "string", 300, 6, { true } },
  { "options.persist is 1, not true or false", "t", "string", 300, 6, { persist = 1 } },
  { 'options.replicate is "all" (a string); write "none" or "cluster" or "manager"', "t", "string", 300, 6, { replicate = "all" } },
})
expect.results({ 0 }, series.define("numeric strings", "string", "300", "6"))

-- add and count
expect.equal(series.count("s", "never seen"), 0)
expect.results({ 0 }, series.add("s", "k"))
expect.equal(series.count("s", "k"), 1, "the key itself for the options")
series.add("s", { key = "k" })
series.add("s", { key = "k", count = 5 })
expect.equal(series.count("s", { key = "k" }), 7)
series.add("s", { key = "k", count = -10 })
expect.equal(series.count("s", "k"), -3, "negative counts")
series.add("s", { key = "k", count = 3.5 })
expect.equal(series.count("s", "k"), 0.5, "fractions")
series.add("s", 42)
expect.equal(series.count("s", "42"), 1, "a number as key")
series.add("s", "K")
expect.equal(series.count("s", "K"), 1, "keys keep their case")
expect.equal(series.count("s", ("x"):rep(1024)), 0)

local longest = ("k"):rep(2^20)
local bad_keys = {
  { "key is nil; a string series needs a string", "s" },
  { "key is empty", "s", "" },
  { "at most 1024 bytes", "s", longest },
  { "zero byte", "s", "a\0b" },
  { "key is true, not a string", "s", true },
  { "key is a function", "s", print },
  { 'there is no series "t" (a string); call msys.audit_series.define first', "t", "k" },
  { "name is nil", nil, "k", n = 2 },
  { "name is a table", {}, "k" },
}
expect.all_refused(series.add, bad_keys)
expect.all_refused(series.count, bad_keys)
for _, fn in ipairs({ series.add, series.count }) do
  expect.refused("options.key is a table, not a string", fn, "s", { key = {} })
  expect.refused("options.key is nil", fn, "s", {})
end
expect.all_refused(series.add, {
  { "options.count is nan", "s", { key = "k", count = 0 / 0 } },
  { "options.count is inf", "s", { key = "k", count = 1 / 0 } },
  { "options.count is inf", "s", { key = "k", count = -1 / 0 } },
  { "options.count is 1e+300; it must be", "s", { key = "k", count = 1e300 } },
  { "options.count is a table, not a number", "s", { key = "k", count = {} } },
  { 'unknown option "startv"', "s", { key = "k", startv = 1 } },
})
expect.all_refused(series.count, {
  { "options.startv is -1", "s", { key = "k", startv = -1 } },
  { "options.endv is 1.5; write a whole number", "s", { key = "k", endv = 1.5 } },
  { "options.endv is nan", "s", { key = "k", endv = 0 / 0 } },
  { 'unknown option "end"', "s", { key = "k", ["end"] = 1 } },
})
expect.refused("audit_series.lua:", function()
  series.add("t", "k")
end) -- the place is the script's line

-- windows: the clock stands at a multiple of 300
series.define("w", "string", 300, 3)
series.add("w", "k")
advance(299)
expect.equal(series.count("w", "k"), 1, "still window 0")
advance(1)
expect.equal(series.count("w", "k"), 0, "window 0 is a new one")
expect.equal(series.count("w", { key = "k", startv = 1, endv = 1 }), 1)
series.add("w", { key = "k", count = 10 })
advance(300)
series.add("w", { key = "k", count = 100 })
expect.equal(series.count("w", { key = "k", startv = 0, endv = 2 }), 111, "both ends count")
expect.equal(series.count("w", { key = "k", startv = 1, endv = 2 }), 11)
expect.equal(series.count("w", { key = "k", endv = 1 }), 110)
expect.equal(series.count("w", { key = "k", startv = 2 }), 111, "the order does not matter")
expect.refused('options.endv is 3; the series "w" (a string) has windows 0 (the running one) to 2', series.count, "w", { key = "k", endv = 3 })
expect.refused("options.endv is 1000000000; the series", series.count, "w", { key = "k", endv = 1e9 })
expect.refused("options.startv is 3; the series", series.count, "w", { key = "k", startv = 3, endv = 1 })
advance(300)
expect.equal(series.count("w", { key = "k", endv = 2 }), 110, "the oldest window is gone")
advance(299)
expect.equal(series.count("w", { key = "k", endv = 2 }), 110)
advance(86400)
expect.equal(series.count("w", { key = "k", endv = 2 }), 0)
series.add("w", "k")
expect.equal(series.count("w", { key = "k", endv = 2 }), 1)

-- remove_item
series.add("s", "gone")
expect.results({ 0 }, series.remove_item("s", "gone"))
expect.equal(series.count("s", "gone"), 0)
expect.results({ 0 }, series.remove_item("s", "gone"))
expect.all_refused(series.remove_item, bad_keys)

-- cidr
series.define("v4", "cidr", 300, 6)
for _, address in ipairs({ "192.0.2.1", "192.0.2.1", "192.0.2.200", "192.0.3.1", "10.0.0.1", "255.255.255.255" }) do
  series.add("v4", address)
end
for key, want in pairs({
  ["192.0.2.1"] = 2,
  ["192.0.2.1/32"] = 2,
  ["192.0.2.0/24"] = 3,
  ["192.0.2.77/24"] = 3,
  ["192.0.2.0/23"] = 4,
  ["192.0.2.128/25"] = 1,
  ["0.0.0.0/0"] = 6,
  ["128.0.0.0/1"] = 5,
  ["255.255.255.255"] = 1,
  ["192.0.2.2"] = 0,
}) do
  expect.equal(series.count("v4", key), want, key)
end
expect.equal(series.count("v4", { key = "192.0.2.0/24", startv = 1, endv = 5 }), 0)
expect.all_refused(series.count, {
  { 'key is "2001:db8::1" (a string), not an IPv4 address; write e.g. "192.0.2.1"', "v4", "2001:db8::1" },
  { "not an IPv4 address", "v4", "192.0.2" },
  { "not an IPv4 address", "v4", "192.0.2.256" },
  { "not an IPv4 address", "v4", "192.0.2.01" },
  { "not an IPv4 address", "v4", "192.0.2.1/33" },
  { "not an IPv4 address", "v4", "192.0.2.1/" },
  { "not an IPv4 address", "v4", "/24" },
  { "not an IPv4 address", "v4", " 192.0.2.1" },
  { "not an IPv4 address", "v4", "[192.0.2.1]" },
  { "not an IPv4 address", "v4", "example.com" },
  { "key is nil; a cidr series needs an address; there is no connected peer here", "v4" },
})
expect.refused("a block; write one address", series.add, "v4", "192.0.2.0/24")
expect.refused("a block; write one address", series.remove_item, "v4", "192.0.2.0/24")
series.remove_item("v4", "192.0.2.1")
expect.equal(series.count("v4", "192.0.2.0/24"), 1)

series.define("v6", "cidr_ipv6", 300, 6)
for _, address in ipairs({ "2001:db8::1", "[2001:DB8::1]", "2001:db8:0:0:0:0:0:2", "2001:db9::", "::1", "::ffff:192.0.2.1" }) do
  series.add("v6", address)
end
for key, want in pairs({
  ["2001:db8::1"] = 2,
  ["[2001:db8::1]"] = 2,
  ["2001:db8::/32"] = 3,
  ["[2001:db8::]/32"] = 3,
  ["2001:db8::/31"] = 4,
  ["2001:db8::2/127"] = 1,
  ["::/0"] = 6,
  ["::ffff:c000:201"] = 1,
}) do
  expect.equal(series.count("v6", key), want, key)
end
expect.all_refused(series.add, {
  { "not an IPv6 address", "v6", "192.0.2.1" },
  { "not an IPv6 address", "v6", "2001:db8:::1" },
  { "not an IPv6 address", "v6", "1:2:3:4:5:6:7" },
  { "not an IPv6 address", "v6", "1:2:3:4:5:6:7:8:9" },
  { "not an IPv6 address", "v6", "1::2::3" },
  { "not an IPv6 address", "v6", "2001:db8::g" },
  { "not an IPv6 address", "v6", "2001:db8::12345" },
  { "not an IPv6 address", "v6", "fe80::1%eth0" },
  { "not an IPv6 address", "v6", "2001:db8::1/129" },
  { "not an IPv6 address", "v6", "192.0.2.1::" },
  { "a block; write one address", "v6", "2001:db8::/32" },
})

-- the module itself
expect.refused("attempt to change a library table", function() series.add = print end)
expect.refused("attempt to change a library table", rawset, series, "add", print)
expect.refused("msys.audit_series.sum is not available in this runtime", function() series.sum("s") end)
