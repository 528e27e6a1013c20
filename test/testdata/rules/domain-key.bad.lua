-- Keys that can never match: blanks, a mail client's link, a URL, nothing, no name at all.
-- expect: E_DOMAIN_KEY 14:3 " a.test" holds a blank: it never matches
-- expect: E_DOMAIN_KEY 15:3 "b.test " holds a blank: it never matches
-- expect: E_DOMAIN_KEY 16:3 "c. test" holds a blank: it never matches
-- expect: E_DOMAIN_KEY 17:3 "<http://d.test>d.test" holds a link: it never matches
-- expect: E_DOMAIN_KEY 18:3 "<mailto:post@e.test>" holds a link: it never matches
-- expect: E_DOMAIN_KEY 19:3 "https://f.test" holds a link: it never matches
-- expect: E_DOMAIN_KEY 20:3 the key is empty: it never matches
-- expect: E_DOMAIN_KEY 21:3 a table has no domain name ([1]): it is ignored
-- expect: E_DOMAIN_KEY 22:9 "f.test" has no domain name ([7]): it is ignored
-- expect: E_DOMAIN_KEY 26:1 a table has no domain name ([true]): it is ignored
-- counts: domains 7, aliases 1, responses 0, configurations 0; live 0 rules, 0 actions
local rules = {
  [" a.test"] = { responses = {} },
  ["b.test "] = { responses = {} },
  ["c. test"] = { responses = {} },
  ["<http://d.test>d.test"] = { responses = {} },
  ["<mailto:post@e.test>"] = "f.test",
  ["https://f.test"] = { responses = {} },
  [""] = { responses = {} },
  { responses = {} },
  [7] = "f.test",
  [true] = { responses = {} },
  ["f.test"] = { responses = {} },
}
msys.adaptive.registerRules(rules)
