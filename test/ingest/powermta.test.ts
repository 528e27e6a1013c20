/** PowerMTA's accounting files. Source: foreign-traffic-formats.md section 2. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { CsvRecords } from "../../src/ingest/csv.js"
import { makePowerMtaReader } from "../../src/ingest/powermta.js"
import { readLines } from "./collecting.js"

function csv(lines: readonly string[]): unknown[] {
  const told: unknown[] = []
  const records = new CsvRecords({
    record: (fields) => told.push(fields),
    bad: (reason, _column, linesBack) => told.push(`${reason}, ${linesBack} back`),
  })
  for (const line of lines) records.line(line, line.length + 1)
  records.end()
  return told
}

describe("CSV", () => {
  test.each([
    ["plain", ["a,b,c"], [["a", "b", "c"]]],
    ["empty fields", [",,"], [["", "", ""]]],
    ["quoted commas", ['a,"b,c",d'], [["a", "b,c", "d"]]],
    ["doubled quotes", ['"a ""b"" c",d'], [['a "b" c', "d"]]],
    ["a line end in quotes", ['a,"b', 'c",d'], [["a", "b\nc", "d"]]],
    ["quotes inside a plain field", ['a,b"c,d'], [["a", 'b"c', "d"]]],
    ["text behind quotes", ['a,"b"c,d', "e,f"], ["text stands behind a closing quote, 0 back", ["e", "f"]]],
    [
      "a quote never closed",
      ['a,"b', "c,d", "e,f"],
      ["a quote is opened and never closed, 2 back", ["c", "d"], ["e", "f"]],
    ],
  ])("%s", (_title, lines, expected) => {
    expect(csv(lines)).toEqual(expected)
  })

  test("a quote never closed in a long file costs its own line only", () => {
    const lines = ['a,"b', ...Array.from({ length: 300 }, (_, i) => `x,${i}`)]
    const told = csv(lines)
    expect(told.filter((one) => typeof one === "string")).toEqual([
      "a quote is opened and never closed, 100 back",
    ])
    expect(told.filter((one) => Array.isArray(one))).toHaveLength(300)
  })

  test("whatever is written comes back", () => {
    const field = fc.string({ unit: fc.constantFrom("a", ",", '"', "\n", " ", "é"), maxLength: 8 })
    fc.assert(
      fc.property(fc.array(fc.array(field, { minLength: 1, maxLength: 5 }), { maxLength: 5 }), (rows) => {
        const text = rows
          .map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(","))
          .join("\n")
        expect(rows.length === 0 ? [] : csv(text.split("\n"))).toEqual(rows)
      }),
    )
  })
})

const HEADER =
  "type,timeLogged,rcpt,dsnStatus,dsnDiag,dsnMta,bounceCat,dlvDestinationIp,dlvEsmtpAvailable,vmta,queue,vmtaPool,feedbackType"
const row = (fields: Readonly<Record<string, string>>): string =>
  HEADER.split(",")
    .map(
      (name) =>
        ({
          type: "t",
          timeLogged: "2026-09-21 14:13:20+0000",
          rcpt: "u@a.test",
          queue: "a.test/v1",
          vmta: "v1",
          ...fields,
        })[name] ?? "",
    )
    .map((field) => (/[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(",")

describe("records", () => {
  test.each([
    [
      "a transient failure",
      { dsnDiag: "smtp;421 4.7.0 [TS01] busy", dsnMta: "mx.a.test (192.0.2.1)", dsnStatus: "4.7.0 (x)" },
      "transient 1790000000 v1::a.test mx mx.a.test ip 192.0.2.1 | 421 4.7.0 [TS01] busy",
    ],
    [
      "a reply of several lines",
      { dsnDiag: "smtp;450-4.2.1 a 450 4.2.1 b" },
      "transient 1790000000 v1::a.test | 450 4.2.1 a b",
    ],
    ["no semicolon", { dsnDiag: "421 busy" }, "transient 1790000000 v1::a.test | 421 busy"],
    [
      "no diagnosis: our own side",
      { dsnStatus: "4.4.1 (no answer)" },
      "transient 1790000000 v1::a.test local | 4.4.1 (no answer)",
    ],
    [
      "a bounce with its category",
      { type: "b", dsnDiag: "smtp;550 5.1.1 no", bounceCat: "bad-mailbox" },
      "permanent 1790000000 v1::a.test class bad-mailbox | 550 5.1.1 no",
    ],
    [
      "a quoted list that shifts nothing",
      { dlvEsmtpAvailable: "8BITMIME,PIPELINING", dsnDiag: "smtp;421 x" },
      "transient 1790000000 v1::a.test | 421 x",
    ],
    [
      "an offset",
      { timeLogged: "2026-09-21 16:13:20+0200", dsnDiag: "smtp;421 x" },
      "transient 1790000000 v1::a.test | 421 x",
    ],
    [
      "Unix seconds",
      { timeLogged: "1790000000.5", dsnDiag: "smtp;421 x" },
      "transient 1790000000.5 v1::a.test | 421 x",
    ],
    [
      "the queue's vmta",
      { vmta: "", queue: "a.test/v2", dsnDiag: "smtp;421 x" },
      "transient 1790000000 v2::a.test | 421 x",
    ],
    [
      "a rollup queue",
      { queue: "gmail.rollup/v1", dsnDiag: "smtp;421 x" },
      "transient 1790000000 v1::gmail.rollup | 421 x",
    ],
    ["no queue", { queue: "", dsnDiag: "smtp;421 x" }, "transient 1790000000 v1::a.test | 421 x"],
    [
      "a pool",
      { vmtaPool: "pool", dsnDiag: "smtp;421 x" },
      "transient 1790000000 v1::a.test group pool | 421 x",
    ],
    [
      "a delivery",
      { type: "d", dlvDestinationIp: "192.0.2.7" },
      "delivery 1790000000 v1::a.test ip 192.0.2.7",
    ],
    ["a reception", { type: "r" }, "reception 1790000000 v1::a.test"],
    ["a complaint", { type: "f", feedbackType: "abuse" }, "fbl 1790000000 v1::a.test abuse"],
    ["a remote bounce", { type: "rb", dsnDiag: "smtp;550 no" }, "oob 1790000000 v1::a.test | 550 no"],
    ["expired", { type: "b", bounceCat: "message-expired" }, "skip expired"],
    ["of the queue", { type: "tq" }, "skip queue-transient"],
    ["remote status", { type: "rs" }, "skip remote-status"],
    ["an unknown type", { type: "zz" }, "skip type-zz"],
    ["a type that is none", { type: "<>" }, "skip type-unknown"],
    [
      "no time",
      { timeLogged: "soon" },
      'bad -: timeLogged is "soon", neither YYYY-MM-DD HH:MM:SS+ZZZZ nor seconds since 1970',
    ],
    [
      "a day that is none",
      { timeLogged: "2026-02-30 00:00:00+0000" },
      'bad -: timeLogged is "2026-02-30 00:00:00+0000", neither YYYY-MM-DD HH:MM:SS+ZZZZ nor seconds since 1970',
    ],
    ["no domain", { queue: "", rcpt: "u" }, "bad -: neither queue nor rcpt names a domain"],
  ])("%s", (_title, fields, told) => {
    expect(readLines(makePowerMtaReader, [HEADER, row(fields)])).toEqual(["skip header", told])
  })

  test("columns in another order, named twice", () => {
    const lines = ["type,queue,timeLogged,timeLogged,vmta", "d,a.test/v1,1790000000,17,v1"]
    expect(readLines(makePowerMtaReader, lines)[1]).toBe("delivery 1790000000 v1::a.test")
  })

  test.each([
    ["of a delivery", "d", "2026-09-21 14:13:17+0000", "delivery 1790000000 v1::a.test took 3"],
    ["in Unix seconds", "d", "1789999999.5", "delivery 1790000000 v1::a.test took 0.5"],
    ["that is none", "d", "soon", "delivery 1790000000 v1::a.test"],
    ["of another record", "r", "2026-09-21 14:13:17+0000", "reception 1790000000 v1::a.test"],
  ])("a time of queueing %s", (_title, type, queued, told) => {
    const lines = ["type,timeLogged,timeQueued,queue", `${type},1790000000,${queued},a.test/v1`]
    expect(readLines(makePowerMtaReader, lines)[1]).toBe(told)
  })

  test("a header anew where files were joined", () => {
    const lines = [HEADER, row({ type: "d" }), "type,timeLogged,queue", "d,1790000001,b.test/v2"]
    expect(readLines(makePowerMtaReader, lines).slice(2)).toEqual([
      "skip header",
      "delivery 1790000001 v2::b.test",
    ])
  })

  test.each([
    [
      "no header",
      [row({ type: "d" })],
      "bad 1: no header row (type,timeLogged,…) stands above this record: its columns have no names",
    ],
    ["too few columns", [HEADER, "d,1790000000"], "bad -: the header names 13 columns, this record has 2"],
    [
      "too many",
      [HEADER, `${row({ type: "d" })},x`],
      "bad -: the header names 13 columns, this record has 14",
    ],
  ])("%s", (_title, lines, told) => {
    expect(readLines(makePowerMtaReader, lines).at(-1)).toBe(told)
  })

  test("whatever the lines hold, a good record after them is read", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary", minLength: 1 }),
      fc.string({
        unit: fc.constantFrom("d", ",", '"', "t", "1790000000", "@"),
        minLength: 1,
        maxLength: 30,
      }),
    )
    fc.assert(
      fc.property(fc.array(text, { maxLength: 3 }), (texts) => {
        const lines = texts
          .flatMap((one) => one.split("\n"))
          .filter((one) => one !== "" && !/^"?type"?,/.test(one))
        const good = [HEADER, row({ type: "d" })]
        const told = readLines(makePowerMtaReader, [...lines, ...good])
        // An open quote takes the header with it, and gives it back at the end.
        expect(told.slice(-2)).toEqual(["skip header", "delivery 1790000000 v1::a.test"])
      }),
      { numRuns: 300 },
    )
  })
})
