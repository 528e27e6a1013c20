-- A bad or missing argument drops that action alone.
-- expect: E_ACTION_ARGUMENT 26:36 "throttle" has no argument: it is dropped
-- expect: E_ACTION_FLAT 26:94 several actions stand in one flat list; they are read as name, value, name, value
-- expect: E_ACTION_ARGUMENT 31:52 "suspend" has no argument: it is dropped
-- expect: E_ACTION_ARGUMENT 32:63 "suspend" cannot take "2": it is dropped
-- expect: E_ACTION_ARGUMENT 33:63 "suspend" cannot take "2 weeks": it is dropped
-- expect: E_ACTION_ARGUMENT 34:63 "suspend" cannot take 7200: it is dropped
-- expect: E_ACTION_ARGUMENT 35:65 "blackhole" cannot take "0 hours": it is dropped
-- expect: E_ACTION_ARGUMENT 36:66 "greylisted" cannot take "-1 hours": it is dropped
-- expect: E_ACTION_ARGUMENT 37:64 "throttle" cannot take "up": it is dropped
-- expect: E_ACTION_ARGUMENT 38:64 "throttle" cannot take 10: it is dropped
-- expect: E_ACTION_ARGUMENT 39:62 "warmup" cannot take "soon": it is dropped
-- expect: E_ACTION_ARGUMENT 40:74 "reduce_connections" cannot take "0": it is dropped
-- expect: E_ACTION_ARGUMENT 41:73 "reduce_deliveries" cannot take 1.5: it is dropped
-- expect: E_ACTION_ARGUMENT 42:73 "reduce_deliveries" cannot take "two": it is dropped
-- expect: E_ACTION_ARGUMENT 43:65 "transcode" cannot take "250": it is dropped
-- expect: E_ACTION_ARGUMENT 44:65 "transcode" cannot take "deferred for now": it is dropped
-- expect: E_ACTION_ARGUMENT 45:52 "suspend" stands between action lists: it is dropped
-- expect: E_ACTION_UNKNOWN 45:64 unknown action "1 hour": it is dropped
-- expect: E_ACTION_ARGUMENT 46:64 "suspend" cannot take "soon": it is dropped
-- expect: E_ACTION_ARGUMENT 47:75 "throttle" stands between action lists: it is dropped
-- expect: E_ACTION_ARGUMENT 47:87 "down" stands between action lists: it is dropped
-- expect: E_ACTION_ARGUMENT 48:75 the action list has a field "delay", which is ignored
-- expect: E_ACTION_ARGUMENT 49:63 "suspend" cannot take true: it is dropped
-- counts: domains 1, aliases 0, responses 20, configurations 1; live 20 rules, 4 actions
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
