-- Our extensions in a file that is held against the original: switched off and named.
-- strict
-- expect: E_EXTENSION_STRICT 8:3 "mx:.mail.test" is an extension of this runtime and is switched off: the original never matches it
-- expect: E_EXTENSION_STRICT 9:3 "*" is an extension of this runtime and is switched off: the original never matches it
-- counts: domains 2, aliases 1, responses 1, configurations 0; live 0 rules, 0 actions
local rules = {
  ["a.test"] = { responses = {} },
  ["mx:.mail.test"] = "a.test",
  ["*"] = { responses = { { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} } } },
}
msys.adaptive.registerRules(rules)
