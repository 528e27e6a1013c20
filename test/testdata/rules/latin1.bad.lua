-- Latin-1 in a message: the rule is loaded, the file is not what it looks like.
-- expect: E_FILE_ENCODING 5:117 byte 0xf6 is not UTF-8: the file is still read, byte by byte, but patterns and messages with such bytes are not what they look like
-- counts: domains 1, aliases 0, responses 1, configurations 0; live 1 rules, 1 actions
local rules = {
  ["a.test"] = { responses = { { code = "^421 busy", trigger = "1", action = {"suspend", "2 hours"}, message = "gestört" } } },
}
msys.adaptive.registerRules(rules)
