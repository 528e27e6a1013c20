local expect = require("expect")

expect.equal(msys.type(thread.mutex()), "thread.mutex", "a global from the start")
local lib = require("thread")
expect.equal(thread == lib, true)
expect.equal(lib.MUTEX_NORMAL ~= lib.MUTEX_RECURSIVE and lib.MUTEX_RECURSIVE ~= lib.MUTEX_ERRORCHECK, true)

local m = lib.mutex()
expect.equal(type(m), "userdata")
expect.results({ 0 }, m:lock())
expect.refused("the mutex is locked by this coroutine already", function() m:lock() end)
expect.results({ 1, false }, m:trylock())
expect.results({ 0 }, m:unlock())
expect.refused("the mutex is not locked; lock it first", function() m:unlock() end)
expect.results({ 1, true }, m:trylock())
coroutine.wrap(function()
  expect.results({ 1, false }, m:trylock())
  expect.refused("held by another coroutine", function() m:lock() end)
  expect.refused("held by another coroutine; unlock it there", function() m:unlock() end)
end)()
m:unlock()

local r = lib.mutex(lib.MUTEX_RECURSIVE)
r:lock()
r:lock()
expect.results({ 1, true }, r:trylock())
r:unlock()
r:unlock()
coroutine.wrap(function() expect.results({ 1, false }, r:trylock()) end)()
r:unlock()
expect.refused("not locked", function() r:unlock() end)

local e = lib.mutex(lib.MUTEX_ERRORCHECK)
e:lock()
expect.refused("is locked by this coroutine already", function() e:lock() end)
e:unlock()

expect.all_refused(lib.mutex, {
  { "kind is 7; write thread.MUTEX_NORMAL", 7 },
  { 'kind is "recursive"', "recursive" },
  { "kind is nan", 0 / 0 },
  { "kind is a table", {} },
})
expect.refused("the mutex is nil, not a thread.mutex; is it called with a colon?", m.lock)
expect.refused("the mutex is a table", m.unlock, {})
expect.refused("thread.new is not available in this runtime", function() lib.new() end)
