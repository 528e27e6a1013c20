-- `configuration` that is no table of options.
local rules = {
  ["a.test"] = { configuration = 20 },
  ["b.test"] = { configuration = "max_retries = 3" },
  ["c.test"] = { configuration = { 20, max_retries = 3, [true] = 1 } },
  ["d.test"] = { configuration = function() return {} end },
}
msys.adaptive.registerRules(rules)
