-- Values of the wrong type or range: the option is ignored, the others stay.
-- expect: E_CONFIG_VALUE 19:63 max_outbound_connections is the range {20, 2}: it is ignored
-- expect: E_CONFIG_VALUE 20:63 max_outbound_connections is a table: it is ignored
-- expect: E_CONFIG_VALUE 21:63 max_outbound_connections is a table: it is ignored
-- expect: E_CONFIG_VALUE 22:63 max_outbound_connections is "many": it is ignored
-- expect: E_CONFIG_VALUE 23:63 max_outbound_connections is -1: it is ignored
-- expect: E_CONFIG_VALUE 24:63 max_outbound_connections is NaN: it is ignored
-- expect: E_CONFIG_VALUE 25:63 max_outbound_connections is Infinity: it is ignored
-- expect: E_CONFIG_VALUE 26:63 max_outbound_connections is the range {-2, 5}: it is ignored
-- expect: E_CONFIG_VALUE 27:63 max_outbound_connections is the range {2, Infinity}: it is ignored
-- expect: E_CONFIG_VALUE 28:63 max_outbound_connections is the range {NaN, 5}: it is ignored
-- expect: E_CONFIG_VALUE 29:63 max_outbound_connections is a table: it is ignored
-- expect: E_CONFIG_VALUE 30:63 max_outbound_connections is a table: it is ignored
-- expect: E_CONFIG_VALUE 31:63 max_outbound_connections is true: it is ignored
-- expect: E_CONFIG_VALUE 32:65 outbound_throttle_messages is "100/60": it is ignored
-- expect: E_CONFIG_VALUE 33:63 max_outbound_connections is a table: it is ignored
-- counts: domains 15, aliases 0, responses 0, configurations 15; live 0 rules, 0 actions
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
