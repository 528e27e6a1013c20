-- A domain that is neither a table nor an alias. `nil` leaves no trace.
local rules = {
  ["a.test"] = true,
  ["b.test"] = 5,
  ["c.test"] = function() return {} end,
  ["d.test"] = nil,
  ["mx:.e.test"] = { responses = {} },
  ["f.test"] = {},
}
msys.adaptive.registerRules(rules)
