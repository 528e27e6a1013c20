-- The system set that the merge fixtures start from.
module("msys.adaptive_rules", package.seeall)

Rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 busy", trigger = "1", action = {"suspend", "30 minutes"} },
      { code = "^450 slow", trigger = "3/10", action = {"suspend", "1 hours"} },
    },
    configuration = { max_outbound_connections = {2, 9} },
  },
  ["b.test"] = "a.test",
  ["c.test"] = { configuration = { max_retries = 5 } },
  ["d.test"] = "c.test",
}
