-- What fires when stands in timers.test.ts: the clock must advance outside a script.
local expect = require("expect")
local timer = require("msys.timer")

local fired = 0
local function fire() fired = fired + 1 end
local t = timer.after(10, fire, "label")
expect.equal(msys.type(t), "msys.timer")
expect.equal(t:name(), "label")
expect.results({ 0 }, t:stop())
expect.results({ 0 }, t:stop())
expect.results({ 0 }, t:start())
expect.results({ 0 }, t:start())
expect.equal(t:name(), "label")
expect.results({ 0 }, timer.after(0, fire):name())
expect.equal(timer.at(0, fire, 5):name(), "5")
expect.equal(timer.every("2", fire) ~= nil, true)
expect.equal(fired, 0, "nothing fires while the script runs")

for _, name in ipairs({ "after", "at", "every" }) do
  expect.all_refused(timer[name], {
    { "is nil, not a number", nil, fire, n = 2 },
    { "is nan", 0 / 0, fire },
    { "is inf", 1 / 0, fire },
    { "is 1e+300; it must be", 1e300, fire },
    { "is -1; it must be", -1, fire },
    { 'is "soon" (a string), not a number', "soon", fire },
    { "closure is nil, not a function", 1 },
    { 'closure is "fire" (a string), not a function', 1, "fire" },
    { "name is empty", 1, fire, "" },
    { "name is a table", 1, fire, {} },
    { "at most 255 bytes", 1, fire, ("n"):rep(2^20) },
  })
end
expect.refused("seconds is 0; it must be 0.001", timer.every, 0, fire)
expect.refused("the timer is nil, not a msys.timer; is it called with a colon?", t.stop)
expect.refused("the timer is a table", t.start, {})
expect.refused("the timer is a thread.mutex", t.name, thread.mutex())
expect.equal(t.nothing, nil)

-- a thousand at a time
local all = {}
for i = 1, 996 do all[i] = timer.after(1, fire) end
expect.refused("there are 1000 timers already; stop some", timer.after, 1, fire)
t:stop()
all[1000] = timer.after(1, fire)
expect.refused("there are 1000 timers already; stop some", function() t:start() end)
all[1000]:start()
