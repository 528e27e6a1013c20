-- Sweep rules: what each field may be, and what is ignored.
-- expect: E_SWEEP_SHAPE 34:36 sweep_rules is "bc:10": the domain has none
-- expect: E_SWEEP_SHAPE 35:35 the list has a gap after element 1: what follows is ignored
-- expect: E_SWEEP_SHAPE 35:37 5 stands where a sweep rule is expected: it is ignored
-- expect: E_SWEEP_SHAPE 35:40 `name` stands directly in sweep_rules: it is ignored
-- expect: E_SWEEP_CODES 37:5 the sweep rule has no codes: it is ignored
-- expect: E_SWEEP_CODES 38:31 the sweep rule has no codes: it is ignored
-- expect: E_SWEEP_CODES 39:31 none of the codes is one: the sweep rule is ignored
-- expect: E_SWEEP_CODE 39:33 "bc10" is no code: it is dropped
-- expect: E_SWEEP_CODE 39:41 10 is no code: it is dropped
-- expect: E_SWEEP_NAME 40:5 `name` is nothing: this rule is ignored
-- expect: E_SWEEP_MIXED 41:31 codes names bounce classes and feedback categories: the sweep rule is ignored, and no default rule takes its place
-- expect: E_SWEEP_CLASS 44:38 "bc:99" is none of the built-in bounce classes
-- expect: E_SWEEP_CODE 44:47 codes has a field "odd", which is ignored
-- expect: E_SWEEP_FIELD 44:58 unknown field "low_treshold": it is ignored
-- expect: E_SWEEP_VALUE 44:86 enabled is "no?": the rule is switched off
-- expect: E_SWEEP_FIELD 44:93 7 stands in the sweep rule without a field name: it is ignored
-- expect: E_SWEEP_THRESHOLDS 45:52 low_threshold 20 lies above high_threshold 7: low_action is never carried out
-- expect: E_SWEEP_VALUE 46:53 high_threshold is 101: this rule is ignored
-- expect: E_SWEEP_VALUE 47:52 low_threshold is "much": this rule is ignored
-- expect: E_SWEEP_REPEATED 48:5 the name "a" stands in line 44 already: this rule is ignored
-- expect: E_SWEEP_VALUE 49:70 adaptive_sweep_rule_enabled is a table: the rule is switched off
-- expect: E_SWEEP_SUSPENSION 52:50 a sweep rule suspends for "3 hours"; the original asks for 1, 2, 4, 8 … hours: it is carried out as written
-- expect: E_SWEEP_SUSPENSION 53:49 a sweep rule suspends for "30 minutes"; the original asks for 1, 2, 4, 8 … hours: it is carried out as written
-- expect: E_SWEEP_ACTION 54:49 "transcode" in a sweep rule, which has no reply to rewrite: it is dropped
-- expect: E_SWEEP_VALUE 55:50 high_action has no action: this rule is ignored
-- expect: E_ACTION_UNKNOWN 55:51 unknown action "suspnd": it is dropped
-- expect: E_SWEEP_VALUE 56:49 low_action has no action: this rule is ignored
-- expect: E_RULES_MISPLACED 58:3 `sweep_rules` stands beside the domains: it is ignored
-- expect: E_RULES_MISPLACED 59:40 `sweep_rules` stands inside `responses`: it is ignored
-- expect: E_DOMAIN_FIELD 59:60 unknown field "sweep_rule": it is ignored
-- counts: domains 6, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local t = {
  ["shape.test"] = { sweep_rules = "bc:10" },
  ["list.test"] = { sweep_rules = { 5, name = "x", [9] = {} } },
  ["none.test"] = { sweep_rules = {
    { name = "no codes" },
    { name = "empty", codes = {} },
    { name = "wrong", codes = { "bc10", 10 } },
    { codes = "bc:10" },
    { name = "mixed", codes = { "bc:10", "fbl:abuse" } },
  } },
  ["field.test"] = { sweep_rules = {
    { name = "a", codes = { "bc:10", "bc:99", odd = 1 }, low_treshold = 3, enabled = "no?", 7 },
    { name = "b", codes = "bc:22", low_threshold = 20, high_threshold = "7%" },
    { name = "c", codes = "bc:22", high_threshold = 101 },
    { name = "d", codes = "bc:22", low_threshold = "much" },
    { name = "a", codes = "fbl:abuse" },
    { name = "e", codes = "fbl:abuse", adaptive_sweep_rule_enabled = {} },
  } },
  ["action.test"] = { sweep_rules = {
    { name = "a", codes = "bc:10", high_action = {"suspend", "3 hours"} },
    { name = "b", codes = "bc:10", low_action = {"suspend", "30 minutes"} },
    { name = "c", codes = "bc:10", low_action = {{"transcode", "450"}, {"throttle", "down"}} },
    { name = "d", codes = "bc:10", high_action = {"suspnd", "4 hours"} },
    { name = "e", codes = "bc:10", low_action = {} },
  } },
  sweep_rules = {},
  ["responses.test"] = { responses = { sweep_rules = {} }, sweep_rule = {} },
}
msys.adaptive.registerRules(t)
