/**
 * The same traffic gives the same bytes: whole, in pieces of any size, compressed,
 * split over files, shuffled within the window, or replayed in two halves with
 * the state carried over.
 */
import { gzipSync } from "node:zlib"
import fc from "fast-check"
import { expect, test } from "vitest"
import { r } from "../engine/explaining.js"
import { rebuilt } from "../store/rebuilding.js"
import { mainlogLine, type ReplayOptions, replay } from "./replaying.js"

const TABLE = `
  ["a.test"] = {
    responses = {
      ${r("^421 busy", "2/20", '{{"throttle", "down"}, {"suspend", "1 minutes"}}')},
      ${r("^450 slow", "1", '{{"reduce_connections", 2}, {"greylisted", "10 minutes"}}')},
      ${r("^5", "3/30", '{"blackhole", "2 minutes"}')},
    },
    configuration = { outbound_throttle_messages = 1000, max_outbound_connections = {2, 20} },
  },
  ["b.test"] = "a.test",
  ["*"] = { responses = { ${r("warm", "1", '{"warmup", "10"}')}, ${r("soft", "1", '{"transcode", "450"}')} },
    sweep_rules = { { name = "swept", codes = "bc:1", low_threshold = 20, low_action = {"reduce_connections", 1},
      high_threshold = 60, high_action = {"suspend", "1 minutes"} } } }`
const SET = [
  "max_outbound_connections=20",
  "adaptive_positive_adjustment_interval=50",
  "adaptive_adjustment_interval=5",
  "suspend_sweep_interval=7",
  "bounce_sweep_interval=30",
  "adaptive_attempt_threshold=5",
]
const OPTIONS: ReplayOptions = { set: SET }

const START = 1_790_000_000_000_000
const what = fc.constantFrom(
  "ok",
  "ok",
  "in",
  "421 busy",
  "450 slow",
  "550 no",
  "421 warm",
  "554 soft",
  "421 other",
)
/** Lines whose times all differ. */
const traffic = fc
  .array(
    fc.record({
      gapMicros: fc.integer({ min: 1, max: 4_000_000 }),
      what,
      domain: fc.constantFrom("a.test", "b.test", "c.test"),
      binding: fc.constantFrom("b1", "b2"),
    }),
    { minLength: 1, maxLength: 300, size: "max" },
  )
  .map((events) => {
    let at = START
    return events.map(({ gapMicros, what: kind, domain, binding }) => {
      at += gapMicros
      return { at, line: mainlogLine(at, kind, domain, binding) }
    })
  })

const text = (events: readonly { line: string }[]): string => events.map(({ line }) => `${line}\n`).join("")
const run = async (
  files: Record<string, string | Uint8Array>,
  options: ReplayOptions = {},
): Promise<string> => (await replay(TABLE, files, { ...OPTIONS, ...options })).lines.join("\n")

test("there is something to compare", async () => {
  const events = fc.sample(traffic, { numRuns: 20, seed: 7 })
  const lines = (await Promise.all(events.map((one) => run({ log: text(one) })))).join("\n")
  const missing = [
    "suspend",
    "blackhole",
    "lift",
    "raise",
    "restart",
    "warmup",
    "reply",
    "adjustment-interval",
    '"level":"low"',
    '"level":"high"',
  ].filter((word) => !lines.includes(word))
  expect(missing).toEqual([])
})

test("two runs, pieces of any size, gzip", async () =>
  await fc.assert(
    fc.asyncProperty(traffic, fc.integer({ min: 1, max: 400 }), async (events, chunkBytes) => {
      const log = text(events)
      const whole = await run({ log })
      expect(await run({ log })).toBe(whole)
      expect(await run({ log }, { chunkBytes })).toBe(whole)
      expect(await run({ "log.gz": gzipSync(log) }, { chunkBytes })).toBe(whole)
    }),
    { numRuns: 25 },
  ))

test("split over files at any lines, in any order of the files", async () =>
  await fc.assert(
    fc.asyncProperty(
      traffic,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
      fc.boolean(),
      async (events, cuts, turned) => {
        const places = [0, ...cuts.map((cut) => Math.floor(cut * events.length)), events.length].sort(
          (a, b) => a - b,
        )
        const parts = places
          .slice(1)
          .map((end, i) => [`log${i}`, text(events.slice(places[i], end))] as const)
        const files = Object.fromEntries(turned ? [...parts].reverse() : parts)
        expect(await run(files)).toBe(await run({ log: text(events) }))
      },
    ),
    { numRuns: 25 },
  ))

test("dealt out to files line by line", async () =>
  await fc.assert(
    fc.asyncProperty(traffic, fc.array(fc.nat({ max: 2 }), { minLength: 1 }), async (events, deal) => {
      const files: Record<string, string> = { log0: "", log1: "", log2: "" }
      events.forEach(({ line }, i) => {
        files[`log${deal[i % deal.length]}`] += `${line}\n`
      })
      expect(await run(files, { chunkBytes: 300 })).toBe(await run({ log: text(events) }))
    }),
    { numRuns: 25 },
  ))

test("shuffled within the window", async () =>
  await fc.assert(
    fc.asyncProperty(
      traffic,
      fc.array(fc.nat({ max: 30_000_000 }), { minLength: 1 }),
      fc.integer({ min: 50, max: 5000 }),
      async (events, delays, chunkBytes) => {
        // Written up to half the window late: no line comes more than the window behind another.
        const written = events
          .map((event, i) => ({ ...event, writtenAt: event.at + (delays[i % delays.length] as number) }))
          .sort((a, b) => a.writtenAt - b.writtenAt)
        expect(await run({ log: text(written) }, { chunkBytes })).toBe(await run({ log: text(events) }))
      },
    ),
    { numRuns: 25 },
  ))

test("in two runs, the state carried over", async () =>
  await fc.assert(
    fc.asyncProperty(traffic, fc.double({ min: 0, max: 1, noNaN: true }), async (events, cut) => {
      const at = Math.floor(cut * events.length)
      const decisions = (lines: string[]): string[] =>
        lines.slice(0, -1).map((line) => line.replace(/"line":\d+,"response"/, '"response"'))
      const whole = await replay(TABLE, { log: text(events) }, OPTIONS)
      const first = await replay(TABLE, { log: text(events.slice(0, at)) }, OPTIONS)
      const store = rebuilt(first.store)
      const second = await replay(TABLE, { log: text(events.slice(at)) }, { ...OPTIONS, store })
      expect([...decisions(first.lines), ...decisions(second.lines)]).toEqual(decisions(whole.lines))
      expect(second.summary.parameters).toEqual(whole.summary.parameters)
    }),
    { numRuns: 25 },
  ))

test("late lines are refused alike, however much is read at a time", async () => {
  const events = [0, 100, 200, 130, 139, 141, 300, 239].map((sec) =>
    mainlogLine(START + sec * 1e6, "450 slow"),
  )
  const log = `${events.join("\n")}\n`
  const results = await Promise.all(
    [10, 100, 1000, 1 << 20].map((chunkBytes) => replay(TABLE, { log }, { ...OPTIONS, chunkBytes })),
  )
  for (const { bad, lines } of results) {
    expect(bad.map(({ line }) => line)).toEqual([4, 5, 8])
    expect(lines).toEqual(results[0]?.lines)
  }
})
