-- Options that do not exist, are prefixed, or are not managed without the operator's word.
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
