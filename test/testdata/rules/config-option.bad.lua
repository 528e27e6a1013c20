-- Options that do not exist, are prefixed, or are not managed without the operator's word.
-- expect: E_CONFIG_OPTION 12:7 unknown option "max_outbound_connection": it is ignored
-- expect: E_CONFIG_PREFIX 13:7 "adaptive_max_outbound_connections" sets bounds in ecelerity.conf; in a rule file it is read as max_outbound_connections
-- expect: E_CONFIG_OPTION 14:7 unknown option "adaptive_enabled": it is ignored
-- expect: E_CONFIG_OPTION 15:7 unknown option "suspend": it is ignored
-- expect: E_CONFIG_UNMANAGED 16:7 idle_timeout is not managed by default: this value has no effect
-- expect: E_CONFIG_OPTION 18:7 unknown option "toString": it is ignored
-- counts: domains 1, aliases 0, responses 0, configurations 1; live 0 rules, 0 actions
local rules = {
  ["a.test"] = {
    configuration = {
      max_outbound_connection = 20,
      adaptive_max_outbound_connections = {2, 20},
      adaptive_enabled = true,
      suspend = 5,
      idle_timeout = 10,
      Max_Retries = 3,
      toString = 1,
    },
  },
}
msys.adaptive.registerRules(rules)
