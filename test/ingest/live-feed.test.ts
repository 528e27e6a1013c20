/** Traffic as it happens: the same events as of the finished log, each at once. */
import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import { Decompress } from "fzstd"
import { describe, expect, test } from "vitest"
import type { FormatName } from "../../src/ingest/detect.js"
import { LiveFeed, type LiveOptions } from "../../src/ingest/live-feed.js"
import { readTraffic, type TrafficEvent } from "../../src/ingest/traffic.js"
import { PairTable } from "../../src/model/pair-table.js"

const NOW_SEC = 1_790_000_000

function inWords(
  { atMicros, type, pair, response, mx, phase, bounceClass }: TrafficEvent,
  pairs: PairTable,
): string {
  const { binding, domain } = pair < 0 ? { binding: "-", domain: "-" } : pairs.name(pair)
  return [atMicros / 1e6 - NOW_SEC, type, `${binding}::${domain}`, mx, phase, bounceClass, response]
    .map((part) => part ?? "-")
    .join(" ")
}

/** Feeds texts; what comes of each stands in a list of its own. */
function live(texts: readonly (string | null)[], options: Partial<LiveOptions> = {}) {
  const pairs = new PairTable()
  let told: string[] = []
  const feed = new LiveFeed(
    { name: "log", format: null, nowMicros: () => (NOW_SEC + 1000) * 1e6, pairs, ...options },
    {
      event: (event) => told.push(inWords(event, pairs)),
      clock: (atMicros) => told.push(`clock ${atMicros / 1e6 - NOW_SEC}`),
      bad: ({ line, reason }) => told.push(`bad ${line}: ${reason}`),
    },
  )
  const lists = texts.map((text) => {
    told = []
    if (text === null) feed.rotated()
    else feed.feed(Buffer.from(text))
    return told
  })
  return { lists, feed }
}

const event = (sec: number, more: object = {}): string =>
  `${JSON.stringify({ time: NOW_SEC + sec, type: "delivery", binding: "b1", domain: "a.test", ...more })}\n`
const delivery = (sec: number): string => `${sec} delivery b1::a.test - - - `

describe("what comes of each piece", () => {
  // what | pieces (null: the log is rotated) | what is told at each
  test.each<[string, (string | null)[], string[][]]>([
    [
      "an event is told when its line ends",
      [event(1).slice(0, 20), event(1).slice(20), event(2)],
      [[], [delivery(1)], [delivery(2)]],
    ],
    [
      "names with a NUL, which would be those of another pair; others are what a server said",
      [event(1, { binding: "b\0c" }) + event(2, { domain: "c\0a.test" }) + event(3, { domain: "..a b" })],
      [
        [
          "bad 1: the name of the binding or of the domain holds a NUL",
          "bad 2: the name of the binding or of the domain holds a NUL",
          "3 delivery b1::..a b - - - ",
        ],
      ],
    ],
    [
      "a little late: as of the latest one",
      [event(9) + event(5) + event(10)],
      [[delivery(9), delivery(9), delivery(10)]],
    ],
    [
      "too late",
      [event(900) + event(1) + event(901)],
      [
        [
          "bad 2: its time lies 899 s before that of lines above it, and only 300 s are let pass",
          delivery(900),
          delivery(901),
        ],
      ],
    ],
    ["after days without mail, at once", [event(-400_000), event(5)], [[delivery(-400_000)], [delivery(5)]]],
    [
      "ahead of now: a little is a matter of clocks, more is wrong",
      [event(1050) + event(80_060) + event(1051)],
      [
        [
          "bad 2: its time lies 79000 s further in the future than clocks may differ: the clock of whoever wrote it is wrong, or ours",
          delivery(1050),
          delivery(1051),
        ],
      ],
    ],
    [
      "a rotated log: the line that was open ends",
      [event(1).trimEnd(), null, event(2)],
      [[], [delivery(1)], [delivery(2)]],
    ],
    [
      "no traffic at all",
      ["hello\n".repeat(20_000)],
      [Array.from({ length: 20_000 }, () => expect.stringMatching(/^bad \d+: /))],
    ],
  ])("%s", (_, pieces, expected) => {
    expect(live(pieces).lists).toEqual(expected)
  })

  test("bytes of a line that is open are not used up", () => {
    const { feed } = live([event(1)])
    expect(feed.openBytes).toBe(0)
    expect(live([event(1).slice(0, 7)]).feed.openBytes).toBe(7)
  })
})

test("told as of now: what lies too far behind it is wrong, and takes nothing with it", () => {
  const { lists, feed } = live(
    [event(-1_000_000_000) + event(399) + event(400) + event(100) + event(990), event(401)],
    { behindSec: 600 },
  )
  const past = (sec: number): string =>
    `its time lies ${sec} s further in the past than what is told now may lie: it was kept too long, or a clock or its zone is wrong`
  expect(lists).toEqual([
    [
      `bad 1: ${past(1_000_000_400)}`,
      `bad 2: ${past(1)}`,
      `bad 4: ${past(300)}`,
      delivery(400),
      delivery(990),
    ],
    ["bad 6: its time lies 589 s before that of lines above it, and only 300 s are let pass"],
  ])
  expect(feed.counts).toMatchObject({ bad: 4 })
  expect(feed.counts?.events.reduce((sum, count) => sum + count, 0)).toBe(2)
})

test.each([
  [false, ["0 permanent b1::a.test - rcptto 10 550 no such user"], 1],
  [true, [], 0],
])(
  "a bouncelog's copies: passed over where a mainlog tells of them too (%s)",
  (skipsCopies, told, counted) => {
    const line = `${NOW_SEC}@m1@b1@c1@B@u@a.test@f@s.test@g1@b1@5@10@201@10.0.0.1@550 no such user\n`
    const { lists, feed } = live([line], { skipsCopies })
    expect(lists).toEqual([told])
    expect(feed.counts?.events.reduce((sum, count) => sum + count, 0)).toBe(counted)
  },
)

describe("recorded traffic", () => {
  const unpacked = (name: string): Buffer => {
    const bytes = readFileSync(new URL(`../testdata/traffic/${name}`, import.meta.url))
    if (name.endsWith(".gz")) return gunzipSync(bytes)
    const pieces: Uint8Array[] = []
    const zstd = new Decompress((piece) => void pieces.push(piece))
    zstd.push(bytes, true)
    return Buffer.concat(pieces)
  }

  test.each<[string, FormatName]>([
    ["postfix.log.gz", "postfix"],
    ["mainlog.gz", "mainlog"],
    ["kumomta.zst", "kumomta"],
    ["powermta.csv.gz", "powermta"],
  ])("%s in pieces of any size: the same events as of the whole log", async (name, format) => {
    const path = new URL(`../testdata/traffic/${name}`, import.meta.url).pathname
    const options = { format, year: 2026, reorderSec: 60 }
    const recorded: string[] = []
    const ofRecorded = new PairTable()
    // What is late counts as of the latest one: times are compared apart.
    const timeless = (words: string): string => words.replace(/^\S+ /, "")
    const [report] = await readTraffic(
      { ...options, files: [path], pairs: ofRecorded },
      {
        event: (event) => recorded.push(timeless(inWords(event, ofRecorded))),
        clock() {},
        bad() {},
        pause() {},
      },
    )
    const bytes = unpacked(name)
    for (const size of [bytes.length, 65_536, 997]) {
      const told: string[] = []
      const pairs = new PairTable()
      let latest = 0
      const feed = new LiveFeed(
        { ...options, name, format: null, pairs, nowMicros: () => 4e15 },
        {
          event: (event) => {
            expect(event.atMicros).toBeGreaterThanOrEqual(latest)
            latest = event.atMicros
            told.push(timeless(inWords(event, pairs)))
          },
          clock() {},
          bad() {},
        },
      )
      for (let from = 0; from < bytes.length; from += size) feed.feed(bytes.subarray(from, from + size))
      feed.end()
      expect(told.toSorted()).toEqual(recorded.toSorted())
      expect(feed.counts).toEqual(report?.counts)
    }
  })
})

describe("what tells its format late, or without a line end", () => {
  const kumo = (sec: number): object => ({
    type: "Delivery",
    event_time: new Date((NOW_SEC + sec) * 1000).toISOString(),
    timestamp: NOW_SEC + sec,
    queue: "a.test",
    egress_source: "b1",
    recipient: "x@a.test",
    response: { code: 250, content: "ok" },
  })
  const msys = (sec: number): object => ({
    msys: {
      message_event: { type: "delivery", timestamp: NOW_SEC + sec, rcpt_to: "x@a.test", binding: "b1" },
    },
  })
  const plain = (sec: number): object => ({ ...JSON.parse(event(sec)) })
  const MAKERS = { kumomta: kumo, "msys-json": msys, jsonl: plain } as const
  const SHAPES: readonly [string, (records: readonly object[]) => string][] = [
    ["one a line", (records) => records.map((record) => JSON.stringify(record)).join("\n")],
    ["an array on a line", (records) => JSON.stringify(records)],
    ["an array over lines", (records) => JSON.stringify(records, null, 2)],
  ]
  for (const [format, make] of Object.entries(MAKERS))
    for (const [shape, write] of SHAPES)
      test.each([1, 3, 1500])(`${format}, ${shape}, %s of them`, (count) => {
        const text = write(Array.from({ length: count }, (_, i) => make(i % 900)))
        for (const end of ["", "\n"]) {
          const told: string[] = []
          const feed = new LiveFeed(
            { name: "log", format: null, nowMicros: () => (NOW_SEC + 1000) * 1e6, lateSec: 1000 },
            {
              event: ({ type }) => told.push(type),
              clock: () => told.push("clock"),
              bad: ({ reason }) => told.push(reason),
            },
          )
          for (let at = 0; at < text.length; at += 2048) {
            feed.feed(Buffer.from(text.slice(at, at + 2048) + (at + 2048 >= text.length ? end : "")))
            while (feed.more());
          }
          feed.end()
          expect([feed.format, new Set(told), told.length]).toEqual([format, new Set(["delivery"]), count])
        }
      })

  test("much that is nothing stands before it", () => {
    const { lists, feed } = live(["hello world\n".repeat(10_000), event(1), event(2)])
    expect(feed.format).toBe("jsonl")
    expect(lists[1]?.at(-1)).toBe(delivery(1))
    expect(lists[2]).toEqual([delivery(2)])
    const bad = lists.flat().filter((told) => told.startsWith("bad"))
    expect([bad.length, bad[0], bad.at(-1)?.split(":")[0]]).toEqual([
      10_000,
      "bad 1: neither this line nor any before it has the shape of a known format",
      "bad 10000",
    ])
  })

  test("one line of megabytes that is nothing stands before it", () => {
    const piece = "x".repeat(50_000)
    const { lists, feed } = live([...Array.from({ length: 50 }, () => piece), `\n${event(1)}`])
    expect(feed.openBytes).toBe(0)
    expect(lists.flat()).toEqual([
      "bad 1: the line is 2500000 bytes long, more than any line of this format",
      delivery(1),
    ])
  })
})
