-- msys.timer: calls a function later, when the host's clock has advanced.
--
-- Each function returns a timer that is scheduled already, with the methods
--   timer:stop()   takes it out of the schedule; nothing happens if it is not there
--   timer:start()  schedules it again: after and every begin anew from now, at keeps its time
--   timer:name()   the name given, or nil
-- At most 1,000 timers can be scheduled at a time. A timer fires even if no
-- script holds it; in the original it is cancelled when it is collected, so
-- keep it in a variable where a script must run in both.
--
-- The function gets no arguments. If it raises, the error is logged.
--
-- Effects: the schedule of this VM.
--
-- host.methods, host.make, host.start, host.stop, host.name

local host, check = ...
local M = {}

local HANDLE = "msys.timer"
local FULL = "there are 1000 timers already; stop some"
-- Farther than any date; beyond it seconds lose their precision.
local FOREVER = 1e12

local methods = {}
host.methods(methods)

function methods.stop(timer)
  host.stop(check.handle("timer:stop", "the timer", timer, HANDLE))
end

function methods.start(timer)
  if not host.start(check.handle("timer:start", "the timer", timer, HANDLE)) then
    check.fail("timer:start", FULL)
  end
end

function methods.name(timer)
  return host.name(check.handle("timer:name", "the timer", timer, HANDLE))
end

local function make(fn, kind, seconds, closure, name)
  check.closure(fn, "closure", closure)
  if name ~= nil then name = check.name(fn, "name", name) end
  local timer = host.make(kind, seconds, closure, name)
  if not timer then check.fail(fn, FULL) end
  return timer
end

-- msys.timer.after(seconds, closure [, name]) -> timer: fires once
--   seconds: 0 or more, fractions allowed
function M.after(seconds, closure, name)
  local fn = "msys.timer.after"
  return make(fn, "after", check.within(fn, "seconds", seconds, 0, FOREVER, "10"), closure, name)
end

-- msys.timer.at(epoch, closure [, name]) -> timer: fires once
--   epoch: seconds since 1970; a time that has passed means at once
function M.at(epoch, closure, name)
  local fn = "msys.timer.at"
  return make(fn, "at", check.within(fn, "epoch", epoch, 0, FOREVER, "os.time() + 60"), closure, name)
end

-- msys.timer.every(seconds, closure [, name]) -> timer: fires again and again
--   seconds: 0.001 or more. When the clock jumps over several periods, it fires
--   once, and goes on at the next multiple of its interval.
function M.every(seconds, closure, name)
  local fn = "msys.timer.every"
  return make(fn, "every", check.within(fn, "seconds", seconds, 0.001, FOREVER, "10"), closure, name)
end

return M
