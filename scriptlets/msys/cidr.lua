-- msys.cidr: values by network address, from block list files.
--
-- Effects: the tables of this VM. Files are read when a table is defined and by
-- msys.cidr.reload, at no other time.
--
-- host.define, host.reload, host.is_defined, host.is_address, host.find

local host, check = ...
local M = {}

local TYPES = { "empty", "rbldnsd", "datasource" }
local OPTIONS = {
  "type", "interpolate", "default_value", "refresh", "source", "value", "optimize",
  "cachename", "query", "cidr_column", "value_column",
}

local function judge_default(fn, value)
  if value == nil or type(value) == "boolean" then return value end
  return check.string(fn, "options.default_value", value)
end

-- msys.cidr.define(name, options | type)
--   type: "empty", or "rbldnsd" with the options
--     source: path of the file below the script roots
--     value: "a" (default) or "txt": which column a query returns
--     interpolate: replaces each `$` in it by the address asked for (in the
--       original by that of the connected peer)
--     default_value: what a query returns for an address that is not listed:
--       a string, a boolean or nil
--     refresh, optimize: accepted; the file is read again only by reload
--   "datasource" is not available in this runtime. A later definition replaces
--   an earlier one of the same name. Lines of the file that are no entry are
--   skipped, and the log names them.
--   errors: a file that cannot be read; an unknown type or option
function M.define(name, options)
  local fn = "msys.cidr.define"
  name = check.name(fn, "name", name)
  if type(options) ~= "table" then options = { type = options } end
  options = check.options(fn, options, OPTIONS)
  local kind = check.one_of(fn, "type", options.type, TYPES)
  if kind == "datasource" then
    check.fail(fn, 'the type "datasource" is not available in this runtime; write "rbldnsd"')
  end
  local column = "a"
  if options.value ~= nil then column = check.one_of(fn, "options.value", options.value, { "a", "txt" }) end
  local interpolate = check.flag(fn, "options.interpolate", options.interpolate)
  check.flag(fn, "options.optimize", options.optimize)
  if options.refresh ~= nil then check.within(fn, "options.refresh", options.refresh, 0, 1e9, "1800") end
  local source
  if kind == "rbldnsd" then source = check.key(fn, "options.source", options.source) end
  local reason = host.define(name, source, column, interpolate, judge_default(fn, options.default_value))
  if reason then check.fail(fn, check.shown(source or name) .. ": " .. reason) end
end

local function known(fn, name)
  name = check.name(fn, "name", name)
  if not host.is_defined(name) then
    check.fail(fn, "there is no table " .. check.shown(name) .. "; call msys.cidr.define first")
  end
  return name
end

-- msys.cidr.query(name, address) -> string, or the default_value of the table
--   address: IPv4 or IPv6; the original takes that of the connected peer when it
--   is missing, and there is none here
--   errors: unknown table; no address
function M.query(name, address)
  local fn = "msys.cidr.query"
  name = known(fn, name)
  if address == nil then check.fail(fn, "address is nil; there is no connected peer here: write an address") end
  address = check.key(fn, "address", address)
  if not host.is_address(address) then
    check.fail(fn, "address is " .. check.shown(address) .. ', not an IP address; write e.g. "192.0.2.1"')
  end
  return host.find(name, address)
end

-- msys.cidr.reload(name): reads the file again; nothing to do for an "empty" one
--   errors: unknown table; a file that cannot be read, and then the old content stays
function M.reload(name)
  local fn = "msys.cidr.reload"
  name = known(fn, name)
  local reason = host.reload(name)
  if reason then check.fail(fn, check.shown(name) .. ": " .. reason) end
end

return M
