-- Our extensions: an alias by MX suffix, rules for every domain, a rule that only observes.
-- counts: domains 2, aliases 2, responses 2, configurations 1; live 2 rules, 2 actions
local rules = {
  ["hosted"] = { responses = { { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} } } },
  ["mx:.mail.test"] = "hosted",
  ["mx:.mail.example."] = "hosted",
  ["*"] = {
    responses = { { code = "^5\\d\\d .*spam", trigger = "1", action = {"suspend", "1 hour"}, observe = true } },
    configuration = { max_outbound_connections = {2, 20} },
  },
}
msys.adaptive.registerRules(rules)
