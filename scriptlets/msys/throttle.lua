-- msys.throttle: named throttles, so many messages in so many seconds.
--
-- An extension: the original has these functions in Sieve only (ec_throttle_create
-- and the others), with the same meaning. A window of the given seconds begins with
-- the first message counted; a throttle is over its budget while more messages than
-- allowed have been counted in it. Counting stops nothing: the script asks.
-- Of more than 1,000 throttles the one used longest ago is dropped, and one whose
-- window has been over for a second is gone: create it each time before use.
--
-- Effects: the store of throttles, on the host's clock.
--
-- host.has, host.create, host.add, host.check, host.clear

local host, check = ...
local M = {}

-- msys.throttle.create(name, messages [, seconds])
--   messages: 1 to 10^15, in `seconds`: 1 to 10^9, default 1; both whole numbers
--   When there is a throttle of that name, nothing changes.
function M.create(name, messages, seconds)
  local fn = "msys.throttle.create"
  name = check.key(fn, "name", name)
  messages = check.whole(fn, "messages", messages, 1, 999999999999999, "10")
  if seconds == nil then seconds = 1 end
  seconds = check.whole(fn, "seconds", seconds, 1, 1e9, "60")
  host.create(name, messages, seconds)
end

local function known(fn, name)
  name = check.key(fn, "name", name)
  if not host.has(name) then
    check.fail(fn, "there is no throttle " .. check.shown(name)
      .. " (any more); call msys.throttle.create each time before it is used")
  end
  return name
end

local function add(fn, name, messages, sign)
  if messages == nil then messages = 1 end
  messages = check.whole(fn, "messages", messages, 1, 1e9, "1")
  host.add(known(fn, name), sign * messages)
end

-- msys.throttle.inc(name [, messages]): counts messages, default 1
--   errors: unknown throttle
function M.inc(name, messages)
  add("msys.throttle.inc", name, messages, 1)
end

-- msys.throttle.dec(name [, messages]): takes messages back, default 1; never below 0
--   errors: unknown throttle
function M.dec(name, messages)
  add("msys.throttle.dec", name, messages, -1)
end

-- msys.throttle.check(name) -> true while more messages have been counted than may be
--   errors: unknown throttle
function M.check(name)
  return host.check(known("msys.throttle.check", name))
end

-- msys.throttle.time_until_clear(name) -> seconds until it is within its budget; 0 when it is
--   errors: unknown throttle
function M.time_until_clear(name)
  return host.clear(known("msys.throttle.time_until_clear", name))
end

return M
