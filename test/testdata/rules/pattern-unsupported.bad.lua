-- PCRE would take these, we do not guess at them.
-- expect: E_PATTERN_UNSUPPORTED 8:16 a callout is not supported at character 6 of the pattern: this rule is disabled
-- expect: E_PATTERN_UNSUPPORTED 9:16 a pattern this large is not supported at character 1 of the pattern: this rule is disabled
-- counts: domains 1, aliases 0, responses 2, configurations 0; live 0 rules, 0 actions
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 (?C1)busy", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 (?:a{60000}){60000}", trigger = "1", action = {"suspend", "1 hour"} },
    },
  },
}
msys.adaptive.registerRules(rules)
