-- PCRE errors disable the rule they stand in.
-- expect: E_PATTERN_SYNTAX 19:16 missing closing parenthesis at character 11 of the pattern: this rule is disabled
-- expect: E_PATTERN_SYNTAX 20:16 unmatched closing parenthesis at character 10 of the pattern: this rule is disabled
-- expect: E_PATTERN_SYNTAX 21:16 missing terminating ] for character class at character 9 of the pattern: this rule is disabled
-- expect: E_PATTERN_SYNTAX 22:16 range out of order in character class at character 9 of the pattern: this rule is disabled
-- expect: E_PATTERN_SYNTAX 23:16 quantifier does not follow a repeatable item at character 1 of the pattern: this rule is disabled
-- expect: E_PATTERN_SYNTAX 24:16 numbers out of order in {} quantifier at character 11 of the pattern: this rule is disabled
-- expect: E_PATTERN_SYNTAX 25:16 two named subpatterns have the same name (PCRE2_DUPNAMES not set) at character 18 of the pattern: this rule is disabled
-- expect: E_PATTERN_SYNTAX 26:16 lookbehind assertion is not fixed length at character 6 of the pattern: this rule is disabled
-- expect: E_PATTERN_SYNTAX 27:16 \ at end of pattern at character 7 of the pattern: this rule is disabled
-- expect: E_PATTERN_SYNTAX 28:16 unrecognized character after (? or (?- at character 8 of the pattern: this rule is disabled
-- expect: E_PATTERN_SYNTAX 29:16 unknown POSIX class name at character 9 of the pattern: this rule is disabled
-- expect: E_PATTERN_SYNTAX 30:16 character code point value in \x{} or \o{} is too large at character 15 of the pattern: this rule is disabled
-- expect: E_PATTERN_SYNTAX 31:16 reference to non-existent subpattern at character 7 of the pattern: this rule is disabled
-- counts: domains 1, aliases 0, responses 14, configurations 0; live 1 rules, 1 actions
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 (busy", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 busy)", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 [a-", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 [z-a]", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "*busy", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 a{2,1}", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 (?<n>a)(?<n>b)", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 (?<=a+)b", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 \\", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 (?z)busy", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 [[:digits:]]", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 \\x{110000}", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 \\3", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 fine", trigger = "1", action = {"suspend", "1 hour"} },
    },
  },
}
msys.adaptive.registerRules(rules)
