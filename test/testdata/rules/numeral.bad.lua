-- Numerals that the dialect cannot read: a leading zero is octal, hexadecimal has no fraction.
local rules = {
  ["a.test"] = { configuration = { max_outbound_connections = {08, 20}, retry_interval = 0x10p2, max_retries = 1e } },
}
msys.adaptive.registerRules(rules)
