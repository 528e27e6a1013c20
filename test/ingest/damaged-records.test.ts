/**
 * What damaged, hostile or merely unusual records lead to, format by format:
 * nothing throws, nothing gets lost without a word, and nothing is guessed.
 */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { CsvRecords } from "../../src/ingest/csv.js"
import { makeJsonlReader } from "../../src/ingest/jsonl.js"
import { makeKumoMtaReader } from "../../src/ingest/kumomta.js"
import { makeMsysJsonReader } from "../../src/ingest/msys-json.js"
import { makePostfixReader } from "../../src/ingest/postfix.js"
import { makePowerMtaReader } from "../../src/ingest/powermta.js"
import type { MakeReader } from "../../src/ingest/reader.js"
import { joinLines, joinRepeats } from "../../src/ingest/reply.js"
import { readLines } from "./collecting.js"

const json = (value: unknown): string => JSON.stringify(value)
const plain = (fields: object = {}): string =>
  json({ time: 1, type: "transient", domain: "a.test", response: "450 x", ...fields })
const msys = (fields: object = {}): string =>
  json({
    msys: {
      message_event: { type: "delay", timestamp: 1, rcpt_to: "u@a.test", raw_reason: "450 x", ...fields },
    },
  })
const kumo = (fields: object = {}, response: object = {}): string =>
  json({
    type: "TransientFailure",
    timestamp: 1,
    recipient: "u@a.test",
    queue: "a.test",
    response: {
      code: 450,
      enhanced_code: { class: 4, subject: 2, detail: 1 },
      content: "x",
      command: "DATA",
      ...response,
    },
    ...fields,
  })
const postfix = (rest: string): string => `2026-09-21T14:13:20+00:00 mail postfix/b1/smtp[7]: ${rest}`
const to = (status: string, address = "u@a.test", relay = "mx.a.test[192.0.2.1]:25"): string =>
  postfix(`4F1AB2: to=<${address}>, relay=${relay}, delay=1.5, delays=0/0/1/0.5, dsn=4.7.0, status=${status}`)
const SENT = "delivery 1790000000 b1::a.test mx mx.a.test ip 192.0.2.1 took 1.5"
const DEFERRED = "transient 1790000000 b1::a.test mx mx.a.test ip 192.0.2.1"
const HEADER = "type,timeLogged,queue,dsnDiag"
const deep = "[".repeat(20_000) + "]".repeat(20_000)

describe("JSON records", () => {
  const told = "transient 1 default::a.test | 450 x"
  const never = "bad 1: the JSON record that begins here is never completed"
  const printed = JSON.stringify(JSON.parse(plain()), null, 2).split("\n")
  test.each([
    ["blanks alone", ["  \t"], ["skip blank"]],
    ["two records on a line", [plain() + plain()], [told, told]],
    ["a record torn off behind another", [`${plain()}{"time":1,`, plain()], [told, never, told]],
    ["brackets between records on one line", ["[", `${plain()}, {"time":1`, "}, ", "]"], [told, MISSING]],
    ["`}, {` between printed records", ["[{", ...betweenPrinted(), "}]"], [told, told]],
    ["a printed record that is cut off", [...printed.slice(0, 3), ...printed], [never, told]],
    ["one cut off deep inside", ["{", '  "x": {', '    "y": [', ...printed, ...printed], [never, told, told]],
    [
      "one cut off in an array",
      ["[", "  {", '    "time": 1,', ...printed.map((line) => `  ${line}`), "]"],
      [never, told],
    ],
    ["brackets and nothing else", ["[["], ['bad 2: the line is no JSON: it begins with "["']],
    ["a bracket of no array", ["]"], ['bad 1: the line is no JSON: it begins with "]"']],
    [
      "layers that nobody can show",
      [deep],
      ["bad -: an event is an object, this is a value of too many layers"],
    ],
    [
      "the same in a field",
      [`{"type":${deep}}`],
      [
        "bad -: type is a value of too many layers, none of reception, delivery, transient, permanent, oob, fbl",
      ],
    ],
  ])("%s", (_title, lines, expected) => {
    expect(readLines(makeJsonlReader, lines)).toEqual(expected)
  })

  test("names that records bring are counted one by one up to a limit", () => {
    const kinds = (make: MakeReader, line: (i: number) => string): number =>
      new Set(
        readLines(
          make,
          Array.from({ length: 500 }, (_, i) => line(i)),
        ),
      ).size
    expect(kinds(makeMsysJsonReader, (i) => msys({ type: `kind_${i}` }))).toBe(65)
    expect(kinds(makeMsysJsonReader, (i) => json({ msys: { [`kind_${i}`]: {} } }))).toBe(65)
    expect(kinds(makeKumoMtaReader, (i) => kumo({ type: `Kind${i}` }))).toBe(65)
  })

  test.each([
    ["a long row of blanks in a queue", kumo({ queue: `${"!".repeat(400_000)}\n` })],
    ["a long row of commas", `{"time":1,"x":"${", ".repeat(400_000)}"}`],
  ])("%s takes no time", (_title, line) => {
    expect(readLines(makeKumoMtaReader, [line])).toHaveLength(1)
  })
})

const MISSING = "bad -: type is nothing, none of reception, delivery, transient, permanent, oob, fbl"

function betweenPrinted(): string[] {
  const inside = JSON.stringify(JSON.parse(plain()), null, 2).split("\n").slice(1, -1)
  return [...inside, "}, {", ...inside]
}

describe("jsonl: a field of the wrong kind is named", () => {
  test.each([
    [{ binding: {} }, "binding is {}, not a text"],
    [{ binding_group: ["a"] }, 'binding_group is ["a"], not a text'],
    [{ mx: 5 }, "mx is 5, not a text"],
    [{ ip: true }, "ip is true, not a text"],
    [{ phase: 4 }, "phase is 4, not a text"],
    [{ response: ["450 x"] }, 'response is ["450 x"], not a text'],
    [{ fblType: {} }, "fblType is {}, not a text"],
    [{ bounceClass: true }, "bounceClass is true, neither a number nor a text"],
    [{ code: "4xx" }, 'code is "4xx", not a reply code from 200 to 599'],
    [{ code: 42 }, "code is 42, not a reply code from 200 to 599"],
    [{ retries: "few" }, 'retries is "few", not a number'],
    [{ deliveryTime: [] }, "deliveryTime is [], not a number of seconds"],
    [{ local: 1 }, "local is 1, neither true nor false"],
    [{ domain: 17 }, "domain is 17, not the name of a domain"],
    [{ domain: " . " }, 'domain is " . ", not the name of a domain'],
    [{ time: "0x10" }, 'time is "0x10", not a number of seconds since 1970'],
    [{ time: true }, "time is true, not a number of seconds since 1970"],
  ])("%j", (fields, reason) => {
    expect(readLines(makeJsonlReader, [plain(fields)])).toEqual([`bad -: ${reason}`])
  })

  test.each(["constructor", "__proto__", "toString"])("%s is no phase", (phase) => {
    expect(readLines(makeJsonlReader, [plain({ phase })])).toEqual(["transient 1 default::a.test | 450 x"])
  })
})

describe("msys-json", () => {
  const told = "transient 1 default::a.test | 450 x"
  const complaint = msys({ type: "spam_complaint", message_id: "m1", fbtype: "abuse" })
  test.each([
    [
      "two events in one envelope",
      [json({ msys: { track_event: {}, ...JSON.parse(msys()).msys } })],
      ["skip track_event", told],
    ],
    [
      "a bad record hides no good one of the same id",
      [msys({ event_id: "1", timestamp: null }), msys({ event_id: "1" })],
      ["bad -: timestamp is null, not a number of seconds since 1970", told],
    ],
    [
      "ids too large for a number are not compared",
      ["12", "13"].map((end) => msys({ event_id: "X" }).replace('"X"', `900719925474099${end}`)),
      [told, told],
    ],
    [
      "a complaint that comes again out of band",
      [complaint, msys({ type: "out_of_band", message_id: "m1" })],
      ["fbl 1 default::a.test abuse", "skip duplicate"],
    ],
    [
      "an out-of-band bounce of another message",
      [complaint, msys({ type: "out_of_band", message_id: "m2" })],
      ["fbl 1 default::a.test abuse", "oob 1 default::a.test | 450 x"],
    ],
    [
      "a complaint that came out of band only",
      [msys({ type: "out_of_band", fbtype: "abuse" })],
      ["fbl 1 default::a.test abuse"],
    ],
    [
      "no phase out of band",
      [msys({ type: "out_of_band", conn_stage: "5" })],
      ["oob 1 default::a.test | 450 x"],
    ],
    ["a routing domain that is none", [msys({ routing_domain: "." })], [told]],
  ])("%s", (_title, lines, expected) => {
    expect(readLines(makeMsysJsonReader, lines)).toEqual(expected)
  })

  test("ids are remembered, the oldest forgotten first", () => {
    const ids = [...Array.from({ length: 100_001 }, (_, i) => i), 100_000, 0]
    const told = readLines(
      makeMsysJsonReader,
      ids.map((id) => msys({ event_id: `e${id}` })),
    )
    expect(told.indexOf("skip duplicate")).toBe(100_001)
    expect(told.filter((one) => one === "skip duplicate")).toHaveLength(1)
  })
})

describe("kumomta", () => {
  const told = "transient 1 default::a.test data | 450 4.2.1"
  const feedback = (fields: object): string =>
    kumo({ type: "Feedback", recipient: "fbl@own.test", queue: "own.test", ...fields })
  const ofB = { original_rcpto_to: ["<u@B.test>"] }
  test.each([
    ["the content is the enhanced code", kumo({}, { content: "4.2.1" }), [told]],
    [
      "an enhanced code that is none",
      kumo({}, { enhanced_code: { class: { toString: 1 }, subject: 2, detail: 1 } }),
      ["transient 1 default::a.test data | 450 x"],
    ],
    [
      "an address literal",
      kumo({ queue: "c:t@[IPv6:2001:db8::1]!r.test" }),
      [`${told.replace("a.test", "[ipv6:2001:db8::1]")} x`],
    ],
    ["a port", kumo({ queue: "c:t@b.test:2025!r.test:25" }), [`${told.replace("a.test", "b.test")} x`]],
    ["a port, nothing else", kumo({ queue: "b.test:2025" }), [`${told.replace("a.test", "b.test")} x`]],
    ["no tenant", kumo({ queue: "c:@b.test" }), [`${told.replace("a.test", "b.test")} x`]],
    [
      "recipients without a domain among others",
      kumo({ queue: null, recipient: ["u@a.test", "u", null] }),
      [`${told} x`, "skip no-domain", "skip no-domain"],
    ],
    [
      "the peer of a reception is no MX",
      kumo({ type: "Reception", peer_address: { name: "app.own.test", addr: "192.0.2.9" } }),
      ["reception 1 default::a.test"],
    ],
    [
      "the queue of an out-of-band bounce is that of the report",
      kumo(
        { type: "OOB", queue: "own.test", peer_address: { name: "x.test", addr: "192.0.2.9" } },
        { command: null },
      ),
      ["oob 1 default::a.test | 450 4.2.1 x"],
    ],
    ["an address in brackets", feedback({ feedback_report: ofB }), ["fbl 1 default::b.test"]],
    [
      "a report of nobody",
      feedback({ feedback_report: { original_rcpto_to: [] } }),
      ["fbl 1 default::own.test"],
    ],
  ])("%s", (_title, line, expected) => {
    expect(readLines(makeKumoMtaReader, [line])).toEqual(expected)
  })
})

describe("powermta", () => {
  test.each([
    [
      "a semicolon in a reply",
      [HEADER, "t,1790000000,a.test/v,421 busy; try later"],
      ["transient 1790000000 v::a.test | 421 busy; try later"],
    ],
    [
      "both semicolons",
      [HEADER, "t,1790000000,a.test/v,smtp;421 busy; try later"],
      ["transient 1790000000 v::a.test | 421 busy; try later"],
    ],
    ["a type of Object's", [HEADER, "constructor,1790000000,a.test/v,"], ["skip type-unknown"]],
    [
      "a quote left open costs its own line only",
      [
        HEADER,
        't,1790000000,a.test/v,"smtp;421 a',
        't,1790000001,a.test/v,"smtp;421 b"',
        "d,1790000002,a.test/v,",
      ],
      [
        "bad -: a quote is opened and never closed",
        "transient 1790000001 v::a.test | 421 b",
        "delivery 1790000002 v::a.test",
      ],
    ],
    [
      "a line that closes a quote and opens one",
      ['"d', 'd","d', HEADER, "d,1790000000,a.test/v,"],
      ["bad -: a quote is opened and never closed", "skip header", "delivery 1790000000 v::a.test"],
    ],
    [
      "a record over lines behind it is whole",
      [HEADER, 't,1790000000,a.test/v,"x', 't,1790000001,a.test/v,"smtp;421 a', 'b"'],
      ["bad -: a quote is opened and never closed", "transient 1790000001 v::a.test | 421 a b"],
    ],
  ])("%s", (_title, lines, expected) => {
    expect(readLines(makePowerMtaReader, lines).slice(1)).toEqual(expected)
  })
})

describe("postfix", () => {
  test.each([
    [
      "a receiver that quotes its own receiver",
      to(
        "bounced (host mx.a.test[192.0.2.1] said: 550 host b[192.0.2.9] said: 550 no (in reply to RCPT TO command) (in reply to end of DATA command))",
      ),
      "permanent 1790000000 b1::a.test mx mx.a.test ip 192.0.2.1 data | 550 host b[192.0.2.9] said: 550 no (in reply to RCPT TO command)",
    ],
    [
      "cut off in the reply",
      to("deferred (host mx.a.test[192.0.2.1] said: 450 4.2.0 (S1) la"),
      `${DEFERRED} | 450 4.2.0 (S1) la`,
    ],
    [
      "cut off before the reason",
      to("deferred ("),
      "bad -: the line gives no reason why the mail was deferred",
    ],
    [
      "cut off before the status",
      to("").slice(0, -12),
      "bad -: the line ends before the status of the delivery",
    ],
    [
      "cut off in the address",
      postfix("4F: to=<u@a"),
      "bad -: the line ends before the status of the delivery",
    ],
    ["cut off in the tag", postfix("").slice(0, -3), "bad 32: the line ends before what the program said"],
    ["blanks at the end", to("sent (250 ok)  "), SENT],
    ["a status of Object's", to("constructor (x)"), "skip other-status"],
    ["no program", "Nov 26 22:06:11 mail last message repeated 2 times", "skip other-program"],
    ["a program whose name begins alike", "Nov 26 22:06:11 mail postfixadmin[7]: x", "skip other-program"],
    [
      "a quoted address that looks like the line's end",
      to("sent (250 ok)", '"\\"a>, status=bounced (x)"@a.test'),
      SENT,
    ],
    [
      "the same in the original address",
      to("sent (250 ok)", 'u@a.test>, orig_to=<"b>, status=bounced (x)"@b.test'),
      SENT,
    ],
    [
      "a socket is no address",
      to("sent (250 ok)", "u@a.test", "h.test[private/lmtp]"),
      "delivery 1790000000 b1::a.test mx h.test took 1.5",
    ],
    ["a domain that is none", to("sent (250 ok)", "u@."), "skip no-domain"],
  ])("%s", (_title, line, told) => {
    expect(readLines(makePostfixReader, [line], { year: 2026 })).toEqual([told])
  })

  test("a gap of half a year is no late line", () => {
    const at = (stamp: string): string => to("sent (250 ok)").replace(/^\S+/, stamp)
    const told = readLines(makePostfixReader, ["Jan  2 00:00:00", "Sep  2 00:00:00"].map(at), { year: 2026 })
    expect(told.map((one) => one.split(" ", 2)[1])).toEqual(
      [Date.UTC(2026, 0, 2), Date.UTC(2026, 8, 2)].map((ms) => String(ms / 1000)),
    )
  })
})

describe("replies", () => {
  test.each([
    ["450-4.2.1 at most 450 mails", "450 4.2.1 at most 450 mails"],
    ["450-4.2.1 a 450-4.2.1 at most 450 mails", "450 4.2.1 a at most 450 mails"],
    ["450-4.2.1 a 450 4.2.1", "450 4.2.1 a"],
    ["450-a 450", "450 a"],
    ["450-4.2.1 450-4.2.1 b 450 4.2.1 c", "450 4.2.1 b c"],
  ])("%j is %j", (text, joined) => {
    expect(joinRepeats(text)).toBe(joined)
    expect(joinRepeats(joined)).toBe(joined)
  })

  test("joined twice is joined once, whatever the text", () => {
    const piece = fc.constantFrom("450", "450-", " ", "4.2.1", "a", "421 ", "450 4.2.1 ")
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const joined = joinRepeats(pieces.join(""))
        expect(joinRepeats(joined)).toBe(joined)
      }),
      { numRuns: 500 },
    )
  })

  test.each(["\n", "\r\n", "\r", "\v", "\f", "\u2028", "\u2029", " \n \n "])(
    "a line end %j is one blank",
    (end) => {
      expect(joinLines(`a${end}b${end}`)).toBe("a b")
    },
  )
})

describe("every line is accounted for", () => {
  test("CSV: records and bad ones begin at lines of their own, in order", () => {
    const line = fc
      .array(fc.constantFrom('"', ",", "a", '""', '",', ',"'), { minLength: 1, maxLength: 6 })
      .map((pieces) => pieces.join(""))
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), (lines) => {
        const begun: number[] = []
        let read = 0
        const records = new CsvRecords({
          record: (_fields, linesBack) => begun.push(read - linesBack),
          bad: (_reason, _column, linesBack = 0) => begun.push(read - linesBack),
        })
        for (const one of lines) {
          read++
          records.line(one, one.length + 1)
        }
        records.end()
        expect(begun[0]).toBe(1)
        expect(begun).toEqual([...new Set(begun)].sort((a, b) => a - b))
      }),
      { numRuns: 2000 },
    )
  })

  const good: Readonly<Record<string, readonly [MakeReader, string]>> = {
    jsonl: [makeJsonlReader, plain()],
    "msys-json": [makeMsysJsonReader, msys()],
    kumomta: [makeKumoMtaReader, kumo()],
    powermta: [makePowerMtaReader, "t,1790000000,a.test/v,smtp;421 a"],
    postfix: [
      makePostfixReader,
      to("deferred (host mx.a.test[192.0.2.1] said: 450 x (in reply to DATA command))"),
    ],
  }
  const junk = fc.oneof(
    fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
    fc.constantFrom('"', "{", "}", "[", "]", ",", "\\", "constructor", "__proto__", "\ufeff", "null"),
  )
  test.each(Object.entries(good))(
    "%s: what is damaged is told, and what follows is read",
    (name, [make, line]) => {
      const damaged = fc.tuple(fc.nat(line.length), fc.nat(30), junk).map(([at, length, text]) => {
        const whole = line.slice(0, at) + text + line.slice(at + length)
        return whole.replace(/[\n\0]/g, "") || "x"
      })
      const first = name === "powermta" ? [HEADER] : []
      fc.assert(
        fc.property(damaged, (one) => {
          const bytes = Buffer.from(one, "latin1")
          const told = readLines(make, [...first, bytes, line, line], { year: 2026 })
          // The header, the damaged line, which may hold more than one record, and the two behind it.
          expect(told.length).toBeGreaterThanOrEqual(first.length + 3)
          expect(told.at(-1)).toMatch(/^transient /)
        }),
        { numRuns: 500 },
      )
    },
  )
})
