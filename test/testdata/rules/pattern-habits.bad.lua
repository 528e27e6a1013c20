-- Habits in patterns that compile and rarely mean what was wanted.
-- expect: E_CODE_DOT 16:16 the dot in "4.7" matches any character
-- expect: E_CODE_DOT 17:16 the dot in "e.c" matches any character
-- expect: E_CODE_PARENTHESES 18:16 "(try later)" is a group: the reply need not have the parentheses
-- expect: E_CODE_PARENTHESES 19:16 "(RP-001)" is a group: the reply need not have the parentheses
-- expect: E_CODE_BLANK 20:16 the pattern ends in a blank, which the reply must have too
-- expect: E_CODE_DIGITS 21:16 "452" matches these digits anywhere in the reply, also in an address or an id
-- expect: E_CODE_BLANK 22:16 the pattern ends in a blank, which the reply must have too
-- expect: E_CODE_DOT 22:16 the dot in "1.1" matches any character
-- expect: E_CODE_PARENTHESES 22:16 "(as is)" is a group: the reply need not have the parentheses
-- expect: E_CODE_BLANK 23:16 the pattern ends in a blank, which the reply must have too
-- counts: domains 1, aliases 0, responses 8, configurations 0; live 8 rules, 8 actions
local rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 4.7.0", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^550 see example.com", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 busy (try later)", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 (RP-001)$", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^421 slow ", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "452", trigger = "1", action = {"suspend", "1 hour"} },
      { code = "^450 1.1 (as is) ", trigger = "1", action = {"suspend", "1 hour"} },
      { code = " ", trigger = "1", action = {"suspend", "1 hour"} },
    },
  },
}
msys.adaptive.registerRules(rules)
