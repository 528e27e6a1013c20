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
      host (its plain name is a key too, for routing domains after MX roll-up),
      and ["*"] is asked after the domain's own rules. The original product has
      neither "mx:" nor "*", and never matches such keys.
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

-- A pattern whose words may also be parted by the end of a line: in multi-line
-- replies the next line repeats its "550-5.7.1 " prefix. A blank and a run of
-- what such a prefix consists of: a pattern that can be searched in one pass.
local LINE_END = " [\\d. -]*"
local function phrase(code)
  return (string.gsub(code, "([%w)]) ", "%1" .. LINE_END))
end

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
      { code = phrase("(?i)same message-id"), trigger = "1", action = nothing, observe = true,
        message = "Gmail: one Message-ID used for many messages; give every message its own" },
      { code = "^5\\d\\d[ -]5\\.7\\.28", trigger = "1", action = { "suspend", "2 hours" },
        message = "Gmail: address blocked for unsolicited mail; stop, remove the cause, then restart slowly" },
      { code = phrase("(?i)^5\\d\\d[ -].*unusual rate"), trigger = "1", action = { "suspend", "2 hours" },
        message = "Gmail: blocked for an unusual amount of unwanted mail; stop and remove the cause" },
      { code = phrase("(?i)unusual rate of"), trigger = "1",
        action = { { "reduce_connections", 9 }, { "suspend", "10 minutes" } },
        message = "Gmail: sending quota used up; pause, restart on one connection, check complaints" },
      { code = "(?i)UnsolicitedRateLimitError|^4\\d\\d[ -]4\\.7\\.28", trigger = "1",
        action = { { "reduce_connections", 9 }, { "suspend", "10 minutes" } },
        message = "Gmail: volume limit of this address or domain reached; pause and restart slowly" },
      { code = phrase("(?i)very low reputation"), trigger = "1",
        action = { { "throttle", "down" }, { "suspend", "1 hours" } },
        message = "Gmail: very low reputation of address or domain; cut volume, check complaints" },
      { code = phrase("(?i)\\bPTR record"), trigger = "1", action = { "suspend", "4 hours" },
        message = "Gmail: the sending address lacks matching reverse and forward DNS" },
      { code = "^(?:4\\d\\d[ -]4\\.7\\.23|5\\d\\d[ -]5\\.7\\.25)\\b", trigger = "1", action = { "suspend", "4 hours" },
        message = "Gmail: reverse DNS of the sending address is missing or does not match" },
      { code = "^[45]\\d\\d[ -][45]\\.7\\.29\\b", trigger = "1", action = nothing, observe = true,
        message = "Gmail: message came without TLS; switch encryption on for this route" },
      { code = phrase("(?i)(?:over|without|require|use) (?:a )?TLS\\b"), trigger = "1",
        action = nothing, observe = true,
        message = "Gmail: TLS is required; switch encryption on for this route" },
      { code = "^[45]\\d\\d[ -][45]\\.7\\.(?:24|26|27|30|32|40)\\b", trigger = "9/600", action = { "throttle", "down" },
        message = "Gmail: SPF, DKIM or DMARC of a sender domain does not pass" },
      { code = "(?i)unauthenticated|\\baligned\\b|\\b(?:SPF|DKIM|DMARC)\\b", trigger = "9/600",
        action = { "throttle", "down" },
        message = "Gmail: sender domain not authenticated; repair SPF, DKIM or DMARC" },
      { code = phrase("(?i)receiving e?mail (?:at a rate|too quickly)"),
        trigger = "1", action = { { "transcode", "450" }, { "greylisted", "30 minutes" } },
        message = "Gmail: one mailbox gets more mail than it may take; only its retry is slowed" },
      { code = "(?i)ReceivingRate", trigger = "1", action = { { "transcode", "450" }, { "greylisted", "30 minutes" } },
        message = "Gmail: receiving limit of one mailbox; its mail is retried later" },
      { code = phrase("(?i)nature of the content|likely unsolicited"), trigger = "19/600",
        action = { "throttle", "down" },
        message = "Gmail: content or links look like spam; review the campaign" },
      { code = phrase("(?i)(?:later|later,) closing"), trigger = "1",
        action = { { "reduce_connections", 2 }, { "suspend", "5 minutes" } },
        message = "Gmail: connection closed under load; open fewer at a time" },
      { code = phrase("(?i)connection expired"), trigger = "1", action = { "reduce_deliveries", 10 },
        message = "Gmail: session was kept too long; deliver less per connection" },
      { code = phrase("(?i)^4\\d\\d[ -].*(?:server busy|system problem|temporarily rejected)"),
        trigger = "4/300", action = { "suspend", "5 minutes" },
        message = "Gmail: fault on the receiving side; nothing to do but retry" },
    },
  },
  ["googlemail.com"] = "gmail.com",
  ["mx:.google.com"] = "gmail.com",
  ["google.com"] = "gmail.com",
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
      { code = "(?i)\\bRP-001\\b", trigger = "1", action = { { "throttle", "down" }, { "suspend", "15 minutes" } },
        message = "Outlook.com: reputation too low for this rate; cut volume, check complaints" },
      { code = "(?i)\\bRP-002\\b", trigger = "1", action = { "reduce_deliveries", 10 },
        message = "Outlook.com: too much on one connection for this reputation; deliver less per session" },
      { code = "(?i)\\bRP-003\\b", trigger = "1", action = { { "reduce_connections", 2 }, { "suspend", "5 minutes" } },
        message = "Outlook.com: too many connections from this address" },
      { code = phrase("(?i)number of connections|connection limit|\\(S3115\\)|4\\.7\\.652"), trigger = "1",
        action = { { "reduce_connections", 2 }, { "suspend", "5 minutes" } },
        message = "Outlook.com: connection limit of this address reached" },
      { code = phrase("(?i)limited due to IP reputation|\\(S(?:775|3113|3114)\\)|4\\.7\\.65[01]"), trigger = "1",
        action = { { "throttle", "down" }, { "reduce_connections", 2 }, { "suspend", "30 minutes" } },
        message = "Outlook.com: rate limited for the reputation of the address; cut volume, check complaints" },
      { code = phrase("(?i)on our block\\s?list|\\(S31[45]0\\)"), trigger = "1", action = { "suspend", "6 hours" },
        message = "Outlook.com: address or its network is blocked; stop, find the cause, ask for removal" },
      { code = "(?i)\\b(?:SC-00[1-4]|OU-002)\\b", trigger = "1", action = { "suspend", "6 hours" },
        message = "Outlook.com: address blocked for reputation, complaints or harvesting; ask for removal" },
      { code = "(?i)\\b(?:DY-00[12]|OU-001)\\b", trigger = "1", action = { "suspend", "6 hours" },
        message = "Outlook.com: address counts as dynamic, infected or listed by a public DNSBL" },
      { code = phrase("(?i)banned send|5\\.7\\.(?:511|6(?:0[6-9]|[1-4]\\d))\\b"), trigger = "1",
        action = { "suspend", "6 hours" },
        message = "Outlook.com: address or sender banned; stop, then ask for removal in the sender portal" },
      { code = phrase("(?i)required authentication level|5\\.7\\.515\\b"), trigger = "4/600", action = { "throttle", "down" },
        message = "Outlook.com: sender domain lacks SPF, DKIM or DMARC for its volume" },
      { code = phrase("(?i)receive limit|[45]\\.2\\.12[12]\\b"), trigger = "1",
        action = { { "transcode", "452" }, { "greylisted", "60 minutes" } },
        message = "Outlook.com: hourly limit of one mailbox; its mail is retried later" },
      { code = phrase("(?i)^4\\d\\d[ -].*(?:server busy|\\(S777\\d*\\))"), trigger = "2/300", action = { "suspend", "10 minutes" },
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
  ["olc.protection.outlook.com"] = "outlook.com",

  -- ---------------------------------------------------------------------------
  -- Microsoft 365, hosted domains                              D, mid-2026
  -- Limits, published: at most 200 recipients of one domain per message; a
  -- throttle on a changed sending pattern fades after days of steady sending.
  -- ---------------------------------------------------------------------------
  ["outlook-365"] = {
    configuration = {
      max_outbound_connections = 10,
      max_deliveries_per_connection = 50,
      outbound_throttle_messages = warm_up(40, 20000, 30),
    },
    responses = {
      { code = phrase("(?i)receive limit|[45]\\.2\\.12[12]\\b"), trigger = "1",
        action = { { "transcode", "452" }, { "greylisted", "60 minutes" } },
        message = "Microsoft 365: hourly limit of one mailbox; its mail is retried later" },
      { code = phrase("(?i)recipient thread limit|^432[ -]"), trigger = "1", action = { "greylisted", "10 minutes" },
        message = "Microsoft 365: one mailbox takes too many deliveries at once; its mail is retried later" },
      { code = phrase("(?i)banned send|5\\.7\\.(?:511|6(?:0[6-9]|[1-4]\\d))\\b"), trigger = "1",
        action = { "suspend", "6 hours" },
        message = "Microsoft 365: address or sender banned; stop, then ask for removal in the sender portal" },
      { code = phrase("(?i)customer block\\s?list|rejected by recipient|5\\.7\\.(?:513|507)\\b"), trigger = "1",
        action = { "suspend", "6 hours" },
        message = "Microsoft 365: this customer blocks the sender; only the customer can change it" },
      { code = phrase("(?i)exceeded permitted limits|5\\.7\\.508\\b"), trigger = "1", action = { "suspend", "1 hours" },
        message = "Microsoft 365: limit for the IPv6 range used up; send over IPv4" },
      { code = phrase("(?i)over IPv6|^(?:5\\d\\d[ -]5\\.7\\.(?:25|510)|4\\d\\d[ -]4\\.7\\.(?:25|26))\\b"), trigger = "1",
        action = { "suspend", "1 hours" },
        message = "Microsoft 365: IPv6 refused without reverse DNS, SPF or DKIM; send over IPv4" },
      { code = phrase("(?i)number of connections|\\(S3115\\)|4\\.7\\.652"), trigger = "1",
        action = { { "reduce_connections", 2 }, { "throttle", "down" }, { "suspend", "15 minutes" } },
        message = "Microsoft 365: too many connections for this address" },
      { code = "^4\\d\\d[ -]4\\.7\\.(?:[56]\\d\\d|8[5-9]\\d)\\b", trigger = "1",
        action = { { "throttle", "down" }, { "suspend", "15 minutes" } },
        message = "Microsoft 365: address throttled for a changed sending pattern; send evenly, in smaller steps" },
      { code = phrase("(?i)^4\\d\\d[ -].*try again later.*\\(AS\\d+\\)"), trigger = "1",
        action = { { "throttle", "down" }, { "suspend", "15 minutes" } },
        message = "Microsoft 365: address throttled for now; send evenly, in smaller steps" },
      { code = phrase("(?i)limited due to IP reputation"), trigger = "1",
        action = { { "throttle", "down" }, { "suspend", "15 minutes" } },
        message = "Microsoft 365: rate limited for the reputation of the address" },
      { code = phrase("(?i)on our block\\s?list|\\(S31[45]0\\)"), trigger = "1", action = { "suspend", "6 hours" },
        message = "Microsoft 365: address or its network is blocked; stop, find the cause, ask for removal" },
    },
  },
  ["mx:.mail.protection.outlook.com"] = "outlook-365",
  ["mail.protection.outlook.com"] = "outlook-365",
  ["mx:.mail.eo.outlook.com"] = "outlook-365",
  ["mail.eo.outlook.com"] = "outlook-365",
  ["mx:.mx.microsoft"] = "outlook-365",
  ["mx.microsoft"] = "outlook-365",

  -- ---------------------------------------------------------------------------
  -- Yahoo, AOL, Verizon, AT&T (moved to Yahoo in mid-2025)      D/O, mid-2026
  -- Limits: concurrency unpublished. The limit of messages per connection (20 in
  -- older help pages) shows as a close without error: connect again at once.
  -- Published: never retry after 5xx. More than 48 hours of [TSS04]: open a
  -- ticket. Yahoo Japan is a different system and not in here.
  -- ---------------------------------------------------------------------------
  ["yahoo.com"] = {
    configuration = {
      max_outbound_connections = { 2, 10 },
      max_deliveries_per_connection = 20,
      outbound_throttle_messages = warm_up(40, 30000, 30),
    },
    responses = {
      { code = "(?i)\\[BL\\d\\d\\]", trigger = "1", action = { "suspend", "12 hours" },
        message = "Yahoo: address listed by Spamhaus; have the listing removed first" },
      { code = phrase("(?i)permanently deferred|\\[TS03\\]|\\[TSS(?:09|11)\\]"), trigger = "1", action = { "suspend", "6 hours" },
        message = "Yahoo: address blocked, whatever the reply code says; stop and find the cause" },
      { code = phrase("(?i)temporarily deferred|4\\.16\\.55\\.1\\b"), trigger = "1",
        action = { { "throttle", "down" }, { "reduce_connections", 2 }, { "suspend", "30 minutes" } },
        message = "Yahoo: deferred for volume or complaints; cut volume, check complaints" },
      { code = "(?i)\\[TSS?\\d\\d\\]", trigger = "1",
        action = { { "throttle", "down" }, { "reduce_connections", 2 }, { "suspend", "30 minutes" } },
        message = "Yahoo: deferred for the reputation of the address; cut volume, check complaints" },
      { code = phrase("(?i)(?:max|maximum) (?:message|messages) per connection"), trigger = "1", action = { "reduce_deliveries", 5 },
        message = "Yahoo: connection has carried its share of messages; reconnect and deliver less on each" },
      { code = phrase("(?i)receiving mail too quickly"), trigger = "1", action = { "greylisted", "30 minutes" },
        message = "Yahoo: one mailbox gets mail too fast; only its retry is slowed" },
      { code = phrase("(?i)\\[PH\\d\\d\\]|for policy reasons"), trigger = "9/600", action = { "throttle", "down" },
        message = "Yahoo: content, links or authentication refused; review the campaign, then SPF and DKIM" },
      { code = "(?i)abuse_rbl@abuse-att\\.net", trigger = "1", action = { "suspend", "6 hours" },
        message = "AT&T: address blocked; stop and ask the abuse desk for removal" },
      { code = phrase("(?i)^4\\d\\d[ -].*(?:resources temporarily|\\[#4\\.16\\.|internal (?:server )?error)"), trigger = "4/300",
        action = { "suspend", "5 minutes" },
        message = "Yahoo: receiving system busy or at fault; nothing to do but retry" },
    },
  },
  ["ymail.com"] = "yahoo.com",
  ["rocketmail.com"] = "yahoo.com",
  ["myyahoo.com"] = "yahoo.com",
  ["yahoo.at"] = "yahoo.com",
  ["yahoo.be"] = "yahoo.com",
  ["yahoo.bg"] = "yahoo.com",
  ["yahoo.ca"] = "yahoo.com",
  ["yahoo.ch"] = "yahoo.com",
  ["yahoo.cl"] = "yahoo.com",
  ["yahoo.co.id"] = "yahoo.com",
  ["yahoo.co.il"] = "yahoo.com",
  ["yahoo.co.in"] = "yahoo.com",
  ["yahoo.co.kr"] = "yahoo.com",
  ["yahoo.co.nz"] = "yahoo.com",
  ["yahoo.co.th"] = "yahoo.com",
  ["yahoo.co.uk"] = "yahoo.com",
  ["yahoo.co.za"] = "yahoo.com",
  ["yahoo.com.ar"] = "yahoo.com",
  ["yahoo.com.au"] = "yahoo.com",
  ["yahoo.com.br"] = "yahoo.com",
  ["yahoo.com.cn"] = "yahoo.com",
  ["yahoo.com.co"] = "yahoo.com",
  ["yahoo.com.hk"] = "yahoo.com",
  ["yahoo.com.mx"] = "yahoo.com",
  ["yahoo.com.my"] = "yahoo.com",
  ["yahoo.com.pe"] = "yahoo.com",
  ["yahoo.com.ph"] = "yahoo.com",
  ["yahoo.com.sg"] = "yahoo.com",
  ["yahoo.com.tr"] = "yahoo.com",
  ["yahoo.com.tw"] = "yahoo.com",
  ["yahoo.com.ve"] = "yahoo.com",
  ["yahoo.com.vn"] = "yahoo.com",
  ["yahoo.cz"] = "yahoo.com",
  ["yahoo.de"] = "yahoo.com",
  ["yahoo.dk"] = "yahoo.com",
  ["yahoo.ee"] = "yahoo.com",
  ["yahoo.es"] = "yahoo.com",
  ["yahoo.fi"] = "yahoo.com",
  ["yahoo.fr"] = "yahoo.com",
  ["yahoo.gr"] = "yahoo.com",
  ["yahoo.hr"] = "yahoo.com",
  ["yahoo.hu"] = "yahoo.com",
  ["yahoo.ie"] = "yahoo.com",
  ["yahoo.in"] = "yahoo.com",
  ["yahoo.it"] = "yahoo.com",
  ["yahoo.lt"] = "yahoo.com",
  ["yahoo.lv"] = "yahoo.com",
  ["yahoo.nl"] = "yahoo.com",
  ["yahoo.no"] = "yahoo.com",
  ["yahoo.pl"] = "yahoo.com",
  ["yahoo.pt"] = "yahoo.com",
  ["yahoo.ro"] = "yahoo.com",
  ["yahoo.rs"] = "yahoo.com",
  ["yahoo.se"] = "yahoo.com",
  ["yahoo.si"] = "yahoo.com",
  ["yahoo.sk"] = "yahoo.com",
  ["yahoo.ua"] = "yahoo.com",
  ["aol.com"] = "yahoo.com",
  ["aim.com"] = "yahoo.com",
  ["aol.at"] = "yahoo.com",
  ["aol.be"] = "yahoo.com",
  ["aol.ch"] = "yahoo.com",
  ["aol.cl"] = "yahoo.com",
  ["aol.co.nz"] = "yahoo.com",
  ["aol.co.uk"] = "yahoo.com",
  ["aol.com.ar"] = "yahoo.com",
  ["aol.com.au"] = "yahoo.com",
  ["aol.com.br"] = "yahoo.com",
  ["aol.com.co"] = "yahoo.com",
  ["aol.com.mx"] = "yahoo.com",
  ["aol.com.ve"] = "yahoo.com",
  ["aol.cz"] = "yahoo.com",
  ["aol.de"] = "yahoo.com",
  ["aol.dk"] = "yahoo.com",
  ["aol.es"] = "yahoo.com",
  ["aol.fi"] = "yahoo.com",
  ["aol.fr"] = "yahoo.com",
  ["aol.hk"] = "yahoo.com",
  ["aol.in"] = "yahoo.com",
  ["aol.it"] = "yahoo.com",
  ["aol.jp"] = "yahoo.com",
  ["aol.kr"] = "yahoo.com",
  ["aol.nl"] = "yahoo.com",
  ["aol.pl"] = "yahoo.com",
  ["aol.ru"] = "yahoo.com",
  ["aol.se"] = "yahoo.com",
  ["aol.tw"] = "yahoo.com",
  ["compuserve.com"] = "yahoo.com",
  ["cs.com"] = "yahoo.com",
  ["games.com"] = "yahoo.com",
  ["love.com"] = "yahoo.com",
  ["netscape.com"] = "yahoo.com",
  ["netscape.net"] = "yahoo.com",
  ["wow.com"] = "yahoo.com",
  ["ygm.com"] = "yahoo.com",
  ["verizon.net"] = "yahoo.com",
  ["att.net"] = "yahoo.com",
  ["ameritech.net"] = "yahoo.com",
  ["bellsouth.net"] = "yahoo.com",
  ["currently.com"] = "yahoo.com",
  ["flash.net"] = "yahoo.com",
  ["nvbell.net"] = "yahoo.com",
  ["pacbell.net"] = "yahoo.com",
  ["prodigy.net"] = "yahoo.com",
  ["sbcglobal.net"] = "yahoo.com",
  ["snet.net"] = "yahoo.com",
  ["swbell.net"] = "yahoo.com",
  ["wans.net"] = "yahoo.com",
  ["mx:.yahoodns.net"] = "yahoo.com",
  ["yahoodns.net"] = "yahoo.com",
  ["mx:.prodigy.net"] = "yahoo.com",

  -- ---------------------------------------------------------------------------
  -- Apple iCloud                                               O, mid-2026
  -- Limits: unpublished; no allow list, no feedback loop (both published).
  -- ---------------------------------------------------------------------------
  ["icloud.com"] = {
    configuration = {
      max_outbound_connections = 5,
      max_deliveries_per_connection = 50,
      outbound_throttle_messages = warm_up(30, 10000, 30),
    },
    responses = {
      { code = phrase("(?i)excessive volume"), trigger = "1", action = { { "throttle", "down" }, { "suspend", "15 minutes" } },
        message = "Apple: too much mail at once; cut the rate, check complaints" },
      { code = phrase("(?i)^4\\d\\d[ -].*service unavailable"), trigger = "1", action = { "suspend", "10 minutes" },
        message = "Apple: peak load on the receiving side; nothing to do but retry" },
      { code = phrase("(?i)^4\\d\\d[ -].*too many errors"), trigger = "1", action = { "reduce_deliveries", 10 },
        message = "Apple: too many refused commands in one session; clean the list, deliver less per connection" },
      { code = phrase("(?i)blocked - see|ipcheck\\.proofpoint"), trigger = "1", action = { "suspend", "6 hours" },
        message = "Apple: address listed by its filter supplier; ask there for removal" },
      { code = "(?i)\\bDMARC\\b", trigger = "1", action = nothing, observe = true,
        message = "Apple: refused by the DMARC policy of the sender domain; repair SPF or DKIM alignment" },
      { code = phrase("(?i)\\bSpamhaus DBL\\b"), trigger = "1", action = nothing, observe = true,
        message = "Apple: a domain named in the message is on the Spamhaus domain list; review links and sender" },
      { code = "(?i)\\[(?:CS|HM)\\d\\d\\]", trigger = "9/600", action = { { "throttle", "down" }, { "suspend", "1 hours" } },
        message = "Apple: refused for content, address or domain; review the campaign and the reputation" },
      { code = phrase("(?i)due to local policy"), trigger = "9/600", action = { { "throttle", "down" }, { "suspend", "1 hours" } },
        message = "Apple: refused by local policy; review the campaign and the reputation" },
    },
  },
  ["me.com"] = "icloud.com",
  ["mac.com"] = "icloud.com",
  ["privaterelay.appleid.com"] = "icloud.com",
  ["mx:.mail.icloud.com"] = "icloud.com",

  -- ---------------------------------------------------------------------------
  -- Comcast                                                    D, mid-2026
  -- Limits, published: 25 connections per address. Mailboxes are moving to Yahoo,
  -- so Yahoo's markers are known here too.
  -- ---------------------------------------------------------------------------
  ["comcast.net"] = {
    configuration = {
      max_outbound_connections = 5,
      max_deliveries_per_connection = 50,
      outbound_throttle_messages = warm_up(40, 10000, 28),
    },
    responses = {
      { code = phrase("(?i)too many sessions"), trigger = "1", action = { "reduce_connections", 2 },
        message = "Comcast: more sessions open than one address may have" },
      { code = "(?i)\\bRL0\\d+|\\bthrottled\\b", trigger = "1",
        action = { { "throttle", "down" }, { "suspend", "5 minutes" } },
        message = "Comcast: too much mail for this reputation; slow down, retry in minutes" },
      { code = phrase("(?i)reverse DNS failure"), trigger = "1", action = { "suspend", "10 minutes" },
        message = "Comcast: reverse DNS of the address could not be read; check it" },
      { code = "(?i)\\bBL0{5}1\\b", trigger = "1", action = { "suspend", "6 hours" },
        message = "Comcast: address listed by Spamhaus; have the listing removed first" },
      { code = "(?i)\\bBL0\\d+", trigger = "1", action = { "suspend", "6 hours" },
        message = "Comcast: address blocked; stop, find the cause, ask for removal" },
      { code = "(?i)\\bES0\\d+", trigger = "1", action = { "suspend", "6 hours" },
        message = "Comcast: address looks dynamic or lacks proper reverse DNS" },
      { code = "(?i)\\[BL\\d\\d\\]", trigger = "1", action = { "suspend", "12 hours" },
        message = "Comcast at Yahoo: address listed by Spamhaus; have the listing removed first" },
      { code = phrase("(?i)permanently deferred|\\[TS03\\]|\\[TSS(?:09|11)\\]"), trigger = "1", action = { "suspend", "6 hours" },
        message = "Comcast at Yahoo: address blocked; stop and find the cause" },
      { code = phrase("(?i)temporarily deferred|\\[TSS?\\d\\d\\]|4\\.16\\.55\\.1\\b"), trigger = "1",
        action = { { "throttle", "down" }, { "reduce_connections", 2 }, { "suspend", "30 minutes" } },
        message = "Comcast at Yahoo: deferred for volume or complaints; cut volume, check complaints" },
      { code = phrase("(?i)\\[PH\\d\\d\\]|for policy reasons"), trigger = "9/600", action = { "throttle", "down" },
        message = "Comcast at Yahoo: content or authentication refused; review the campaign" },
    },
  },
  ["mx:.comcast.net"] = "comcast.net",

  -- ---------------------------------------------------------------------------
  -- Spectrum (Charter, Time Warner Cable, Bright House)        O, mid-2026
  -- Limits: unknown. Its own blocks expire by themselves.
  -- ---------------------------------------------------------------------------
  ["charter.net"] = {
    configuration = {
      max_outbound_connections = 5,
      max_deliveries_per_connection = 20,
      outbound_throttle_messages = warm_up(30, 6000, 28),
    },
    responses = {
      { code = "(?i)AUP#\\w+-1240\\b", trigger = "1", action = { "suspend", "12 hours" },
        message = "Spectrum: address listed by Spamhaus; have the listing removed first" },
      { code = "(?i)AUP#\\w+-13\\d\\d\\b", trigger = "1", action = { { "throttle", "down" }, { "suspend", "1 hours" } },
        message = "Spectrum: rate or filter limit reached; cut volume, check complaints" },
      { code = "(?i)AUP#I", trigger = "1", action = { "suspend", "4 hours" },
        message = "Spectrum: address looks suspicious and is blocked for some hours; find the cause" },
    },
  },
  ["spectrum.net"] = "charter.net",
  ["twc.com"] = "charter.net",
  ["brighthouse.com"] = "charter.net",
  ["rr.com"] = "charter.net",
  ["roadrunner.com"] = "charter.net",
  ["adelphia.net"] = "charter.net",
  ["austin.rr.com"] = "charter.net",
  ["bak.rr.com"] = "charter.net",
  ["bham.rr.com"] = "charter.net",
  ["carolina.rr.com"] = "charter.net",
  ["cfl.rr.com"] = "charter.net",
  ["cinci.rr.com"] = "charter.net",
  ["columbus.rr.com"] = "charter.net",
  ["dc.rr.com"] = "charter.net",
  ["ec.rr.com"] = "charter.net",
  ["elp.rr.com"] = "charter.net",
  ["gt.rr.com"] = "charter.net",
  ["hawaii.rr.com"] = "charter.net",
  ["hot.rr.com"] = "charter.net",
  ["houston.rr.com"] = "charter.net",
  ["hvc.rr.com"] = "charter.net",
  ["indy.rr.com"] = "charter.net",
  ["insight.rr.com"] = "charter.net",
  ["jam.rr.com"] = "charter.net",
  ["kc.rr.com"] = "charter.net",
  ["ma.rr.com"] = "charter.net",
  ["maine.rr.com"] = "charter.net",
  ["mass.rr.com"] = "charter.net",
  ["mi.rr.com"] = "charter.net",
  ["midsouth.rr.com"] = "charter.net",
  ["mn.rr.com"] = "charter.net",
  ["nc.rr.com"] = "charter.net",
  ["neb.rr.com"] = "charter.net",
  ["new.rr.com"] = "charter.net",
  ["north.rr.com"] = "charter.net",
  ["nj.rr.com"] = "charter.net",
  ["nyc.rr.com"] = "charter.net",
  ["nycap.rr.com"] = "charter.net",
  ["oh.rr.com"] = "charter.net",
  ["panhandle.rr.com"] = "charter.net",
  ["rochester.rr.com"] = "charter.net",
  ["san.rr.com"] = "charter.net",
  ["satx.rr.com"] = "charter.net",
  ["sc.rr.com"] = "charter.net",
  ["se.rr.com"] = "charter.net",
  ["si.rr.com"] = "charter.net",
  ["socal.rr.com"] = "charter.net",
  ["stny.rr.com"] = "charter.net",
  ["stx.rr.com"] = "charter.net",
  ["sw.rr.com"] = "charter.net",
  ["tampabay.rr.com"] = "charter.net",
  ["triad.rr.com"] = "charter.net",
  ["tx.rr.com"] = "charter.net",
  ["twcny.rr.com"] = "charter.net",
  ["twmi.rr.com"] = "charter.net",
  ["west.rr.com"] = "charter.net",
  ["wi.rr.com"] = "charter.net",
  ["woh.rr.com"] = "charter.net",
  ["wowway.rr.com"] = "charter.net",
  ["mx:.charter.net"] = "charter.net",

  -- ---------------------------------------------------------------------------
  -- Cox                                                        D/O, mid-2026
  -- Limits: unknown. Mailboxes may sit at Yahoo (K), hence its markers.
  -- ---------------------------------------------------------------------------
  ["cox.net"] = {
    configuration = {
      max_outbound_connections = 5,
      max_deliveries_per_connection = 20,
      outbound_throttle_messages = warm_up(30, 6000, 28),
    },
    responses = {
      { code = "(?i)\\bCDRBL\\b", trigger = "1", action = { "suspend", "4 hours" },
        message = "Cox: address blocked for up to a day by its filter; find the cause" },
      { code = "(?i)\\bCXBL\\b", trigger = "1", action = { "suspend", "6 hours" },
        message = "Cox: address blocked; stop, find the cause, ask for removal" },
      { code = "(?i)\\bIPBL\\d+", trigger = "1", action = { "suspend", "12 hours" },
        message = "Cox: address on a public DNSBL; have the listing removed first" },
      { code = "(?i)\\bCXMXRT\\b", trigger = "1",
        action = { { "throttle", "down" }, { "reduce_deliveries", 5 }, { "suspend", "30 minutes" } },
        message = "Cox: more messages than this address may send; slow down" },
      { code = "(?i)\\[BL\\d\\d\\]", trigger = "1", action = { "suspend", "12 hours" },
        message = "Cox at Yahoo: address listed by Spamhaus; have the listing removed first" },
      { code = phrase("(?i)permanently deferred|\\[TS03\\]|\\[TSS(?:09|11)\\]"), trigger = "1", action = { "suspend", "6 hours" },
        message = "Cox at Yahoo: address blocked; stop and find the cause" },
      { code = phrase("(?i)temporarily deferred|\\[TSS?\\d\\d\\]|4\\.16\\.55\\.1\\b"), trigger = "1",
        action = { { "throttle", "down" }, { "reduce_connections", 2 }, { "suspend", "30 minutes" } },
        message = "Cox at Yahoo: deferred for volume or complaints; cut volume, check complaints" },
    },
  },
  ["mx:.cox.net"] = "cox.net",
  ["mx:.cloudfilter.net"] = "cox.net",
  ["cloudfilter.net"] = "cox.net",

  -- ---------------------------------------------------------------------------
  -- GoDaddy hosted mail                                        D/O, mid-2026
  -- Limits: an hourly recipient cap per address, not published as a number.
  -- ---------------------------------------------------------------------------
  ["secureserver.net"] = {
    configuration = {
      max_outbound_connections = 5,
      max_deliveries_per_connection = 20,
      outbound_throttle_messages = warm_up(30, 6000, 28),
    },
    responses = {
      { code = "(?i)\\bIB101\\b", trigger = "1", action = { "suspend", "10 minutes" },
        message = "GoDaddy: receiving system busy; nothing to do but retry" },
      { code = "(?i)\\bIB108\\b", trigger = "1", action = { "suspend", "1 hours" },
        message = "GoDaddy: the sending address lacks reverse DNS" },
      -- Looks like an unknown user, is a rate limit.
      { code = phrase("(?i)\\bIB607\\b|recipients this hour"), trigger = "1",
        action = { { "transcode", "452" }, { "suspend", "1 hours" } },
        message = "GoDaddy: hourly number of recipients used up; wait for the next hour" },
      { code = "(?i)\\bIB605\\b", trigger = "1", action = nothing, observe = true,
        message = "GoDaddy: too many recipients in one message; split it" },
      { code = "(?i)\\bIB(?:212|506|508)\\b", trigger = "1", action = nothing, observe = true,
        message = "GoDaddy: content, SPF or From address refused; review the message" },
    },
  },
  ["mx:.secureserver.net"] = "secureserver.net",

  -- ---------------------------------------------------------------------------
  -- Rackspace hosted mail                                      O, mid-2026
  -- Limits: unknown.
  -- ---------------------------------------------------------------------------
  ["emailsrvr.com"] = {
    configuration = {
      max_outbound_connections = 5,
      max_deliveries_per_connection = 20,
      outbound_throttle_messages = warm_up(30, 6000, 28),
    },
    responses = {
      { code = "(?i)\\(G2\\)", trigger = "1", action = { "reduce_connections", 2 },
        message = "Rackspace: too many connections from this address" },
      { code = "(?i)\\(G28\\)", trigger = "1", action = { { "throttle", "down" }, { "suspend", "30 minutes" } },
        message = "Rackspace: address new to them; start with less mail" },
      { code = "(?i)\\(G1F\\)", trigger = "1", action = { "suspend", "1 hours" },
        message = "Rackspace: the sending address lacks reverse DNS" },
    },
  },
  ["mx:.emailsrvr.com"] = "emailsrvr.com",

  -- ---------------------------------------------------------------------------
  -- Zoho                                                       O, mid-2026
  -- Limits: unknown.
  -- ---------------------------------------------------------------------------
  ["zoho.com"] = {
    configuration = {
      max_outbound_connections = 5,
      max_deliveries_per_connection = 20,
      outbound_throttle_messages = warm_up(30, 6000, 28),
    },
    responses = {
      { code = phrase("(?i)flagged as spam|policy violation"), trigger = "9/600", action = { "throttle", "down" },
        message = "Zoho: content refused; review the campaign" },
    },
  },
  ["zohomail.com"] = "zoho.com",
  ["zoho.eu"] = "zoho.com",
  ["zohomail.eu"] = "zoho.com",
  ["mx:.zoho.com"] = "zoho.com",
  ["mx:.zoho.eu"] = "zoho.com",

  -- ---------------------------------------------------------------------------
  -- GMX, WEB.DE, mail.com, IONOS                               D, mid-2026
  -- Limits: unpublished; after a rate refusal a pause of hours is published. No
  -- enhanced codes; the reason stands in the last line of the reply.
  -- ---------------------------------------------------------------------------
  ["gmx.net"] = {
    configuration = {
      max_outbound_connections = 5,
      max_deliveries_per_connection = 20,
      outbound_throttle_messages = warm_up(30, 10000, 28),
    },
    responses = {
      { code = phrase("(?i)\\b(?:block|black) listed\\b|\\b(?:block|black)-?list"), trigger = "1", action = { "suspend", "6 hours" },
        message = "GMX/WEB.DE: address blocked; stop, find the cause, ask the postmaster" },
      { code = phrase("(?i)\\bSPF policy\\b"), trigger = "1", action = nothing, observe = true,
        message = "GMX/WEB.DE: refused by the SPF policy of the sender domain; repair SPF" },
      { code = phrase("(?i)\\bquota\\b|mailbox (?:is )?full|(?:user|recipient) has (?:exceeded|received)"), trigger = "1",
        action = nothing, observe = true,
        message = "GMX/WEB.DE: one mailbox full, or over its own limit" },
      { code = phrase("(?i)^4\\d\\d[ -].*(?:too many (?:e-?mails|mails|messages)|zu viele"
          .. "|send limit|(?:limit|limits) (?:is|was|were) reached|rate limit|rate-?limit)"),
        trigger = "1", action = { { "throttle", "down" }, { "suspend", "2 hours" } },
        message = "GMX/WEB.DE: too much mail from this address; pause for hours, then send less" },
      -- Without a permanent code this is their rate limit.
      { code = phrase("(?i)^4\\d\\d[ -].*policy restrictions"), trigger = "1",
        action = { { "throttle", "down" }, { "suspend", "2 hours" } },
        message = "GMX/WEB.DE: deferred by policy, as a rule for the rate; pause for hours, then send less" },
      { code = phrase("(?i)^5\\d\\d[ -].*policy restrictions"), trigger = "1", action = { "throttle", "down" },
        message = "GMX/WEB.DE: message refused by policy; review content and headers" },
    },
  },
  ["gmx.at"] = "gmx.net",
  ["gmx.biz"] = "gmx.net",
  ["gmx.ch"] = "gmx.net",
  ["gmx.co.uk"] = "gmx.net",
  ["gmx.com"] = "gmx.net",
  ["gmx.de"] = "gmx.net",
  ["gmx.es"] = "gmx.net",
  ["gmx.eu"] = "gmx.net",
  ["gmx.fr"] = "gmx.net",
  ["gmx.info"] = "gmx.net",
  ["gmx.li"] = "gmx.net",
  ["gmx.org"] = "gmx.net",
  ["gmx.us"] = "gmx.net",
  ["web.de"] = "gmx.net",
  ["email.de"] = "gmx.net",
  ["mail.com"] = "gmx.net",
  ["email.com"] = "gmx.net",
  ["usa.com"] = "gmx.net",
  ["post.com"] = "gmx.net",
  ["europe.com"] = "gmx.net",
  ["asia.com"] = "gmx.net",
  ["consultant.com"] = "gmx.net",
  ["engineer.com"] = "gmx.net",
  ["iname.com"] = "gmx.net",
  ["myself.com"] = "gmx.net",
  ["caramail.com"] = "gmx.net",
  ["mx:.gmx.net"] = "gmx.net",
  ["mx:.web.de"] = "gmx.net",
  ["mx:.mail.com"] = "gmx.net",
  ["mx:.kundenserver.de"] = "gmx.net",
  ["kundenserver.de"] = "gmx.net",
  ["mx:.ionos.co.uk"] = "gmx.net",
  ["mx:.ionos.com"] = "gmx.net",
  ["mx:.ionos.de"] = "gmx.net",
  ["mx:.ionos.es"] = "gmx.net",
  ["mx:.ionos.fr"] = "gmx.net",
  ["mx:.ionos.it"] = "gmx.net",
  ["mx:.ionos.mx"] = "gmx.net",

  -- ---------------------------------------------------------------------------
  -- T-Online (Deutsche Telekom)                                O, mid-2026
  -- Limits: unpublished. Addresses without history are refused until the
  -- postmaster has been asked; a reset takes 1 to 24 hours.
  -- ---------------------------------------------------------------------------
  ["t-online.de"] = {
    configuration = {
      max_outbound_connections = 2,
      max_deliveries_per_connection = 10,
      outbound_throttle_messages = warm_up(20, 5000, 28),
    },
    responses = {
      { code = "(?i)\\((?:BL|NOWL)\\)", trigger = "1", action = { "suspend", "12 hours" },
        message = "T-Online: address blocked or without history; write to the postmaster, a reset takes up to a day" },
      { code = "(?i)^5\\d\\d[ -]IP=.*reputation", trigger = "1", action = { "suspend", "12 hours" },
        message = "T-Online: no or bad reputation; write to the postmaster, a reset takes up to a day" },
    },
  },
  ["magenta.de"] = "t-online.de",
  ["mx:.t-online.de"] = "t-online.de",

  -- ---------------------------------------------------------------------------
  -- Orange (France)                                            O, mid-2026
  -- Limits: about 3 connections; complaints below 0.6 %.
  -- ---------------------------------------------------------------------------
  ["orange.fr"] = {
    configuration = {
      max_outbound_connections = 2,
      max_deliveries_per_connection = 50,
      outbound_throttle_messages = warm_up(20, 5000, 28),
    },
    responses = {
      { code = phrase("(?i)OFR\\w*_104\\b|trop de connexions"), trigger = "1",
        action = { { "reduce_connections", 2 }, { "suspend", "10 minutes" } },
        message = "Orange: too many connections; stay at one or two" },
      { code = "(?i)OFR\\w*_506\\b", trigger = "1", action = nothing, observe = true,
        message = "Orange: message taken for spam; review the campaign" },
      { code = "(?i)OFR\\w*_416\\b", trigger = "1", action = nothing, observe = true,
        message = "Orange: unknown recipient" },
      { code = "(?i)OFR006_", trigger = "1", action = { "suspend", "6 hours" },
        message = "Orange: address blocked; stop, find the cause, ask the abuse desk" },
      { code = "(?i)OFR(?:005_|\\w*_(?:105|108|999)\\b)", trigger = "1",
        action = { { "throttle", "down" }, { "suspend", "1 hours" } },
        message = "Orange: refused for the reputation, often for hours; cut volume, check complaints" },
      { code = phrase("(?i)^421[ -].*service refuse"), trigger = "1", action = { { "throttle", "down" }, { "suspend", "1 hours" } },
        message = "Orange: service refused for now; cut volume, check complaints" },
    },
  },
  ["wanadoo.fr"] = "orange.fr",
  ["mx:smtp-in.orange.fr"] = "orange.fr",

  -- ---------------------------------------------------------------------------
  -- SFR (France)                                               O, mid-2026
  -- Limits: 2 connections per address. Every SFR_IN block lasts two hours.
  -- ---------------------------------------------------------------------------
  ["sfr.fr"] = {
    configuration = {
      max_outbound_connections = 2,
      max_deliveries_per_connection = 50,
      outbound_throttle_messages = warm_up(20, 3000, 28),
    },
    responses = {
      { code = "(?i)SFR_IN_\\d04\\b", trigger = "1", action = { "suspend", "2 hours" },
        message = "SFR: blocked for two hours for unknown recipients; clean the list" },
      { code = "(?i)SFR_IN_", trigger = "1", action = { "suspend", "2 hours" },
        message = "SFR: blocked for two hours for spam, virus, errors or volume; find the cause" },
    },
  },
  ["neuf.fr"] = "sfr.fr",
  ["cegetel.net"] = "sfr.fr",
  ["club-internet.fr"] = "sfr.fr",
  ["noos.fr"] = "sfr.fr",
  ["numericable.com"] = "sfr.fr",
  ["numericable.fr"] = "sfr.fr",
  ["mx:smtp-in.sfr.fr"] = "sfr.fr",

  -- ---------------------------------------------------------------------------
  -- Free (France)                                              O, mid-2026
  -- Limits: unknown.
  -- ---------------------------------------------------------------------------
  ["free.fr"] = {
    configuration = {
      max_outbound_connections = 5,
      max_deliveries_per_connection = 20,
      outbound_throttle_messages = warm_up(20, 3000, 28),
    },
    responses = {
      { code = phrase("(?i)too many errors from your ip"), trigger = "1", action = { "suspend", "1 hours" },
        message = "Free: too many unknown recipients; clean the list" },
      { code = phrase("(?i)too many spams?\\b"), trigger = "1", action = { "suspend", "6 hours" },
        message = "Free: address blocked for spam; stop and find the cause" },
    },
  },
  ["aliceadsl.fr"] = "free.fr",
  ["libertysurf.fr"] = "free.fr",
  ["mx:.free.fr"] = "free.fr",

  -- ---------------------------------------------------------------------------
  -- La Poste (France)                                          O, mid-2026
  -- Limits: 2 connections, 100 messages on each.
  -- ---------------------------------------------------------------------------
  ["laposte.net"] = {
    configuration = {
      max_outbound_connections = 2,
      max_deliveries_per_connection = { 50, 100 },
      outbound_throttle_messages = warm_up(20, 3000, 28),
    },
    responses = {
      { code = "(?i)LPN\\d*_(?:503|105|107)\\b", trigger = "1",
        action = { { "throttle", "down" }, { "suspend", "1 hours" } },
        message = "La Poste: address slowed down; cut volume, check complaints" },
      { code = "(?i)LPN\\d*_510\\b", trigger = "1", action = { "throttle", "down" },
        message = "La Poste: message refused by policy; review the campaign" },
      { code = "(?i)LPN\\d*_(?:405|517)\\b", trigger = "1", action = nothing, observe = true,
        message = "La Poste: sender domain or DMARC refused; repair DNS and authentication" },
      { code = "(?i)LPN\\d*_4[12]6\\b", trigger = "1", action = nothing, observe = true,
        message = "La Poste: recipient unknown or blocked" },
    },
  },
  ["mx:.laposte.net"] = "laposte.net",

  -- ---------------------------------------------------------------------------
  -- Libero, Virgilio, TIM (Italy)                              K, mid-2026
  -- Limits: unknown; thin evidence.
  -- ---------------------------------------------------------------------------
  ["libero.it"] = {
    configuration = {
      max_outbound_connections = 5,
      max_deliveries_per_connection = 20,
      outbound_throttle_messages = warm_up(20, 5000, 28),
    },
    responses = {
      { code = phrase("(?i)blacklisted IP"), trigger = "1", action = { "suspend", "6 hours" },
        message = "Libero/TIM: address blocked; stop, find the cause, ask for removal" },
      { code = phrase("(?i)\\bquota\\b|mailbox (?:is )?full|^4\\d\\d[ -]4\\.2\\.[12]\\b"), trigger = "1",
        action = nothing, observe = true,
        message = "Libero/TIM: one mailbox full or disabled" },
      { code = phrase("(?i)^4\\d\\d[ -].*(?:slow|slowing) down"), trigger = "1",
        action = { { "reduce_connections", 1 }, { "suspend", "15 minutes" } },
        message = "Libero/TIM: too fast; open fewer connections" },
    },
  },
  ["blu.it"] = "libero.it",
  ["giallo.it"] = "libero.it",
  ["inwind.it"] = "libero.it",
  ["iol.it"] = "libero.it",
  ["virgilio.it"] = "libero.it",
  ["alice.it"] = "libero.it",
  ["tim.it"] = "libero.it",
  ["tin.it"] = "libero.it",
  ["mx:.libero.it"] = "libero.it",

  -- ---------------------------------------------------------------------------
  -- WP and o2 (Poland)                                         O/K, mid-2026
  -- Limits: unknown.
  -- ---------------------------------------------------------------------------
  ["wp.pl"] = {
    configuration = {
      max_outbound_connections = 5,
      max_deliveries_per_connection = 20,
      outbound_throttle_messages = warm_up(20, 5000, 28),
    },
    responses = {
      { code = phrase("(?i)\\bBLAD SPF\\b"), trigger = "1", action = nothing, observe = true,
        message = "WP: SPF of the sender domain fails; repair SPF" },
      { code = "(?i)gr[ae]y-?list", trigger = "1", action = { "greylisted", "10 minutes" },
        message = "WP: first contact is put off; the retry decides" },
    },
  },
  ["o2.pl"] = "wp.pl",
  ["go2.pl"] = "wp.pl",
  ["tlen.pl"] = "wp.pl",
  ["mx:.wp.pl"] = "wp.pl",

  -- ---------------------------------------------------------------------------
  -- Onet, Interia (Poland), Seznam (Czech Republic)            K, mid-2026
  -- Limits: unknown.
  -- ---------------------------------------------------------------------------
  ["onet.pl"] = {
    configuration = {
      max_outbound_connections = 5,
      max_deliveries_per_connection = 20,
      outbound_throttle_messages = warm_up(20, 5000, 28),
    },
    responses = {
      { code = "(?i)gr[ae]y-?list", trigger = "1", action = { "greylisted", "10 minutes" },
        message = "Onet/Interia/Seznam: first contact is put off; the retry decides" },
    },
  },
  ["onet.eu"] = "onet.pl",
  ["op.pl"] = "onet.pl",
  ["poczta.onet.pl"] = "onet.pl",
  ["poczta.onet.eu"] = "onet.pl",
  ["vp.pl"] = "onet.pl",
  ["interia.pl"] = "onet.pl",
  ["interia.eu"] = "onet.pl",
  ["interia.com"] = "onet.pl",
  ["poczta.fm"] = "onet.pl",
  ["seznam.cz"] = "onet.pl",
  ["email.cz"] = "onet.pl",
  ["post.cz"] = "onet.pl",
  ["spoluzaci.cz"] = "onet.pl",

  -- ---------------------------------------------------------------------------
  -- Mail.ru                                                    O, mid-2026
  -- Limits: unknown.
  -- ---------------------------------------------------------------------------
  ["mail.ru"] = {
    configuration = {
      max_outbound_connections = 5,
      max_deliveries_per_connection = 20,
      outbound_throttle_messages = warm_up(30, 10000, 28),
    },
    responses = {
      { code = phrase("(?i)spam message rejected"), trigger = "4/600", action = { "throttle", "down" },
        message = "Mail.ru: content or reputation refused; review the campaign" },
      { code = phrase("(?i)rate[ -]?limit exceeded"), trigger = "1", action = { "greylisted", "30 minutes" },
        message = "Mail.ru: one mailbox gets more than it may take; its mail is retried later" },
      { code = phrase("(?i)dynamic ips?\\b"), trigger = "1", action = { "suspend", "6 hours" },
        message = "Mail.ru: address counts as dynamic; repair reverse DNS" },
    },
  },
  ["bk.ru"] = "mail.ru",
  ["inbox.ru"] = "mail.ru",
  ["internet.ru"] = "mail.ru",
  ["list.ru"] = "mail.ru",
  ["mx:.mail.ru"] = "mail.ru",

  -- ---------------------------------------------------------------------------
  -- Yandex                                                     D, mid-2026
  -- Limits: unknown. A sender refused for its spam statistics stays blocked for
  -- a day.
  -- ---------------------------------------------------------------------------
  ["yandex.ru"] = {
    configuration = {
      max_outbound_connections = 5,
      max_deliveries_per_connection = 20,
      outbound_throttle_messages = warm_up(30, 10000, 28),
    },
    responses = {
      { code = phrase("(?i)suspicion of spam"), trigger = "9/600", action = { { "throttle", "down" }, { "suspend", "4 hours" } },
        message = "Yandex: message taken for spam; review the campaign" },
      { code = phrase("(?i)spam statistics"), trigger = "9/600", action = { { "throttle", "down" }, { "suspend", "4 hours" } },
        message = "Yandex: sender blocked for its spam statistics, for about a day; review the campaign" },
    },
  },
  ["ya.ru"] = "yandex.ru",
  ["narod.ru"] = "yandex.ru",
  ["yandex.by"] = "yandex.ru",
  ["yandex.com"] = "yandex.ru",
  ["yandex.com.tr"] = "yandex.ru",
  ["yandex.kz"] = "yandex.ru",
  ["yandex.ua"] = "yandex.ru",
  ["yandex.uz"] = "yandex.ru",
  ["mx:.yandex.ru"] = "yandex.ru",
  ["mx:.yandex.net"] = "yandex.ru",

  -- ---------------------------------------------------------------------------
  -- QQ and Foxmail (Tencent)                                   D, mid-2026
  -- Limits: rates by minute, hour and day, all secret. Rate refusals carry 550.
  -- ---------------------------------------------------------------------------
  ["qq.com"] = {
    configuration = {
      max_outbound_connections = 2,
      max_deliveries_per_connection = 10,
      outbound_throttle_messages = warm_up(20, 5000, 30),
    },
    responses = {
      { code = phrase("(?i)frequency limited"), trigger = "1",
        action = { { "transcode", "452" }, { "throttle", "down" }, { "reduce_connections", 1 }, { "suspend", "1 hours" } },
        message = "QQ: over the secret rate for address, connection, domain or sender; slow down" },
      { code = phrase("(?i)mail content denied"), trigger = "1", action = { "throttle", "down" },
        message = "QQ: content refused; review the campaign" },
      { code = phrase("(?i)suspected spam"), trigger = "1", action = { "suspend", "6 hours" },
        message = "QQ: address refused for its reputation; stop and find the cause" },
      -- Not an unknown user: the mailbox has had too much mail.
      { code = phrase("(?i)unavailable or access denied"), trigger = "1",
        action = { { "transcode", "452" }, { "greylisted", "60 minutes" } },
        message = "QQ: one mailbox is flooded; its mail is retried later" },
    },
  },
  ["foxmail.com"] = "qq.com",
  ["vip.qq.com"] = "qq.com",
  ["mx:.qq.com"] = "qq.com",

  -- ---------------------------------------------------------------------------
  -- NetEase (163, 126, yeah.net)                               O, mid-2026
  -- Limits: a quota per sender for 15 minutes, numbers unpublished.
  -- ---------------------------------------------------------------------------
  ["163.com"] = {
    configuration = {
      max_outbound_connections = 2,
      max_deliveries_per_connection = 10,
      outbound_throttle_messages = warm_up(20, 5000, 30),
    },
    responses = {
      { code = "(?i)\\bHL:ICC\\b", trigger = "1", action = { "reduce_connections", 1 },
        message = "NetEase: too many connections from this address" },
      { code = "(?i)\\bHL:IFC\\b", trigger = "1", action = { "suspend", "30 minutes" },
        message = "NetEase: too much mail in a short time; slow down" },
      { code = "(?i)\\bHL:REP\\b", trigger = "1", action = { "suspend", "2 hours" },
        message = "NetEase: too many unknown recipients; clean the list" },
      { code = "(?i)\\b(?:MI:DMC|RP:DRC)\\b", trigger = "1", action = { "reduce_deliveries", 2 },
        message = "NetEase: too much on one connection; deliver less per session" },
      { code = "(?i)\\bMI:SFQ\\b", trigger = "1", action = { "suspend", "15 minutes" },
        message = "NetEase: quota of the sender for 15 minutes used up" },
      { code = "(?i)\\bDT:SPM\\b", trigger = "1", action = { "greylisted", "3 minutes" },
        message = "NetEase: content suspected; one early retry decides, then review the campaign" },
      { code = "(?i)\\bDT:RBL\\b", trigger = "1", action = { "suspend", "12 hours" },
        message = "NetEase: address on a DNSBL; have the listing removed first" },
    },
  },
  ["126.com"] = "163.com",
  ["188.com"] = "163.com",
  ["vip.126.com"] = "163.com",
  ["vip.163.com"] = "163.com",
  ["yeah.net"] = "163.com",
  ["mx:.netease.com"] = "163.com",
  ["netease.com"] = "163.com",

  -- ---------------------------------------------------------------------------
  -- Sina                                                       O, mid-2026
  -- Limits: unknown. The connection limit carries 550.
  -- ---------------------------------------------------------------------------
  ["sina.com"] = {
    configuration = {
      max_outbound_connections = 5,
      max_deliveries_per_connection = 20,
      outbound_throttle_messages = warm_up(20, 3000, 30),
    },
    responses = {
      { code = phrase("(?i)too many connect"), trigger = "1", action = { { "transcode", "452" }, { "reduce_connections", 2 } },
        message = "Sina: too many connections from this address" },
    },
  },
  ["sina.cn"] = "sina.com",
  ["sina.com.cn"] = "sina.com",
  ["vip.sina.com"] = "sina.com",
  ["mx:.sina.com.cn"] = "sina.com",

  -- ---------------------------------------------------------------------------
  -- Naver (Korea)                                              O, mid-2026
  -- Limits: unknown.
  -- ---------------------------------------------------------------------------
  ["naver.com"] = {
    configuration = {
      max_outbound_connections = 5,
      max_deliveries_per_connection = 20,
      outbound_throttle_messages = warm_up(20, 5000, 28),
    },
    responses = {
      { code = phrase("(?i)\\byour ip (?:(?:address )?(?:is|was|has been) )?blocked"), trigger = "1", action = { "suspend", "6 hours" },
        message = "Naver: address blocked; stop, find the cause, ask for removal" },
    },
  },
  ["mx:.naver.com"] = "naver.com",

  -- ---------------------------------------------------------------------------
  -- NTT docomo and au (Japan)                                  O, mid-2026
  -- Limits: unknown. "Unknown user" at docomo may also be a filter of that user,
  -- so an address should fail three times before it is removed.
  -- ---------------------------------------------------------------------------
  ["docomo.ne.jp"] = {
    configuration = {
      max_outbound_connections = 5,
      max_deliveries_per_connection = 20,
      outbound_throttle_messages = warm_up(20, 5000, 28),
    },
    responses = {
      { code = phrase("(?i)unknown user|user unknown"), trigger = "1", action = nothing, observe = true,
        message = "docomo/au: unknown recipient, or one who filters the sender; remove after three failures" },
      { code = phrase("(?i)too much mail data"), trigger = "1", action = nothing, observe = true,
        message = "docomo: mailbox full" },
    },
  },
  ["au.com"] = "docomo.ne.jp",
  ["ezweb.ne.jp"] = "docomo.ne.jp",
  ["mx:.docomo.ne.jp"] = "docomo.ne.jp",

  -- ---------------------------------------------------------------------------
  -- UOL, BOL, Terra (Brazil)                                   D, mid-2026
  -- Limits, published: refuses whoever sends more than 10 % to unknown recipients.
  -- ---------------------------------------------------------------------------
  ["uol.com.br"] = {
    configuration = {
      max_outbound_connections = 5,
      max_deliveries_per_connection = 20,
      outbound_throttle_messages = warm_up(20, 5000, 28),
    },
    responses = {
      { code = phrase("(?i)too many (?:unknown|invalid|non-?existent|bad)\\b"), trigger = "1", action = { "suspend", "2 hours" },
        message = "UOL/BOL/Terra: too many unknown recipients; clean the list" },
      { code = phrase("(?i)(?:unknown|invalid|non-?existent) (?:users|recipients|addresses|mailboxes).{0,60} (?:limit|exceed|\\d+ ?%)"),
        trigger = "1", action = { "suspend", "2 hours" },
        message = "UOL/BOL/Terra: share of unknown recipients too high; clean the list" },
      { code = phrase("(?i)(?:exceed|limit|\\d+ ?%|high|excess).{0,60} (?:unknown"
          .. "|invalid|non-?existent) (?:users|recipients|addresses|mailboxes)"),
        trigger = "1", action = { "suspend", "2 hours" },
        message = "UOL/BOL/Terra: more unknown recipients than allowed; clean the list" },
    },
  },
  ["bol.com.br"] = "uol.com.br",
  ["terra.com.br"] = "uol.com.br",
  ["mx:.uol.com.br"] = "uol.com.br",

  -- ---------------------------------------------------------------------------
  -- Telstra and Optus (Australia)                              K, mid-2026
  -- Limits: unknown; thin evidence.
  -- ---------------------------------------------------------------------------
  ["bigpond.com"] = {
    configuration = {
      max_outbound_connections = 5,
      max_deliveries_per_connection = 20,
      outbound_throttle_messages = warm_up(20, 5000, 28),
    },
    responses = {
      { code = phrase("(?i)\\bspamhaus DBL\\b|\\bdbl\\.spamhaus"), trigger = "1", action = nothing, observe = true,
        message = "Telstra/Optus: a domain named in the message is listed; review links and sender" },
      { code = "(?i)^5\\d\\d[ -].*\\b(?:spamhaus|dnsbl|rbl)\\b", trigger = "1", action = { "suspend", "12 hours" },
        message = "Telstra/Optus: address on a DNSBL; have the listing removed first" },
    },
  },
  ["bigpond.net.au"] = "bigpond.com",
  ["optusnet.com.au"] = "bigpond.com",
  ["telstra.com"] = "bigpond.com",

  -- ---------------------------------------------------------------------------
  -- Mail gateways, found by MX host. What they say holds for one customer domain
  -- and one address, no further. Caps come from "*" where no table sets them.
  -- Fastmail, Proton, Vade and Hornetsecurity have the general rules only.
  -- ---------------------------------------------------------------------------

  -- Proofpoint                                                 O, mid-2026
  ["gateway-proofpoint"] = {
    responses = {
      { code = "(?i)ipcheck\\.proofpoint|dnsbl-lookup\\.cgi", trigger = "1", action = { "suspend", "6 hours" },
        message = "Proofpoint: address listed; ask for removal on its lookup page" },
    },
  },
  ["mx:.pphosted.com"] = "gateway-proofpoint",
  ["pphosted.com"] = "gateway-proofpoint",
  ["mx:.ppe-hosted.com"] = "gateway-proofpoint",
  ["ppe-hosted.com"] = "gateway-proofpoint",

  -- Mimecast                                                   D, mid-2026
  -- Its greylisting wants a retry after 1 minute to 12 hours.
  ["gateway-mimecast"] = {
    responses = {
      { code = phrase("(?i)^4\\d\\d[ -].*internal resource"), trigger = "1", action = { "greylisted", "5 minutes" },
        message = "Mimecast: first contact is put off; the retry decides" },
      { code = phrase("(?i)host network not allowed"), trigger = "1", action = { "suspend", "6 hours" },
        message = "Mimecast: network of the address blocked; stop, find the cause" },
      { code = phrase("(?i)administrative prohibition"), trigger = "1", action = nothing, observe = true,
        message = "Mimecast: this customer refuses the sender; only the customer can change it" },
      { code = phrase("(?i)security policies"), trigger = "1", action = nothing, observe = true,
        message = "Mimecast: content refused by the customer's policy; review the message" },
    },
  },
  ["mx:.mimecast.com"] = "gateway-mimecast",
  ["mimecast.com"] = "gateway-mimecast",

  -- Cisco Secure Email                                         O, mid-2026
  ["gateway-cisco"] = {
    configuration = {
      max_outbound_connections = 5,
      max_deliveries_per_connection = 20,
      outbound_throttle_messages = warm_up(50, 10000, 21),
    },
    responses = {
      { code = phrase("(?i)\\bpoor reputation"), trigger = "1", action = { "suspend", "6 hours" },
        message = "Cisco: reputation of the address too poor; stop, look the address up at Talos" },
      { code = phrase("(?i)recipients received this hour"), trigger = "1",
        action = { { "throttle", "down" }, { "suspend", "1 hours" } },
        message = "Cisco: hourly number of recipients used up; send less per hour" },
    },
  },
  ["mx:.iphmx.com"] = "gateway-cisco",
  ["iphmx.com"] = "gateway-cisco",

  -- Barracuda                                                  O, mid-2026
  ["gateway-barracuda"] = {
    responses = {
      { code = "(?i)cuda_nsu", trigger = "1", action = nothing, observe = true,
        message = "Barracuda: unknown recipient" },
      { code = phrase("(?i)barracuda reputation"), trigger = "1", action = { "suspend", "6 hours" },
        message = "Barracuda: address on its reputation list; ask for removal" },
    },
  },
  ["mx:.barracudanetworks.com"] = "gateway-barracuda",
  ["barracudanetworks.com"] = "gateway-barracuda",

  -- Broadcom (Symantec, MessageLabs)                           O, mid-2026
  ["gateway-broadcom"] = {
    responses = {
      { code = phrase("(?i)rejected by policy \\[7\\."), trigger = "1", action = { "suspend", "6 hours" },
        message = "Broadcom: address refused by policy; stop, ask for an investigation" },
      { code = phrase("(?i)action aborted \\["), trigger = "1", action = { "greylisted", "15 minutes" },
        message = "Broadcom: put off; the retry decides" },
    },
  },
  ["mx:.messagelabs.com"] = "gateway-broadcom",
  ["messagelabs.com"] = "gateway-broadcom",

  -- Trend Micro                                                O, mid-2026
  -- Cloudmark filters for others; its rule stands under "*".
  ["gateway-trend"] = {
    responses = {
      { code = phrase("(?i)micro email reputation|reputation database"), trigger = "1", action = { "suspend", "4 hours" },
        message = "Trend Micro: address on its reputation list; ask for removal" },
    },
  },
  ["mx:.trendmicro.com"] = "gateway-trend",
  ["trendmicro.com"] = "gateway-trend",
  ["mx:.trendmicro.eu"] = "gateway-trend",
  ["trendmicro.eu"] = "gateway-trend",
  ["mx:.trendmicro.co.jp"] = "gateway-trend",
  ["trendmicro.co.jp"] = "gateway-trend",

  -- ---------------------------------------------------------------------------
  -- Everything else, and what a provider's own rules leave open.     mid-2026
  -- Order: replies that only look like a reason to act, then blocks, then limits.
  -- ---------------------------------------------------------------------------
  ["*"] = {
    configuration = {
      max_outbound_connections = 5,
      max_deliveries_per_connection = 20,
      outbound_throttle_messages = warm_up(100, 10000, 21),
    },
    responses = {
      { code = "(?i)\\[internal\\]|^421[ -]4\\.4\\.2\\b", trigger = "1", action = nothing, observe = true,
        message = "No answer of the receiver: a network fault, or a reply of the local system" },

      -- Greylisting is no judgement.
      { code = "(?i)^4\\d\\d[ -].*gr[ae]y[ -]?list", trigger = "1", action = { "greylisted", "5 minutes" },
        message = "First contact is put off; the retry decides" },

      -- Too many bad recipients, before single ones.
      { code = phrase("(?i)^421[ -].*too many errors"), trigger = "1", action = { "suspend", "30 minutes" },
        message = "Too many refused commands; clean the list" },
      { code = phrase("(?i)^4\\d\\d[ -].*too many (?:unknown|invalid|non-?existent)"), trigger = "1",
        action = { "suspend", "30 minutes" },
        message = "Too many unknown recipients; clean the list" },

      -- DNSBLs and reputation services.
      { code = phrase("(?i)open resolver|spamhaus\\.org/returnc"), trigger = "1", action = { "greylisted", "30 minutes" },
        message = "The receiver's own DNSBL lookup fails; tell its postmaster" },
      { code = phrase("(?i)spamhaus dbl\\b|\\bdbl\\.spamhaus|\\b(?:surbl|uribl)\\b"), trigger = "1",
        action = nothing, observe = true,
        message = "A domain named in the message is listed, not the address; review links and sender" },
      { code = phrase("(?i)csi\\.cloudmark\\.com|trend micro email rep"), trigger = "1", action = { "suspend", "4 hours" },
        message = "Address listed by Cloudmark or Trend Micro; ask for removal" },
      { code = "(?i)ipcheck\\.proofpoint\\.com", trigger = "1", action = { "suspend", "6 hours" },
        message = "Address listed by Proofpoint; ask for removal on its lookup page" },
      { code = phrase("(?i)sending MTA's poor"), trigger = "1", action = { "suspend", "6 hours" },
        message = "Reputation of the address too poor; look it up at Talos" },
      { code = "(?i)spamhaus|spamcop|barracudacentral", trigger = "1", action = { "suspend", "12 hours" },
        message = "Address on a public DNSBL; have the listing removed first" },
      { code = "(?i)\\bsorbs\\b", trigger = "1", action = nothing, observe = true,
        message = "Receiver still asks SORBS, closed in 2024: a false listing; tell its postmaster" },
      { code = phrase("(?i)blocked using|\\bdnsbl|\\brbl\\b"), trigger = "1", action = { "suspend", "12 hours" },
        message = "Address on a DNSBL; have the listing removed first" },
      { code = phrase("(?i)^[45]5[04][ -].*(?:cannot find your|no PTR\\b|PTR record)"), trigger = "1",
        action = { "suspend", "1 hours" },
        message = "Reverse DNS of the sending address is missing or wrong" },

      -- One mailbox, or one sender domain: never a reason to slow down a route.
      { code = phrase("(?i)user unknown|unknown (?:user|recipient|mailbox)|recipient unknown"
          .. "|\\bno such (?:user|mailbox|recipient|address|account)"),
        trigger = "1", action = nothing, observe = true, message = "Unknown recipient" },
      { code = phrase("(?i)(?:user|mailbox|recipient|address|account) (?:was )?not found"
          .. "|does(?:n't| not) exist|invalid (?:recipient|mailbox)"),
        trigger = "1", action = nothing, observe = true, message = "Unknown recipient or domain" },
      { code = phrase("(?i)over\\s?quota|quota (?:is |has been |limit )?(?:exceeded|full|reached)"
          .. "|exceed(?:s|ed|ing)? (?:\\S+ )?(?:\\S+ )?(?:quota|storage)|quota exceed"),
        trigger = "1", action = nothing, observe = true, message = "Mailbox full" },
      { code = phrase("(?i)mailbox (?:is )?(?:too )?(?:full|size|limit)|out of storage|too much mail data|\\bis full\\b|full mailbox"),
        trigger = "1", action = nothing, observe = true, message = "Mailbox full" },
      { code = phrase("(?i)(?:account|mailbox|user|recipient) (?:\\S+ )?(?:is|was"
          .. "|has been) (?:\\S+ )?(?:disabled|inactive|suspended|locked|blocked|frozen|deactivated)"),
        trigger = "1", action = nothing, observe = true, message = "Mailbox disabled" },
      { code = phrase("(?i)(?:disabled|inactive|suspended|frozen) (?:account|mailbox|user"
          .. "|recipient)|(?:account|mailbox|user) (?:disabled|inactive|suspended|frozen)"),
        trigger = "1", action = nothing, observe = true, message = "Mailbox disabled" },
      { code = phrase("(?i)receiving (?:e?-?mail|messages) |limit(?:ed)? (?:exceeded )?for (?:this )?(?:mailbox"
          .. "|user|recipient)|(?:mailbox|user|recipient) (?:\\S+ )?(?:has|is) (?:receiv|exceed|over)"),
        trigger = "1", action = nothing, observe = true, message = "Receiving limit of one mailbox" },
      { code = "^[45]\\d\\d[ -][45]\\.(?:1\\.(?:1|6|10)|2\\.[12])\\b", trigger = "1", action = nothing, observe = true,
        message = "Mailbox unknown, disabled, moved or full" },
      { code = phrase("(?i)\\b(?:spf|dkim|dmarc)\\b|\\bstarttls\\b|\\bTLS (?:is |connection )?requir"), trigger = "1",
        action = nothing, observe = true,
        message = "Authentication or TLS of one sender domain refused; repair it" },

      -- Limits and faults.
      { code = phrase("(?i)^4\\d\\d[ -].*(?:this hour|per hour)"), trigger = "1",
        action = { { "throttle", "down" }, { "suspend", "1 hours" } },
        message = "Hourly limit used up; send less per hour" },
      { code = phrase("(?i)too many recipients"), trigger = "1", action = nothing, observe = true,
        message = "Too many recipients in one message; it is split and retried" },
      { code = phrase("(?i)^4\\d\\d[ -].*(?:too many messages.{0,60} (?:connection"
          .. "|session)|messages (?:per|in this|on this) (?:connection|session))"),
        trigger = "1", action = { "reduce_deliveries", 5 },
        message = "Too many messages on one connection; deliver less on each" },
      { code = phrase("(?i)^4\\d\\d[ -].*(?:too many (?:\\S+ )?(?:\\S+ )?(?:connections|sessions)|too many concurrent"
          .. "|concurrent (?:\\S+ )?(?:connections|sessions)|number of connections|connection limit)"),
        trigger = "1", action = { { "reduce_connections", 1 }, { "suspend", "5 minutes" } },
        message = "Too many connections from this address" },
      { code = phrase("(?i)^4\\d\\d[ -].*(?:rate limit|rate-?limit|throttl|(?:slow|slowing) down)"), trigger = "2/300",
        action = { { "throttle", "down" }, { "suspend", "10 minutes" } },
        message = "Too much mail for the receiver; slow down, check complaints" },
      { code = phrase("(?i)^4\\d\\d[ -].*service (?:is )?(?:currently |temporarily )?(?:not available|unavailable)"), trigger = "4/300",
        action = { "suspend", "5 minutes" },
        message = "Receiving system unavailable; nothing to do but retry" },
      { code = "^4\\d\\d[ -]4\\.3\\.[12]\\b", trigger = "4/300", action = { "suspend", "5 minutes" },
        message = "Receiving system full or down; nothing to do but retry" },
      { code = "^421[ -]", trigger = "2/120", action = { { "reduce_connections", 1 }, { "suspend", "2 minutes" } },
        message = "Receiver closes connections; open fewer and pause" },
    },
  },
}
