-- Every form that a classification may have: it needs no rules beside it.
-- system: shared/bounce-classes.lua
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
require("msys.bounce")
msys.bounce.registerClassification({
  classes = { profanity = { code = 99, name = "Profanity", description = "bad words" }, strange = 98 },
  overrides = {
    ["a.test"] = { { class = "profanity", markers = "mind your language", reply = { "5xx", 421 } } },
    ["mx:.b.test"] = { { class = "strange", patterns = { "\\bodd\\b", "Very Odd" } } },
  },
  providers = {
    ["gmail.com"] = "mx:.google.com",
    ["c.test"] = { { class = "mailbox-full", code = 40, codes = { "x.2.2", "421 4.7.28", "450-459", "5.5.x" } } },
    ["d.test"] = "c.test",
  },
  general = { { class = "transient", codes = { 421 } } },
})
msys.bounce.registerClassification({ general = { { class = "strange", markers = { "again" } } } }, "replace")
