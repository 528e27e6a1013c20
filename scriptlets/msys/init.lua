-- msys: the functions directly in `msys`.
--
-- host.log, host.config, host.readfile, host.lock, host.unlock, host.type,
-- host.defer, host.register_module, host.register_control

local host, check = ...
local M = {}

local LEVELS = { [0] = "EMERG", "ALERT", "CRIT", "ERR", "WARNING", "NOTICE", "INFO", "DEBUG" }

-- msys.log(level, text): writes one line to the host's log, at most 8,192 characters of it
--   level: msys.core.LOG_EMERG, _ALERT, _CRIT, _ERR, _WARNING, _NOTICE, _INFO, _DEBUG
--   Source: documented for 5.x of the original only.
function M.log(level, text)
  if type(level) ~= "number" or not LEVELS[level] then
    check.fail("msys.log", "level is " .. check.shown(level) .. "; write one of msys.core.LOG_"
      .. LEVELS[0] .. ", LOG_" .. table.concat(LEVELS, ", LOG_"))
  end
  host.log(level, check.string("msys.log", "text", text))
end

-- msys.config("get", [scope, name,]… option) -> value, text | nil, reason
--   e.g. msys.config("get", "binding", "b1", "domain", "example.com", "max_outbound_connections")
--   value: the option's value; text: what the console's `config` command prints
--   Read-only. errors: "set", or any other action
function M.config(action, ...)
  local fn = "msys.config"
  if action == "set" then
    check.fail(fn, 'the configuration cannot be changed by a script; write "get", and set options in the configuration file')
  end
  check.one_of(fn, "action", action, { "get" })
  local count = select("#", ...)
  if count == 0 then check.fail(fn, 'no option is named; write e.g. msys.config("get", "max_outbound_connections")') end
  if count > 16 then check.fail(fn, "there are " .. count .. " words; at most 16 are allowed") end
  local path = { ... }
  for i = 1, count do path[i] = check.name(fn, "argument " .. i + 1, path[i]) end
  return host.config(unpack(path, 1, count))
end

-- msys.readfile(path) -> string | nil, reason
--   path: below the script roots; no URIs
function M.readfile(path)
  path = check.string("msys.readfile", "path", path)
  if path == "" then return nil, "the path is empty" end
  if path:find("\0", 1, true) then return nil, "the path holds a zero byte" end
  if path:find("^%a[%w+.-]*://") then return nil, "URIs are not read in this runtime" end
  if #path > 4096 then return nil, "the path is longer than 4096 bytes" end
  return host.readfile(path)
end

-- msys.lock(name): locks the mutex of that name; nobody ever waits here
--   errors: it is locked
function M.lock(name)
  name = check.key("msys.lock", "name", name)
  check.lock_fault("msys.lock", "the mutex " .. check.shown(name), host.lock(name))
end

-- msys.unlock(name): unlocks the mutex of that name
--   errors: it is free, or another coroutine holds it
function M.unlock(name)
  name = check.key("msys.unlock", "name", name)
  check.unlock_fault("msys.unlock", "the mutex " .. check.shown(name), host.unlock(name))
end

-- msys.sleep(seconds): goes on at once; the log tells that it was asked for
--   seconds: 0 or more. The clock does not advance.
function M.sleep(seconds)
  local n = check.within("msys.sleep", "seconds", seconds, 0, 1e9, "0.2")
  host.log(6, ("msys.sleep(%.14g): not waited for"):format(n))
end

local function finish(completion, ...)
  local ok, message = pcall(completion)
  if not ok then host.log(3, "a completion function of msys.runInPool failed: " .. tostring(message)) end
  return ...
end

-- msys.runInPool(pool, closure [, true | completion]) -> ok, result… | ok, message
--   pool: a name or number, without effect: there is one thread
--   Runs the closure at once, like pcall. A completion function runs after it;
--   its error is logged. With true, the closure runs after the calling script
--   has ended, and nothing is returned.
function M.runInPool(pool, closure, mode)
  local fn = "msys.runInPool"
  check.name(fn, "pool", pool)
  check.closure(fn, "closure", closure)
  if mode == nil or mode == false then return pcall(closure) end
  if mode == true then
    if not host.defer(closure) then check.fail(fn, "1000 functions wait already; run this one without true") end
    return
  end
  if type(mode) ~= "function" then
    check.fail(fn, "the third argument is " .. check.shown(mode) .. "; write true, false or a completion function")
  end
  return finish(mode, pcall(closure))
end

-- msys.asyncOk() -> false: nothing can be suspended here
function M.asyncOk()
  return false
end

-- msys.type(value) -> string: as `type`, but for a host object its own name, e.g. "msys.timer"
function M.type(...)
  if select("#", ...) == 0 then check.fail("msys.type", "no value is given; write msys.type(value)") end
  return host.type((...))
end

-- msys.registerModule(name, module)
--   module: a table of callbacks. Its `init`, if there is one, is called at once
--   and must return true; `deinit` is called when the rule set goes. All other
--   functions are recorded, and the log names them: they never run here.
--   errors: init returns anything but true
function M.registerModule(name, module)
  local fn = "msys.registerModule"
  name = check.name(fn, "name", name)
  check.table(fn, "the module", module)
  for _, field in ipairs({ "init", "deinit" }) do
    if module[field] ~= nil then check.closure(fn, "module." .. field, module[field]) end
  end
  local callbacks = {}
  for key, value in pairs(module) do
    if type(key) == "string" and type(value) == "function" and key ~= "init" and key ~= "deinit" then
      callbacks[#callbacks + 1] = #key > 60 and key:sub(1, 60) .. "…" or key
    end
  end
  if #callbacks > 200 then
    check.fail(fn, "the module has " .. #callbacks .. " functions; is it the right table? At most 200 are allowed")
  end
  table.sort(callbacks)
  if module.init ~= nil then
    local answer = module.init(module)
    if answer ~= true then
      check.fail(fn, "init of " .. check.shown(name) .. " returned " .. check.shown(answer) .. "; it must return true")
    end
  end
  host.register_module(name, module, unpack(callbacks))
end

-- msys.registerControl(prefix, closure)
--   Console commands that begin with the words of the prefix call closure(cc):
--   cc.argc is the number of words, cc.argv[0] the first of them, cc.argv[cc.argc - 1]
--   the last. What it prints is the command's output. A later registration of
--   the same prefix replaces the earlier one.
function M.registerControl(prefix, closure)
  local fn = "msys.registerControl"
  prefix = check.name(fn, "prefix", prefix):gsub("%s+", " "):gsub("^ ", ""):gsub(" $", "")
  if prefix == "" then check.fail(fn, "prefix is blank; write the word that begins the command") end
  host.register_control(prefix, check.closure(fn, "closure", closure))
end

return M
