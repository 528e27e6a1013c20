local expect = require("expect")
local counter = require("msys.counter")

expect.equal(counter.STRICT ~= counter.RELAXED, true)
local h = counter.open("/site/example/errors")
expect.equal(type(h), "userdata")
expect.equal(msys.type(h), "msys.counter")
expect.equal(tostring(h), "msys.counter")
expect.equal(getmetatable(h), "msys.counter")
expect.equal(counter.read(h), 0)
expect.results({ 0 }, counter.inc(h))
expect.results({ 0 }, counter.add(h, 5))
expect.equal(counter.read("/site/example/errors"), 6, "a path is the same counter")
counter.inc("/site/example/errors")
expect.equal(counter.read(h), 7)
counter.add(h, -10)
expect.equal(counter.read(h), -3)
counter.add(h, 2.9)
counter.add(h, -2.9)
expect.equal(counter.read(h), -3, "cut toward zero")
expect.results({ 0 }, counter.reset(h))
expect.equal(counter.read(h), 0)
expect.equal(counter.read(counter.open("/site/example/errors", counter.RELAXED)), 0)

-- a missing path
expect.equal(counter.read("/nowhere"), 0)
counter.inc("/made/by/inc")
expect.equal(counter.read("/made/by/inc"), 1)
counter.add("/made/by/add", 1024)
expect.equal(counter.read("/made/by/add"), 1024)
counter.reset("/made/by/reset")
expect.equal(counter.read("/made/by/reset"), 0)

-- unlink
local u = counter.open("/u")
counter.add(u, 3)
expect.results({ 0 }, counter.unlink("/u"))
expect.equal(counter.read("/u"), 0, "the name is gone")
counter.inc(u)
expect.equal(counter.read(u), 4, "the handle is not")
counter.inc("/u")
expect.equal(counter.read("/u"), 1, "the name means a new counter")
expect.equal(counter.read(u), 4)
expect.results({ 0 }, counter.unlink("/never/there"))

-- large
counter.add("/large", 2^53 - 1)
expect.equal(counter.read("/large") == 2^53 - 1, true)
expect.refused("would pass 2^53", counter.inc, "/large")
expect.equal(counter.read("/large") == 2^53 - 1, true)

-- refused
local fake = newproxy(true)
getmetatable(fake).__name = "msys.counter"
local bad = {
  { "the counter is nil, neither a path nor a handle", n = 1 },
  { "the counter is a table", {} },
  { "the counter is true", true },
  { "the counter is a userdata", fake },
  { "the counter is a thread.mutex", thread.mutex() },
  { "path is empty", "" },
  { "zero byte", "/a\0b" },
  { "at most 1024 bytes", ("/x"):rep(2^19) },
}
for _, name in ipairs({ "inc", "reset", "read" }) do expect.all_refused(counter[name], bad) end
expect.all_refused(counter.add, {
  { "delta is nil", "/x" },
  { "delta is nan", "/x", 0 / 0 },
  { "delta is inf", "/x", 1 / 0 },
  { "delta is 1e+300", "/x", 1e300 },
  { 'delta is "many" (a string)', "/x", "many" },
})
expect.equal(counter.read("/x"), 0)
expect.all_refused(counter.open, {
  { "path is nil" },
  { "path is a msys.counter", h },
  { "path is empty", "" },
  { "semantics is 7; write msys.counter.STRICT or msys.counter.RELAXED", "/x", 7 },
  { 'semantics is "strict"', "/x", "strict" },
})
expect.refused("path is a msys.counter", counter.unlink, h)

-- paths are bytes: a byte order mark makes another path
counter.inc("\239\187\191/bom")
expect.equal(counter.read("/bom"), 0)
