--[[
  Default system rules: what large mailbox providers answer, and how to react.

  State: mid-2026. Each provider block names where its facts come from:
    D  documented by the provider itself
    O  observed in public logs and guides
    K  practitioner knowledge, not verified again
  The reactions are ours, except where a comment says "published".

  How to read the file
    * A key is the routing domain. A string is an alias (one hop only).
    * ["mx:.suffix"] sends hosted domains to a table by the name of their MX
      host, and ["*"] is asked after the domain's own rules. The original
      product has neither, and never matches such keys.
    * The first matching pattern decides: specific rules stand before general
      ones, and a rule whose rate is not crossed still ends the search.
    * trigger = "9/600" fires on the tenth match within 600 seconds.
    * observe = true only recognises a reply: the search ends there and nothing
      is changed. It protects per-mailbox replies (unknown, full, disabled) and
      replies about one sender domain from the general rules further down.
    * Warm-up goes by the age of the binding. Addresses that were warm before
      this file was installed need their age set, or force_max_binding_age.
    * A copy of this file is replaced by updates. Put changes into a script of
      your own, see rules/examples.
]]

module("msys.adaptive_rules", package.seeall)

local DAY = 86400

-- The blank between two words, also where a multi-line reply was broken and the
-- next line repeats its "550-5.7.1 " prefix.
local B = " (?:\\d\\d\\d[ -](?:\\d\\.\\d\\.\\d+ )?)?"

-- Action of observing rules. Never carried out here; it restates the product's
-- default retry interval.
local nothing = { "greylisted", "20 minutes" }

-- Messages per hour for a young address: `first` on its first day, then the
-- same factor every day until `full` is reached after `days` days. A lower limit
-- in the configuration is kept; 0 there means "no limit" and takes the plan.
local function warm_up(first, full, days)
  return function(curr, last, age, mc)
    local day = (tonumber(age) or 0) / DAY
    local plan = full
    if day < 1 then
      plan = first
    elseif day < days then
      plan = first * (full / first) ^ ((day - day % 1) / days)
    end
    local configured = tonumber(curr) or 0
    if configured > 0 and configured < plan then
      return configured
    end
    return plan
  end
end

Rules = {

  -- ---------------------------------------------------------------------------
  -- Gmail and Google Workspace                                D, mid-2026
  -- Limits: connections unpublished. Bulk sender from 5,000 messages a day; spam
  -- rate below 0.3 %. Published for 4.7.28: stop for ten minutes or more, restart
  -- on one connection, add one at a time. Google names the MX host, not the
  -- recipient domain, as the scope.
  -- ---------------------------------------------------------------------------
  ["gmail.com"] = {
    configuration = {
      max_outbound_connections = { 1, 10 },
      max_deliveries_per_connection = 50,
      outbound_throttle_messages = warm_up(50, 40000, 30),
    },
    responses = {
      -- Also 4.7.28, but a fault of the message, not of the volume.
      { code = "(?i)same" .. B .. "message-id", trigger = "1", action = nothing, observe = true,
        message = "Gmail: one Message-ID used for many messages; give every message its own" },
      { code = "^5\\d\\d[ -]5\\.7\\.28", trigger = "1", action = { "suspend", "2 hours" },
        message = "Gmail: address blocked for unsolicited mail; stop, remove the cause, then restart slowly" },
      { code = "(?i)^5\\d\\d[ -].*unusual" .. B .. "rate", trigger = "1", action = { "suspend", "2 hours" },
        message = "Gmail: blocked for an unusual amount of unwanted mail; stop and remove the cause" },
      { code = "(?i)unusual" .. B .. "rate" .. B .. "of", trigger = "1",
        action = { { "reduce_connections", 9 }, { "suspend", "10 minutes" } },
        message = "Gmail: sending quota used up; pause, restart on one connection, check complaints" },
      { code = "UnsolicitedRateLimitError|^4\\d\\d[ -]4\\.7\\.28", trigger = "1",
        action = { { "reduce_connections", 9 }, { "suspend", "10 minutes" } },
        message = "Gmail: volume limit of this address or domain reached; pause and restart slowly" },
      { code = "(?i)very" .. B .. "low" .. B .. "reputation", trigger = "1",
        action = { { "throttle", "down" }, { "suspend", "1 hours" } },
        message = "Gmail: very low reputation of address or domain; cut volume, check complaints" },
      { code = "(?i)\\bPTR" .. B .. "record", trigger = "1", action = { "suspend", "4 hours" },
        message = "Gmail: the sending address lacks matching reverse and forward DNS" },
      { code = "^(?:4\\d\\d[ -]4\\.7\\.23|5\\d\\d[ -]5\\.7\\.25)\\b", trigger = "1", action = { "suspend", "4 hours" },
        message = "Gmail: reverse DNS of the sending address is missing or does not match" },
      { code = "^[45]\\d\\d[ -][45]\\.7\\.29\\b", trigger = "1", action = nothing, observe = true,
        message = "Gmail: message came without TLS; switch encryption on for this route" },
      { code = "(?i)(?:over|without|require|use)" .. B .. "(?:a" .. B .. ")?TLS\\b", trigger = "1",
        action = nothing, observe = true,
        message = "Gmail: TLS is required; switch encryption on for this route" },
      { code = "^[45]\\d\\d[ -][45]\\.7\\.(?:24|26|27|30|32|40)\\b", trigger = "9/600", action = { "throttle", "down" },
        message = "Gmail: SPF, DKIM or DMARC of a sender domain does not pass" },
      { code = "(?i)unauthenticated|\\baligned\\b|\\b(?:SPF|DKIM|DMARC)\\b", trigger = "9/600",
        action = { "throttle", "down" },
        message = "Gmail: sender domain not authenticated; repair SPF, DKIM or DMARC" },
      { code = "(?i)receiving" .. B .. "e?mail" .. B .. "(?:at" .. B .. "a" .. B .. "rate|too" .. B .. "quickly)",
        trigger = "1", action = { { "transcode", "450" }, { "greylisted", "30 minutes" } },
        message = "Gmail: one mailbox gets more mail than it may take; only its retry is slowed" },
      { code = "ReceivingRate", trigger = "1", action = { { "transcode", "450" }, { "greylisted", "30 minutes" } },
        message = "Gmail: receiving limit of one mailbox; its mail is retried later" },
      { code = "(?i)nature" .. B .. "of" .. B .. "the" .. B .. "content|likely" .. B .. "unsolicited", trigger = "19/600",
        action = { "throttle", "down" },
        message = "Gmail: content or links look like spam; review the campaign" },
      { code = "(?i)again" .. B .. "later,?" .. B .. "closing", trigger = "1",
        action = { { "reduce_connections", 2 }, { "suspend", "5 minutes" } },
        message = "Gmail: connection closed under load; open fewer at a time" },
      { code = "(?i)connection" .. B .. "expired", trigger = "1", action = { "reduce_deliveries", 10 },
        message = "Gmail: session was kept too long; deliver less per connection" },
      { code = "(?i)^4\\d\\d[ -].*(?:server" .. B .. "busy|system" .. B .. "problem|temporarily" .. B .. "rejected)",
        trigger = "4/300", action = { "suspend", "5 minutes" },
        message = "Gmail: fault on the receiving side; nothing to do but retry" },
    },
  },
  ["googlemail.com"] = "gmail.com",
  ["mx:.google.com"] = "gmail.com",
  ["mx:.googlemail.com"] = "gmail.com",

  -- ---------------------------------------------------------------------------
  -- Microsoft consumer (Outlook.com, Hotmail, Live, MSN)     D/O, mid-2026
  -- Limits, published: at most 500 simultaneous connections, valid reverse DNS,
  -- SPF + DKIM + DMARC above 5,000 messages a day, no retry after 5xx.
  -- ---------------------------------------------------------------------------
  ["outlook.com"] = {
    configuration = {
      max_outbound_connections = 10,
      max_deliveries_per_connection = 50,
      outbound_throttle_messages = warm_up(40, 30000, 30),
    },
    responses = {
      { code = "\\bRP-001\\b", trigger = "1", action = { { "throttle", "down" }, { "suspend", "15 minutes" } },
        message = "Outlook.com: reputation too low for this rate; cut volume, check complaints" },
      { code = "\\bRP-002\\b", trigger = "1", action = { "reduce_deliveries", 10 },
        message = "Outlook.com: too much on one connection for this reputation; deliver less per session" },
      { code = "\\bRP-003\\b", trigger = "1", action = { { "reduce_connections", 2 }, { "suspend", "5 minutes" } },
        message = "Outlook.com: too many connections from this address" },
      { code = "(?i)number of connections|connection limit|\\(S3115\\)|4\\.7\\.652", trigger = "1",
        action = { { "reduce_connections", 2 }, { "suspend", "5 minutes" } },
        message = "Outlook.com: connection limit of this address reached" },
      { code = "(?i)limited due to IP reputation|\\(S(?:775|3113|3114)\\)|4\\.7\\.65[01]", trigger = "1",
        action = { { "throttle", "down" }, { "reduce_connections", 2 }, { "suspend", "30 minutes" } },
        message = "Outlook.com: rate limited for the reputation of the address; cut volume, check complaints" },
      { code = "(?i)on our block ?list|\\(S31[45]0\\)", trigger = "1", action = { "suspend", "6 hours" },
        message = "Outlook.com: address or its network is blocked; stop, find the cause, ask for removal" },
      { code = "\\b(?:SC-00[1-4]|OU-002)\\b", trigger = "1", action = { "suspend", "6 hours" },
        message = "Outlook.com: address blocked for reputation, complaints or harvesting; ask for removal" },
      { code = "\\b(?:DY-00[12]|OU-001)\\b", trigger = "1", action = { "suspend", "6 hours" },
        message = "Outlook.com: address counts as dynamic, infected or listed by a public DNSBL" },
      { code = "5\\.7\\.(?:511|6(?:0[6-9]|[1-4]\\d))\\b|(?i:banned send)", trigger = "1",
        action = { "suspend", "6 hours" },
        message = "Outlook.com: address or sender banned; stop, then ask for removal in the sender portal" },
      { code = "(?i)required authentication level|5\\.7\\.515\\b", trigger = "4/600", action = { "throttle", "down" },
        message = "Outlook.com: sender domain lacks SPF, DKIM or DMARC for its volume" },
      { code = "(?i)receive limit|[45]\\.2\\.12[12]\\b", trigger = "1",
        action = { { "transcode", "452" }, { "greylisted", "60 minutes" } },
        message = "Outlook.com: hourly limit of one mailbox; its mail is retried later" },
      { code = "(?i)^4\\d\\d[ -].*(?:server busy|\\(S777\\d*\\))", trigger = "2/300", action = { "suspend", "10 minutes" },
        message = "Outlook.com: throttled while the address is judged; slow down if it goes on" },
      { code = "^4\\d\\d[ -]4\\.7\\.500\\b", trigger = "2/300", action = { "suspend", "10 minutes" },
        message = "Outlook.com: asked to come back later; slow down if it goes on" },
    },
  },
  ["hotmail.com"] = "outlook.com",
  ["live.com"] = "outlook.com",
  ["msn.com"] = "outlook.com",
  ["passport.com"] = "outlook.com",
  ["windowslive.com"] = "outlook.com",
  ["outlook.at"] = "outlook.com",
  ["outlook.be"] = "outlook.com",
  ["outlook.bg"] = "outlook.com",
  ["outlook.bs"] = "outlook.com",
  ["outlook.cl"] = "outlook.com",
  ["outlook.cm"] = "outlook.com",
  ["outlook.co.id"] = "outlook.com",
  ["outlook.co.il"] = "outlook.com",
  ["outlook.co.nz"] = "outlook.com",
  ["outlook.co.th"] = "outlook.com",
  ["outlook.com.ar"] = "outlook.com",
  ["outlook.com.au"] = "outlook.com",
  ["outlook.com.br"] = "outlook.com",
  ["outlook.com.gr"] = "outlook.com",
  ["outlook.com.pe"] = "outlook.com",
  ["outlook.com.tr"] = "outlook.com",
  ["outlook.com.vn"] = "outlook.com",
  ["outlook.cz"] = "outlook.com",
  ["outlook.de"] = "outlook.com",
  ["outlook.dk"] = "outlook.com",
  ["outlook.ec"] = "outlook.com",
  ["outlook.es"] = "outlook.com",
  ["outlook.fr"] = "outlook.com",
  ["outlook.hn"] = "outlook.com",
  ["outlook.hu"] = "outlook.com",
  ["outlook.ie"] = "outlook.com",
  ["outlook.in"] = "outlook.com",
  ["outlook.it"] = "outlook.com",
  ["outlook.jp"] = "outlook.com",
  ["outlook.kr"] = "outlook.com",
  ["outlook.lv"] = "outlook.com",
  ["outlook.mx"] = "outlook.com",
  ["outlook.my"] = "outlook.com",
  ["outlook.pa"] = "outlook.com",
  ["outlook.ph"] = "outlook.com",
  ["outlook.pk"] = "outlook.com",
  ["outlook.pt"] = "outlook.com",
  ["outlook.pw"] = "outlook.com",
  ["outlook.rw"] = "outlook.com",
  ["outlook.sa"] = "outlook.com",
  ["outlook.sg"] = "outlook.com",
  ["outlook.sk"] = "outlook.com",
  ["outlook.ua"] = "outlook.com",
  ["outlook.uy"] = "outlook.com",
  ["hotmail.at"] = "outlook.com",
  ["hotmail.be"] = "outlook.com",
  ["hotmail.ca"] = "outlook.com",
  ["hotmail.ch"] = "outlook.com",
  ["hotmail.cl"] = "outlook.com",
  ["hotmail.co.id"] = "outlook.com",
  ["hotmail.co.il"] = "outlook.com",
  ["hotmail.co.jp"] = "outlook.com",
  ["hotmail.co.kr"] = "outlook.com",
  ["hotmail.co.nz"] = "outlook.com",
  ["hotmail.co.th"] = "outlook.com",
  ["hotmail.co.uk"] = "outlook.com",
  ["hotmail.co.za"] = "outlook.com",
  ["hotmail.com.ar"] = "outlook.com",
  ["hotmail.com.au"] = "outlook.com",
  ["hotmail.com.br"] = "outlook.com",
  ["hotmail.com.hk"] = "outlook.com",
  ["hotmail.com.tr"] = "outlook.com",
  ["hotmail.com.tw"] = "outlook.com",
  ["hotmail.com.vn"] = "outlook.com",
  ["hotmail.cz"] = "outlook.com",
  ["hotmail.de"] = "outlook.com",
  ["hotmail.dk"] = "outlook.com",
  ["hotmail.es"] = "outlook.com",
  ["hotmail.fi"] = "outlook.com",
  ["hotmail.fr"] = "outlook.com",
  ["hotmail.gr"] = "outlook.com",
  ["hotmail.hu"] = "outlook.com",
  ["hotmail.ie"] = "outlook.com",
  ["hotmail.it"] = "outlook.com",
  ["hotmail.jp"] = "outlook.com",
  ["hotmail.lt"] = "outlook.com",
  ["hotmail.lv"] = "outlook.com",
  ["hotmail.my"] = "outlook.com",
  ["hotmail.nl"] = "outlook.com",
  ["hotmail.no"] = "outlook.com",
  ["hotmail.ph"] = "outlook.com",
  ["hotmail.rs"] = "outlook.com",
  ["hotmail.se"] = "outlook.com",
  ["hotmail.sg"] = "outlook.com",
  ["hotmail.sk"] = "outlook.com",
  ["live.at"] = "outlook.com",
  ["live.be"] = "outlook.com",
  ["live.ca"] = "outlook.com",
  ["live.cl"] = "outlook.com",
  ["live.cn"] = "outlook.com",
  ["live.co.kr"] = "outlook.com",
  ["live.co.uk"] = "outlook.com",
  ["live.co.za"] = "outlook.com",
  ["live.com.ar"] = "outlook.com",
  ["live.com.au"] = "outlook.com",
  ["live.com.mx"] = "outlook.com",
  ["live.com.my"] = "outlook.com",
  ["live.com.pe"] = "outlook.com",
  ["live.com.ph"] = "outlook.com",
  ["live.com.pk"] = "outlook.com",
  ["live.com.pt"] = "outlook.com",
  ["live.com.sg"] = "outlook.com",
  ["live.de"] = "outlook.com",
  ["live.dk"] = "outlook.com",
  ["live.fi"] = "outlook.com",
  ["live.fr"] = "outlook.com",
  ["live.hk"] = "outlook.com",
  ["live.ie"] = "outlook.com",
  ["live.in"] = "outlook.com",
  ["live.it"] = "outlook.com",
  ["live.jp"] = "outlook.com",
  ["live.nl"] = "outlook.com",
  ["live.no"] = "outlook.com",
  ["live.ru"] = "outlook.com",
  ["live.se"] = "outlook.com",
  ["mx:.olc.protection.outlook.com"] = "outlook.com",
}
