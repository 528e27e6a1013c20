-- The functions directly in msys. Console commands and deferred functions run
-- from the host: see host-api.test.ts.
local expect = require("expect")

-- log
expect.results({ 0 }, msys.log(msys.core.LOG_WARNING, "text"))
expect.results({ 0 }, msys.log(msys.core.LOG_DEBUG, 42))
expect.all_refused(msys.log, {
  { "level is nil; write one of msys.core.LOG_EMERG, LOG_ALERT, LOG_CRIT", nil, "x", n = 2 },
  { "level is 8", 8, "x" },
  { "level is -1", -1, "x" },
  { "level is 1.5", 1.5, "x" },
  { "level is nan", 0 / 0, "x" },
  { 'level is "err"', "err", "x" },
  { "level is a table", msys.core.LOG_FATAL, "x" },
  { "text is nil, not a string", 3 },
  { "text is a table", 3, {} },
})

-- config
expect.results({ 2, 20, "max_outbound_connections = 20" }, msys.config("get", "max_outbound_connections"))
expect.results({ 2, 5, "domain example.com max_outbound_connections = 5" },
  msys.config("get", "domain", "example.com", "max_outbound_connections"))
expect.results({ 2, false, "binding b1 domain example.com generate_bounces = false" },
  msys.config("get", "binding", "b1", "domain", "example.com", "generate_bounces"))
expect.results({ 2, "mta.example.com", "hostname = mta.example.com" }, msys.config("get", "hostname"))
expect.results({ 2, nil, "there is no option domain example.org nothing" }, msys.config("get", "domain", "example.org", "nothing"))
expect.all_refused(msys.config, {
  { "the configuration cannot be changed by a script", "set", "a", "b" },
  { 'action is nil; write "get"' },
  { 'action is "show" (a string); write "get"', "show", "a" },
  { "no option is named", "get" },
  { "argument 2 is nil", "get", nil, n = 2 },
  { "argument 3 is a table", "get", "domain", {} },
  { "argument 3 is nil", "get", "domain", nil, "x", n = 4 },
  { "zero byte", "get", "a\0" },
  { "at most 255 bytes", "get", ("x"):rep(2^20) },
  { "there are 17 words", "get", unpack({ "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a" }) },
})

-- readfile
expect.results({ 1, "two\nlines" }, msys.readfile("note.txt"))
expect.results({ 1, "\255\0\1" }, msys.readfile("bytes.bin"))
expect.results({ 2, nil, "no file nothing.txt under the script roots" }, msys.readfile("nothing.txt"))
expect.results({ 2, nil, "URIs are not read in this runtime" }, msys.readfile("http://example.com/x"))
expect.results({ 2, nil, "URIs are not read in this runtime" }, msys.readfile("file:///etc/passwd"))
expect.results({ 2, nil, "the path is empty" }, msys.readfile(""))
expect.results({ 2, nil, "the path holds a zero byte" }, msys.readfile("a\0b"))
expect.results({ 2, nil, "the path is longer than 4096 bytes" }, msys.readfile(("x/"):rep(2^19)))
expect.all_refused(msys.readfile, { { "path is nil" }, { "path is a table", {} }, { "path is true", true } })

-- lock and unlock
expect.results({ 0 }, msys.lock("m"))
expect.refused('the mutex "m" (a string) is locked by this coroutine already, and would wait for itself', msys.lock, "m")
expect.results({ 0 }, msys.lock("other"))
expect.results({ 0 }, msys.unlock("m"))
expect.refused('the mutex "m" (a string) is not locked; lock it first', msys.unlock, "m")
msys.lock("m")
coroutine.wrap(function()
  expect.refused("held by another coroutine, and waiting would never end", msys.lock, "m")
  expect.refused("held by another coroutine; unlock it there", msys.unlock, "m")
end)()
msys.unlock("m")
for _, name in ipairs({ "lock", "unlock" }) do
  expect.all_refused(msys[name], {
    { "name is nil" }, { "name is empty", "" }, { "name is a table", {} }, { "at most 1024", ("m"):rep(2^20) }, { "zero byte", "\0" },
  })
end

-- sleep
local before = os.time()
expect.results({ 0 }, msys.sleep(1e6))
expect.results({ 0 }, msys.sleep("0.2"))
expect.equal(os.time(), before, "no time passes")
expect.all_refused(msys.sleep, {
  { "seconds is nil" }, { "seconds is -1", -1 }, { "seconds is nan", 0 / 0 }, { "seconds is inf", 1 / 0 }, { "seconds is a table", {} },
})

-- runInPool
expect.results({ 3, true, 1, "two" }, msys.runInPool("IO", function() return 1, "two" end))
expect.results({ 1, true }, msys.runInPool(3, function() end))
expect.results({ 4, true, nil, nil, nil }, msys.runInPool("IO", function() return nil, nil, nil end, false))
local ok, message = msys.runInPool("IO", function() error("inside") end)
expect.equal(ok, false)
expect.equal(message:find("inside", 1, true) ~= nil, true)
local order = {}
expect.results({ 2, true, "done" }, msys.runInPool("IO",
  function() order[#order + 1] = "closure" return "done" end,
  function() order[#order + 1] = "completion" end,
  msys.core.ECTP_COMPLETE_CALLBACK_SCHED))
expect.equal(order, { "closure", "completion" })
expect.results({ 2, true, 1 }, msys.runInPool("IO", function() return 1 end, function() error("swallowed") end))
expect.results({ 0 }, msys.runInPool("IO", function() order[#order + 1] = "late" end, true))
expect.equal(#order, 2, "after the caller has ended")
expect.all_refused(msys.runInPool, {
  { "pool is nil", nil, print, n = 2 },
  { "pool is a table", {}, print },
  { "closure is nil", "IO" },
  { 'closure is "print"', "IO", "print" },
  { 'the third argument is "later" (a string); write true, false or a completion function', "IO", print, "later" },
})
for _ = 2, 1000 do msys.runInPool("IO", print, true) end
expect.refused("1000 functions wait already", msys.runInPool, "IO", print, true)

-- asyncOk and type
expect.results({ 1, false }, msys.asyncOk())
for _, value in ipairs({ 1, "x", true, {}, print }) do expect.equal(msys.type(value), type(value)) end
expect.equal(msys.type(nil), "nil")
expect.equal(msys.type(newproxy(true)), "userdata")
expect.equal(msys.type(thread.mutex()), "thread.mutex")
expect.equal(msys.type(coroutine.create(function() end)), "thread")
expect.refused("no value is given", msys.type)

-- registerModule
local calls = {}
local mod = {}
function mod:init()
  calls[#calls + 1] = self == mod and "init" or "?"
  return true
end
function mod:validate_data() end
expect.results({ 0 }, msys.registerModule("mine", mod))
expect.equal(calls, { "init" })
expect.results({ 0 }, msys.registerModule("no callbacks", {}))
expect.all_refused(msys.registerModule, {
  { "name is nil", nil, {}, n = 2 },
  { "the module is nil", "m" },
  { 'the module is "m"', "m", "m" },
  { "module.init is 5, not a function", "m", { init = 5 } },
  { "module.deinit is true, not a function", "m", { deinit = true } },
  { 'init of "m" (a string) returned nil; it must return true', "m", { init = function() end } },
  { "returned 1; it must return true", "m", { init = function() return 1 end } },
  { "returned false", "m", { init = function() return false end } },
  { "mine", "m", { init = function() error("mine") end } },
})
local many = {}
for i = 1, 201 do many["f" .. i] = print end
expect.refused("the module has 201 functions; is it the right table?", msys.registerModule, "m", many)

-- registerControl
expect.results({ 0 }, msys.registerControl("hello", function() end))
expect.all_refused(msys.registerControl, {
  { "prefix is nil", nil, print, n = 2 },
  { "prefix is empty", "", print },
  { "prefix is blank", "  ", print },
  { "prefix is a table", {}, print },
  { "zero byte", "a\0", print },
  { "closure is nil", "a" },
  { "closure is a table", "a", {} },
})

-- the table msys itself
expect.equal(require("msys"), msys)
expect.equal(msys[1], nil)
msys.mine = 5
expect.equal(msys.mine, 5, "scripts may add to it")
