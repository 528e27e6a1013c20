-- No-break spaces, zero-width spaces and dashes, as web pages have them.
local rules = {
  ["a.test"] = {​responses = {} },
  ["b.test"] = { configuration = { retry_interval = 60 – 1 } },
}
msys.adaptive.registerRules(rules)
