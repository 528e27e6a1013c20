-- Values of the wrong type or range: the option is ignored, the others stay.
local rules = {
  ["a.test"] = { configuration = { max_outbound_connections = {20, 2}, retry_interval = 600 } },
  ["b.test"] = { configuration = { max_outbound_connections = {5} } },
  ["c.test"] = { configuration = { max_outbound_connections = {1, 2, 3} } },
  ["d.test"] = { configuration = { max_outbound_connections = "many" } },
  ["e.test"] = { configuration = { max_outbound_connections = -1 } },
  ["f.test"] = { configuration = { max_outbound_connections = 0/0 } },
  ["g.test"] = { configuration = { max_outbound_connections = 1/0 } },
  ["h.test"] = { configuration = { max_outbound_connections = {-2, 5} } },
  ["i.test"] = { configuration = { max_outbound_connections = {2, 1/0} } },
  ["j.test"] = { configuration = { max_outbound_connections = {0/0, 5} } },
  ["k.test"] = { configuration = { max_outbound_connections = { low = 2, high = 5 } } },
  ["l.test"] = { configuration = { max_outbound_connections = {2, 5, step = 1} } },
  ["m.test"] = { configuration = { max_outbound_connections = true } },
  ["n.test"] = { configuration = { outbound_throttle_messages = "100/60" } },
  ["o.test"] = { configuration = { max_outbound_connections = {} } },
}
msys.adaptive.registerRules(rules)
