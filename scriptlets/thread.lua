-- thread: mutexes. This runtime has one thread, so nobody ever waits; a lock that
-- would wait for ever is an error instead. The owner of a mutex is the coroutine
-- that locked it.
--
-- Effects: the state of the mutex.
--
-- host.methods, host.mutex, host.take, host.give, host.try

local host, check = ...
local M = { MUTEX_NORMAL = 0, MUTEX_RECURSIVE = 1, MUTEX_ERRORCHECK = 2 }

local HANDLE = "thread.mutex"
local KINDS = { [0] = "normal", "recursive", "errorcheck" }

local methods = {}
host.methods(methods)

-- mutex:lock()
--   errors: the mutex is held; only a recursive one can be locked again by its owner
function methods.lock(mutex)
  check.lock_fault("mutex:lock", "the mutex", host.take(check.handle("mutex:lock", "the mutex", mutex, HANDLE)))
end

-- mutex:unlock()
--   errors: the mutex is free, or another coroutine holds it
function methods.unlock(mutex)
  check.unlock_fault("mutex:unlock", "the mutex", host.give(check.handle("mutex:unlock", "the mutex", mutex, HANDLE)))
end

-- mutex:trylock() -> true when it was locked, false when it is held
function methods.trylock(mutex)
  return host.try(check.handle("mutex:trylock", "the mutex", mutex, HANDLE))
end

-- thread.mutex([kind]) -> mutex
--   kind: thread.MUTEX_NORMAL (default), MUTEX_RECURSIVE or MUTEX_ERRORCHECK
function M.mutex(kind)
  if kind == nil then kind = M.MUTEX_NORMAL end
  local name = KINDS[kind]
  if not name then
    check.fail("thread.mutex", "kind is " .. check.shown(kind)
      .. "; write thread.MUTEX_NORMAL, thread.MUTEX_RECURSIVE or thread.MUTEX_ERRORCHECK")
  end
  return host.mutex(name)
end

return M
