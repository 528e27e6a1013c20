/**
 * The model against the worked examples of rule-files.md §8 that a replay can show (1-8, 10-17), and
 * against small cases of what those leave out: sweeps, lifts, growth, gates, ranges.
 */
import { describe, expect, test } from "vitest"
import type { Decision, Effect } from "./decision.js"
import { rewritten } from "./firing.js"
import { model } from "./model.js"
import {
  type Action,
  type Rule,
  type Scenario,
  type Table,
  type TrafficEvent,
  toJsonl,
  toLua,
} from "./scenario.js"

const r = (code: string, trigger: string, ...action: Action[]): Rule => ({ code, trigger, action })

/** `450 slow` at second 3 for a pair, as `[3, "450 slow", "b1", "a.test"]`. */
type Reply = readonly [time: number, text: string, binding?: string, domain?: string]

function failures(replies: readonly Reply[]): TrafficEvent[] {
  return replies.map(([time, response, binding = "b1", domain = "a.test"]) => ({
    time,
    type: response.startsWith("5") ? "permanent" : "transient",
    binding,
    domain,
    response,
  }))
}

function deliveries(...times: number[]): TrafficEvent[] {
  return times.map((time) => ({ time, type: "delivery", binding: "b1", domain: "a.test" }))
}

function decide(
  table: Table,
  events: readonly TrafficEvent[],
  more: Partial<Scenario> = {},
): readonly Decision[] {
  const sorted = [...events].sort((a, b) => a.time - b.time)
  return model({ mode: "observe", settings: {}, domains: { "a.test": table }, events: sorted, ...more })
    .decisions
}

/** `suspend 30 minutes until 1800`, `throttle down 1000 -> 800`, `suspend 1 hours: already-suspended` */
function line({ action, args, outcome, reason, option, from, to, until, reply }: Effect): string {
  const head = [action, ...args].join(" ")
  if (outcome === "ignored") return `${head}: ${reason}`
  const change = from === null && to === null ? "" : ` ${from} -> ${to}`
  const which = option === null || args.length > 0 ? "" : ` ${option}`
  return `${head}${which}${change}${until === null ? "" : ` until ${until}`}${reply === undefined ? "" : ` "${reply}"`}`
}

const lines = (decisions: readonly Decision[]): string[] =>
  decisions.map(
    ({ at, binding, domain, effects }) => `${at} ${binding}::${domain} ${effects.map(line).join("; ")}`,
  )

describe("worked examples", () => {
  const busy = { responses: [r("^421 busy", "1", ["suspend", "30 minutes"])] }
  const slow = { responses: [r("^450 slow", "3/10", ["suspend", "1 hours"])] }
  const at = (...times: number[]): TrafficEvent[] => failures(times.map((time) => [time, "450 slow"]))

  test("1 and 2: the first suspension stands", () => {
    expect(lines(decide(busy, failures([[0, "421 busy now"]])))).toEqual([
      "0 b1::a.test suspend 30 minutes until 1800",
    ])
    expect(
      lines(
        decide(
          busy,
          failures([
            [0, "421 busy now"],
            [600, "421 busy now"],
          ]),
        ),
      ),
    ).toEqual([
      "0 b1::a.test suspend 30 minutes until 1800",
      "600 b1::a.test suspend 30 minutes: already-suspended",
    ])
  })

  test("3: no match", () => expect(decide(busy, failures([[0, "450 busy"]]))).toEqual([]))
  test("4: as many as the trigger says", () => expect(decide(slow, at(0, 2, 4))).toEqual([]))
  test("5: one more", () => {
    const [decision, ...rest] = decide(slow, at(0, 2, 4, 6))
    expect(rest).toEqual([])
    expect(decision).toEqual({
      kind: "decision",
      at: 6,
      binding: "b1",
      domain: "a.test",
      source: "response",
      rule: { domain: "a.test", index: 1, code: "^450 slow" },
      response: "450 slow",
      trigger: "3/10",
      count: 4,
      effects: [
        {
          action: "suspend",
          args: ["1 hours"],
          outcome: "applied",
          reason: null,
          option: null,
          from: null,
          to: null,
          until: 3606,
        },
      ],
    })
  })
  test("6: the first left the window", () => expect(decide(slow, at(0, 2, 4, 11))).toEqual([]))
  test("the window is open at its start", () => {
    expect(decide(slow, at(0, 2, 4, 10))).toEqual([])
    expect(decide(slow, at(0, 2, 4, 9.75)).length).toBe(1)
  })

  test("7: per binding", () => {
    const replies = ["b1", "b2"].flatMap((b) => [0, 1, 2].map((time): Reply => [time, "450 slow", b]))
    expect(decide(slow, failures(replies))).toEqual([])
  })

  test("8: aliases share rules, not counts", () => {
    const replies = [
      ...[0, 1, 2, 3].map((time): Reply => [time, "450 slow", "b1", "b.test"]),
      ...[0, 1, 2].map((time): Reply => [time, "450 slow"]),
    ]
    const domains = { "a.test": slow, "b.test": "a.test" }
    const decisions = decide(slow, failures(replies), { domains })
    expect(lines(decisions)).toEqual(["3 b1::b.test suspend 1 hours until 3603"])
    expect(decisions[0]?.rule?.domain).toBe("a.test")
  })

  test("9: an alias of an alias has no rules", () => {
    const domains = { "a.test": busy, "b.test": "a.test", "c.test": "b.test" }
    expect(decide(busy, failures([[0, "421 busy", "b1", "c.test"]]), { domains })).toEqual([])
  })

  const spam = r("554 spam", "9/60", ["suspend", "2 hours"])
  const any = r("554", "1", ["blackhole", "1 days"])
  test("10 and 11: the first match decides, fired or not", () => {
    expect(decide({ responses: [spam, any] }, failures([[0, "554 spam"]]))).toEqual([])
    expect(lines(decide({ responses: [any, spam] }, failures([[0, "554 spam"]])))).toEqual([
      "0 b1::a.test blackhole 1 days until 86400",
    ])
  })

  const down = r("x", "1", ["throttle", "down"], ["reduce_connections", 2])
  const numbers = { outbound_throttle_messages: 1000, max_outbound_connections: [5, 20] } as const
  test("12 and 13: reduced to the floor, then withheld by the gate", () => {
    const settings = { max_outbound_connections: "6" }
    const table = { responses: [down], configuration: numbers }
    expect(
      lines(
        decide(
          table,
          failures([
            [0, "400 x"],
            [30, "400 x"],
            [60, "400 x"],
          ]),
          { settings },
        ),
      ),
    ).toEqual([
      "0 b1::a.test throttle down 1000 -> 800; reduce_connections 2 6 -> 5",
      "30 b1::a.test throttle down: adjustment-interval; reduce_connections 2: adjustment-interval",
      "60 b1::a.test throttle down 800 -> 640; reduce_connections 2: at-bound",
    ])
  })

  test("14: no default, no action", () => {
    const table = { responses: [r("x", "1", ["throttle", "down"])] }
    expect(lines(decide(table, failures([[0, "400 x"]])))).toEqual(["0 b1::a.test throttle down: no-default"])
  })

  test("15: transcode, then suspend", () => {
    const table = { responses: [r("blocked", "1", ["transcode", "454"], ["suspend", "2 hours"])] }
    expect(lines(decide(table, failures([[0, "554 5.7.1 blocked"]])))).toEqual([
      '0 b1::a.test transcode 454 "454 4.7.1 blocked"; suspend 2 hours until 7200',
    ])
    expect(lines(decide(table, failures([[0, "554 5.7.1 [internal] blocked"]])))).toEqual([
      "0 b1::a.test transcode 454: disabled; suspend 2 hours until 7200",
    ])
    expect(rewritten("421 busy", "554")).toBe("554 busy")
    expect(rewritten("421 busy", "554 no")).toBe("554 no")
  })

  test("16: greylisted", () => {
    const table = {
      responses: [r("x", "1", ["greylisted", "15 minutes"]), r("y", "1", ["greylisted", "13 hours"])],
    }
    const settings = { adaptive_adjustment_interval: "0" }
    expect(
      lines(
        decide(
          table,
          failures([
            [0, "400 x"],
            [1, "400 x"],
            [2, "400 y"],
          ]),
          { settings },
        ),
      ),
    ).toEqual([
      "0 b1::a.test greylisted 15 minutes 1200 -> 900",
      "1 b1::a.test greylisted 15 minutes: at-bound",
      "2 b1::a.test greylisted 13 hours 900 -> 46800; greylisted 13 hours 43200 -> 46800",
    ])
  })

  test("17: warmup is the whole binding's", () => {
    const table = { responses: [r("x", "1", ["warmup", "1"])] }
    const domains = { "a.test": table, "d.test": table }
    const events = failures([
      [0, "400 x"],
      [10, "400 x", "b1", "d.test"],
      [20.75, "400 x"],
    ])
    expect(lines(decide(table, events, { domains }))).toEqual([
      "0 b1::a.test warmup 1 0 -> 1",
      "10 b1::d.test warmup 1 11 -> 1",
      "20.75 b1::a.test warmup 1 11 -> 1",
    ])
  })

  test("26: replies of our own side", () => {
    const table = { responses: [r("^421 4\\.4\\.0", "1", ["suspend", "1 hours"])] }
    const local = (response: string): TrafficEvent[] =>
      failures([[0, response]]).map((event) => ({ ...event, local: true }))
    expect(decide(table, local("421 4.4.0 [internal] timeout")).length).toBe(1)
    expect(decide(table, local("421 4.4.0 timeout"))).toEqual([])
  })
})

describe("holding and lifting", () => {
  const table = {
    responses: [
      r("busy", "1", ["suspend", "10 seconds"], ["blackhole", "25 seconds"]),
      r("slow", "1", ["throttle", "down"]),
    ],
    configuration: { outbound_throttle_messages: 100 },
  }
  const events = failures([
    [5, "400 slow"],
    [6, "400 busy"],
    [20, "400 slow"],
    [31, "400 slow"],
    [80, "400 slow"],
  ])
  const settings = { adaptive_adjustment_interval: "0", suspend_sweep_interval: "10" }

  test("at the first sweep at or after the end", () => {
    const answer = model({ mode: "simulate", settings, domains: { "a.test": table }, events })
    expect(answer.held).toEqual({ delivery: 0, transient: 2, permanent: 0 })
    expect(lines(answer.decisions)).toEqual([
      "5 b1::a.test throttle down 100 -> 80",
      "6 b1::a.test suspend 10 seconds until 16; blackhole 25 seconds until 31",
      "25 b1::a.test lift suspension until 16; restart outbound_throttle_messages 80 -> 100",
      "35 b1::a.test lift blackhole until 31",
      "80 b1::a.test throttle down 100 -> 80",
    ])
  })

  test("interval 0: at the next attempt", () => {
    const lazy = { ...settings, suspend_sweep_interval: "0" }
    const answer = model({ mode: "simulate", settings: lazy, domains: { "a.test": table }, events })
    expect(lines(answer.decisions).slice(2)).toEqual([
      "20 b1::a.test lift suspension until 16; restart outbound_throttle_messages 80 -> 100",
      "31 b1::a.test lift blackhole until 31",
      "31 b1::a.test throttle down 100 -> 80",
      "80 b1::a.test throttle down 80 -> 64",
    ])
  })

  test("observed: counted, nothing adjusted", () => {
    const all = [
      ...events,
      ...failures([
        [20, "400 busy"],
        [27, "400 busy"],
      ]),
    ]
    expect(lines(decide(table, all, { settings })).slice(2, 6)).toEqual([
      "20 b1::a.test throttle down: suspended",
      "20 b1::a.test suspend 10 seconds: already-suspended; blackhole 25 seconds: already-suspended",
      "25 b1::a.test lift suspension until 16; restart outbound_throttle_messages 80 -> 100",
      "27 b1::a.test suspend 10 seconds: suspended; blackhole 25 seconds: already-suspended",
    ])
  })
})

describe("growth", () => {
  const settings = { adaptive_positive_adjustment_interval: "10", adaptive_adjustment_interval: "0" }

  test("one step an interval, up to the ceiling", () => {
    const table = {
      configuration: { max_outbound_connections: [5, 7], outbound_throttle_messages: [50, 58] },
    } as const
    expect(lines(decide(table, deliveries(0, 9.75, 10, 19, 20, 30, 40), { settings }))).toEqual([
      "10 b1::a.test raise max_outbound_connections 5 -> 6; raise outbound_throttle_messages 50 -> 55.8",
      "20 b1::a.test raise max_outbound_connections 6 -> 7; raise outbound_throttle_messages 55.8 -> 58",
    ])
  })

  test("a fired rule delays it, an observing one and a bare match do not", () => {
    const table = {
      responses: [r("fire", "1", ["suspend", "1 seconds"]), r("bare", "5/10", ["suspend", "1 seconds"])],
      configuration: { max_outbound_connections: [5, 9] },
    } as const
    const watch: Rule = { code: "watch", trigger: "1", action: [["suspend", "1 hours"]], observe: true }
    const observing = { ...table, responses: [...table.responses, watch] }
    const events = [
      ...deliveries(0, 10, 20),
      ...failures([
        [8, "400 bare"],
        [9, "400 watch"],
        [15, "400 fire"],
      ]),
    ]
    const lazy = { ...settings, suspend_sweep_interval: "0" }
    expect(lines(decide(observing, events, { settings: lazy }))).toEqual([
      "9 b1::a.test suspend 1 hours: observe-only",
      "10 b1::a.test raise max_outbound_connections 5 -> 6",
      "15 b1::a.test suspend 1 seconds until 16",
      "20 b1::a.test lift suspension until 16; restart max_outbound_connections 6 -> 5",
    ])
  })

  test("greylisted intervals return to their start", () => {
    const table = { responses: [r("x", "1", ["greylisted", "1 days"])] }
    const events = [...failures([[0, "400 x"]]), ...deliveries(10, 20)]
    expect(lines(decide(table, events, { settings })).slice(1)).toEqual([
      "10 b1::a.test raise retry_interval 86400 -> 1200; raise max_retry_interval 86400 -> 43200",
    ])
  })
})

describe("where values come from", () => {
  const table = (configuration?: Table["configuration"]): Table => ({
    responses: [r("x", "1", ["reduce_connections", 1], ["throttle", "down"])],
    configuration,
  })
  test.each([
    ["the product default", {}, undefined, 32],
    ["an option that is set", { max_outbound_connections: "9" }, undefined, 9],
    ["a number in the rules", { max_outbound_connections: "9" }, 12, 12],
    ["0 is no limit", { max_outbound_connections: "9" }, 0, null],
    ["a range starts low", {}, [10, 40], 10],
    ["what is set, in the range", { max_outbound_connections: "60" }, [10, 40], 40],
    ["operator bounds alone", { adaptive_max_outbound_connections: "(4 8)" }, undefined, 4],
    ["operator bounds over a number", { adaptive_max_outbound_connections: "(1 8)" }, 12, 8],
    [
      "operator bounds over a range",
      { adaptive_max_outbound_connections: "(1 8)", max_outbound_connections: "60" },
      [10, 40],
      8,
    ],
  ] as const)("%s", (_, settings, configured, from) => {
    const configuration = configured === undefined ? undefined : { max_outbound_connections: configured }
    const [decision] = decide(table(configuration), failures([[0, "400 x"]]), { settings })
    expect(decision?.effects[0]?.from).toBe(from)
  })

  test.each([
    ["per second", "5", 18_000],
    ["per so many seconds", "5/2", 9000],
  ])("a throttle %s", (_, text, from) => {
    const settings = { outbound_throttle_messages: text }
    const [decision] = decide(table(), failures([[0, "400 x"]]), { settings })
    expect(decision?.effects[1]).toMatchObject({ from, to: from * 0.8 })
  })

  test("own table, then the one of the longest mx suffix, then *", () => {
    const named = (code: string): Table => ({ responses: [r(code, "1", ["suspend", "1 hours"])] })
    const domains = {
      "a.test": named("a"),
      big: named("big"),
      eu: named("eu"),
      "mx:.big.example": "big",
      "mx:.eu.big.example": "eu",
      "*": named("."),
    }
    const to = (domain: string, mx: string, response: string): TrafficEvent => ({
      ...{ time: 0, type: "transient", binding: "b1" },
      ...{ domain, mx, response },
    })
    const events = [
      to("a.test", "m.big.example", "400 big a"),
      to("x.test", "m.big.example", "400 big"),
      to("y.test", "m.eu.big.example", "400 big eu"),
      to("z.test", "big.example", "400 big eu a"),
      to("w.test", "m.big.example", "400 eu"),
    ]
    const decisions = model({ mode: "observe", settings: {}, domains, events }).decisions
    expect(decisions.map(({ rule }) => rule?.domain)).toEqual(["a.test", "big", "eu", "*", "*"])
  })
})

test("the texts for the command", () => {
  const domains = {
    "a.test": {
      responses: [
        { code: "^5\\d\\d spam", trigger: "1/5", action: [["suspend", "2 hours"]] },
        {
          code: '"',
          trigger: 1,
          action: [
            ["throttle", "down"],
            ["warmup", 5],
          ],
          flat: true,
          observe: true,
        },
        {
          code: "x",
          action: [
            ["throttle", "down"],
            ["warmup", 5],
          ],
        },
      ],
      configuration: { max_outbound_connections: [5, 20], outbound_throttle_messages: 0.5 },
    },
    "b.test": "a.test",
  } as const
  expect(toLua(domains)).toBe(`require('msys.adaptive')

local rules = {
  ["a.test"] = {
    responses = {
      { code = "^5\\\\d\\\\d spam", trigger = "1/5", action = {"suspend", "2 hours"} },
      { code = "\\"", trigger = 1, action = {"throttle", "down", "warmup", 5}, observe = true },
      { code = "x", action = {{"throttle", "down"}, {"warmup", 5}} },
    },
    configuration = { max_outbound_connections = {5, 20}, outbound_throttle_messages = 0.5 },
  },
  ["b.test"] = "a.test",
}

msys.adaptive.registerRules(rules, "replace")
`)
  const event = { time: 0.25, type: "transient", binding: "b1", domain: "a.test", response: "400 x" } as const
  expect(toJsonl([event])).toBe(
    '{"time":0.25,"type":"transient","binding":"b1","domain":"a.test","response":"400 x"}\n',
  )
})
