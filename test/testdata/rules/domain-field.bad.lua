-- Fields of a domain by other names, and a rule that stands directly in the domain.
-- expect: E_DOMAIN_FIELD 11:18 unknown field "rules": it is ignored
-- expect: E_DOMAIN_FIELD 12:18 unknown field "response": it is ignored
-- expect: E_DOMAIN_FIELD 12:39 unknown field "configurations": it is ignored
-- expect: E_DOMAIN_FIELD 13:18 a rule stands directly in the domain ([1]): it is ignored
-- expect: E_DOMAIN_FIELD 13:24 "text" stands directly in the domain ([2]): it is ignored
-- expect: E_DOMAIN_FIELD 14:18 unknown field "comment": it is ignored
-- counts: domains 4, aliases 0, responses 1, configurations 0; live 1 rules, 1 actions
local rule = { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} }
local rules = {
  ["a.test"] = { rules = { rule } },
  ["b.test"] = { response = { rule }, configurations = { max_retries = 3 } },
  ["c.test"] = { rule, "text" },
  ["d.test"] = { comment = "ours", responses = { rule } },
}
msys.adaptive.registerRules(rules)
