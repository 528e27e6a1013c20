-- Sweep rules in a rule file: every field, and as few as can be.
-- counts: domains 2, aliases 1, responses 1, configurations 1; live 1 rules, 1 actions
local t = {
  ["yahoo.test"] = {
    configuration = { outbound_throttle_messages = 3600 },
    responses = { { code = "^421 .*busy", trigger = "1", action = {"throttle", "down"} } },
    sweep_rules = {
      {
        name = "y",
        codes = {"bc:10", "bc:20"},
        low_threshold = 2,
        low_action = {"throttle", "down"},
        high_threshold = 7.5,
        high_action = {{"reduce_connections", "2"}, {"suspend", "8 hours"}},
        adaptive_sweep_rule_enabled = true,
      },
      { name = "complaints", codes = "fbl:abuse", low_threshold = "0.2%", high_threshold = 0.5, enabled = 0 },
    },
  },
  ["*"] = { sweep_rules = { { name = "plain", codes = {"BC:22"} } } },
  ["mx:.yahoo.test"] = "yahoo.test",
}
msys.adaptive.registerRules(t)
