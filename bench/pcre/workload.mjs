/**
 * Rules and replies for the matching benchmarks: deterministic, so that two runs (and
 * the Lua side of the comparison) see the same bytes. No real customer's rules: phrases
 * as receivers publish them, and provider tokens made up by the generator.
 *
 * An operator with many providers has a few general rules and, for each provider, rules
 * that quote the provider's own codes. So: 40 general rules, then families of patterns
 * filled with tokens, in a fixed shuffle. Rule sets of 40, 400 and 4,000 contain one
 * another; the general rules are spread evenly over each set, as first match wins and
 * a walk in order must not get them all at once.
 */

/** A small generator (mulberry32), so the workload never depends on the platform. */
export function randomFrom(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** [pattern, a reply text it matches]. */
const GENERAL = [
  ["^421 .*unusual rate of", "421 4.7.28 Our system has detected an unusual rate of mail from your address"],
  ["\\[TSS?0[0-9]\\]", "421 4.7.0 [TSS04] Messages from 192.0.2.10 temporarily deferred due to volume"],
  [
    "very low reputation of the sending (IP|domain)",
    "421 4.7.0 This message is suspicious due to the very low reputation of the sending IP",
  ],
  [
    "^55[04] .*blocked.*(IP|host)",
    "550 5.7.1 Service refused, mail blocked because your IP is listed; contact postmaster",
  ],
  [
    "\\(S31[45]0\\)",
    "550 5.7.1 Messages from [192.0.2.10] were not sent, part of their network is on our list (S3150)",
  ],
  ["RP-00[123]", "421 RP-001 The server sent too many requests for this time frame, wait and retry"],
  [
    "^421 4\\.7\\.0 .*Try again later, closing connection",
    "421 4.7.0 Try again later, closing connection. id-1a2b3c4d5e6f",
  ],
  ["(?i)too many connections", "421 4.3.2 Too many connections from your host 192.0.2.10, slow down please"],
  ["(?i)gr[ae]y-?list", "451 4.7.1 Greylisted, please come back in 300 seconds and deliver it again"],
  [
    "rate limited due to IP reputation",
    "451 4.7.650 The mail server [192.0.2.10] has been temporarily rate limited due to IP reputation",
  ],
  [
    "on our block list",
    "550 5.7.1 Unfortunately, messages from [192.0.2.10] were refused, it is on our block list",
  ],
  [
    "^4\\d\\d .*receiving mail too quickly",
    "450 4.2.1 The user you are trying to contact is receiving mail too quickly",
  ],
  [
    "Resources temporarily (un)?available",
    "451 4.7.1 Resources temporarily unavailable. Please try again later [#4.16.5].",
  ],
  ["^554 .*policy reasons", "554 5.7.9 Message not accepted for policy reasons. See the postmaster pages"],
  ["RL0000\\d\\d", "421 4.1.0 192.0.2.10 Throttled, sender exceeded its rate. RL000003"],
  ["BL0000[01]{2}", "554 5.7.1 comes from a refused address. BL000010 see the postmaster site"],
  ["AUP#In?-1[0-9]{3}", "554 cmx.example.com ESMTP not available, AUP#In-1020, see the policy page"],
  [
    "IB(101|108|607)",
    "421 temporarily rejected. IB108 reverse lookup failed for 192.0.2.10 <http://x.example/>",
  ],
  [
    "(?i)reverse dns (failure|lookup)",
    "450 4.7.1 Client host rejected: reverse DNS lookup for 192.0.2.10 gave nothing",
  ],
  ["SFR_IN_n0[1-5]", "450 4.7.1 blocked for two hours, too much volume from this source SFR_IN_n05"],
  ["OFR00[456]_[0-9]{3}", "550 5.2.0 Mail rejected. mail refused for this sender. OFR006_104 [104]"],
  ["Trop de connexions", "421 mwinf5c04 ME Trop de connexions, veuillez verifier votre configuration"],
  ["frequency limited", "550 Ip frequency limited. You have reached the limit of this minute"],
  ["HL:(ICC|IFC|REP)", "421 HL:ICC 163 smtp12, too many connections from one address, see the help page"],
  [
    "(?:MI|DT):(DMC|SPM|SFQ)",
    "450 MI:DMC 163 smtp4, the number of messages in this session exceeds the limit",
  ],
  ["Mail content denied", "550 Mail content denied. Please look at the help page for what is not accepted"],
  ["(?i)spamhaus", "554 5.7.1 Service unavailable; client host [192.0.2.10] blocked using Spamhaus"],
  [
    "blocked using [a-z.]+",
    "550 5.7.1 Service unavailable, client host 192.0.2.10 blocked using bl.example.net",
  ],
  ["ipcheck\\.proofpoint", "554 Blocked - see https://ipcheck.proofpoint.example/?ip=192.0.2.10"],
  [
    "poor reputation",
    "554 Your access to this mail system has been rejected due to the sending MTA's poor reputation",
  ],
  [
    "^45[12] .*recipients received this hour",
    "452 Too many recipients received this hour from the sender, come back later",
  ],
  ["^5\\d\\d .*DMARC", "550 5.7.26 This message fails to pass the check of the domain's DMARC policy"],
  [
    "unsolicited (mail|messages)",
    "550 5.7.1 likely unsolicited mail. To reduce it, this message was refused",
  ],
  [
    "(?i)out of storage|over ?quota",
    "452 4.2.2 The recipient's inbox is out of storage space and cannot take mail",
  ],
  ["^550 5\\.1\\.1", "550 5.1.1 The account that you tried to reach does not exist, check the spelling"],
  ["Server busy", "451 4.7.500 Server busy. Please try again later from [192.0.2.10]. (S77714)"],
  [
    "(?i)temporar(y|ily).*(reject|unavailable)",
    "451 4.3.0 Temporary System Problem, mail rejected for the moment, id q12-20",
  ],
  ["^421 4\\.4\\.[0-9]", "421 4.4.5 closing the transmission channel, host not ready for another message"],
  ["^4\\d\\d", "432 4.3.2 STOREDRV; recipient thread limit exceeded for this mailbox"],
  ["^5\\d\\d 5\\.7\\.", "554 5.7.1 refused by the content filter of the recipient's organisation"],
]

/** Families of provider rules: pattern and matching text for a token. */
const FAMILIES = [
  (t) => [`\\[${t}\\]`, `421 4.7.0 messages from 192.0.2.10 deferred due to complaints [${t}]`],
  (t) => [`^421 .*${t}`, `421 mx7.example.net closing, code ${t} raised for this address, retry later`],
  (t) => [
    `^55[04] .*${t.slice(0, -2)}[0-9]+`,
    `554 5.7.1 refused by the reputation system ${t} of this network`,
  ],
  (t) => [`\\(${t.slice(0, -2)}[0-9]{2}\\)`, `550 mail from this host is not accepted here (${t})`],
  (t) => [
    `(?i)${t} (rate|volume) limit`,
    `451 4.7.1 ${t} volume limit reached for your network, wait an hour`,
  ],
  (t) => [
    `^4\\d\\d .*deferred.*${t}`,
    `450 4.2.0 temporarily deferred by the gateway, reason ${t}, see help`,
  ],
  (t) => [
    `blocked by ${t.toLowerCase()}\\.example`,
    `554 5.7.1 mail from 192.0.2.10 blocked by ${t.toLowerCase()}.example, ask delisting`,
  ],
  (t) => [
    `^5\\d\\d .*${t}-(AUTH|SPF|DKIM)`,
    `550 5.7.26 not accepted ${t}-DKIM signature did not verify for the domain`,
  ],
  (t) => [
    `too many (connections|sessions) .*${t}`,
    `421 too many sessions from 192.0.2.10 on node ${t} at this time`,
  ],
  (t) => [
    `https?://${t.toLowerCase()}\\.example/help`,
    `550 5.7.0 refused, see http://${t.toLowerCase()}.example/help?ip=192.0.2.10`,
  ],
]

const CONSONANTS = "BCDFGHKLMNPRSTVWXZ"

function shuffled(items, random) {
  const out = [...items]
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[out[i], out[j]] = [out[j], out[i]]
  }
  return out
}

/** `count` rules as [pattern, matching text], the general ones spread evenly. */
export function makeRules(count) {
  const random = randomFrom(20260701)
  const letter = () => CONSONANTS[Math.floor(random() * CONSONANTS.length)]
  const tokens = new Set()
  while (tokens.size < 500) {
    tokens.add(
      letter() +
        letter() +
        letter() +
        String(Math.floor(10 + random() * 90)) +
        String(Math.floor(10 + random() * 90)),
    )
  }
  const provider = shuffled(
    [...tokens].flatMap((token) => FAMILIES.map((family) => family(token))),
    random,
  )
  const fill = provider.slice(0, count - GENERAL.length)
  const every = count / GENERAL.length
  return GENERAL.flatMap((rule, i) => [
    ...fill.slice(Math.round(i * (every - 1)), Math.round((i + 1) * (every - 1))),
    rule,
  ])
}

/**
 * 200 replies of about 112 characters: half match a general rule, 15 % each a rule of
 * the sets of 400 and 4,000, the rest (accepted mail, unknown wording) none.
 */
export function makeReplies() {
  const random = randomFrom(421450)
  const pick = (list) => list[Math.floor(random() * list.length)]
  const [middle, large] = [makeRules(400), makeRules(4000)]
  const unknown = [
    "552 message size exceeds the fixed maximum",
    "501 syntax error in parameters or arguments of the command",
    "503 bad sequence of commands, issue another greeting first",
  ]
  return Array.from({ length: 200 }, (_, i) => {
    const part = i % 20
    const [, text] =
      part < 10 ? pick(GENERAL) : part < 13 ? pick(middle) : part < 16 ? pick(large) : ["", pick(unknown)]
    const tail = ` - gsmtp ${Math.floor(random() * 1e9).toString(36)} host mx${Math.floor(random() * 90)}.mail.example.org session ${Math.floor(random() * 1e6)}`
    return (text + tail).slice(0, 100 + Math.floor(random() * 25))
  })
}
