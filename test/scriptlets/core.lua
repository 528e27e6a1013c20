local expect = require("expect")
local core = require("msys.core")

expect.equal(core.get_now_ts(), os.time())
advance(0.75)
expect.equal(core.get_now_ts() % 1, 0, "whole seconds")
expect.equal(core.get_now_ts(), os.time())

local function distinct(prefix, names)
  local seen = {}
  for name in names:gmatch("%w+") do
    local value = core[prefix .. name]
    expect.equal(type(value), "number", name)
    expect.equal(value % 1, 0)
    expect.equal(seen[value], nil, name)
    seen[value] = name
  end
end
distinct("VALIDATE_", "CONT AGAIN DONE")
distinct("LOG_", "EMERG ALERT CRIT ERR WARNING NOTICE INFO DEBUG")
distinct("O_", "RDONLY WRONLY RDWR CREAT EXCL TRUNC APPEND NONBLOCK")
expect.equal(core.O_CREAT | core.O_APPEND | core.O_WRONLY, core.O_CREAT + core.O_APPEND + core.O_WRONLY)

expect.refused("msys.core.dns_get_domain is not available in this runtime", function() core.dns_get_domain("a") end)
expect.refused("attempt to change a library table", function() core.LOG_ERR = 99 end)
expect.refused("cannot change a protected metatable", setmetatable, core, {})
