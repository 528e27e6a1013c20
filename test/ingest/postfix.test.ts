/** Postfix's mail log. Source: foreign-traffic-formats.md section 3; texts as Postfix 3.7 writes them. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { makePostfixReader } from "../../src/ingest/postfix.js"
import { readLines } from "./collecting.js"

const line = (rest: string, daemon = "postfix/b1/smtp", stamp = "2026-09-21T14:13:20.5+00:00"): string =>
  `${stamp} mail ${daemon}[7]: ${rest}`
const to = (status: string, relay = "mx.a.test[192.0.2.1]:25"): string =>
  `4F1AB2: to=<u@a.test>, relay=${relay}, delay=1.5, delays=0/0/1/0.5, dsn=4.7.0, status=${status}`
const FROM = "transient 1790000000.5 b1::a.test mx mx.a.test ip 192.0.2.1"

describe("attempts", () => {
  test.each([
    [
      "sent",
      line(to("sent (250 2.0.0 OK)")),
      "delivery 1790000000.5 b1::a.test mx mx.a.test ip 192.0.2.1 took 1.5",
    ],
    [
      "said",
      line(to("deferred (host mx.a.test[192.0.2.1] said: 450 4.2.0 later (in reply to RCPT TO command))")),
      `${FROM} rcptto | 450 4.2.0 later`,
    ],
    [
      "said, after the data",
      line(to("bounced (host mx.a.test[192.0.2.1] said: 554 5.7.1 spam (in reply to end of DATA command))")),
      "permanent 1790000000.5 b1::a.test mx mx.a.test ip 192.0.2.1 data | 554 5.7.1 spam",
    ],
    [
      "said, several lines",
      line(
        to(
          "deferred (host mx.a.test[192.0.2.1] said: 421-4.7.28 a 421 4.7.28 b (in reply to MAIL FROM command))",
        ),
      ),
      `${FROM} mailfrom | 421 4.7.28 a b`,
    ],
    [
      "said, with parentheses",
      line(
        to(
          "deferred (host mx.a.test[192.0.2.1] said: 451 4.7.650 limited (S775) [x) (in reply to MAIL FROM command))",
        ),
      ),
      `${FROM} mailfrom | 451 4.7.650 limited (S775) [x)`,
    ],
    [
      "said, with a port",
      line(to("deferred (host mx.a.test[192.0.2.1]:2525 said: 450 no (in reply to EHLO command))")),
      `${FROM} ehlo | 450 no`,
    ],
    [
      "refused to talk",
      line(to("deferred (host mx.a.test[192.0.2.1] refused to talk to me: 421 4.7.0 busy)")),
      `${FROM} connect | 421 4.7.0 busy`,
    ],
    [
      "refused with words that are no reply",
      line(to("deferred (host mx.a.test[192.0.2.1] refused to talk to me: hello)")),
      `${FROM} connect local | hello`,
    ],
    [
      "another host than the relay",
      line(to("deferred (host mx2.a.test[192.0.2.2] said: 450 no (in reply to DATA command))")),
      "transient 1790000000.5 b1::a.test mx mx2.a.test ip 192.0.2.2 data | 450 no",
    ],
    [
      "no connection",
      line(to("deferred (connect to mx.a.test[192.0.2.1]:25: Connection refused)", "none")),
      `${FROM} local | connect to mx.a.test[192.0.2.1]:25: Connection refused`,
    ],
    [
      "lost connection",
      line(
        to(
          "deferred (lost connection with mx.a.test[192.0.2.1] while sending end of data -- message may be sent more than once)",
        ),
      ),
      `${FROM} local | lost connection with mx.a.test[192.0.2.1] while sending end of data -- message may be sent more than once`,
    ],
    [
      "timed out",
      line(to("deferred (conversation with mx.a.test[192.0.2.1] timed out while sending MAIL FROM)")),
      `${FROM} local | conversation with mx.a.test[192.0.2.1] timed out while sending MAIL FROM`,
    ],
    [
      "unknown host",
      line(
        to(
          "bounced (Host or domain name not found. Name service error for name=a.test type=A: Host not found)",
          "none",
        ),
      ),
      "permanent 1790000000.5 b1::a.test local | Host or domain name not found. Name service error for name=a.test type=A: Host not found",
    ],
    [
      "suspended",
      line(
        to("deferred (delivery temporarily suspended: host mx.a.test[192.0.2.1] said: 450 x)", "none"),
        "postfix/error",
      ),
      "skip suspended-by-postfix",
    ],
    [
      "orig_to, conn_use, quoted local part",
      line(
        '4F1AB2: to=<"a@b"@A.Test>, orig_to=<x@y>, relay=mx.a.test[192.0.2.1]:25, conn_use=3, delay=2.1, delays=1.5/0.5/0/0.1, dsn=2.0.0, status=sent (250 ok)',
      ),
      "delivery 1790000000.5 b1::a.test mx mx.a.test ip 192.0.2.1 took 0.1",
    ],
    [
      "without its delays in parts",
      line(to("sent (250 2.0.0 OK)").replace("delays=0/0/1/0.5, ", "")),
      "delivery 1790000000.5 b1::a.test mx mx.a.test ip 192.0.2.1",
    ],
    [
      "a part that is no number",
      line(to("sent (250 2.0.0 OK)").replace("0/0/1/0.5", "0/0/1.2.3/0.5")),
      "delivery 1790000000.5 b1::a.test mx mx.a.test ip 192.0.2.1",
    ],
    [
      "the waiting before the connection is no part of it",
      line(to("sent (250 2.0.0 OK)").replace("delays=0/0/1/0.5", "delays=300/20/0.25/0.5")),
      "delivery 1790000000.5 b1::a.test mx mx.a.test ip 192.0.2.1 took 0.75",
    ],
    [
      "lmtp",
      line(to("sent (250 2.0.0 OK)"), "postfix/lmtp"),
      "delivery 1790000000.5 default::a.test mx mx.a.test ip 192.0.2.1 took 1.5",
    ],
    [
      "an instance",
      line(to("sent (250 2.0.0 OK)"), "postfix-out2/smtp"),
      "delivery 1790000000.5 out2::a.test mx mx.a.test ip 192.0.2.1 took 1.5",
    ],
    [
      "an agent of another name",
      line(to("sent (250 2.0.0 OK)"), "postfix/slow"),
      "delivery 1790000000.5 default::a.test mx mx.a.test ip 192.0.2.1 took 1.5",
    ],
    ["expired", line(to("expired (delivery temporarily suspended: x)")), "skip expired"],
    ["a probe", line(to("deliverable (250 ok)")), "skip probe"],
    ["a negative probe", line(to("undeliverable (550 no)")), "skip probe"],
    [
      "without a domain",
      line("4F1AB2: to=<root>, relay=none, delay=0, delays=0/0/0/0, dsn=5.0.0, status=bounced (x)"),
      "skip no-domain",
    ],
  ])("%s", (_title, text, told) => {
    expect(readLines(makePostfixReader, [text])).toEqual([told])
  })
})

describe("other lines", () => {
  test.each([
    [
      "the queue manager",
      line("4F1AB2: from=<a@b>, size=1, nrcpt=1 (queue active)", "postfix/qmgr"),
      "skip qmgr",
    ],
    [
      "delivery to this machine",
      line(to("sent (delivered to mailbox)"), "postfix/local"),
      "skip local-delivery",
    ],
    [
      "a remark of the client",
      line("4F1AB2: host mx.a.test[192.0.2.1] refused to talk to me: 421 x"),
      "skip smtp-notice",
    ],
    ["another daemon", line("hello", "postfix/whatever"), "skip other-daemon"],
    ["another program", line("session opened", "sshd"), "skip other-program"],
    ["a program without a number", "2026-09-21T14:13:20+00:00 mail kernel: hello", "skip other-program"],
    ["no syslog", "hello", 'bad 1: the line is no syslog line of Postfix: it begins with "hello"'],
    [
      "a day that is none",
      line(to("sent (250 ok)"), "postfix/smtp", "Feb 30 10:00:00"),
      'bad 1: there is no time "Feb 30 10:00:00"',
    ],
    [
      "a month that is none",
      line(to("sent (250 ok)"), "postfix/smtp", "Foo 30 10:00:00"),
      'bad 1: there is no time "Foo 30 10:00:00"',
    ],
    [
      "the year 2100",
      line(to("sent (250 ok)"), "postfix/smtp", "2100-01-01T00:00:00Z"),
      'bad 1: time "2100-01-01T00:00:00Z" lies before 1970 or after 2099',
    ],
  ])("%s", (_title, text, told) => {
    expect(readLines(makePostfixReader, [text], { year: 2026 })).toEqual([told])
  })
})

describe("stamps without a year", () => {
  const at = (stamp: string): string => line(to("sent (250 ok)"), "postfix/smtp", stamp)
  const read = (stamps: string[], options = {}): string[] =>
    readLines(makePostfixReader, stamps.map(at), options).map((told) => {
      const seconds = /^delivery (\d+)/.exec(told)?.[1]
      return seconds === undefined ? told : new Date(Number(seconds) * 1000).toISOString().slice(0, 16)
    })
  test.each([
    ["days of one digit", ["Sep  1 10:00:00"], { year: 2026 }, ["2026-09-01T10:00"]],
    ["west of Greenwich", ["Sep 21 22:30:00"], { year: 2026, utcOffsetMinutes: -120 }, ["2026-09-22T00:30"]],
    [
      "New Year",
      ["Dec 31 23:59:00", "Jan  1 00:01:00"],
      { year: 2026 },
      ["2026-12-31T23:59", "2027-01-01T00:01"],
    ],
    [
      "a late line at New Year",
      ["Dec 31 23:59:00", "Jan  1 00:01:00", "Dec 31 23:58:00", "Jan  1 00:02:00"],
      { year: 2026 },
      ["2026-12-31T23:59", "2027-01-01T00:01", "2026-12-31T23:58", "2027-01-01T00:02"],
    ],
    [
      "two New Years",
      ["Dec 31 00:00:00", "Jan  1 00:00:00", "Jul  1 00:00:00", "Dec 31 00:00:00", "Jan  1 00:00:00"],
      { year: 2026 },
      ["2026-12-31T00:00", "2027-01-01T00:00", "2027-07-01T00:00", "2027-12-31T00:00", "2028-01-01T00:00"],
    ],
    ["no year given: 2000, and it is said", ["Feb 29 00:00:00"], {}, ["note no-year", "2000-02-29T00:00"]],
  ])("%s", (_title, stamps, options, expected) => {
    expect(read(stamps, options)).toEqual(expected)
  })
})

test.each([
  ["brackets", "[".repeat(60_000)],
  ["ends of addresses", ">, ".repeat(20_000)],
  ["ends of replies", " (in reply to x".repeat(4000)],
  ["blanks", " ".repeat(60_000)],
])("a long line of %s is read as fast as anything", (_title, text) => {
  for (const rest of [
    `4A: to=<u@a.test${text}`,
    to(`deferred (host ${text}`),
    to(`deferred (host mx[1] said: ${text}`),
  ])
    expect(readLines(makePostfixReader, [line(rest)], { year: 2026 })).toHaveLength(1)
})

test("whatever a line holds is accounted for once", () => {
  const good = line(
    to(
      "deferred (host mx.a.test[192.0.2.1] said: 421-4.7.28 a 421 4.7.28 b (in reply to MAIL FROM command))",
    ),
  )
  const damaged = fc
    .tuple(fc.nat(good.length), fc.nat(40), fc.string({ unit: "binary", maxLength: 10 }))
    .map(([place, length, text]) => good.slice(0, place) + text + good.slice(place + length))
  fc.assert(
    fc.property(fc.oneof(damaged, fc.string({ unit: "binary", minLength: 1 })), (text) => {
      if (text === "") return
      expect(readLines(makePostfixReader, [Buffer.from(text, "utf8")], { year: 2026 })).toHaveLength(1)
    }),
    { numRuns: 1000 },
  )
})
