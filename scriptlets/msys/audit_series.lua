-- msys.audit_series: counts in time windows, by name and key.
--
-- A series has num_windows windows of `interval` seconds each. Window 0 is the
-- one that holds now; windows begin at multiples of the interval since 1970.
-- A key of a "cidr" series is an IPv4 address, of a "cidr_ipv6" series an IPv6
-- address (brackets are allowed), of a "string" series any string of 1 to 1,024
-- bytes without zero bytes. The original takes the address of the connected
-- peer when a cidr key is missing; there is none here, so it must be written.
--
-- Effects: the store of series, on the host's clock.
--
-- host.spec, host.define, host.block, host.add, host.count, host.remove

local host, check = ...
local M = {}

local TYPES = { "cidr", "cidr_ipv6", "string" }
local REPLICATE = { "none", "cluster", "manager" }
local MAX_WINDOWS = 100000
local MAX_COUNT = 2^53

local function describe(kind, interval, windows, persist)
  return ('"%s", %.14g, %d%s'):format(kind, interval, windows, persist and ", { persist = true }" or "")
end

-- msys.audit_series.define(name, type, interval, num_windows [, options])
--   type: "cidr", "cidr_ipv6" or "string"
--   interval: whole seconds of one window; num_windows: 1 to 100,000
--   options: serialize (boolean) and replicate ("none", "cluster", "manager") are
--     accepted and do nothing; persist (boolean): survives a restart
--   The same definition again changes nothing.
--   errors: a different definition of a known name
function M.define(name, kind, interval, num_windows, options)
  local fn = "msys.audit_series.define"
  name = check.name(fn, "name", name)
  kind = check.one_of(fn, "type", kind, TYPES)
  interval = check.whole(fn, "interval", interval, 1, 1e9, "300")
  num_windows = check.whole(fn, "num_windows", num_windows, 1, MAX_WINDOWS, "6")
  options = check.options(fn, options, { "serialize", "replicate", "persist" })
  check.flag(fn, "options.serialize", options.serialize)
  if options.replicate ~= nil then check.one_of(fn, "options.replicate", options.replicate, REPLICATE) end
  local persist = check.flag(fn, "options.persist", options.persist)
  local was, was_interval, was_windows, was_persist = host.spec(name)
  if not was then
    if not host.define(name, kind, interval, num_windows, persist) then
      check.fail(fn, "there are 10000 series already; use one series with many keys")
    end
    return
  end
  local before = describe(was, was_interval, was_windows, was_persist)
  local now = describe(kind, interval, num_windows, persist)
  if before ~= now then
    check.fail(fn, check.shown(name) .. " is defined as " .. before .. ", not " .. now
      .. "; use another name, or the same definition in all scripts")
  end
end

-- The name, type and number of windows of a known series.
local function known(fn, name)
  name = check.name(fn, "name", name)
  local kind, _, windows = host.spec(name)
  if not kind then
    check.fail(fn, "there is no series " .. check.shown(name) .. "; call msys.audit_series.define first")
  end
  return name, kind, windows
end

-- A key in the form that the series takes; only a query may name a block.
local function judge_key(fn, arg, key, kind, block_allowed)
  if key == nil then
    local wanted = kind == "string" and "a string" or "an address; there is no connected peer here"
    check.fail(fn, arg .. " is nil; a " .. kind .. " series needs " .. wanted)
  end
  key = check.key(fn, arg, key)
  if kind == "string" then return key end
  local family, single = host.block(key)
  local example = kind == "cidr" and "192.0.2.1" or "2001:db8::1"
  if family ~= (kind == "cidr" and 4 or 6) then
    local what = kind == "cidr" and "an IPv4" or "an IPv6"
    check.fail(fn, arg .. " is " .. check.shown(key) .. ", not " .. what .. ' address; write e.g. "' .. example .. '"')
  end
  if not single and not block_allowed then
    check.fail(fn, arg .. " is " .. check.shown(key) .. ', a block; write one address, e.g. "' .. example .. '"')
  end
  return key
end

-- What is no table stands for the key.
local function as_options(fn, options, names)
  if options == nil or type(options) == "table" then
    return check.options(fn, options, names), "options.key"
  end
  return { key = options }, "key"
end

-- msys.audit_series.add(name [, options | key])
--   options.count: number, default 1, may be negative; options.key: see above
--   errors: unknown series; no key
function M.add(name, options)
  local fn = "msys.audit_series.add"
  local kind
  name, kind = known(fn, name)
  local opts, arg = as_options(fn, options, { "count", "key" })
  local count = 1
  if opts.count ~= nil then count = check.within(fn, "options.count", opts.count, -MAX_COUNT, MAX_COUNT, "1") end
  local key = judge_key(fn, arg, opts.key, kind, false)
  if not host.add(name, key, count) then
    check.fail(fn, "the series " .. check.shown(name) .. " holds 1000000 keys already; it takes no new ones")
  end
end

-- msys.audit_series.count(name [, options | key]) -> number
--   options.startv, options.endv: windows, default 0; both are counted, and their
--     order does not matter.
--   options.key: an address of a cidr series may carry a mask ("192.0.2.0/24"):
--     the sum of the block
--   Result: 0 for a key that was never counted.
--   errors: unknown series; no key; a window that the series does not have
function M.count(name, options)
  local fn = "msys.audit_series.count"
  local kind, windows
  name, kind, windows = known(fn, name)
  local opts, arg = as_options(fn, options, { "startv", "endv", "key" })
  local function window(field)
    local value = opts[field]
    if value == nil then return 0 end
    value = check.whole(fn, "options." .. field, value, -MAX_COUNT, MAX_COUNT, "0")
    if value < 0 or value >= windows then
      check.fail(fn, ("options.%s is %.14g; the series %s has windows 0 (the running one) to %d")
        :format(field, value, check.shown(name), windows - 1))
    end
    return value
  end
  local first, last = window("startv"), window("endv")
  if first > last then first, last = last, first end
  return host.count(name, judge_key(fn, arg, opts.key, kind, true), first, last)
end

-- msys.audit_series.remove_item(name, key)
--   Forgets all windows of the key; nothing happens when there are none.
--   errors: unknown series; no key
function M.remove_item(name, key)
  local fn = "msys.audit_series.remove_item"
  local kind
  name, kind = known(fn, name)
  host.remove(name, judge_key(fn, "key", key, kind, false))
end

return M
