--[[
  What a refusal means: replies of receivers to bounce classes.

  State: mid-2026. Used where traffic carries no class of its own, and by
  msys.bounce.classify_smtp_response. Loaded before all other files, also when
  others are named; it need not be named itself.

  How a reply is looked at
    On one line, in lower case, accents taken off, the prefix that each line of
    a multi-line reply repeats ("550-5.7.1 ") given once. Addresses become "@":
    they say whom it is about, and may hold any word.

  How it is decided
    1. overrides   of the domain (or of its MX host's suffix)
    2. providers   by domain, else by the longest suffix of the MX host
    3. general     for everybody
    In each list from top to bottom: the first entry that fits decides, so what
    is specific stands before what is general. No entry: undetermined, class 1.

  An entry
    class     the category; `classes` says which number that is
    markers   plain texts. Found where a word begins ("hops" is not in "shops"),
              as part of a longer word too ("block" is in "blocklist")
    patterns  PCRE, without regard to case
    codes     "421" or "4xx" reply code, "4.7.28" enhanced code, "x.7.25" whatever
              the first digit, "5.5.x", "4.7.500-699", "421 4.7.28" both
    reply     only for replies with these codes ("4xx"); alone: all of these
    code      a class number for this entry in place of the category's
  One of markers, patterns and codes is enough.

  Changes go into a script of your own, which is loaded like any rule file:

    msys.bounce.registerClassification({
      classes = { profanity = { code = 99, name = "Profanity" } },
      overrides = {
        ["example.com"] = { { class = "profanity", markers = { "mind your language" } } },
      },
      general = { { class = "mailbox-full", markers = { "postbus is vol" } } },
    })

  Its lists go before these; its classes replace those of the same label; with
  "replace" as second argument all entries here are dropped (classes stay).
  Numbers of your own are below 100 and none of Momentum's.
]]

local classification = {

  -- Momentum's numbers. Whatever asks to come back later is 70, so that sweep
  -- rules on 20 and 40 stay with real soft bounces. A dead mailbox is 10 like an
  -- unknown one: both tell of an old list, and bc:10 is what sweep rules watch.
  -- 25 and 30 tell of one's own configuration and of messages without a
  -- recipient: no receiver's reply means that.
  classes = {
    ["rate-limit"] = { code = 70, description = "the receiver takes mail more slowly than it is sent" },
    ["sender-dns"] = { code = 50, description = "reverse DNS, HELO name or sender domain are not as they must be" },
    ["auth-failure"] = { code = 50, description = "SPF, DKIM or DMARC of the sender does not pass" },
    ["tls"] = { code = 50, description = "encryption is missing or failed" },
    ["greylist"] = { code = 70, description = "the receiver wants to see a second attempt" },
    ["dns-failure"] = { code = 21, description = "the recipient's domain has no usable DNS" },
    ["mailbox-full"] = { code = 22, description = "the mailbox is full" },
    ["inactive"] = { code = 10, description = "the mailbox exists and takes no mail any more" },
    ["relay-denied"] = { code = 54, description = "the server takes no mail for this domain" },
    ["invalid-recipient"] = { code = 10, description = "there is no such mailbox" },
    ["too-large"] = { code = 23, description = "the message is larger than may be" },
    ["policy-block"] = { code = 50, description = "refused by a rule of the receiver" },
    ["spam-content"] = { code = 52, description = "the message itself looks like spam, or worse" },
    ["spam-block"] = { code = 51, description = "the sender's address or domain is blocked" },
    ["protocol"] = { code = 40, description = "command or message do not keep to the protocol" },
    ["loop"] = { code = 40, description = "the message goes in a circle" },
    ["expired"] = { code = 24, description = "given up after too long a time" },
    ["connection"] = { code = 24, description = "there was no connection, or it was lost" },
    ["transient"] = { code = 70, description = "a passing fault of the receiver" },
    ["undetermined"] = { code = 1, description = "nothing tells what this reply means" },
  },

  -- For single domains; see above.
  overrides = {},

  -- Only what means something else here than it does in general.
  providers = {
    -- GMX, WEB.DE, mail.com, IONOS: with a temporary code it is volume.
    ["mx:.gmx.net"] = {
      { class = "rate-limit", reply = "4xx", markers = { "policy restrictions", "policy violations", "limit exceeded" } },
      { class = "policy-block", reply = "5xx", markers = { "policy restrictions", "policy violations" } },
    },
    ["mx:.web.de"] = "mx:.gmx.net",
    ["mx:.mail.com"] = "mx:.gmx.net",
    ["mx:.kundenserver.de"] = "mx:.gmx.net",
    ["mx:.ionos.de"] = "mx:.gmx.net",
    ["mx:.ionos.com"] = "mx:.gmx.net",
    ["gmx.net"] = "mx:.gmx.net",
    ["gmx.de"] = "mx:.gmx.net",
    ["gmx.at"] = "mx:.gmx.net",
    ["gmx.ch"] = "mx:.gmx.net",
    ["web.de"] = "mx:.gmx.net",
    ["mail.com"] = "mx:.gmx.net",

    -- Microsoft: what is put off without a reason is put off for volume.
    ["mx:.protection.outlook.com"] = {
      { class = "rate-limit", reply = "4xx", markers = { "access denied", "server busy" } },
    },
    ["mx:.mail.eo.outlook.com"] = "mx:.protection.outlook.com",
    ["mx:.mx.microsoft"] = "mx:.protection.outlook.com",
    ["outlook.com"] = "mx:.protection.outlook.com",
    ["hotmail.com"] = "mx:.protection.outlook.com",
    ["live.com"] = "mx:.protection.outlook.com",
    ["msn.com"] = "mx:.protection.outlook.com",

    -- Free tells of a bad list of recipients as errors.
    ["mx:.free.fr"] = {
      { class = "rate-limit", reply = "4xx", markers = { "too many" } },
    },
    ["free.fr"] = "mx:.free.fr",

    -- docomo: the same words for an unknown user and for a user's own filter.
    ["mx:.docomo.ne.jp"] = {
      { class = "mailbox-full", markers = { "too much mail data" } },
      { class = "invalid-recipient", markers = { "unknown user" } },
    },
    ["docomo.ne.jp"] = "mx:.docomo.ne.jp",
  },

  general = {

    -- Our own side, before anything was said ------------------------------------
    { class = "expired",
      patterns = { "\\b(?:message|delivery|queue)[. ](?:has )?expired\\b", "\\bretry timeout exceeded",
        "\\[internal\\].*\\b(?:message|delivery|queue) ?time ?out\\b" } },
    { class = "connection",
      patterns = {
        "\\[internal\\].*\\b(?:connection (?:was )?(?:refused|reset|closed|lost|dropped|failed)|lost connection)",
        "\\[internal\\].*\\b(?:timed out|timeout|no route to host|network is unreachable)",
        "^(?:connect to |lost connection|conversation with |delivery temporarily suspended: )",
      } },

    { class = "transient", patterns = { "\\[internal\\].*\\bsuspend" } },

    -- Volume, in words that name authentication: before auth-failure -------------
    { class = "rate-limit", reply = "4xx",
      markers = { "unusual rate", "same message-id", "unsolicitedratelimiterror" }, codes = { "421 4.7.28" } },
    { class = "spam-block", reply = "5xx", markers = { "unusual rate" } },
    { class = "spam-block", markers = { "very low reputation" },
      patterns = { "\\b(?:sc-00[1-4]|ou-00[12]|dy-00[12])\\b" } },

    -- DNS of the sender ----------------------------------------------------------
    { class = "sender-dns",
      markers = {
        "unresolvable", "must resolve", "sender address rejected: domain", "domain of sender", "cannot find your",
        "sender domain", "sender's domain does not", "envelope sender domain", "need fully-qualified",
        "invalid helo", "hostname does not resolve", "forward dns", "forward-confirmed", "rdns", "no reverse", "your domain does not have",
        "fcrdns", "does not resolve to", "doesn't resolve", "mx or a record", "mx or a/aaaa", "dynamic ip", "dynamic address",
        "es0000", "ib108", "ib506", "(g1f)",
      },
      patterns = {
        "\\bptr\\b", "\\breverse(?!-path)", "(?<!reply to )\\bhelo\\b", "\\b(?:lpn|ofr)\\w*_405\\b",
        "\\bdynamic(?:ally)? (?:assigned )?(?:hosts?|hostname|pool|range|client)",
      },
      codes = { "4.7.23", "x.7.25", "x.1.8" } },

    -- SPF, DKIM, DMARC -----------------------------------------------------------
    { class = "auth-failure",
      markers = {
        "unauthenticated", "required authentication", "requires authentication", "not aligned", "isn't aligned",
        "aligned with", "sender policy framework", "domainkeys", "email authentication", "message authentication",
        "sender authentication", "failed authentication", "ib508",
      },
      patterns = { "\\bspf\\d?\\b", "\\bdkim\\b", "\\bdmarc\\b", "\\badsp\\b", "\\b(?:lpn|ofr)\\w*_517\\b" },
      codes = { "x.7.20-24", "x.7.26-27", "x.7.30", "x.7.32", "x.7.40", "x.7.509", "x.7.515" } },

    -- Encryption -----------------------------------------------------------------
    { class = "tls",
      markers = { "certificate", "encryption required", "encryption needed", "requires encryption", "ssl handshake" },
      patterns = { "\\b(?:start)?tls(?:v?1[\\d.]*)?\\b" },
      codes = { "x.7.10", "x.7.29", "x.7.317-325" } },

    -- Full beyond doubt, whatever else is said: "mailbox full, too many messages" ---
    { class = "mailbox-full",
      markers = {
        "mailbox full", "mailbox is full", "inbox is full", "out of storage", "over quota", "overquota",
        "mailbox limit exceeded", "mailbox limit",
        "too much mail data", "exceeded storage allocation", "messages on the server",
      },
      codes = { "x.2.2" } },

    -- Volume ---------------------------------------------------------------------
    { class = "rate-limit",
      markers = {
        "rate limit", "rate-limit", "ratelimit", "frequency limit", "too quickly", "too fast", "at a rate", "throttl",
        "temporarily deferred", "excessive volume", "unexpected volume", "trop de connexions",
        "number of connections",
        "number of concurrent", "number of messages", "connection limit", "connections limit", "per connection",
        "for this connection", "on this connection", "this hour",
        "per hour", "per minute", "per session", "too frequent", "too often", "short time", "short period",
        "per day", "an hour", "slow down", "hl:i", "mi:dmc", "mi:sfq", "mi:stc", "mi:nmc",
        "rp:drc", "rp:rcl", "rp:qrc", "rp:cel", "mailbox unavailable or access denied", "rate exceeded",
        "sending rate",
        "send limit", "sending limit", "sending quota", "sender quota", "quota exceeded: too many", "receive limit", "receiving limit", "receivingrate",
        "volume limit", "hourly limit", "daily limit", "message limit", "thread limit", "exceeded permitted limits",
        "too much mail", "too many mail", "too many e-mail", "too many connect", "max messages", "max connections",
        "maximum connections", "simultaneous", "concurrent", "rl0000", "cxmxrt", "ib607", "(g2)", "(g28)",
        "zu viele", "demasiadas conexiones", "demasiados mensajes", "troppe connessioni", "troppi messaggi",
        "muitas conexoes", "limite de conex", "zbyt wiele", "слишком много",
      },
      patterns = {
        "\\btoo many (?!recipients)(?:[\\w-]+ ){0,3}(?:connections?|messages?|sessions?|errors?|e?mails?|attempts|requests)\\b",
        "\\bexceed\\w* (?:\\w+ ){0,4}(?:connections|rate|messages|emails)\\b",
        "\\brp-00[1-3]\\b", "\\[(?:tss0[1-8]|tss10|ts0[124-9])\\]",
        "\\b(?:ofr(?!006)|lpn)\\w*_(?:104|105|107|108|503)\\b",
      },
      codes = { "4.7.500-699", "4.7.850-899", "x.2.121-122", "5.7.508" } },
    { class = "rate-limit", reply = "4xx",
      markers = { "access denied, please try again later" }, patterns = { "\\bas\\(?\\d{3}\\)", "\\bnemesis\\b.*policy" } },

    -- Greylisting ----------------------------------------------------------------
    { class = "greylist",
      markers = {
        "greylist", "graylist", "grey list", "gray list", "grey-list", "gray-list", "postgrey", "triplet",
        "not yet authorized to deliver",
      } },

    -- DNS of the recipient ---------------------------------------------------------
    { class = "dns-failure",
      markers = {
        "host not found", "servfail", "nxdomain", "name service", "name server", "no such domain", "null mx",
        "nullmx",
        "domain not found", "domain does not exist", "domain doesn't exist", "unknown domain", "host unknown",
        "unknown host", "no mx ", "domain lookup failed", "mx record", "mx lookup", "name resolution",
        "cannot resolve", "unable to resolve",
        "could not resolve", "domain name not found", "infodomainnonexistent", "domain unbekannt", "domaine inconnu", "dominio desconocido", "dominio inesistente",
      },
      patterns = { "\\bdns\\b(?![ -]?(?:based |real-?time )?(?:block|black|list|rbl|bl\\b))", "\\b(?:domain|host|null ?mx)\\b.{0,60}\\bdoes(?: not|n't) accept (?:any )?e?mail\\b(?! from)" },
      codes = { "x.4.3", "5.1.2", "5.4.4", "x.4.310-312", "556" } },

    -- Mailbox full -----------------------------------------------------------------
    { class = "mailbox-full",
      markers = {
        "quota", "mailbox size", "storage full", "storage allocation", "exceeded its storage", "mailbox storage",
        "mailbox has exceeded", "storage space", "speichervolumen", "speicherplatz", "mailbox exceeds", "maildir",
        "caixa postal cheia", "caixa cheia", "cuota",
        "casella piena", "kontingent",
      },
      patterns = {
        "\\b(?:mail ?box|inbox|account|folder|user|recipient)\\b.{0,50}\\bfull\\b",
        "\\b(?:postfach|buzon|boite|bal|casella|skrzynka|ящик)\\b.{0,50}\\b(?:voll|llen[oa]|pleine?|saturee?|piena|cheia|pełna|przepełniona|переполнен)",
        "\\b(?:mail ?box|inbox|account)\\b.{0,50}\\b(?:over|exceed\\w*|out of|beyond)\\b.{0,20}\\b(?:limit|space|storage|size)",
        "\\binsufficient (?:disk |storage )?(?:space|storage) (?:in|for) (?:the |this )?(?:mailbox|user|recipient)",
      } },

    -- A mailbox that was -------------------------------------------------------------
    { class = "inactive",
      markers = {
        "disabled", "inactive", "frozen", "suspended", "account is blocked", "account blocked", "mailbox is blocked",
        "mailbox blocked", "user is blocked", "on the target address", "no longer on server", "deactivated",
        "not active", "not activated", "account closed", "account is closed", "account has been closed",
        "account expired", "account has expired", "mailbox closed", "account is locked", "account locked",
        "account was deleted", "account has been deleted", "no longer active",
        "no longer in use", "no longer accept", "no longer valid", "no longer in service", "no longer works",
        "no longer employed", "account terminated", "mailbox terminated", "discontinued", "dormant", "abandoned", "deaktiviert", "stillgelegt",
        "desactive", "desactivad", "desativad", "disattivat", "compte du destinataire est bloque", "suspendid",
        "suspenso", "sospes", "dezaktywowan", "zablokowane", "заблокирован", "отключен", "неактив",
      },
      patterns = { "\\b(?:konto|postfach|account)\\b.{0,20}\\bgesperrt", "\\blpn\\w*_426\\b" },
      codes = { "5.2.1", "x.1.6", "525" } },

    -- Not a domain of theirs -----------------------------------------------------------
    { class = "relay-denied",
      markers = {
        "relay access denied", "relaying denied", "to relay", "relay not", "relay denied", "relaying not", "no relay",
        "relay prohibited", "relaying prohibited", "relay is not", "relaying is not", "rcpthosts",
        "not a local domain", "not local", "non-local", "non-accepted domain", "not hosted here", "not our domain",
        "not one of our domains",
        "not a relay", "not an open relay", "we do not relay", "we don't relay", "don't handle mail for",
        "doesn't handle mail for", "does not handle mail for", "not handle mail for", "domain not served",
        "domain is not served", "no valid relay", "relais refuse", "kein relay", "mail for this domain",
      },
      patterns = {
        "\\brelay(?:ing)?\\b.{0,30}\\b(?:denied|prohibited|disallowed|refused|rejected|forbidden|not (?:permitted|allowed))",
        "\\b(?:not|unable|cannot|can't|won't|refuse|may not) (?:\\w+ ){0,2}relay",
      },
      codes = { "x.7.64", "5.7.54" } },

    -- GMX and others say "mailbox unavailable" first, and why last.
    { class = "policy-block", reply = "5xx", patterns = { "\\bmailbox unavailable\\b.*\\bpolicy (?:restriction|violation)" } },

    -- No such mailbox ---------------------------------------------------------------------
    { class = "invalid-recipient",
      markers = {
        "user unknown", "unknown user", "no such user", "does not exist", "doesn't exist", "do not exist",
        "dosn't exist",
        "recipient not found", "user not found", "mailbox not found", "invalid recipient", "cuda_nsu",
        "mailbox unavailable", "mailbox is unavailable", "user doesn't have",
        "recipient address rejected: access denied",
        "no such", "no mailbox", "unrouteable", "unroutable", "recipientnotfound", "recipnotfound",
        "not our customer",
        "unknown recipient", "recipient unknown", "unknown address", "unknown mailbox", "unknown account",
        "unknown local part", "unknown alias", "address unknown", "mailbox unknown", "invalid mailbox",
        "invalid user", "invalid address", "bad destination", "bad recipient", "bad address",
        "undeliverable address", "unverified address",
        "not a valid mailbox", "not a valid user", "not a valid recipient", "not a valid address",
        "not a known user", "isn't a valid", "is not a valid",
        "not known here", "not known at", "no valid recipient", "no user", "no account", "cannot be verified",
        "could not be verified", "recipient rejected", "recipient verif",
        "not listed in", "validrcptto", "nosuchuser", "no longer exist",
        "unbekannt", "existiert nicht", "nicht bekannt", "nicht gefunden", "inconnu", "n'existe pas", "introuvable",
        "destinataire invalide", "invalide", "desconocid", "no existe", "no encontrad", "sconosciut",
        "inesistente", "non esiste",
        "inexistente", "nao existe", "desconhecid", "nie istnieje", "nie ma takiego", "nieznany", "bestaat niet",
        "onbekend", "не существует", "не найден", "нет такого",
      },
      patterns = {
        "\\b(?:user|recipient|mail ?box|account|addressee|alias|login|e?mail address)\\b.{0,60}\\b(?:unknown|not found|cannot be found)",
        "\\b(?:user|recipient|mail ?box|account|addressee|alias|login|e?mail address)\\b.{0,60}n(?:o|')?t (?:be )?(?:found|exist|known|valid|here|available here|recogni[sz]ed)",
        "\\b(?:user|recipient|mail ?box|account|addressee|alias|login|e?mail address)\\b.{0,60}\\b(?:non-?existent|is invalid)",
        "\\b(?:unknown|invalid|nonexistent|non-existent|illegal) (?:or \\w+ )?(?:local |e-?mail |virtual |destination )?(?:user|recipient|mailbox|account|address|alias|rcpt|destination)",
        "(?<!sender )\\baddress rejected\\.?(?: @\\.?)?$",
        "\\b(?:lpn|ofr)\\w*_416\\b",
      },
      codes = { "x.1.1", "5.1.10", "5.1.3", "5.5.0", "5.4.1", "5.7.504" } },

    -- Too large -----------------------------------------------------------------------------
    { class = "too-large",
      markers = {
        "size limit", "sizelimit", "too large", "message size", "too big", "exceeds size", "maximum size",
        "size exceed",
        "exceeds the size", "exceeds maximum", "exceeds the maximum", "databytes", "message length", "zu gross",
        "trop volumineux", "trop gros", "demasiado grande", "troppo grande", "muito grande",
      },
      codes = { "x.3.4", "x.2.3" } },

    -- Rules of one recipient or organisation ------------------------------------------------
    { class = "policy-block",
      markers = {
        "prohibition", "customer block list", "by recipient", "by the recipient", "not authorized", "not authorised",
        "not authenticated", "network not allowed", "senderrestricted", "resolver.rst.", "transport.rules",
        "organization policy", "not in allowed", "does not accept mail from", "doesn't accept mail from",
        "allowed-senders", "members only", "not allowed to send", "not permitted to send", "restricted recipient",
        "delivery not authorized", "authentication required", "exceeded threshold",
      },
      codes = { "5.7.507", "5.7.513", "5.7.510", "5.7.12", "5.7.124", "5.7.128-129", "5.7.133-136" } },

    -- The message -----------------------------------------------------------------------------
    -- Momentum has a class of its own for attachments.
    { class = "spam-content", code = 53,
      patterns = {
        "\\battach(?:ment|ed file)s?\\b.{0,50}\\b(?:not allowed|not permitted|not accepted|block|reject|prohibit|forbid|banned|refuse)",
        "\\b(?:block|reject|prohibit|forbid|refuse|banned|illegal|dangerous|unsafe)\\w*\\b.{0,30}\\b(?:attachment|file type|file extension|filename)",
      } },
    { class = "spam-content",
      markers = {
        "spam message", "suspicion of spam", "spam statistics", "content", "virus", "unsolicited mail",
        "likely unsolicited", "dt:spm", "flagged as spam", "security policies", "security policy", "[ph",
        "comme spam",
        "spam detected", "detected spam", "looks like spam", "considered spam", "probability of spam", "spam score",
        "spam rating", "spam mail", "spam email", "is spam", "message filtered", "malware", "malicious", "phish",
        "infected", "trojan", "spamassassin", "rspamd", "surbl", "uribl", "ib212", "mcspamsignature",
        "potentially harmful",
        "spamverdacht",
      },
      patterns = {
        "\\b(?:ofr|lpn)\\w*_506\\b", "\\bas spam\\b(?! source)",
        "\\b(?:in (?:the |your )?(?:body|message)|urls?|links?)\\b.{0,40}\\b(?:listed|black|block)",
      },
      codes = { "x.7.9" } },

    -- The sender's address or domain ------------------------------------------------------------
    { class = "spam-block",
      markers = {
        "block", "blacklist", "black list", "black-list", "denylist", "deny list", "listed", "dnsbl", "dnsrbl",
        "spamhaus", "spamcop", "barracuda", "(bl)", "(nowl)", "banned", "reputation", "permanently deferred",
        "local policy", "aup#", "sfr_in", "rejected by policy", "suspected spam", "hl:rep", "dt:rbl",
        "cloudmark", "ipcheck.proofpoint", "dnsbl-lookup.cgi", "trend micro", "mail-abuse", "senderbase",
        "senderscore", "sender score", "talos", "bad behavior", "bad behaviour", "spam source", "source of spam",
        "spam from",
        "spams from", "too many spam", "spam abuse", "abuse detected", "poor rep", "[ts03]", "[tss09]", "[tss11]",
        "[bl2", "bl0000", "cdrbl",
        "cxbl", "ipbl", "liste noire", "schwarze liste", "blackliste", "sperrliste", "lista negra", "lista nera",
        "bloque", "bloccat", "czarn", "черн",
      },
      patterns = {
        "(?<![a-z])rbls?(?![a-z])", "\\bofr006_", "\\bib10[3-7]\\b",
      },
      codes = { "5.7.28", "5.7.511", "5.7.501-503", "5.7.606-649", "521" } },

    -- Protocol ----------------------------------------------------------------------------------
    { class = "protocol",
      markers = {
        "syntax", "bad sequence", "rfc 5322", "rfc5322", "rfc 2822", "rfc2822", "rfc 822", "rfc 5321", "rfc5321",
        "out of sequence", "synchronization", "protocol error", "protocol violation", "unrecognized command",
        "command unrecognized",
        "command not recognized", "command not implemented", "not implemented", "unknown command", "invalid command",
        "bad command", "need mail", "need rcpt", "malformed", "bare lf", "bare line", "bare newline", "line too long",
        "line length", "missing header", "missing from", "duplicate header", "invalid header", "message header",
        "pipelining", "smtputf8", "8bitmime",
      },
      codes = { "5.5.x", "5.6.x", "5.1.7", "500", "501", "502", "503", "504" } },

    -- Circles and time ------------------------------------------------------------------------------
    { class = "loop",
      patterns = { "\\bloop(?:s|ing|ed)?\\b", "\\bhops?\\b", "\\btoo many \"?received" },
      codes = { "x.4.6", "x.4.14" } },
    { class = "expired",
      markers = { "message expired", "delivery time expired", "message too old", "queue too long", "delivery timeout" },
      codes = { "x.4.7" } },

    -- What is left -----------------------------------------------------------------------------------
    { class = "spam-content", reply = "5xx", markers = { "spam", "junk", "unsolicited", "bulk mail" } },
    { class = "policy-block",
      markers = { "policy", "policies", "access denied", "acces refuse", "zugriff verweigert" },
      codes = { "5.7.0-1" } },
    { class = "connection",
      markers = {
        "timed out", "time out", "timeout", "connection refused", "lost connection", "connection reset",
        "connection closed", "connection dropped", "connection lost", "no route to host", "network is unreachable",
        "unable to connect", "could not connect", "cannot connect",
      },
      codes = { "4.4.1", "4.4.2" } },
    { class = "transient", reply = "4xx" },
  },
}

require("msys.bounce")
msys.bounce.registerClassification(classification)
