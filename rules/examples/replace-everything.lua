--[[
  Throws the system rules away and starts from your own.

  When
    You send to few, well-known receivers and want to own every rule, or an
    agreement forbids reactions you have not written yourself. In all other cases
    "augment" is the better choice: with "replace", improvements of the system
    file never reach you.

  What the merge does ("replace")
    * All rules and settings of all domains go, not only those of the domains
      named here. A domain without an entry below has no rule at all.
    * Scripts that augment and are loaded later add to this set.
    * Loaded after another custom script, it discards that one's rules as well.

  How to check
    adaptive check rules/adaptive_rules.lua FILE
    The counts in the summary are those of this file alone.
]]

require("msys.adaptive")

local rules = {

  ["example.org"] = {
    configuration = {
      -- From 2, growing by one connection an hour without complaint, up to 8.
      max_outbound_connections = { 2, 8 },
      max_deliveries_per_connection = 20,
      outbound_throttle_messages = 2000,
    },
    responses = {
      -- Specific before general: the first matching pattern decides.
      {
        code = "^421[ -]4\\.7\\.1.*too many connections",
        trigger = "1",
        action = { { "reduce_connections", 2 }, { "suspend", "2 minutes" } },
        message = "example.org: too many connections",
      },
      {
        code = "^421[ -]",
        trigger = "4/300",
        action = { "suspend", "10 minutes" },
        message = "example.org: keeps closing connections",
      },
      {
        code = "^554[ -].*blocked",
        trigger = "1",
        action = { "suspend", "4 hours" },
        message = "example.org: address blocked; call their postmaster before mailing again",
      },
    },
  },
  ["example.edu"] = "example.org",

  -- Everybody else: after a domain's own rules, and for domains without any. Such
  -- a key is an extension of this runtime; the original never matches it.
  ["*"] = {
    configuration = {
      max_outbound_connections = 5,
      max_deliveries_per_connection = 20,
      outbound_throttle_messages = 5000,
    },
    responses = {
      {
        code = "(?i)^4\\d\\d[ -].*gr[ae]ylist",
        trigger = "1",
        action = { "greylisted", "5 minutes" },
        message = "Greylisting: the retry decides",
      },
      {
        code = "(?i)^4\\d\\d[ -].*too many connections",
        trigger = "1",
        action = { { "reduce_connections", 1 }, { "suspend", "5 minutes" } },
        message = "Too many connections for this receiver",
      },
    },
  },
}

msys.adaptive.registerRules(rules, "replace")
