-- Every action, in every accepted form.
-- counts: domains 1, aliases 0, responses 15, configurations 1; live 15 rules, 17 actions
local rules = {
  ["a.test"] = {
    configuration = { outbound_throttle_messages = 1000, max_deliveries_per_connection = 50 },
    responses = {
      { code = "^421 a$", trigger = "1", action = {"suspend", "2 hours"} },
      { code = "^421 b$", trigger = "1", action = {"suspend", "1 hours"} },
      { code = "^421 c$", trigger = "1", action = {"suspend", "30 Minutes"} },
      { code = "^421 d$", trigger = "1", action = {"blackhole", "1 day"} },
      { code = "^421 e$", trigger = "1", action = {"greylisted", "90 seconds"} },
      { code = "^421 f$", trigger = "1", action = {"throttle", "down"} },
      { code = "^421 g$", trigger = "1", action = {"warmup", "1"} },
      { code = "^421 h$", trigger = "1", action = {"warmup", 86400} },
      { code = "^421 i$", trigger = "1", action = {"reduce_connections", 2} },
      { code = "^421 j$", trigger = "1", action = {"reduce_deliveries", "5"} },
      { code = "^421 k$", trigger = "1", action = {"transcode", "454"} },
      { code = "^421 l$", trigger = "1", action = {"transcode", 454} },
      { code = "^421 m$", trigger = "1", action = {"transcode", "454 4.7.1 come back later"} },
      { code = "^421 n$", trigger = "1", action = {{"throttle", "down"}, {"reduce_deliveries", 2}, {"suspend", "1 hour"}} },
      { code = "^421 o$", trigger = "1", action = {{"suspend", "1 hour"}} },
    },
  },
}
msys.adaptive.registerRules(rules)
