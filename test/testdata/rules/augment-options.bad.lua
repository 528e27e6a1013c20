-- Augment adds missing options; one that the system set has stays as it is there.
-- system: shared/system.lua
local rules = {
  ["a.test"] = { configuration = { max_retries = 3, max_outbound_connections = {1, 2} } },
  ["c.test"] = { configuration = {} },
}
require('msys.adaptive')
msys.adaptive.registerRules(rules)
