-- Names of the original that are not here: naming is fine, using is an error.
local expect = require("expect")

for name in ([[apn audit av base64 brightmail cloudmark commtouch db extended.ac extended.message
    extended.message_routing extended.vctx http http.client httpclnt idn os qp rfc3464 symantec_beik
    threadpool validate validate.dk validate.opendkim expurgate]]):gmatch("%S+") do
  local path = "msys." .. name
  local stub = require(path)
  expect.equal(tostring(stub), path .. " (not available in this runtime)")
  expect.refused(path .. ".anything is not available in this runtime", function() return stub.anything("x") end)
end
for _, name in ipairs({ "xml", "curl" }) do
  local stub = require(name)
  expect.refused(name .. ".new is not available in this runtime", function() stub.new() end)
end

for name in ([[dnsLookup snmpTrap expandMacro cast getClassMetaTable registerAuth httpRequest nothing]]):gmatch("%S+") do
  expect.equal(msys[name] ~= nil, true, name)
  expect.refused("msys." .. name .. " is not available in this runtime", function() msys[name]("x") end)
end
expect.refused("msys.bounce.classify is not available in this runtime", function() msys.bounce.classify({}) end)
expect.refused("msys.validate.opendkim.sign is not available in this runtime", function() msys.validate.opendkim.sign() end)
expect.refused("msys.db is not available in this runtime", function() msys.db.timeout = 5 end)
expect.refused("stubs.lua:", function() msys.db.query("x") end)
expect.refused("module 'msys.nonsense' not found", require, "msys.nonsense")
expect.equal(msys.db[1], nil)

local long = msys
for _ = 1, 1000 do long = long.longer end
expect.refused("… is not available in this runtime", function() long() end)
expect.equal(#tostring(long) < 300, true)

-- a module made by a script may take the place of a name that is not here
module("msys.mine", package.seeall)
value = 7
expect.equal(msys.mine.value, 7)
