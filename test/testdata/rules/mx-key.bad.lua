-- `mx:` keys without a host suffix.
-- expect: E_DOMAIN_KEY 9:3 "mx:" names no MX host suffix: it never matches
-- expect: E_DOMAIN_KEY 10:3 "mx: .b.test" names no MX host suffix: it never matches
-- expect: E_DOMAIN_KEY 11:3 "mx:*.c.test" names no MX host suffix: it never matches
-- expect: E_DOMAIN_CASE 12:3 the key "MX:.D.test" is read as "mx:.d.test": domains are compared in lower case
-- counts: domains 1, aliases 4, responses 0, configurations 0; live 0 rules, 0 actions
local rules = {
  ["a.test"] = { responses = {} },
  ["mx:"] = "a.test",
  ["mx: .b.test"] = "a.test",
  ["mx:*.c.test"] = "a.test",
  ["MX:.D.test"] = "a.test",
}
msys.adaptive.registerRules(rules)
