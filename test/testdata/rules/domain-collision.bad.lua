-- Two keys, one domain: the key already in lower case wins, wherever it stands.
-- expect: E_DOMAIN_CASE 11:3 the key "A.test" is read as "a.test": domains are compared in lower case
-- expect: E_DOMAIN_COLLISION 11:3 "A.test" is the same domain as the key in line 12, which wins: this one is ignored
-- expect: E_DOMAIN_CASE 13:3 the key "a.TEST" is read as "a.test": domains are compared in lower case
-- expect: E_DOMAIN_COLLISION 13:3 "a.TEST" is the same domain as the key in line 12, which wins: this one is ignored
-- expect: E_DOMAIN_CASE 14:3 the key "B.test" is read as "b.test": domains are compared in lower case
-- expect: E_DOMAIN_CASE 15:3 the key "b.TEST" is read as "b.test": domains are compared in lower case
-- expect: E_DOMAIN_COLLISION 15:3 "b.TEST" is the same domain as the key in line 14, which wins: this one is ignored
-- counts: domains 3, aliases 2, responses 1, configurations 0; live 1 rules, 1 actions
local rules = {
  ["A.test"] = { responses = { { code = "^421 upper", trigger = "1", action = {"suspend", "1 hour"} } } },
  ["a.test"] = { responses = { { code = "^421 lower", trigger = "1", action = {"suspend", "1 hour"} } } },
  ["a.TEST"] = "b.test",
  ["B.test"] = "a.test",
  ["b.TEST"] = { responses = {} },
}
msys.adaptive.registerRules(rules)
