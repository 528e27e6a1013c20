-- Every form of a value: number, fraction, zero (no limit), numeric text, range, function.
-- counts: domains 5, aliases 0, responses 0, configurations 4; live 0 rules, 0 actions
local function grow(curr, last, age, mc) return 24 * age / 86400 end
local rules = {
  ["a.test"] = {
    configuration = {
      max_outbound_connections = {2, 20},
      max_deliveries_per_connection = 50,
      retry_interval = "900",
      max_retry_interval = {"600", 7200},
      max_retries = 0,
      outbound_throttle_messages = grow,
    },
  },
  ["b.test"] = { configuration = { outbound_throttle_messages = 0.5, max_outbound_connections = {5, 5} } },
  ["c.test"] = { configuration = { outbound_throttle_messages = function() end } },
  ["d.test"] = { configuration = {} },
  ["e.test"] = {},
}
msys.adaptive.registerRules(rules)
