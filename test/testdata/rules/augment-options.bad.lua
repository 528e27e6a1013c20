-- Augment adds missing options; one that the system set has stays as it is there.
-- system: shared/system.lua
-- expect: E_CONFIG_KEPT 6:1 max_outbound_connections is set in shared/system.lua:10 already, which stays: this value is ignored
-- counts: domains 2, aliases 2, responses 2, configurations 2; live 2 rules, 2 actions
local rules = {
  ["a.test"] = { configuration = { max_retries = 3, max_outbound_connections = {1, 2} } },
  ["c.test"] = { configuration = {} },
}
require('msys.adaptive')
msys.adaptive.registerRules(rules)
