-- "No default, no action": an adjustment of an option that nothing gives a value. Connections and retries have a product default.
-- expect: E_ACTION_NO_DEFAULT 10:7 "throttle" lowers outbound_throttle_messages, which is unlimited unless something sets it: the action is skipped
-- expect: E_ACTION_NO_DEFAULT 11:7 "reduce_deliveries" lowers max_deliveries_per_connection, which is unlimited unless something sets it: the action is skipped
-- expect: E_ACTION_NO_DEFAULT 18:7 "throttle" lowers outbound_throttle_messages, which is unlimited unless something sets it: the action is skipped
-- expect: E_ACTION_NO_DEFAULT 19:7 "reduce_deliveries" lowers max_deliveries_per_connection, which is unlimited unless something sets it: the action is skipped
-- counts: domains 3, aliases 0, responses 7, configurations 2; live 7 rules, 8 actions
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 one", trigger = "1", action = {"throttle", "down"} },
      { code = "^421 two", trigger = "1", action = {{"reduce_deliveries", 2}, {"reduce_connections", 2}} },
      { code = "^421 three", trigger = "1", action = {"greylisted", "1 hour"} },
    },
  },
  ["b.test"] = {
    configuration = { outbound_throttle_messages = 0, max_deliveries_per_connection = {0, 0} },
    responses = {
      { code = "^421 one", trigger = "1", action = {"throttle", "down"} },
      { code = "^421 two", trigger = "1", action = {"reduce_deliveries", 2} },
    },
  },
  ["c.test"] = {
    configuration = { outbound_throttle_messages = function() return 100 end, max_deliveries_per_connection = {1, 20} },
    responses = {
      { code = "^421 one", trigger = "1", action = {"throttle", "down"} },
      { code = "^421 two", trigger = "1", action = {"reduce_deliveries", 2} },
    },
  },
}
msys.adaptive.registerRules(rules)
