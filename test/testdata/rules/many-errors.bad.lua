-- Mistakes of all levels in one file that loads: reported together, in the order of the text.
-- expect: E_DOMAIN_CASE 12:3 the key "A.test" is read as "a.test": domains are compared in lower case
-- expect: E_CODE_DOT 14:16 the dot in "4.7" matches any character
-- expect: E_LUA_ESCAPE 14:23 Lua drops the backslash of \.; the string does not hold it
-- expect: E_TRIGGER_SYNTAX 14:39 trigger is "0/1": this rule is disabled
-- expect: E_PATTERN_SYNTAX 15:16 missing closing parenthesis at character 7 of the pattern: this rule is disabled
-- expect: E_ACTION_ARGUMENT 16:65 "suspend" cannot take "soon": it is dropped
-- expect: E_CONFIG_VALUE 18:50 max_outbound_connections is the range {20, 2}: it is ignored
-- expect: E_ALIAS_DANGLING 20:3 "b.test" is an alias of "c.test", which is not in the file: it has no rules
-- counts: domains 1, aliases 1, responses 3, configurations 1; live 1 rules, 0 actions
local rules = {
  ["A.test"] = {
    responses = {
      { code = "^421 4\.7", trigger = "0/1", action = {"suspend", "2 hours"} },
      { code = "^450 (", trigger = "1", action = {"suspend", "2 hours"} },
      { code = "^451 busy", trigger = "1", action = {"suspend", "soon"} },
    },
    configuration = { max_outbound_connections = {20, 2} },
  },
  ["b.test"] = "c.test",
}
msys.adaptive.registerRules(rules)
