local expect = require("expect")
local throttle = require("msys.throttle")

expect.results({ 0 }, throttle.create("t", 3, 60))
expect.results({ 0 }, throttle.create("t", 9, 1))
expect.equal(throttle.check("t"), false)
for _ = 1, 3 do expect.results({ 0 }, throttle.inc("t")) end
expect.equal(throttle.check("t"), false, "3 of 3 is within the budget, and the second definition did nothing")
expect.equal(throttle.time_until_clear("t"), 0)
throttle.inc("t")
expect.equal(throttle.check("t"), true)
expect.equal(throttle.time_until_clear("t"), 60)
throttle.dec("t")
expect.equal(throttle.check("t"), false)
throttle.inc("t", 10)
throttle.dec("t", 10)
expect.equal(throttle.check("t"), false)
throttle.create("per second", 1)
throttle.inc("per second", 2)
expect.equal(throttle.time_until_clear("per second"), 1)
throttle.create("a@b:c", 1, 60)
expect.equal(throttle.check("a@b:c"), false)

expect.refused('msys.throttle.inc: there is no throttle "u" (a string) (any more); call msys.throttle.create', throttle.inc, "u")
expect.refused("there is no throttle", throttle.check, "u")
expect.refused("there is no throttle", throttle.time_until_clear, "u")
expect.refused("there is no throttle", throttle.dec, "u")
expect.all_refused(throttle.create, {
  { "name is nil", nil, 3, 60, n = 3 },
  { "name is empty", "", 3, 60 },
  { "at most 1024 bytes are allowed", ("x"):rep(1025), 3, 60 },
  { "messages is nil", "v" },
  { "messages is 0; it must be", "v", 0 },
  { "messages is 1.5; write a whole number", "v", 1.5 },
  { "messages is nan", "v", 0 / 0 },
  { "seconds is 0", "v", 1, 0 },
  { 'seconds is "minute" (a string)', "v", 1, "minute" },
})
expect.refused("messages is -1", throttle.inc, "t", -1)
expect.refused("messages is nan", throttle.inc, "t", 0 / 0)
