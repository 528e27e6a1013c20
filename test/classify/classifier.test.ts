/** Which entry decides: overrides, providers, order, limits to reply codes, classes of one's own. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { BOUNCE_CLASSES } from "../../src/model/bounce-class.js"
import { classification, shipped } from "./shipped.js"

const base = shipped().classifier

describe("a class has a number, a name and a sentence", () => {
  test.each([
    ["550 5.1.1 user unknown", 10, "Invalid Recipient", "invalid-recipient: there is no such mailbox"],
    [
      "550 5.2.1 disabled",
      10,
      "Invalid Recipient",
      "inactive: the mailbox exists and takes no mail any more",
    ],
    ["452 4.2.2 full", 22, "Mailbox Full", "mailbox-full: the mailbox is full"],
    ["552 5.3.4 message size", 23, "Too Large", "too-large: the message is larger than may be"],
    ["556 null MX", 21, "DNS Failure", "dns-failure: the recipient's domain has no usable DNS"],
    [
      "554 relay access denied",
      54,
      "Relaying Denied",
      "relay-denied: the server takes no mail for this domain",
    ],
    ["550 virus found", 52, "Spam Content", "spam-content: the message itself looks like spam, or worse"],
    [
      "552 attachment type not allowed",
      53,
      "Prohibited Attachment",
      "spam-content: the message itself looks like spam, or worse",
    ],
    ["554 blocked using x", 51, "Spam Block", "spam-block: the sender's address or domain is blocked"],
    ["550 5.7.1 no", 50, "Mail Block", "policy-block: refused by a rule of the receiver"],
    ["451 4.4.2 timed out", 24, "Timeout", "connection: there was no connection, or it was lost"],
    [
      "421 too many connections",
      70,
      "Transient Failure",
      "rate-limit: the receiver takes mail more slowly than it is sent",
    ],
    ["500 what", 40, "Generic Bounce", "protocol: command or message do not keep to the protocol"],
    ["550 no", 1, "Undetermined", "undetermined: nothing tells what this reply means"],
    ["", 1, "Undetermined", "undetermined: nothing tells what this reply means"],
  ])("%s", (reply, code, name, description) => {
    expect(base.classify(reply)).toEqual({ code, name, label: description.split(":")[0], description })
    expect(base.classNumber(reply)).toBe(code)
  })
})

describe("where the entry comes from", () => {
  const { classifier, findings } = shipped({
    "custom.lua": classification(`{
      classes = { profanity = { code = 99, description = "bad words" }, odd = { code = 98, name = "Odd" } },
      overrides = {
        ["A.test"] = { { class = "profanity", markers = { "full" } } },
        ["mx:.hosted.test"] = { { class = "odd", patterns = { "Very Odd", "^5\\\\d\\\\d odd" } } },
      },
      providers = {
        ["b.test"] = { { class = "odd", reply = "4xx", markers = { "full" } }, { class = "too-large", codes = { 552 } } },
        ["c.test"] = "b.test",
        ["mx:.mx.test"] = { { class = "odd", markers = { "full" } } },
        ["mx:.far.mx.test"] = { { class = "tls", markers = { "full" } } },
        ["mx:.google.com"] = { { class = "odd", markers = { "inbox" } } },
      },
      general = { { class = "odd", markers = { "quaint" } } },
    }`),
  })
  const label = (reply: string, domain: string | null = null, mx: string | null = null): string =>
    classifier.classify(reply, domain, mx).label

  test("nothing was found fault with", () => {
    expect(findings.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'E_DOMAIN_CASE the key "A.test" is read as "a.test": domains are compared in lower case',
    ])
  })

  test.each([
    ["general, custom entries first", "550 quaint mailbox full", null, null, "odd"],
    ["general, shipped entries behind", "550 mailbox full", null, null, "mailbox-full"],
    ["an override beats all, whatever the case", "550 mailbox full", "a.TEST.", null, "profanity"],
    ["an override that does not fit goes on", "550 user unknown", "a.test", null, "invalid-recipient"],
    ["an override by MX host", "550 that is very ODD", "x.test", "MX1.hosted.test.", "odd"],
    ["a pattern with an anchor", "550 odd", "x.test", "mx1.hosted.test", "odd"],
    ["a provider's entry", "450 mailbox full", "b.test", null, "odd"],
    ["which is limited to reply codes", "550 mailbox full", "b.test", null, "mailbox-full"],
    ["a reply code as a code", "552 what", "b.test", null, "too-large"],
    ["an alias", "450 mailbox full", "c.test", null, "odd"],
    ["an MX suffix", "550 mailbox full", "x.test", "a.mx.test", "odd"],
    ["the longest one", "550 mailbox full", "x.test", "a.far.mx.test", "tls"],
    ["which the domain's own list goes before", "552 what", "b.test", "a.far.mx.test", "too-large"],
    ["another MX host for the same domain", "550 mailbox full", "x.test", "a.mx.test", "odd"],
    ["no domain but an MX host", "550 mailbox full", null, "a.mx.test", "odd"],
    ["custom entries before a provider's own", "552 5.2.2 inbox", "x.test", "aspmx.l.google.com", "odd"],
  ] as const)("%s", (_name, reply, domain, mx, expected) => {
    expect(label(reply, domain, mx)).toBe(expected)
  })

  test("names of one's own classes: the file's, else the configuration's, else the label", () => {
    const name = (reply: string, by = classifier): string =>
      by.classify(reply, reply.includes("full") ? "a.test" : "b.test", "mx.hosted.test").name
    expect([name("550 full"), name("550 odd")]).toEqual(["profanity", "Odd"])
    const named = classifier.withCustomClasses(
      new Map([
        [99, "Profanity"],
        [10, "not theirs to name"],
      ]),
    )
    expect(name("550 full", named)).toBe("Profanity")
    expect(named.classify("550 user unknown").name).toBe("Invalid Recipient")
  })
})

test("replace drops all entries and keeps the classes", () => {
  const entries = `{ general = { { class = "mailbox-full", markers = { "odd" } } } }`
  const { classifier, findings } = shipped({ "custom.lua": classification(entries, "replace") })
  expect(findings).toEqual([])
  expect(classifier.classify("550 odd").code).toBe(22)
  expect(classifier.classify("550 5.1.1 user unknown").label).toBe("undetermined")
})

test("a class that a custom file defines again is that from then on, for shipped entries too", () => {
  const { classifier } = shipped({ "a.lua": classification(`{ classes = { inactive = { code = 30 } } }`) })
  expect(classifier.classify("550 5.2.1 account disabled")).toMatchObject({
    code: 30,
    name: "Generic Bounce: No RCPT",
    label: "inactive",
    description: "inactive",
  })
})

test("a marker stands at the beginning of a word", () => {
  const { classifier } = shipped({
    "a.lua": classification(
      `{ general = { { class = "tls", markers = { "hops", "(x)", "_y" } } } }`,
      "replace",
    ),
  })
  const labels = ["shops", "hopsy", "_hops_", "9hops", "a(x)", "my_y"].map(
    (text) => classifier.classify(text).label,
  )
  expect(labels).toEqual(["undetermined", "tls", "tls", "undetermined", "tls", "tls"])
})

test("a rule script may ask what a reply is, with what has been registered so far", () => {
  const ask = "print(msys.bounce.classify_smtp_response('550 quaint', 'a.test'))\n"
  const { findings } = shipped({
    "a.lua": `${ask}${classification(`{ general = { { class = "tls", markers = { "quaint" } } } }`)}
      local code, name, description = msys.bounce.classify_smtp_response("550 quaint")
      if description ~= "tls: encryption is missing or failed" then error(description) end
    `,
  })
  expect(findings).toEqual([])
})

describe("any text", () => {
  const words = fc.constantFrom(
    ..."550 421 5.7.1 4.2.2 550-5.1.1 mailbox full user unknown blocked spam too many connections relay @ \ud83d\ude00 \n".split(
      " ",
    ),
  )
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.array(fc.oneof(words, fc.string({ maxLength: 6 })), { maxLength: 30 }).map((parts) => parts.join(" ")),
  )

  test("has a class, the same one every time", () => {
    fc.assert(
      fc.property(text, fc.option(fc.constantFrom("gmx.net", "free.fr", "x.test")), (reply, domain) => {
        const found = base.classify(reply, domain)
        expect(BOUNCE_CLASSES.get(found.code)?.name).toBe(found.name)
        expect(found.description.startsWith(found.label)).toBe(true)
        expect(base.classify(reply, domain)).toBe(found)
      }),
      { numRuns: 2000 },
    )
  })

  test("takes no longer than its first 2,000 characters", () => {
    for (const part of [
      "user ",
      "a",
      "550-",
      "user a@b not ",
      "attachment ",
      "too many x ",
      "(",
      "\u00e9 ",
    ]) {
      const long = `550 5.7.1 ${part.repeat(20_000)}`
      expect(base.classify(long)).toBe(base.classify(long.slice(0, 2000)))
    }
  })
})
