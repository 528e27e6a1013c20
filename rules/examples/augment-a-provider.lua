--[[
  Adds rules and settings of your own to providers of the system file.

  When
    You want to react to a reply the system file does not know, or react to a
    known one differently, and keep everything else.

  What the merge does ("augment", also the default)
    * Your rules come before the system's rules of the same domain, in your order.
      Since the first matching pattern decides, a rule of yours wins.
    * An option you set is added if the system file does not set it for that
      domain. If it does, its value stays and the check says so.
    * Domains you do not name stay as they are. A new key is simply added.
    * A table for a key that is an alias in the system file (live.com, say) makes
      a copy of the alias' target for that key alone.
    * The exact pattern of a system rule would put that rule out of use; the
      check reports this. Below, the pattern is narrower, so the system's rule
      still serves all the other replies.

  How to check
    adaptive check rules/adaptive_rules.lua FILE
    adaptive explain shows which rule a reply meets.

  Keep variables local: all scripts share one set of globals.
]]

require("msys.adaptive")

local rules = {

  ["gmail.com"] = {
    responses = {
      -- The general rule pauses ten minutes. When it is our own DKIM domain that
      -- ran over, a longer pause has served us better. Doubled backslashes: Lua
      -- takes one away, the pattern needs the other.
      {
        code = "^421[ -]4\\.7\\.28.*DKIM domain",
        trigger = "1",
        action = { { "reduce_connections", 9 }, { "suspend", "30 minutes" } },
        message = "Gmail: our DKIM domain is over its quota; ask the campaign team to spread the mailing",
      },
    },
  },

  -- A domain that the system file does not have.
  ["example.com"] = {
    configuration = {
      -- Throttling and fewer deliveries need a value to start from, so set both.
      max_deliveries_per_connection = 10,
      -- Messages per hour. The number is the resting value and the ceiling.
      outbound_throttle_messages = 600,
    },
    responses = {
      -- "3/60": acts on the fourth match within 60 seconds.
      {
        code = "(?i)^4\\d\\d[ -].*please slow",
        trigger = "3/60",
        action = { { "throttle", "down" }, { "suspend", "5 minutes" } },
        message = "example.com: asks for a lower rate",
      },
      -- Only counted and reported, nothing is changed. An extension of this
      -- runtime; the original product would carry the action out.
      {
        code = "^554[ -]5\\.7\\.1.*campaign policy",
        trigger = "1",
        action = { "suspend", "1 hours" },
        observe = true,
        message = "example.com: on trial, how often would this suspend?",
      },
    },
  },

  -- The same rules for another domain: one hop, and the target is a table.
  ["example.net"] = "example.com",
}

msys.adaptive.registerRules(rules, "augment")
