-- `configuration` that is no table of options.
-- expect: E_CONFIG_SHAPE 9:34 configuration is 20: it is ignored
-- expect: E_CONFIG_SHAPE 10:34 configuration is "max_retries = 3": it is ignored
-- expect: E_CONFIG_SHAPE 11:16 configuration has an element [true] without an option name: it is ignored
-- expect: E_CONFIG_SHAPE 11:36 configuration has an element [1] without an option name: it is ignored
-- expect: E_CONFIG_SHAPE 12:34 configuration is a function: it is ignored
-- counts: domains 4, aliases 0, responses 0, configurations 4; live 0 rules, 0 actions
local rules = {
  ["a.test"] = { configuration = 20 },
  ["b.test"] = { configuration = "max_retries = 3" },
  ["c.test"] = { configuration = { 20, max_retries = 3, [true] = 1 } },
  ["d.test"] = { configuration = function() return {} end },
}
msys.adaptive.registerRules(rules)
