-- msys.counter: whole numbers under paths such as "/site/example/errors".
--
-- A path is a string of 1 to 1,024 bytes without zero bytes; it need not begin
-- with a slash. A counter holds whole numbers to 2^53.
--
-- Effects: the store of counters.
--
-- host.open, host.add, host.reset, host.read, host.unlink

local host, check = ...
local M = { STRICT = 0, RELAXED = 1 }

local HANDLE = "msys.counter"
local LARGEST = 2^53 - 1

local function judge(fn, counter)
  if check.is_handle(counter, HANDLE) then return counter end
  if type(counter) ~= "string" and type(counter) ~= "number" then
    check.fail(fn, "the counter is " .. check.shown(counter)
      .. ", neither a path nor a handle of msys.counter.open; is the name of the variable spelt right?")
  end
  return check.key(fn, "path", counter)
end

local function refuse(fn, fault)
  if fault == "full" then check.fail(fn, "there are 100000 counters already; unlink some") end
  if fault == "range" then check.fail(fn, "the counter would pass 2^53; reset it before") end
end

-- msys.counter.open(path [, semantics]) -> handle
--   semantics: msys.counter.STRICT or msys.counter.RELAXED, which are alike here
--   A path that is not there is made, with value 0. The handle stays valid when
--   the path is unlinked.
function M.open(path, semantics)
  local fn = "msys.counter.open"
  path = check.key(fn, "path", path)
  if semantics ~= nil and semantics ~= M.STRICT and semantics ~= M.RELAXED then
    check.fail(fn, "semantics is " .. check.shown(semantics) .. "; write msys.counter.STRICT or msys.counter.RELAXED")
  end
  local handle = host.open(path)
  if not handle then refuse(fn, "full") end
  return handle
end

-- msys.counter.inc(handle | path): adds 1; a path that is not there is made
function M.inc(counter)
  local fn = "msys.counter.inc"
  refuse(fn, host.add(judge(fn, counter), 1))
end

-- msys.counter.add(handle | path, delta): adds a number, cut toward zero
--   errors: the result would pass 2^53 either way
function M.add(counter, delta)
  local fn = "msys.counter.add"
  counter = judge(fn, counter)
  delta = check.within(fn, "delta", delta, -LARGEST, LARGEST, "1")
  refuse(fn, host.add(counter, delta < 0 and -(-delta - -delta % 1) or delta - delta % 1))
end

-- msys.counter.reset(handle | path): sets 0; a path that is not there is made
function M.reset(counter)
  local fn = "msys.counter.reset"
  refuse(fn, host.reset(judge(fn, counter)))
end

-- msys.counter.read(handle | path) -> whole number, 0 for a path that is not there
function M.read(counter)
  return host.read(judge("msys.counter.read", counter))
end

-- msys.counter.unlink(path): takes the name away; open handles go on counting
--   Nothing happens when the path is not there.
function M.unlink(path)
  host.unlink(check.key("msys.counter.unlink", "path", path))
end

return M
