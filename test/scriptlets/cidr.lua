local expect = require("expect")
local cidr = require("msys.cidr")

-- empty
expect.results({ 0 }, cidr.define("e", "empty"))
expect.results({ 1, nil }, cidr.query("e", "192.0.2.1"))
cidr.define("e", { type = "empty", default_value = "127.0.0.0" })
expect.equal(cidr.query("e", "::1"), "127.0.0.0", "a later definition replaces the earlier")
cidr.define("e", { type = "empty", default_value = false })
expect.results({ 1, false }, cidr.query("e", "192.0.2.1"))
expect.results({ 0 }, cidr.reload("e"))

-- rbldnsd; the file stands in scriptlets.test.ts
cidr.define("a", { type = "rbldnsd", source = "lists/block.txt", default_value = "none", refresh = 0, optimize = true })
cidr.define("t", { type = "rbldnsd", source = "lists/block.txt", value = "txt" })
cidr.define("i", { type = "rbldnsd", source = "lists/block.txt", value = "txt", interpolate = true })
for address, want in pairs({
  ["192.0.2.1"] = { "127.0.0.2", "listed: $", "listed: 192.0.2.1" },
  ["192.0.2.15"] = { "none" },
  ["192.0.2.16"] = { "127.0.0.3", "a range", "a range" },
  ["192.0.2.19"] = { "127.0.0.3", "a range", "a range" },
  ["192.0.2.20"] = { "none" },
  ["198.51.100.9"] = { "127.0.0.4", "colon", "colon" },
  ["198.51.100.7"] = { "none" },
  ["203.0.113.200"] = { "127.0.0.2", "just text", "just text" },
  ["10.79.255.1"] = { "127.0.0.2", "listed: $", "listed: 10.79.255.1" },
  ["10.80.0.1"] = { "none" },
  ["2001:db8::9"] = { "127.0.0.5", "six", "six" },
  ["[2001:db8::1:2:3]"] = { "127.0.0.6", "longer", "longer" },
  ["2001:db9::"] = { "none" },
  ["::1"] = { "127.0.0.7", "loopback", "loopback" },
  ["::"] = { "127.0.0.2", "listed: $", "listed: ::" },
}) do
  expect.equal(cidr.query("a", address), want[1], address)
  expect.equal(cidr.query("t", address), want[2], address)
  expect.equal(cidr.query("i", address), want[3], address)
end
expect.results({ 0 }, cidr.reload("a"))

expect.all_refused(cidr.define, {
  { "name is nil", nil, "empty", n = 2 },
  { 'type is nil; write "empty" or "rbldnsd" or "datasource"', "x" },
  { 'type is "rbl"', "x", "rbl" },
  { 'the type "datasource" is not available in this runtime', "x", { type = "datasource", query = "select" } },
  { "options.source is nil", "x", "rbldnsd" },
  { "options.source is a table", "x", { type = "rbldnsd", source = {} } },
  { "no file nothing under the script roots", "x", { type = "rbldnsd", source = "nothing" } },
  { 'options.value is "b" (a string); write "a" or "txt"', "x", { type = "rbldnsd", source = "lists/block.txt", value = "b" } },
  { "options.default_value is a table, not a string", "x", { type = "empty", default_value = {} } },
  { "options.interpolate is 1, not true or false", "x", { type = "empty", interpolate = 1 } },
  { "options.refresh is -1", "x", { type = "empty", refresh = -1 } },
  { 'unknown option "sauce"', "x", { type = "empty", sauce = "x" } },
})
expect.all_refused(cidr.query, {
  { 'there is no table "x" (a string); call msys.cidr.define first', "x", "192.0.2.1" },
  { "address is nil; there is no connected peer here", "a" },
  { 'address is "192.0.2.1/32" (a string), not an IP address', "a", "192.0.2.1/32" },
  { "not an IP address", "a", "example.com" },
  { "address is a table", "a", {} },
  { "at most 1024 bytes", "a", ("1"):rep(2^20) },
})
expect.refused("there is no table", cidr.reload, "x")
