-- Numerals that the dialect cannot read: a leading zero is octal, hexadecimal has no fraction.
-- expect: E_LUA_NUMBER 7:64 malformed number near '08'
-- expect: E_LUA_NUMBER 7:90 malformed number near '0x10p2'
-- expect: E_LUA_NUMBER 7:112 malformed number near '1e'
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
local rules = {
  ["a.test"] = { configuration = { max_outbound_connections = {08, 20}, retry_interval = 0x10p2, max_retries = 1e } },
}
msys.adaptive.registerRules(rules)
