-- Keys named twice in one table: the last value counts, also within a rule.
-- expect: E_LUA_DUPLICATE_KEY 11:76 the key "action" is already set on line 11; only the last value counts
-- expect: E_LUA_DUPLICATE_KEY 13:40 the key "max_retries" is already set on line 13; only the last value counts
-- expect: E_LUA_DUPLICATE_KEY 14:5 the key "responses" is already set on line 10; only the last value counts
-- expect: E_LUA_DUPLICATE_KEY 18:3 the key "a.test" is already set on line 8; only the last value counts
-- counts: domains 1, aliases 1, responses 1, configurations 1; live 1 rules, 1 actions
local rules = {
  ["a.test"] = { responses = { { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} } } },
  ["b.test"] = {
    responses = {
      { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"}, action = {"suspend", "2 hours"} },
    },
    configuration = { max_retries = 3, ["max_retries"] = 4 },
    responses = {
      { code = "^450 slow", trigger = "1", action = {"suspend", "1 hour"} },
    },
  },
  ["a.test"] = "b.test",
}
msys.adaptive.registerRules(rules)
