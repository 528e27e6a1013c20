/** Momentum's four logs, line by line. Sources: traffic-formats.md sections 1 to 6; its samples are rows here. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { makeBouncelogReader } from "../../src/ingest/bouncelog.js"
import { makeFbllogReader } from "../../src/ingest/fbllog.js"
import { makeMainlogReader } from "../../src/ingest/mainlog.js"
import { makeRejectlogReader } from "../../src/ingest/rejectlog.js"
import { readLines } from "./collecting.js"

const IDS = "00/00-25004-31B987F3@00/00-03736-F4101B54@00/00-04532-A3456B54"

describe("mainlog", () => {
  test.each([
    [
      "a reception",
      `1064868656@${IDS}@R@bob@example.fict@info@postalengine.com@10.0.1.1@201@esmtp@default@default`,
      "reception 1064868656 -",
    ],
    [
      "a delivery",
      `1064871280@${IDS}@D@postalengine.com@266@group-a@binding-a@0@0.393@10.0.0.1`,
      "delivery 1064871280 binding-a::postalengine.com",
    ],
    [
      "a transient failure",
      `1064869327@${IDS}@T@example.fict@0@group-a@binding-a@15@0@18.53@10.0.0.1@421 no adequate servers`,
      "transient 1064869327 binding-a::example.fict starttls | 421 no adequate servers",
    ],
    [
      "a permanent failure",
      `1064870847@${IDS}@P@postalengine.com@31@group-a@binding-a@5@1@3.89@10.0.0.1@552 No such account`,
      "permanent 1064870847 binding-a::postalengine.com rcptto | 552 No such account",
    ],
    [
      "microseconds",
      `1790000000123456@${IDS}@D@a.test@1@g@b@0@0.1@10.0.0.1`,
      "delivery 1790000000.123456 b::a.test",
    ],
    [
      "a reply with @",
      `1064870847@${IDS}@P@a.test@0@g@b@5@0@1@10.0.0.1@550 <u@a.test>: no @ here @`,
      "permanent 1064870847 b::a.test rcptto | 550 <u@a.test>: no @ here @",
    ],
    [
      "a domain in upper case, an empty binding",
      `1064870847@${IDS}@P@A.TEST@0@@@99@0@1@@550 no`,
      "permanent 1064870847 default::a.test - | 550 no",
    ],
    [
      "a text of our own side",
      `1064870847@${IDS}@T@a.test@0@g@b@0@0@1@@421 4.4.0 [internal] no MX`,
      "transient 1064870847 b::a.test connect local | 421 4.4.0 [internal] no MX",
    ],
    [
      "an empty reply",
      `1064870847@${IDS}@T@a.test@0@g@b@2@0@1@10.0.0.1@`,
      "transient 1064870847 b::a.test mailfrom | ",
    ],
    [
      "a quoted local part with @",
      `1064868656@${IDS}@R@"a@b"@example.fict@info@postalengine.com@10.0.1.1@201@esmtp@default@default`,
      "reception 1064868656 -",
    ],
    ["a transfer out", `1064868656@${IDS}@X@a.test@1@g@b@0@0.1@10.0.0.1`, "skip transfer"],
    ["a transfer in", `1064868656@${IDS}@R@b@a.test@i@p.test@10.0.1.1@201@xfer@g@b`, "skip transfer"],
    ["on its way: delivery", `1064868656@${IDS}@D@a.test@1@g@#mmove@0@0.1@10.0.0.1`, "skip mmove"],
    ["on its way: failure", `1064868656@${IDS}@T@a.test@1@g@#mmove@0@0@0@@421 x`, "skip mmove"],
    [
      "on its way: reception",
      `1064868656@${IDS}@R@b@a.test@i@p.test@10.0.1.1@201@esmtp@g@#mmove`,
      "skip mmove",
    ],
    [
      "another binding that begins with #",
      `1064868656@${IDS}@D@a.test@1@g@#m@0@0.1@10.0.0.1`,
      "delivery 1064868656 #m::a.test",
    ],
    ["a heartbeat", "1064868656@@@@M", "clock 1064868656 heartbeat"],
    ["an old heartbeat", "1064868656@@@@M1", "clock 1064868656 heartbeat"],
    ["nonsense", "hello", 'bad 1: 1 fields where a mainlog line has 12 or 14, with "@" between them'],
    [
      "a time of 13 digits",
      `1790000000123@${IDS}@D@a@1@g@b@0@0@1`,
      'bad 1: time "1790000000123" is neither 10 digits (seconds) nor 16 (microseconds)',
    ],
    [
      "a time with a letter",
      `179000000x@${IDS}@D@a@1@g@b@0@0@1`,
      'bad 1: time "179000000x" is neither 10 digits (seconds) nor 16 (microseconds)',
    ],
    [
      "the year 2100",
      `4102444800@${IDS}@D@a@1@g@b@0@0@1`,
      'bad 1: time "4102444800" lies before 1970 or after 2099',
    ],
    [
      "an unknown type",
      `1064868656@${IDS}@Q@a@1@g@b@0@0@1`,
      'bad 75: record type "Q" is none of R, D, X, T, P and M',
    ],
    [
      "a bouncelog's type",
      `1064868656@${IDS}@B@a@1@g@b@0@0@1`,
      'bad 75: record type "B" stands in a bouncelog, not in a mainlog',
    ],
    [
      "a delivery cut short",
      `1064868656@${IDS}@D@a.test@266@g`,
      "bad -: a delivery has 12 fields, this line has 8",
    ],
    [
      "a delivery too long",
      `1064868656@${IDS}@D@a@1@g@b@0@0@1@x@y`,
      "bad -: a delivery has 12 fields, this line has more",
    ],
    [
      "a failure cut short",
      `1064868656@${IDS}@T@a@1@g@b@0@0@1`,
      "bad -: a failure has 14 fields, this line has 12",
    ],
    [
      "a reception cut short",
      `1064868656@${IDS}@R@a@b@c`,
      "bad -: a reception has 14 fields, this line has 8",
    ],
    ["no domain", `1064868656@${IDS}@D@@1@g@b@0@0@1`, "bad 77: the destination domain is empty"],
  ])("%s", (_title, line, told) => {
    expect(readLines(makeMainlogReader, [line])).toEqual([told])
  })

  test("Latin-1 and UTF-8 replies keep every character", () => {
    const line = `1064870847@${IDS}@P@a.test@0@g@b@5@0@1@10.0.0.1@550 größe`
    for (const encoding of ["latin1", "utf8"] as const)
      expect(readLines(makeMainlogReader, [Buffer.from(line, encoding)])).toEqual([
        "permanent 1064870847 b::a.test rcptto | 550 größe",
      ])
  })

  test("names what a bouncelog line has in common, where one is read too", () => {
    const line = `1064870847@m1@b1@c1@P@a.test@0@g@b@5@0@1@10.0.0.1@550 no`
    expect(readLines(makeMainlogReader, [line], {}, { joins: true })).toEqual([
      "permanent 1064870847 b::a.test rcptto | 550 no {m1@c1@permanent}",
    ])
  })
})

describe("the group beside a binding of none that is known", () => {
  const copy = (type: string, stage: number): string =>
    `1064870847@m1@b1@c1@${type}@user@a.test@from@sender.test@gruppe-ä@b@${stage}@10@201@10.0.0.1@550 no`
  const reception = (group: string, addresses = "bob@a.test@info@s.test"): string =>
    `1064868656@${IDS}@R@${addresses}@10.0.1.1@201@esmtp@${group}@b`
  test.each([
    [
      "a delivery",
      makeMainlogReader,
      `1064871280@${IDS}@D@a.test@266@gruppe-ä@b@0@0.393@10.0.0.1`,
      "delivery 1064871280 b::a.test took 0.393 group gruppe-ä",
    ],
    [
      "a delivery of the default group",
      makeMainlogReader,
      `1064871280@${IDS}@D@a.test@266@default@b@0@0.393@10.0.0.1`,
      "delivery 1064871280 b::a.test took 0.393 group default",
    ],
    [
      "a delivery that names none",
      makeMainlogReader,
      `1064871280@${IDS}@D@a.test@266@@b@0@0.393@10.0.0.1`,
      "delivery 1064871280 b::a.test took 0.393",
    ],
    [
      "a transient failure",
      makeMainlogReader,
      `1064869327@${IDS}@T@a.test@0@gruppe-ä@b@5@0@1@10.0.0.1@421 x`,
      "transient 1064869327 b::a.test group gruppe-ä rcptto | 421 x",
    ],
    [
      "a permanent failure that names none",
      makeMainlogReader,
      `1064869327@${IDS}@P@a.test@0@@b@5@0@1@10.0.0.1@550 x`,
      "permanent 1064869327 b::a.test rcptto | 550 x",
    ],
    [
      "a reception",
      makeMainlogReader,
      reception("gruppe-ä"),
      "reception 1064868656 b::a.test group gruppe-ä",
    ],
    ["a reception that names none", makeMainlogReader, reception(""), "reception 1064868656 b::a.test"],
    [
      "a reception with @ in quotes",
      makeMainlogReader,
      reception("g1", '"b@b"@a.test@"i@i"@s.test'),
      "reception 1064868656 b::a.test group g1",
    ],
    [
      "a reception without a domain",
      makeMainlogReader,
      reception("g1", "bob@@i@s.test"),
      "reception 1064868656 -",
    ],
    [
      "out of band",
      makeBouncelogReader,
      copy("B", 21),
      "oob 1064870847 b::a.test group gruppe-ä - class 10 | 550 no",
    ],
    [
      "a copy",
      makeBouncelogReader,
      copy("T", 5),
      "copy transient 1064870847 b::a.test group gruppe-ä rcptto class 10 | 550 no {m1@c1@transient}",
    ],
  ])("%s", (_title, make, line, told) => {
    expect(readLines(make, [Buffer.from(line, "utf8")], {}, { audits: true, groups: true })).toEqual([told])
  })
})

describe("bouncelog", () => {
  const bounce = (type: string, stage: number, binding = "b"): string =>
    `1064870847@m1@b1@c1@${type}@user@a.test@from@sender.test@g@${binding}@${stage}@10@201@10.0.0.1@550 <u@a.test> no`
  test.each([
    [
      "a copy of a permanent failure",
      bounce("B", 5),
      "copy permanent 1064870847 b::a.test rcptto class 10 | 550 <u@a.test> no {m1@c1@permanent}",
    ],
    [
      "a copy of a transient one",
      bounce("T", 3),
      "copy transient 1064870847 b::a.test mailfrom class 10 | 550 <u@a.test> no {m1@c1@transient}",
    ],
    ["out of band", bounce("B", 21), "oob 1064870847 b::a.test - class 10 | 550 <u@a.test> no"],
    ["on its way", bounce("T", 3, "#mmove"), "skip mmove"],
    [
      "quoted local parts with @",
      bounce("B", 5).replace("user@a.test@from@", '"u@s@er"@a.test@"fr@om"@'),
      "copy permanent 1064870847 b::a.test rcptto class 10 | 550 <u@a.test> no {m1@c1@permanent}",
    ],
    [
      "a quote in the text",
      bounce("B", 5).replace("550 <u@a.test> no", '550 "x" <u@a.test> "@" no'),
      'copy permanent 1064870847 b::a.test rcptto class 10 | 550 "x" <u@a.test> "@" no {m1@c1@permanent}',
    ],
    [
      "a quote that never ends",
      bounce("B", 5).replace("user@a.test@", '"user@a.test@'),
      "copy permanent 1064870847 b::a.test rcptto class 10 | 550 <u@a.test> no {m1@c1@permanent}",
    ],
    ["a heartbeat", "1064870847@@@@M", "clock 1064870847 heartbeat"],
    [
      "cut short",
      "1064870847@m1@b1@c1@B@user@a.test",
      "bad -: a bouncelog line has 16 fields, this one has 7",
    ],
    [
      "a mainlog's type",
      `1064868656@${IDS}@D@a@1@g@b@0@0@1`,
      'bad 75: record type "D" is none of B, T and M',
    ],
    ["nonsense", "x@y", 'bad 1: 2 fields where a bouncelog line has 16, with "@" between them'],
    ["no domain", bounce("B", 5).replace("a.test@from", "@from"), "bad 28: the recipient's domain is empty"],
  ])("%s", (_title, line, told) => {
    expect(readLines(makeBouncelogReader, [line])).toEqual([told])
  })
})

describe("fbllog", () => {
  test.each([
    [
      "a complaint",
      "1224699438@18/00-02937-E2E6FF84@F@someone@test.com@b1@g1@abuse@yahoo.com@true",
      "fbl 1224699438 b1::test.com group g1 abuse",
    ],
    [
      "a user string with @",
      "1224699438@18/00-02937-E2E6FF84@F@someone@test.com@b1@g1@abuse@yahoo.com@a@b@c",
      "fbl 1224699438 b1::test.com group g1 abuse",
    ],
    [
      "without a recipient's domain",
      "1224699438@18/00-02937-E2E6FF84@F@@@b1@g1@abuse@yahoo.com@",
      "fbl 1224699438 b1::yahoo.com group g1 abuse",
    ],
    [
      "a quoted local part with @",
      '1224699438@m@F@"some@one"@test.com@b1@g1@abuse@yahoo.com@true',
      "fbl 1224699438 b1::test.com group g1 abuse",
    ],
    [
      "without any",
      "1224699438@m@F@@@b1@g1@abuse@@",
      "bad 17: neither the recipient's domain nor the reported one is there",
    ],
    [
      "a kind in upper case",
      "1224699438@m@F@s@test.com@b1@g1@ABUSE@yahoo.com@",
      "fbl 1224699438 b1::test.com group g1 abuse",
    ],
    ["without a kind", "1224699438@m@F@s@test.com@b1@g1@@yahoo.com@", "fbl 1224699438 b1::test.com group g1"],
    [
      "names of other letters",
      "1224699438@m@F@s@größe.test@bä@gä@abuse@yahoo.com@",
      "fbl 1224699438 bä::größe.test group gä abuse",
    ],
    ["on its way", "1224699438@m@F@s@test.com@#mmove@g1@abuse@yahoo.com@", "skip mmove"],
    ["a heartbeat", "1224699438@@@@M", "clock 1224699438 heartbeat"],
    [
      "another type",
      "1224699438@m@D@s@test.com@b@g1@abuse@yahoo.com@",
      'bad 14: record type "D" is none of F and M',
    ],
    ["cut short", "1224699438@m@F@s@test.com", "bad -: an fbllog line has 10 fields, this one has 5"],
  ])("%s", (_title, line, told) => {
    expect(readLines(makeFbllogReader, [line])).toEqual([told])
  })
})

describe("rejectlog", () => {
  test.each([
    [
      "a rejection",
      '1224699438: R="10.0.0.1:25" L="10.0.0.2:25" C="x" P="rcpt" E=550 M=m CTXCONN=[a=b] no',
      "skip rejection",
    ],
    ["microseconds", '1224699438123456: R="10.0.0.1:25" x', "skip rejection"],
    ["a marker", "1224699438: Marker 1", "clock 1224699438 heartbeat"],
    ["something else", "1224699438: hello", 'bad 12: neither R="…" nor a marker follows the time'],
    ["no time", "hello", 'bad 1: a rejectlog line begins with a time and a colon, this one with "hello"'],
  ])("%s", (_title, line, told) => {
    expect(readLines(makeRejectlogReader, [line])).toEqual([told])
  })
})

describe("whatever a line holds", () => {
  const makers = { makeMainlogReader, makeBouncelogReader, makeFbllogReader, makeRejectlogReader }
  const piece = fc.constantFrom(
    "@",
    "@@",
    "R",
    "D",
    "T",
    "P",
    "B",
    "F",
    "M",
    "1790000000",
    "1790000000123456",
    "x",
    "#mmove",
    "xfer",
    "é",
    '"',
    "a.test",
    "21",
    ": R=",
  )
  const text = fc.oneof(
    fc.array(piece, { minLength: 1, maxLength: 40 }).map((parts) => parts.join("")),
    fc.string({ minLength: 1, unit: "binary" }),
  )
  test.each(Object.entries(makers))("%s accounts for it once", (_name, make) => {
    fc.assert(
      fc.property(text, (line) => {
        const told = readLines(make, [Buffer.from(line, "utf8")], {}, { joins: true })
        expect(told).toHaveLength(1)
      }),
      { numRuns: 500 },
    )
  })
})
