-- A bad or missing argument drops that action alone.
local function rule(n, ...) return { code = "^421 rule" .. n .. "$", trigger = "1", action = {...} } end
local rules = {
  ["a.test"] = {
    configuration = { outbound_throttle_messages = 1000, max_deliveries_per_connection = 50 },
    responses = {
      { code = "^421 a$", trigger = "1", action = {"suspend"} },
      { code = "^421 b$", trigger = "1", action = {"suspend", "2"} },
      { code = "^421 c$", trigger = "1", action = {"suspend", "2 weeks"} },
      { code = "^421 d$", trigger = "1", action = {"suspend", 7200} },
      { code = "^421 e$", trigger = "1", action = {"blackhole", "0 hours"} },
      { code = "^421 f$", trigger = "1", action = {"greylisted", "-1 hours"} },
      { code = "^421 g$", trigger = "1", action = {"throttle", "up"} },
      { code = "^421 h$", trigger = "1", action = {"throttle", 10} },
      { code = "^421 i$", trigger = "1", action = {"warmup", "soon"} },
      { code = "^421 j$", trigger = "1", action = {"reduce_connections", "0"} },
      { code = "^421 k$", trigger = "1", action = {"reduce_deliveries", 1.5} },
      { code = "^421 l$", trigger = "1", action = {"reduce_deliveries", "two"} },
      { code = "^421 m$", trigger = "1", action = {"transcode", "250"} },
      { code = "^421 n$", trigger = "1", action = {"transcode", "deferred for now"} },
      { code = "^421 o$", trigger = "1", action = {"suspend", {"1 hour"}} },
      { code = "^421 p$", trigger = "1", action = {{"suspend", "soon"}, {"throttle", "down"}} },
      { code = "^421 q$", trigger = "1", action = {{"suspend", "1 hour"}, "throttle", "down"} },
      { code = "^421 r$", trigger = "1", action = {{"suspend", "1 hour"}, delay = "1 hour"} },
      { code = "^421 s$", trigger = "1", action = {"suspend", true} },
      rule(20, "suspend", "1 hours", "throttle"),
    },
  },
}
msys.adaptive.registerRules(rules)
