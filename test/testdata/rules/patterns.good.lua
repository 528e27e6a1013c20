-- PCRE as rule files use it, also what JavaScript refuses or reads differently; no habit is blamed wrongly.
-- counts: domains 1, aliases 0, responses 21, configurations 0; live 21 rules, 21 actions
local function rule(code) return { code = code, trigger = "1", action = {"suspend", "1 hour"} } end
local rules = {
  ["a.test"] = {
    responses = {
      rule("^421 4\\.7\\.0"),
      rule("(?i)too many (?:messages|connections)"),
      rule("\\A421[ -].*\\z"),
      rule("(?P<code>\\d{3})[ -]5\\.7\\.1"),
      rule("a++b"),
      rule("(?>busy|slow) now"),
      rule("(?#see a.b (sic)^450"),
      rule("(?|a(b+)|c(d+))"),
      rule("[[:digit:]]{3} [[:alpha:]]+"),
      rule("[]a]"),
      rule("\\Qwww.example.com\\E"),
      rule("\\x{41}\\h"),
      rule("(rate|limit) reached"),
      rule("(temporarily )?deferred"),
      rule("^4[0-9][0-9] " .. "x"),
      rule("[.] see [(]RP-001[)]"),
      rule("busy\\ "),
      rule("421|450"),
      rule("^421"),
      rule("…"),
      rule(""),
    },
  },
}
msys.adaptive.registerRules(rules)
