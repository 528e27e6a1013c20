/** What an audit asks for: receptions with their pair, deliveries with their time. Nobody else is told. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { FORMATS, type FormatName } from "../../src/ingest/detect.js"
import { makeMainlogReader } from "../../src/ingest/mainlog.js"
import { readTraffic, type TrafficEvent, type TrafficOptions } from "../../src/ingest/traffic.js"
import { PairTable } from "../../src/model/pair-table.js"
import { readLines } from "./collecting.js"

const dir = mkdtempSync(join(tmpdir(), "adaptive-audits-"))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

interface Told {
  readonly events: string[]
  /** Of all pairs that were given a number. */
  readonly pairs: string[]
  readonly receptions: number
}

/** Events as `TYPE SECONDS PAIR MICROSECONDS`. */
async function read(lines: readonly string[], options: Partial<TrafficOptions> = {}): Promise<Told> {
  const path = join(dir, "log")
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""))
  const pairs = new PairTable()
  const named = (pair: number): string => {
    const { binding, domain } = pairs.name(pair)
    return `${binding}::${domain}`
  }
  const events: string[] = []
  const files = await readTraffic(
    { files: [path], format: null, reorderSec: 60, year: 2026, pairs, ...options },
    {
      event: ({ type, atMicros, pair, deliveryMicros }: TrafficEvent) =>
        events.push(`${type} ${atMicros / 1e6} ${pair < 0 ? "-" : named(pair)} ${deliveryMicros}`),
      clock() {},
      bad: ({ reason }) => events.push(`bad ${reason}`),
      pause() {},
    },
  )
  return {
    events,
    pairs: Array.from({ length: pairs.count }, (_, pair) => named(pair)),
    receptions: files.reduce((sum, { counts }) => sum + (counts.events[0] as number), 0),
  }
}

const json = (value: unknown): string => JSON.stringify(value)
const AT = 1_790_000_000
const reception = (addresses: string, binding = "b1"): string =>
  `${AT}@m1@b1@c1@R@${addresses}@10.0.0.1@201@esmtp@g1@${binding}`
const delivery = (seconds: string, at: number | string = AT): string =>
  `${at}@m1@b1@c1@D@a.test@201@g1@b1@0@${seconds}@10.0.0.1`
const failure = `${AT}@m1@b1@c1@T@a.test@0@g1@b1@5@0@1.5@10.0.0.1@421 busy`
const msys = (event: object): string =>
  json({
    msys: { message_event: { timestamp: AT, routing_domain: "A.test", binding: "b1", ...event } },
  })
const kumo = (record: object): string =>
  json({ recipient: "u@A.test", queue: "a.test", egress_source: "b1", timestamp: AT, ...record })
const plain = (event: object): string => json({ time: AT, domain: "A.Test.", binding: "b1", ...event })
const postfix = (delays: string): string =>
  `Sep 21 14:13:20 mail postfix/b1/smtp[7]: 4A: to=<u@a.test>, relay=mx.a.test[192.0.2.1]:25, delay=9, ${delays}dsn=2.0.0, status=sent (250 ok)`

const RECEPTION = `reception ${AT} b1::a.test -1`
const took = (micros: number): string => `delivery ${AT} b1::a.test ${micros}`

/** A format's lines, and what an audit is told of them. */
const CASES: Readonly<Record<FormatName, readonly [lines: string[], told: string[]]>> = {
  mainlog: [
    [reception("u@A.test@f@s.test"), delivery("0.393"), failure],
    [RECEPTION, took(393_000), `transient ${AT} b1::a.test -1`],
  ],
  bouncelog: [
    [`${AT}@m1@b1@c1@B@u@a.test@f@s.test@g1@b1@21@10@201@10.0.0.1@550 no`],
    [`oob ${AT} b1::a.test -1`],
  ],
  fbllog: [[`${AT}@m1@F@u@a.test@b1@g1@abuse@y.test@x`], [`fbl ${AT} b1::a.test -1`]],
  rejectlog: [[`${AT}: R="10.0.0.1:25" L="x" no`], []],
  "msys-json": [
    [
      msys({ type: "injection" }),
      msys({ type: "delivery", queue_time: "12345" }),
      msys({ type: "delivery" }),
    ],
    [RECEPTION, took(12_345_000), took(-1)],
  ],
  kumomta: [
    [
      kumo({ type: "Reception", created: AT - 2 }),
      kumo({ type: "Delivery", created: AT - 2 }),
      kumo({ type: "Delivery" }),
    ],
    [RECEPTION, took(2_000_000), took(-1)],
  ],
  jsonl: [
    [
      plain({ type: "reception", deliveryTime: 1 }),
      plain({ type: "delivery", deliveryTime: 1.000_001 }),
      plain({ type: "delivery", deliveryTime: 0 }),
      plain({ type: "delivery", deliveryTime: -0.5 }),
      plain({ type: "delivery", deliveryTime: 1e300 }),
      plain({ type: "delivery" }),
      plain({ type: "transient", response: "421 busy", deliveryTime: 1 }),
    ],
    [RECEPTION, took(1_000_001), took(0), took(-1), took(-1), took(-1), `transient ${AT} b1::a.test -1`],
  ],
  powermta: [
    [
      "type,timeLogged,timeQueued,queue",
      `r,${AT},${AT},a.test/b1`,
      `d,${AT},${AT - 3},a.test/b1`,
      `d,${AT},${AT + 3},a.test/b1`,
      `d,${AT},,a.test/b1`,
    ],
    [RECEPTION, took(3_000_000), took(-1), took(-1)],
  ],
  postfix: [
    [postfix("delays=5/1/0.25/0.5, "), postfix("")],
    [took(750_000), took(-1)],
  ],
}

describe.each(Object.entries(CASES))("%s", (format, [lines, told]) => {
  test("with audits: pairs of receptions, times of deliveries", async () => {
    const { events } = await read(lines, { audits: true })
    expect(events).toEqual(told)
  })

  test("without: neither", async () => {
    const { events } = await read(lines)
    const bare = told.map((text) => text.replace(/^(reception \S+) \S+/, "$1 -").replace(/\S+$/, "-1"))
    expect(events).toEqual(bare)
  })

  test("a time is told by those formats that have one", () => {
    const tells = told.some((text) => text.startsWith("delivery") && !text.endsWith(" -1"))
    expect(tells).toBe(FORMATS[format as FormatName].deliveryTime !== null)
  })
})

describe("the recipient's domain in a mainlog's reception", () => {
  test.each([
    ["plain", "u@a.test@f@s.test", "b1::a.test"],
    ["in upper case with a dot", "u@A.Test.@f@s.test", "b1::a.test"],
    ["without a sender", "u@a.test@@", "b1::a.test"],
    ["empty", "u@@f@s.test", "-"],
    ["without any address", "@@@", "-"],
    ["a recipient in quotes", '"x@y.test"@a.test@f@s.test', "b1::a.test"],
    ["a recipient in quotes, several @", '"@x@y.test@"@a.test@f@s.test', "b1::a.test"],
    ["a sender in quotes", 'u@a.test@"x@y.test"@s.test', "b1::a.test"],
    ["a sender in quotes, a domain without dots", 'u@host@"x@y.test"@s.test', "b1::host"],
    ["both in quotes", '"u@x.test"@a.test@"f@y.test"@s.test', "b1::a.test"],
    ["a quote inside quotes", '"u\\"@x"@a.test@f@s.test', "b1::a.test"],
    ["in quotes, and empty", '"u@x.test"@@f@s.test', "-"],
    ["no quotes: what looks like a host name", "x@y@a.test@f@s.test", "b1::a.test"],
    ["no quotes: the sender's local part looks like none", "u@a.test@x@y@s.test", "b1::a.test"],
    ["no quotes, several look like one: the last", "x@y.test@a.test@f@s.test", "b1::a.test"],
    ["no quotes, none looks like one: the last", "x@y@host@f@s.test", "b1::host"],
    ["an address in brackets", "x@y@[192.0.2.1]@f@s.test", "b1::[192.0.2.1]"],
    ["letters of other scripts", "x@y@größe.test@f@s.test", "b1::größe.test"],
    ["more @ than can be told apart", `u@a.test@${"@".repeat(80)}@s.test`, "-"],
  ])("%s", (_title, addresses, pair) => {
    const line = reception(addresses)
    expect(readLines(makeMainlogReader, [line], {}, { audits: true })).toEqual([`reception ${AT} ${pair}`])
    expect(readLines(makeMainlogReader, [line])).toEqual([`reception ${AT} -`])
  })

  test("without a binding it is the default one's", () => {
    const told = readLines(makeMainlogReader, [reception("u@a.test@f@s.test", "")], {}, { audits: true })
    expect(told).toEqual([`reception ${AT} default::a.test`])
  })

  test.each([
    ["mainlog", reception("u@a.test@f@s.test")],
    ["jsonl", plain({ type: "reception" })],
  ])("nobody who does not audit gets to know a pair by its receptions: %s", async (_format, line) => {
    expect((await read([line], { audits: true })).pairs).toEqual(["b1::a.test"])
    expect((await read([line])).pairs).toEqual([])
  })

  test("one without a domain is a reception all the same", async () => {
    const { events, receptions } = await read([reception("u@@f@s.test")], { audits: true })
    expect([events, receptions]).toEqual([[`reception ${AT} - -1`], 1])
  })
})

describe("the time of a mainlog's delivery", () => {
  test.each([
    ["0.393", " took 0.393"],
    ["0", " took 0"],
    ["18", " took 18"],
    ["18.", " took 18"],
    [".5", " took 0.5"],
    ["0.000001", " took 0.000001"],
    ["0.0000014", " took 0.000001"],
    ["0.9999995", " took 1"],
    ["123456789.123456789", " took 123456789.123457"],
    ["1234567890", ""],
    ["", ""],
    [".", ""],
    ["1.2.3", ""],
    ["-1", ""],
    ["1e3", ""],
    ["soon", ""],
    ["0.0000001x", ""],
  ])("%s", (text, took) => {
    const told = (audits: boolean): string[] => readLines(makeMainlogReader, [delivery(text)], {}, { audits })
    expect(told(true)).toEqual([`delivery ${AT} b1::a.test${took}`])
    expect(told(false)).toEqual([`delivery ${AT} b1::a.test`])
  })
})

describe("on the way through the queue", () => {
  const seconds = (...times: [at: number, took: number][]): string[] =>
    times.map(([at, took]) => delivery(String(took), AT + at))
  const told = (...times: [at: number, took: number][]): string[] =>
    times.map(([at, took]) => `delivery ${AT + at} b1::a.test ${took * 1e6}`)

  test("stragglers keep their time", async () => {
    const lines = seconds([10, 1], [20, 2], [15, 3], [5, 4], [20, 5], [19, 6])
    const { events } = await read(lines, { audits: true })
    expect(events).toEqual(told([5, 4], [10, 1], [15, 3], [19, 6], [20, 2], [20, 5]))
  })

  test("what comes behind a long gap keeps its time", async () => {
    const lines = seconds([0, 1], [200_000, 2], [200_001, 3])
    const { events } = await read(lines, { audits: true })
    expect(events).toEqual(told([0, 1], [200_000, 2], [200_001, 3]))
  })
})
