/**
 * Groups of bindings, kinds of feedback reports and bounce classes on their way from the lines to whoever
 * listens. Sources: traffic-formats.md sections 2, 3, 4 and 9; foreign-traffic-formats.md sections 1 and 2.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import { afterAll, describe, expect, test } from "vitest"
import { BatchReader, BatchWriter } from "../../src/ingest/batch.js"
import type { FormatName } from "../../src/ingest/detect.js"
import { readTraffic, type TrafficConsumer, type TrafficOptions } from "../../src/ingest/traffic.js"
import { PairTable } from "../../src/model/pair-table.js"

const dir = mkdtempSync(join(tmpdir(), "adaptive-groups-"))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Writes down events as `TYPE PAIR GROUP`, then class, kind and reply as far as there are such. */
class Listener implements TrafficConsumer {
  readonly told: string[] = []
  readonly #pairs: PairTable

  constructor(pairs: PairTable) {
    this.#pairs = pairs
  }

  event({ type, pair, bounceClass, fblType, response }: Parameters<TrafficConsumer["event"]>[0]): void {
    const pairs = this.#pairs
    const { binding, domain } = pair < 0 ? { binding: "", domain: "" } : pairs.name(pair)
    const group = pair < 0 ? "" : ` ${pairs.groupOf(pairs.bindingOf(pair))}`
    const details = [
      bounceClass === null ? "" : ` class ${bounceClass}`,
      fblType === null ? "" : ` ${fblType}`,
      response === "" ? "" : ` | ${response}`,
    ]
    this.told.push(`${type} ${binding}::${domain}${group}${details.join("")}`)
  }
  clock(): void {}
  bad(): void {}
  pause(): void {}
}

type Files = Readonly<Record<string, readonly string[]>>

/** What is told of files in this thread, and what through batches with a table that knows as much. */
async function read(
  files: Files,
  { known = () => {}, ...options }: Partial<TrafficOptions> & { known?: (pairs: PairTable) => void } = {},
): Promise<string[]> {
  const paths = Object.entries(files).map(([name, lines]) => {
    writeFileSync(join(dir, name), lines.map((line) => `${line}\n`).join(""))
    return join(dir, name)
  })
  const common = { files: paths, format: null, reorderSec: 60, year: 2026, ...options }
  const [here, worker, there] = [new PairTable(), new PairTable(), new PairTable()]
  known(here)
  known(there)
  const one = new Listener(here)
  await readTraffic({ ...common, pairs: here }, one)

  const other = new Listener(there)
  const reader = new BatchReader(there, other)
  const writer = new BatchWriter(
    worker,
    { audits: common.audits === true, countsReceptions: false },
    (batch) => reader.take(structuredClone(batch)),
  )
  await readTraffic(
    { ...common, pairs: worker },
    {
      event: (event) => writer.event(event),
      clock: (atMicros) => writer.clock(atMicros),
      bad() {},
      pause() {},
    },
  )
  writer.flush()
  expect(other.told).toEqual(one.told)
  return one.told
}

const AT = 1_790_000_000
const delivery = (group: string, at = AT, binding = "b1"): string =>
  `${at}@m1@b1@c1@D@a.test@201@${group}@${binding}@0@0.5@10.0.0.1`
const failure = (group: string, at = AT, text = "421 busy", type = "T"): string =>
  `${at}@m1@b1@c1@${type}@a.test@0@${group}@b1@5@0@1.5@10.0.0.1@${text}`
const reception = (group: string, at = AT): string =>
  `${at}@m1@b1@c1@R@u@a.test@f@s.test@10.0.0.1@201@esmtp@${group}@b1`
const bounce = (group: string, stage: number, type = "B", at = AT): string =>
  `${at}@m1@b1@c1@${type}@u@a.test@f@s.test@${group}@b1@${stage}@10@201@10.0.0.1@550 no`
const report = (group: string, kind: string, at = AT): string =>
  `${at}@m1@F@u@a.test@b1@${group}@${kind}@y.test@x`
const json = (value: unknown): string => JSON.stringify(value)
const plain = (event: object): string => json({ time: AT, domain: "a.test", binding: "b1", ...event })
const msys = (event: object): string =>
  json({ msys: { message_event: { timestamp: AT, rcpt_to: "u@a.test", ...event } } })
const kumo = (record: object): string =>
  json({ type: "Delivery", recipient: "u@a.test", egress_source: "b1", timestamp: AT, ...record })

/** A format's lines, and what is told of them. */
const CASES: Readonly<Record<Exclude<FormatName, "rejectlog">, readonly [lines: string[], told: string[]]>> =
  {
    mainlog: [
      [delivery("g1"), failure("g1"), failure("g1", AT, "550 no", "P")],
      ["delivery b1::a.test g1", "transient b1::a.test g1 | 421 busy", "permanent b1::a.test g1 | 550 no"],
    ],
    bouncelog: [
      [bounce("g1", 21), bounce("g1", 5), bounce("g1", 5, "T")],
      [
        "oob b1::a.test g1 class 10 | 550 no",
        "permanent b1::a.test g1 class 10 | 550 no",
        "transient b1::a.test g1 class 10 | 550 no",
      ],
    ],
    fbllog: [
      [report("g1", "Abuse"), report("g1", "")],
      ["fbl b1::a.test g1 abuse", "fbl b1::a.test g1"],
    ],
    "msys-json": [
      [
        msys({ type: "spam_complaint", fbtype: "Abuse", binding: "b1", binding_group: "g1" }),
        msys({ type: "out_of_band", raw_reason: "550 no", bounce_class: "10", binding: "b1" }),
        msys({ type: "delivery", sending_ip: "192.0.2.9", ip_pool: "pool" }),
        msys({ type: "bounce", raw_reason: "550 no", bounce_class: 30, sending_ip: "192.0.2.9" }),
        msys({ type: "delivery" }),
      ],
      [
        "fbl b1::a.test g1 abuse",
        "oob b1::a.test g1 class 10 | 550 no",
        "delivery 192.0.2.9::a.test pool",
        "permanent 192.0.2.9::a.test pool class 30 | 550 no",
        "delivery default::a.test default",
      ],
    ],
    kumomta: [
      [
        kumo({ egress_pool: "g1" }),
        kumo({
          type: "OOB",
          response: { code: 550, content: "no" },
          bounce_classification: "InvalidRecipient",
        }),
        kumo({ type: "Feedback", egress_source: null, feedback_report: { feedback_type: "abuse" } }),
      ],
      [
        "delivery b1::a.test g1",
        "oob b1::a.test g1 class InvalidRecipient | 550 no",
        "fbl default::a.test default abuse",
      ],
    ],
    jsonl: [
      [
        plain({ type: "delivery", binding_group: "g1" }),
        plain({ type: "fbl", fblType: "Abuse" }),
        plain({ type: "oob", response: "550 no", bounceClass: "10" }),
        plain({ type: "permanent", response: "550 no", bounceClass: 10 }),
      ],
      [
        "delivery b1::a.test g1",
        "fbl b1::a.test g1 abuse",
        "oob b1::a.test g1 class 10 | 550 no",
        "permanent b1::a.test g1 class 10 | 550 no",
      ],
    ],
    powermta: [
      [
        "type,timeLogged,queue,vmtaPool,bounceCat,feedbackType,dsnDiag",
        `d,${AT},a.test/b1,g1,,,`,
        `b,${AT},a.test/b1,g1,bad-mailbox,,smtp;550 no`,
        `rb,${AT},a.test/b1,,bad-mailbox,,smtp;550 no`,
        `f,${AT},a.test/b1,,,Abuse,`,
      ],
      [
        "delivery b1::a.test g1",
        "permanent b1::a.test g1 class bad-mailbox | 550 no",
        "oob b1::a.test g1 class bad-mailbox | 550 no",
        "fbl b1::a.test g1 abuse",
      ],
    ],
    postfix: [
      [
        "Sep 21 14:13:20 mail postfix/b1/smtp[7]: 4A: to=<u@a.test>, relay=mx.a.test[192.0.2.1]:25, delay=9, dsn=2.0.0, status=sent (250 ok)",
      ],
      ["delivery b1::a.test default"],
    ],
  }

test.each(Object.entries(CASES))("%s", async (_format, [lines, told]) => {
  expect(await read({ log: lines })).toEqual(told)
})

describe("the first event that names a group decides", () => {
  const groups = async (files: Files, options: Parameters<typeof read>[1] = {}): Promise<string[]> =>
    (await read(files, options)).map((text) => text.replace(/^(\S+) \S*::\S*( \S+)?.*/, "$1$2"))

  test.each<[string, Files, string[]]>([
    [
      "and later ones change nothing",
      { log: [delivery("g1"), delivery("g2")] },
      ["delivery g1", "delivery g1"],
    ],
    [
      "the default group too",
      { log: [delivery("default"), delivery("g2")] },
      ["delivery default", "delivery default"],
    ],
    ["not one without", { log: [delivery(""), failure("g1")] }, ["delivery default", "transient g1"]],
    [
      "in the order of times, not of lines",
      { log: [delivery("g2", AT + 5), delivery("g1", AT)] },
      ["delivery g1", "delivery g1"],
    ],
    [
      "of all files",
      { a: [delivery("g2", AT + 1)], b: [failure("g1")], c: [report("g3", "abuse", AT + 2)] },
      ["transient g1", "delivery g1", "fbl g1"],
    ],
    [
      "not a line that comes too late",
      { log: [delivery("", AT + 100), delivery("g2", AT), delivery("g1", AT + 101)] },
      ["delivery default", "delivery g1"],
    ],
    [
      "not a bouncelog's copy, where a mainlog tells of that time",
      { a: [failure("", AT), failure("g1", AT + 5)], b: [bounce("g2", 5, "T", AT + 1)] },
      ["transient default", "transient g1"],
    ],
    [
      "not a reception that nobody asks for",
      { log: [reception("g2"), delivery("g1")] },
      ["reception", "delivery g1"],
    ],
    [
      "for its own binding only",
      { log: [delivery("g1", AT, "b1"), delivery("", AT, "b2"), delivery("g2", AT, "b2")] },
      ["delivery g1", "delivery default", "delivery g2"],
    ],
  ])("%s", async (_title, files, told) => {
    expect(await groups(files)).toEqual(told)
  })

  test("a reception, where audits ask for its pair", async () => {
    const told = await groups({ log: [reception("g1"), delivery("g2")] }, { audits: true })
    expect(told).toEqual(["reception g1", "delivery g1"])
  })

  test("records of JSON that name none leave it to those that do", async () => {
    const lines = [plain({ type: "delivery" }), plain({ type: "delivery", binding_group: "g1" })]
    expect(await groups({ log: lines })).toEqual(["delivery default", "delivery g1"])
  })

  test("unless it is known from before", async () => {
    const known = (pairs: PairTable): void => {
      pairs.noteGroup(pairs.bindingOf(pairs.of("b1", "a.test")), "known")
    }
    expect(await groups({ log: [delivery("g1")] }, { known })).toEqual(["delivery known"])
    const unnamed = (pairs: PairTable): void => void pairs.of("b1", "a.test")
    expect(await groups({ log: [delivery("g1")] }, { known: unnamed })).toEqual(["delivery g1"])
  })

  test("however much is read at a time", async () => {
    const line = fc.record({
      file: fc.constantFrom("a", "b"),
      at: fc.nat({ max: 40 }),
      binding: fc.constantFrom("b1", "b2"),
      group: fc.constantFrom("", "g1", "g2"),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 12 }),
        fc.integer({ min: 40, max: 400 }),
        async (lines, chunkBytes) => {
          const files: Record<string, string[]> = { a: [], b: [] }
          for (const { file, at, binding, group } of lines)
            files[file]?.push(delivery(group, AT + at, binding))
          expect(await groups(files, { chunkBytes, format: "mainlog" })).toEqual(
            await groups(files, { format: "mainlog" }),
          )
        },
      ),
      { numRuns: 60 },
    )
  })
})

test("a failure of a mainlog has the class of its copy in the bouncelog", async () => {
  const told = await read({
    a: [failure("g1", AT, "550 no", "P"), failure("g1", AT + 1, "421 busy")],
    b: [bounce("g1", 5), bounce("g1", 5, "T", AT + 1), bounce("g1", 21, "B", AT + 2)],
  })
  expect(told).toEqual([
    "permanent b1::a.test g1 class 10 | 550 no",
    "transient b1::a.test g1 class 10 | 421 busy",
    "oob b1::a.test g1 class 10 | 550 no",
  ])
})
