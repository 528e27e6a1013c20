/** What the last hour would have been under other rules. */
import { expect, test } from "vitest"
import { globalOptions } from "../../src/config/global-options.js"
import { EntryReader, type JournalEvent } from "../../src/daemon/entries.js"
import { RecentEvents } from "../../src/daemon/recent.js"
import { compare, perform, rehearsalText } from "../../src/daemon/rehearsal.js"
import { NOT_TOLD, TYPE_NUMBER } from "../../src/model/event.js"
import { PairTable } from "../../src/model/pair-table.js"
import { custom, load } from "../rules/loading.js"

const START = 1_790_000_000e6

function rulesOf(duration: string, trigger = "1") {
  const { rules } = load({
    "custom.lua": custom(
      `{ ["a.test"] = { responses = { { code = "^421", trigger = "${trigger}", action = {"suspend", "${duration}"} } } } }`,
      "replace",
    ),
  })
  return { rules, ask: () => ({ ok: false, reason: "there is none", isNil: false }) as const }
}

function event(pairs: PairTable, sec: number, type: "delivery" | "transient"): JournalEvent {
  return {
    atMicros: START + sec * 1e6,
    type,
    typeNumber: TYPE_NUMBER[type],
    pair: pairs.of("b1", "a.test"),
    mx: null,
    phase: null,
    response: type === "delivery" ? "250 ok" : "421 busy",
    local: false,
    bounceClass: null,
    fblType: null,
    group: null,
    deliveryMicros: NOT_TOLD,
  }
}

/** One a second for ten minutes; the first is put off. */
function tenMinutes(): readonly Uint8Array[] {
  const pairs = new PairTable()
  const recent = new RecentEvents(pairs, () => 0)
  for (let sec = 0; sec < 600; sec++) recent.add(event(pairs, sec, sec === 0 ? "transient" : "delivery"))
  return recent.blocks()
}

test("longer suspensions hold more: by how much is told", () => {
  const blocks = tenMinutes()
  const conf = globalOptions(["suspend_sweep_interval=1"])
  const before = perform(blocks, rulesOf("1 minutes"), conf)
  const after = perform(blocks, rulesOf("5 minutes"), conf)
  expect([before.events, before.attempts, before.held, after.held]).toEqual([600, 600, 59, 299])
  const rehearsal = compare(before, after)
  expect(rehearsal).toMatchObject({ heldBefore: 59 / 6, heldAfter: 299 / 6 })
  expect(rehearsalText(rehearsal)).toBe(
    "the last 600 events: nothing would have differed (9.8 % of attempts held before, 49.8 % now)",
  )
})

test("a rule that fires no more", () => {
  const blocks = tenMinutes()
  const conf = globalOptions([])
  const text = rehearsalText(
    compare(perform(blocks, rulesOf("1 minutes"), conf), perform(blocks, rulesOf("1 minutes", "2/60"), conf)),
  )
  expect(text).toMatch(
    /^the last 600 events: .*suspend \(custom\.lua:\d+\) 1 -> 0.* \(\d+\.\d % of attempts held before, 0\.0 % now\)$/,
  )
})

test("blocks stand in memory that threads share, and are handed over as they are", () => {
  const pairs = new PairTable()
  const recent = new RecentEvents(pairs, () => 0)
  recent.add(event(pairs, 0, "transient"))
  const [first] = recent.blocks()
  expect(first?.buffer).toBeInstanceOf(SharedArrayBuffer)
  recent.add(event(pairs, 1, "delivery"))
  const again = recent.blocks()
  expect(again).toHaveLength(2)
  expect(again[0]).toBe(first)
})

/** When the events in blocks were, from the start. */
function secondsOf(blocks: readonly Uint8Array[]): number[] {
  const times: number[] = []
  for (const block of blocks)
    new EntryReader(new PairTable()).read(Buffer.from(block), {
      event: ({ atMicros }) => times.push((atMicros - START) / 1e6),
      clock() {},
      note() {},
    })
  return times
}

test("the last hour of a quiet host is an hour, and what is over is not in it", () => {
  const pairs = new PairTable()
  let nowMicros = 0
  const recent = new RecentEvents(pairs, () => nowMicros)
  const last = 2 * 86_400
  for (let sec = 0; sec <= last; sec += 60) recent.add(event(pairs, sec, "delivery"))
  const times = secondsOf(recent.blocks())
  expect(times.at(-1)).toBe(last)
  expect(last - (times[0] as number)).toBeGreaterThanOrEqual(3600)
  // And no more than a block of some minutes beyond it.
  expect(last - (times[0] as number)).toBeLessThan(3600 + 300)
  expect(times).toEqual(times.map((_, i) => (times[0] as number) + i * 60))
  // Without events time goes on: half of the hour is over.
  nowMicros = START + (last + 1800) * 1e6
  const left = secondsOf(recent.blocks())
  expect(left.at(-1)).toBe(last)
  expect(last - (left[0] as number)).toBeLessThan(1800 + 300)
  nowMicros = START + (last + 3700) * 1e6
  expect(recent.blocks()).toEqual([])
})

test("the last hour, in blocks that each stand by themselves, within bounds", () => {
  const pairs = new PairTable()
  const recent = new RecentEvents(pairs, () => 0)
  const long = "x".repeat(2000)
  const each = 20
  for (let i = 0; i < 6000; i++) recent.add({ ...event(pairs, i * each, "transient"), response: long })
  const times = secondsOf(recent.blocks())
  expect(times.at(-1)).toBe(5999 * each)
  // No more than the hour, and the block in which it begins.
  expect((times.at(-1) as number) - (times[0] as number)).toBeGreaterThanOrEqual(3600)
  expect(times.length).toBeLessThan(3600 / each + 600)
  expect(times).toEqual(times.map((_, i) => (times[0] as number) + i * each))
})
