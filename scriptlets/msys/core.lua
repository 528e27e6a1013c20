-- msys.core: constants, and the clock. All other functions of the original's
-- msys.core are not available in this runtime.
--
-- The numbers are ours: scripts must use the names.
--
-- host.now()

local host = ...
local M = {
  VALIDATE_CONT = 0,
  VALIDATE_AGAIN = 1,
  VALIDATE_DONE = 2,

  LOG_EMERG = 0,
  LOG_ALERT = 1,
  LOG_CRIT = 2,
  LOG_ERR = 3,
  LOG_WARNING = 4,
  LOG_NOTICE = 5,
  LOG_INFO = 6,
  LOG_DEBUG = 7,

  O_RDONLY = 0,
  O_WRONLY = 1,
  O_RDWR = 2,
  O_CREAT = 64,
  O_EXCL = 128,
  O_TRUNC = 512,
  O_APPEND = 1024,
  O_NONBLOCK = 2048,

  ECTP_COMPLETE_CALLBACK = 0,
  ECTP_COMPLETE_CALLBACK_SCHED = 1,
}

-- msys.core.get_now_ts() -> whole seconds since 1970, on the host's clock
function M.get_now_ts()
  local now = host.now()
  return now - now % 1
end

return M
