-- The same from a Windows-1252 editor: bytes 0x93 and 0x94, which are not UTF-8 either.
-- expect: E_FILE_ENCODING 7:4 byte 0x93 is not UTF-8: the file is still read, byte by byte, but patterns and messages with such bytes are not what they look like
-- expect: E_LUA_QUOTE 7:4 a curly quote ‚Äú instead of a straight one
-- expect: E_LUA_QUOTE 7:11 a curly quote ‚Äù instead of a straight one
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local rules = {
  [ìa.testî] = { responses = {} },
}
msys.adaptive.registerRules(rules)
