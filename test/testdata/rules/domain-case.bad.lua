-- Upper case in keys and alias targets is folded and reported.
-- expect: E_DOMAIN_CASE 7:3 the key "A.test" is read as "a.test": domains are compared in lower case
-- expect: E_DOMAIN_CASE 8:16 the alias target "A.TEST" is read as "a.test": domains are compared in lower case
-- expect: E_DOMAIN_CASE 9:3 the key "C.Test" is read as "c.test": domains are compared in lower case
-- counts: domains 1, aliases 2, responses 0, configurations 0; live 0 rules, 0 actions
local rules = {
  ["A.test"] = { responses = {} },
  ["b.test"] = "A.TEST",
  ["C.Test"] = "a.test",
}
msys.adaptive.registerRules(rules)
