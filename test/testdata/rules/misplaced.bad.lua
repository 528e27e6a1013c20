-- `configuration` and `responses` beside the domains; `configuration` inside `responses` (an unclosed brace, usually).
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} },
      configuration = { max_retries = 3 },
    },
  },
  configuration = { max_outbound_connections = {2, 20} },
  responses = {
    { code = "^450 slow", trigger = "1", action = {"suspend", "1 hour"} },
  },
}
msys.adaptive.registerRules(rules)
