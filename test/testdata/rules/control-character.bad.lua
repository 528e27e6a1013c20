-- A control character in the code, and a letter beyond ASCII.
-- expect: E_LUA_CHARACTER 6:15 a control character (byte 1) in the code
-- expect: E_LUA_CHARACTER 7:9 the character U+00F6 in the code
-- expect: E_LUA_CHARACTER 7:11 the character U+00DF in the code
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local rules = {}
local größe = 1
msys.adaptive.registerRules(rules)
