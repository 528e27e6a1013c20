/** What a replay tells and adds up. Source: cli.md, `adaptive dry-run`. */
import { describe, expect, test, vi } from "vitest"
import { Engine } from "../../src/engine/engine.js"
import { Store } from "../../src/store/store.js"
import { r } from "../engine/explaining.js"
import { mainlogLine, replay } from "./replaying.js"

const START = 1_790_000_000
const log = (...events: readonly (readonly [number, string, string?, string?])[]): string =>
  events
    .map(([sec, what, domain, binding]) => `${mainlogLine((START + sec) * 1e6, what, domain, binding)}\n`)
    .join("")

const BUSY = `["a.test"] = { responses = { ${r("^421 busy", "1/60", '{"suspend", "10 minutes"}')}, ${r("never", "1", '{"suspend", "1 hours"}')} } }`

const EVENTS = log(
  [0, "in"],
  [1, "ok"],
  [2, "421 busy"],
  [3, "421 busy 2"],
  [4, "ok"],
  [5, "421 busy"],
  [6, "550 no such user <u1@a.test>"],
  [7, "550 no such user <u2@b.test>", "b.test"],
  [700, "ok"],
)

test("decisions, matches and the summary, to the letter", async () => {
  const { lines } = await replay(BUSY, { log: EVENTS })
  const rule = {
    id: expect.any(String),
    file: "custom.lua",
    line: 2,
    domain: "a.test",
    index: 1,
    code: "^421 busy",
  }
  const other = { ...rule, index: 2, code: "never" }
  const nothing = { option: null, from: null, to: null }
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      kind: "match",
      at: START + 2,
      binding: "b1",
      domain: "a.test",
      source: "response",
      rule,
      line: 3,
      response: "421 busy",
      trigger: "1/60",
      count: 1,
      effects: [],
    },
    {
      kind: "decision",
      at: START + 3,
      binding: "b1",
      domain: "a.test",
      source: "response",
      rule,
      line: 4,
      response: "421 busy 2",
      trigger: "1/60",
      count: 2,
      effects: [
        {
          action: "suspend",
          args: ["10 minutes"],
          outcome: "applied",
          reason: null,
          ...nothing,
          until: START + 603,
        },
      ],
      alerts: ["suspension"],
    },
    {
      kind: "decision",
      at: START + 660,
      binding: "b1",
      domain: "a.test",
      source: "lift",
      rule: null,
      line: null,
      response: null,
      trigger: null,
      count: null,
      effects: [
        {
          action: "lift",
          args: ["suspension"],
          outcome: "applied",
          reason: null,
          ...nothing,
          until: START + 603,
        },
      ],
    },
    {
      kind: "summary",
      lines: { read: 9, bad: 0, skipped: {} },
      events: { reception: 1, delivery: 3, transient: 3, permanent: 2, oob: 0, fbl: 0 },
      local: 0,
      span: { from: START, to: START + 700 },
      rules: [
        { rule, matched: 2, fired: 1, applied: 1, ignored: {}, firstFired: START + 3, lastFired: START + 3 },
        { rule: other, matched: 0, fired: 0, applied: 0, ignored: {}, firstFired: null, lastFired: null },
      ],
      suspensions: [
        {
          binding: "b1",
          domain: "a.test",
          from: START + 3,
          until: START + 603,
          lifted: START + 660,
          by: rule,
          held: { delivery: 1, transient: 1, permanent: 1 },
        },
      ],
      blackholes: [],
      leftOff: 0,
      held: { delivery: 1, transient: 1, permanent: 1 },
      parameters: [],
      unmatched: { failures: 1, top: [{ text: "550 no such user <ADDRESS>", count: 1, domains: 1 }] },
    },
  ])
})

test("observe counts everything as recorded", async () => {
  const { summary, lines } = await replay(BUSY, { log: EVENTS }, { mode: "observe" })
  expect(summary.held).toEqual({ delivery: 0, transient: 0, permanent: 0 })
  expect(summary.unmatched.failures).toBe(2)
  expect(lines.slice(0, -1).filter((line) => line.includes("already-suspended"))).toHaveLength(1)
})

test("a range of time: what lies outside is neither counted nor judged", async () => {
  const { summary } = await replay(BUSY, { log: EVENTS }, { fromSec: START + 3, toSec: START + 7 })
  expect(summary.lines).toEqual({ read: 9, bad: 0, skipped: { "out-of-range": 5 } })
  expect(summary.events).toMatchObject({ delivery: 1, transient: 2, permanent: 1 })
  expect(summary.span).toEqual({ from: START + 3, to: START + 6 })
  expect(summary.suspensions).toMatchObject([{ from: START + 5, lifted: null }])
})

test("with sources, the file and its line are named", async () => {
  const files = { one: log([0, "421 busy"]), two: log([-5, "in"], [1, "421 busy"]) }
  const { lines } = await replay(BUSY, files, { sources: true })
  expect(JSON.parse(lines[1] as string)).toMatchObject({
    line: 3,
    file: expect.stringMatching(/two$/),
    fileLine: 2,
  })
})

test("a hold that lasts longer than the traffic is not lifted", async () => {
  const { summary } = await replay(BUSY, {
    log: log([0, "421 busy"], [1, "421 busy"], [100, "ok", "b.test"]),
  })
  expect(summary.suspensions).toMatchObject([{ from: START + 1, lifted: null }])
})

test("heartbeats let time pass", async () => {
  const text = `${log([0, "421 busy"], [1, "421 busy"])}${START + 2000}@@@@M\n`
  const { summary } = await replay(BUSY, { log: text })
  expect(summary.suspensions).toMatchObject([{ lifted: START + 660 }])
  expect(summary.lines).toEqual({ read: 3, bad: 0, skipped: { heartbeat: 1 } })
  expect(summary.span.to).toBe(START + 1)
})

test("values adjusted: what they rested at, what they are, in how many steps", async () => {
  const table = `["a.test"] = { responses = { ${r("slow", "1", '{"reduce_connections", 1}')} }, configuration = { max_outbound_connections = 20 } }`
  const { summary } = await replay(table, { log: log([0, "450 slow"], [60, "450 slow"], [3660, "ok"]) })
  expect(summary.parameters).toEqual([
    {
      binding: "b1",
      domain: "a.test",
      option: "max_outbound_connections",
      initial: 20,
      value: 19,
      changes: 3,
    },
  ])
})

describe("several logs", () => {
  const main = (sec: number, what: string, id: string): string =>
    mainlogLine((START + sec) * 1e6, what).replace("@m1@b1@c1@", `@${id}@b1@c1@`)
  const bounce = (sec: number, type: string, id: string, stage = 5): string =>
    `${START + sec}@${id}@b1@c1@${type}@user@a.test@from@sender.test@g1@b1@${stage}@10@201@10.0.0.1@550 no`

  test("a bouncelog's copies are joined to the mainlog, not counted twice; out-of-band bounces are", async () => {
    const mainlog = [
      main(0, "550 no", "m1"),
      main(1, "550 no", "m2"),
      main(2, "421 busy", "m3"),
      main(9, "ok", "m4"),
    ]
    const bouncelog = [
      bounce(0, "B", "m1"),
      bounce(1, "B", "m2"),
      bounce(2, "T", "m3"),
      bounce(5, "B", "m9", 21),
    ]
    const files = { mainlog: `${mainlog.join("\n")}\n`, bouncelog: `${bouncelog.join("\n")}\n` }
    const { summary } = await replay(BUSY, files)
    expect(summary.events).toMatchObject({ permanent: 2, transient: 1, oob: 1 })
    expect(summary.lines.skipped).toEqual({ joined: 3 })
  })

  test("a copy without its original is left out where the mainlog tells of that time, and counted where it does not", async () => {
    const mainlog = `${main(0, "ok", "m1")}\n${main(10, "ok", "m2")}\n`
    const bouncelog = `${bounce(5, "B", "m7")}\n${bounce(100, "B", "m8")}\n`
    const { summary } = await replay(BUSY, { mainlog, bouncelog })
    expect(summary.events).toMatchObject({ permanent: 1, delivery: 2 })
    expect(summary.lines.skipped).toEqual({ "not-in-mainlog": 1 })
  })

  test("a bouncelog alone is a log of failures", async () => {
    const { summary } = await replay(BUSY, {
      bouncelog: `${bounce(5, "B", "m7")}\n${bounce(6, "T", "m8")}\n`,
    })
    expect(summary.events).toMatchObject({ permanent: 1, transient: 1 })
  })

  test("complaints and rejections are counted beside", async () => {
    const fbllog = `${START + 1}@m1@F@someone@a.test@b1@g1@abuse@yahoo.com@x\n`
    const rejectlog = `${START + 2}: R="10.0.0.1:25" L="x" no\n`
    const { summary } = await replay(BUSY, { fbllog, rejectlog, mainlog: log([0, "ok"]) })
    expect(summary.events).toMatchObject({ fbl: 1, delivery: 1 })
    expect(summary.lines.skipped).toEqual({ rejection: 1 })
  })
})

describe("clocks that jump", () => {
  const reasons = (bad: readonly { line: number; reason: string }[]): string[] =>
    bad.map(({ line, reason }) => `${line}: ${reason.replace(/(:| and).*/, "")}`)

  test("one line far ahead is refused, the others are not too late for it", async () => {
    const { bad, summary } = await replay(BUSY, {
      log: log([0, "ok"], [9e7, "ok"], [1, "ok"], [2, "421 busy"], [3, "421 busy"]),
    })
    expect(reasons(bad)).toEqual(["2: its time jumps ahead by 90000000 s"])
    expect(summary.suspensions).toHaveLength(1)
    expect(summary.lines).toMatchObject({ read: 5, bad: 1 })
    expect(summary.events.delivery).toBe(2)
  })

  test("a gap of months that goes on is believed", async () => {
    const { bad, summary } = await replay(BUSY, { log: log([0, "ok"], [9e6, "ok"], [9e6 + 1, "ok"]) })
    expect(bad).toEqual([])
    expect(summary.events.delivery).toBe(3)
  })

  test("a jump back by a day: refused line by line, with what can be done", async () => {
    const { bad, summary } = await replay(BUSY, {
      log: log([86_400, "ok"], [0, "421 busy"], [1, "421 busy"], [86_401, "ok"]),
    })
    expect(bad.map(({ line }) => line)).toEqual([2, 3])
    expect(bad[0]?.reason).toBe(
      "its time lies 86400 s before that of lines above it, and only 60 s are put in order (--reorder SECONDS)",
    )
    expect(summary.events).toMatchObject({ delivery: 2, transient: 0 })
    const wider = await replay(
      BUSY,
      { log: log([86_400, "ok"], [0, "421 busy"], [1, "421 busy"]) },
      { reorderSec: 90_000 },
    )
    expect(wider.bad).toEqual([])
    expect(wider.summary.suspensions).toHaveLength(1)
  })

  test("too much waiting: the earliest go, and what comes before them is refused", async () => {
    const events: [number, string][] = [
      [0, "ok"],
      [1, "ok"],
      [2, "ok"],
      [3, "ok"],
      [0.5, "ok"],
      [2.5, "ok"],
    ]
    const { bad, summary } = await replay(BUSY, { log: log(...events) }, { maxWaiting: 2 })
    expect(bad.map(({ line }) => line)).toEqual([5])
    expect(summary.events.delivery).toBe(5)
  })
})

describe("what comes back later", () => {
  const AT = (sec: number): string => String((START + sec) * 1e6)
  const oob = (sec: number): string =>
    `${AT(sec)}@m1@b1@c1@B@u@a.test@f@s.test@g1@b1@21@10@201@10.0.0.1@550 no\n`
  const fbl = (sec: number): string => `${AT(sec)}@m1@F@u@a.test@b1@g1@Abuse@y.test@x\n`

  test.each(["simulate", "observe"] as const)("is handed to the engine, held or not: %s", async (mode) => {
    const seen: unknown[] = []
    const process = vi.spyOn(Engine.prototype, "process").mockImplementation(function (this: Engine, event) {
      const { pairs } = this.store
      const { atMicros, type, pair, bounceClass, fblType, response } = event
      const named = `${pairs.groupOf(pairs.bindingOf(pair))} ${pairs.name(pair).binding}::${pairs.name(pair).domain}`
      seen.push([atMicros / 1e6 - START, type, named, bounceClass, fblType, response])
      if (type === "transient") this.store.suspend(pair, atMicros + 600e6)
    })
    try {
      const { summary } = await replay(
        BUSY,
        {
          log: log([0, "in"], [1, "ok"], [2, "421 busy"], [5, "ok"]),
          bounces: oob(3),
          reports: fbl(4),
        },
        { mode },
      )
      const pair = "g1 b1::a.test"
      const all = [
        [1, "delivery", pair, null, null, ""],
        [2, "transient", pair, null, null, "421 busy"],
        [3, "oob", pair, "10", null, "550 no"],
        [4, "fbl", pair, null, "abuse", ""],
        [5, "delivery", pair, null, null, ""],
      ]
      expect(seen).toEqual(mode === "simulate" ? all.slice(0, 4) : all)
      expect(summary.events).toMatchObject({ oob: 1, fbl: 1 })
      expect(summary.held).toEqual({ delivery: mode === "simulate" ? 1 : 0, transient: 0, permanent: 0 })
    } finally {
      process.mockRestore()
    }
  })

  test("is in no audit", async () => {
    const store = new Store()
    const audit = store.audits.define("audit1")
    await replay(BUSY, { log: log([1, "ok"], [5, "421 x"]), bounces: oob(3), reports: fbl(4) }, { store })
    const [window] = audit.windows("a.test", store.nowMicros)
    expect(window).toMatchObject({ receptions: 0, deliveries: 1, transient: 1, permanent: 0 })
  })
})
