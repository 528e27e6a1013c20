-- The original reads sweep rules from its configuration only.
-- strict
-- expect: E_EXTENSION_STRICT 6:32 `sweep_rules` is an extension of this runtime and is switched off: the original reads them from its configuration only
-- counts: domains 1, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local t = {
  ["a.test"] = { sweep_rules = { { name = "plain", codes = {"bc:10"} } } },
}
msys.adaptive.registerRules(t)
