/**
 * Events with a history: triggers, gates, holds, growth. The worked examples of
 * rule-files.md section 8 that need more than one event are rows here.
 */
import { describe, expect, test } from "vitest"
import { rebuilt } from "../store/rebuilding.js"
import { type Drive, drive, type Happening } from "./driving.js"
import { r } from "./explaining.js"

const table = (rules: string, configuration = ""): string =>
  `["a.test"] = { responses = { ${rules} }${configuration === "" ? "" : `, configuration = { ${configuration} }`} }`

const BUSY = table(r("^421 busy", "1", '{"suspend", "30 minutes"}'))
const SLOW = table(r("^450 slow", "3/10", '{"suspend", "1 hours"}'))
const DOWN = table(
  r("x", "1", '{{"throttle", "down"}, {"reduce_connections", 2}}'),
  "outbound_throttle_messages = 1000, max_outbound_connections = {5, 20}",
)

const at = (what: string, ...times: number[]): Happening[] => times.map((time) => [time, what])

interface Row {
  readonly row: string
  readonly given: Drive
  readonly events: readonly Happening[]
  readonly expected: readonly string[]
}

const rows: readonly Row[] = [
  {
    row: "1 and 2: a second match does not lengthen a suspension",
    given: { table: BUSY, holds: false },
    events: at("421 busy now", 0, 600),
    expected: [
      "0 response a.test[1] 1: suspend 30 minutes | until 1800",
      "600 response a.test[1] 1: suspend 30 minutes | not: already-suspended",
    ],
  },
  {
    row: "4: as many matches as the count",
    given: { table: SLOW },
    events: at("450 slow", 0, 2, 4),
    expected: [],
  },
  {
    row: "5: one more fires",
    given: { table: SLOW },
    events: at("450 slow", 0, 2, 4, 6),
    expected: ["6 response a.test[1] 4: suspend 1 hours | until 3606"],
  },
  {
    row: "6: what has left the window does not count",
    given: { table: SLOW },
    events: at("450 slow", 0, 2, 4, 11),
    expected: [],
  },
  {
    row: "6, the edge: a match exactly S seconds old has left it",
    given: { table: SLOW },
    events: at("450 slow", 0, 2, 4, 10),
    expected: [],
  },
  {
    row: "7: bindings count apart",
    given: { table: SLOW },
    events: [0, 1, 2, 3, 4, 5].map((time) => [time, "450 slow", "a.test", time % 2 ? "b1" : "b2"]),
    expected: [],
  },
  {
    row: "8: aliases share rules, not counts",
    given: { table: `${SLOW}, ["b.test"] = "a.test"` },
    events: [0, 1, 2, 3, 4, 4.5, 5].map((time, i) => [time, "450 slow", i % 2 ? "a.test" : "b.test"]),
    expected: ["5 b1::b.test response a.test[1] 4: suspend 1 hours | until 3605"],
  },
  {
    row: "10: a match whose rate is not crossed ends the search",
    given: {
      table: table(
        `${r("554 spam", "9/60", '{"suspend", "2 hours"}')}, ${r("554", "1", '{"blackhole", "1 days"}')}`,
      ),
    },
    events: at("554 spam", 0),
    expected: [],
  },
  {
    row: "12 and 13: one adjustment an interval, for the whole list",
    given: { table: DOWN, set: ["max_outbound_connections=6"] },
    events: at("400 x", 0, 30, 60),
    expected: [
      "0 response a.test[1] 1: throttle down | outbound_throttle_messages | 1000 -> 800; reduce_connections 2 | max_outbound_connections | 6 -> 5",
      "30 response a.test[1] 1: throttle down | outbound_throttle_messages | 800 -> unset | not: adjustment-interval; reduce_connections 2 | max_outbound_connections | 5 -> unset | not: adjustment-interval",
      "60 response a.test[1] 1: throttle down | outbound_throttle_messages | 800 -> 640; reduce_connections 2 | max_outbound_connections | 5 -> 5 | not: at-bound",
    ],
  },
  {
    row: "14: nothing to lower, nothing done, and no gate closed by it",
    given: { table: table(r("x", "1", '{{"throttle", "down"}, {"reduce_connections", 1}}')) },
    events: at("400 x", 0, 1),
    expected: [
      "0 response a.test[1] 1: throttle down | outbound_throttle_messages | not: no-default; reduce_connections 1 | max_outbound_connections | 32 -> 31",
      "1 response a.test[1] 1: throttle down | outbound_throttle_messages | not: adjustment-interval; reduce_connections 1 | max_outbound_connections | 31 -> unset | not: adjustment-interval",
    ],
  },
  {
    row: "17: warmup sets the age of the binding for all its domains",
    given: {
      table: `["d.test"] = { responses = { ${r("x", "1", '{"warmup", "1"}')} } }`,
    },
    events: [
      [0, "ok", "a.test"],
      [100, "400 x", "d.test"],
      [110, "400 x", "d.test"],
    ],
    expected: [
      "100 b1::d.test response d.test[1] 1: warmup 1 | 100 -> 1",
      "110 b1::d.test response d.test[1] 1: warmup 1 | 11 -> 1",
    ],
  },
]

test.each(rows)("worked example $row", ({ given, events, expected }) => {
  expect(drive(given, events).words).toEqual(expected)
})

test("worked example 1: one alert for a suspension, none for the second try", () => {
  const { decisions } = drive({ table: BUSY, holds: false }, at("421 busy", 0, 600))
  expect(decisions.map(({ alerts }) => alerts)).toEqual([["suspension"], []])
})

test("worked example 12: one alert; the next one only after the notification interval", () => {
  const { decisions } = drive({ table: DOWN }, at("400 x", 0, 60, 3540, 3600))
  expect(decisions.map(({ alerts }) => alerts.join())).toEqual(["throttle", "", "", "throttle"])
})

describe("holds", () => {
  const both = table(
    r(
      "x",
      "1",
      '{{"suspend", "1 hours"}, {"suspend", "2 hours"}, {"blackhole", "3 hours"}, {"throttle", "down"}, {"warmup", "5"}}',
    ),
    "outbound_throttle_messages = 10",
  )

  test("every action of the rule that suspends is carried out; a second suspend finds the first", () => {
    expect(drive({ table: both }, at("400 x", 0)).words).toEqual([
      "0 response a.test[1] 1: suspend 1 hours | until 3600; suspend 2 hours | not: already-suspended; blackhole 3 hours | until 10800; throttle down | outbound_throttle_messages | 10 -> 8; warmup 5 | 0 -> 5",
    ])
  })

  test("while held, replies are counted and nothing else happens", () => {
    const { words } = drive({ table: both, holds: false }, at("400 x", 0, 100))
    expect(words[1]).toBe(
      "100 response a.test[1] 1: suspend 1 hours | not: already-suspended; suspend 2 hours | not: already-suspended; blackhole 3 hours | not: already-suspended; throttle down | outbound_throttle_messages | 8 -> unset | not: suspended; warmup 5 | 105 -> unset | not: suspended",
    )
  })

  test("a blackhole keeps a suspension away, and the other way round", () => {
    const two = table(
      `${r("hole", "1", '{"blackhole", "1 hours"}')}, ${r("stop", "1", '{"suspend", "1 hours"}')}`,
    )
    const first = drive({ table: two, holds: false }, [...at("400 hole", 0), ...at("400 stop", 1)])
    expect(first.words[1]).toBe("1 response a.test[2] 1: suspend 1 hours | not: suspended")
    const other = drive({ table: two, holds: false }, [...at("400 stop", 0), ...at("400 hole", 1)])
    expect(other.words[1]).toBe("1 response a.test[1] 1: blackhole 1 hours | not: suspended")
  })

  test("attempts of a held pair are not made; other pairs go on", () => {
    const { held, words } = drive({ table: BUSY }, [
      ...at("421 busy", 0, 10, 20),
      [30, "421 busy", "a.test", "b2"],
      ...at("ok", 1799.5, 1800),
    ])
    expect(held).toBe(3)
    expect(words.map((line) => line.split(":")[0])).toEqual(["0 response a.test[1] 1", "30 b2", "1800 lift"])
  })

  // sweep interval | suspended at | lifted at, told by the first event after it
  test.each([
    ["60", 0, 1800],
    ["60", 1, 1860],
    ["60", 59, 1860],
    ["60", 60, 1860],
    ["7", 0, 1806],
    ["1800", 1, 3600],
    ["0.5", 0.25, 1800.5],
  ])("a sweep every %s s lifts a suspension of %s at %s, never earlier", (interval, begins, lifted) => {
    const set = [`suspend_sweep_interval=${interval}`]
    const events: Happening[] = [
      [0, "ok", "z.test"],
      [begins, "421 busy"],
      [10_000, "ok", "z.test"],
    ]
    const { words } = drive({ table: BUSY, set }, events)
    expect(words.slice(1)).toEqual([`${lifted} lift: lift suspension | until ${begins + 1800}`])
  })

  test("without sweeps a suspension ends when its pair is next asked for", () => {
    const set = ["suspend_sweep_interval=0"]
    const { words, held } = drive({ table: BUSY, set }, [
      ...at("421 busy", 0, 1799),
      [1900, "ok", "z.test"],
      ...at("ok", 2000),
    ])
    expect(held).toBe(1)
    expect(words.slice(1)).toEqual(["2000 lift: lift suspension | until 1800"])
  })

  test("one sweep lifts by binding and domain, whatever began first", () => {
    const all = `["*"] = { responses = { ${r("busy", "1", '{"suspend", "1 minutes"}')} } }`
    const { words } = drive({ table: all }, [
      [0, "421 busy", "c.test", "b2"],
      [1, "421 busy", "b.test", "b2"],
      [2, "421 busy", "c.test", "b1"],
      [500, "ok"],
    ])
    expect(words.slice(3).map((line) => line.split(" lift:")[0])).toEqual([
      "60 b2::c.test",
      "120 b1::c.test",
      "120 b2::b.test",
    ])
  })

  const stopAndLower = (configuration: string): string =>
    table(r("x", "1", '{{"reduce_connections", 3}, {"suspend", "10 minutes"}}'), configuration)

  test("after a suspension every option starts anew", () => {
    const { words, engine } = drive({ table: stopAndLower("max_outbound_connections = 20") }, [
      ...at("400 x", 0),
      ...at("ok", 700),
    ])
    expect(words[1]).toBe(
      "600 lift: lift suspension | until 600; restart  | max_outbound_connections | 17 -> 20",
    )
    const pair = engine.store.pairs.of("b1", "a.test")
    expect(engine.parameter(pair, "max_outbound_connections", engine.store.nowMicros).value).toBe(20)
  })

  test("or goes on as it was, if read_cache_after_suspension says so", () => {
    const set = ["read_cache_after_suspension=true"]
    const { words, engine } = drive({ table: stopAndLower("max_outbound_connections = 20"), set }, [
      ...at("400 x", 0),
      ...at("ok", 700),
    ])
    expect(words[1]).toBe("600 lift: lift suspension | until 600")
    const pair = engine.store.pairs.of("b1", "a.test")
    expect(engine.parameter(pair, "max_outbound_connections", engine.store.nowMicros).value).toBe(17)
  })
})

describe("growth", () => {
  const ranges = table(
    r("x", "1", '{"reduce_connections", 2}'),
    "max_outbound_connections = {5, 7}, max_deliveries_per_connection = 20, outbound_throttle_messages = {100, 400}",
  )

  test("a quiet hour with deliveries raises what has room, once an hour, up to the ceiling", () => {
    expect(drive({ table: ranges }, at("ok", 0, 1800, 3599, 3600, 5000, 7200, 10_800)).words).toEqual([
      "3600 positive: raise  | max_outbound_connections | 5 -> 6; raise  | outbound_throttle_messages | 100 -> 140",
      "7200 positive: raise  | max_outbound_connections | 6 -> 7; raise  | outbound_throttle_messages | 140 -> 180",
      "10800 positive: raise  | outbound_throttle_messages | 180 -> 220",
    ])
  })

  test("an adjustment, a rule that fires and growth itself start the hour anew", () => {
    const events = [...at("ok", 0), ...at("400 x", 1000), ...at("ok", 3600, 4599, 4600)]
    expect(drive({ table: ranges, set: ["max_outbound_connections=7"] }, events).words).toEqual([
      "1000 response a.test[1] 1: reduce_connections 2 | max_outbound_connections | 7 -> 5",
      "4600 positive: raise  | max_outbound_connections | 5 -> 6; raise  | outbound_throttle_messages | 100 -> 140",
    ])
  })

  test("a rule that only observes does not", () => {
    const watched = table(
      r("x", "1", '{"suspend", "1 hours"}', "observe = true"),
      "max_outbound_connections = {5, 7}",
    )
    const { words } = drive({ table: watched }, [...at("ok", 0), ...at("400 x", 1000), ...at("ok", 3600)])
    expect(words).toEqual([
      "1000 response a.test[1] 1: suspend 1 hours | not: observe-only",
      "3600 positive: raise  | max_outbound_connections | 5 -> 6",
    ])
  })

  test("greylisted intervals return to where they were", () => {
    const grey = table(r("grey", "1", '{"greylisted", "13 hours"}'))
    const { words } = drive({ table: grey }, [...at("450 grey", 0), ...at("ok", 3600)])
    expect(words[1]).toBe(
      "3600 positive: raise  | retry_interval | 46800 -> 1200; raise  | max_retry_interval | 46800 -> 43200",
    )
  })

  test("failures do not make anything grow", () => {
    expect(drive({ table: ranges }, at("400 other", 0, 4000, 8000)).words).toEqual([])
  })

  test("an unmanaged option neither shrinks nor grows", () => {
    const set = ["adaptive_unmanage_options=max_outbound_connections"]
    const { words } = drive({ table: ranges, set }, [...at("400 x", 0), ...at("ok", 3600)])
    expect(words).toEqual([
      "0 response a.test[1] 1: reduce_connections 2 | max_outbound_connections | 32 -> 30 | not: disabled",
      "3600 positive: raise  | outbound_throttle_messages | 100 -> 140",
    ])
  })

  test("a function's limit is the ceiling, and moves with the binding's age", () => {
    const plan = table(
      r("x", "1", '{"throttle", "down"}'),
      "outbound_throttle_messages = function(_, _, age) return 10 + age / 10 end",
    )
    const { words } = drive({ table: plan }, [...at("ok", 0), ...at("400 x", 1000), ...at("ok", 4600)])
    expect(words).toEqual([
      "1000 response a.test[1] 1: throttle down | outbound_throttle_messages | 110 -> 88",
      "4600 positive: raise  | outbound_throttle_messages | 88 -> 135",
    ])
  })

  test("force_max_binding_age asks functions as for a binding fully warm", () => {
    const plan = table(
      r("x", "1", '{"throttle", "down"}'),
      "outbound_throttle_messages = function(_, _, age) return age end",
    )
    const { words } = drive({ table: plan, set: ["force_max_binding_age=true"] }, at("400 x", 0))
    expect(words).toEqual([
      "0 response a.test[1] 1: throttle down | outbound_throttle_messages | 2147483647 -> 1717986917",
    ])
  })
})

describe("what AD never does", () => {
  test.each([
    ["adaptive_enabled is false", "b1", ["adaptive_enabled=false"]],
    ["mail moves to another node", "#mmove", []],
  ])("act where %s", (_why, binding, set) => {
    const { words, engine } = drive({ table: DOWN, set }, [
      [0, "400 x", "a.test", binding],
      [9000, "ok", "a.test", binding],
    ])
    expect(words).toHaveLength(1)
    expect(words[0]).toContain(
      "throttle down | outbound_throttle_messages | 1000 -> unset | not: disabled; reduce_connections 2 | max_outbound_connections | 5 -> unset | not: disabled",
    )
    expect([...engine.store.adjustedValues()]).toEqual([])
  })

  test("hold local texts against rules, unless they are the original's own", () => {
    const any = table(r("refused", "1", '{"suspend", "1 hours"}'))
    const { words, unmatched } = drive({ table: any }, [
      ...at("[local] connection refused", 0),
      ...at("451 4.4.1 [internal] refused", 1),
    ])
    expect(words).toEqual(["1 response a.test[1] 1: suspend 1 hours | until 3601"])
    expect(unmatched).toEqual([])
  })

  test("hold deliveries against rules", () => {
    expect(drive({ table: table(r(".*", "1", '{"suspend", "1 hours"}')) }, at("ok", 0)).words).toEqual([])
  })
})

describe("rejection rate", () => {
  const set = [
    "adaptive_default_suspension_enabled=true",
    "adaptive_attempt_threshold=10",
    "adaptive_rejection_rate_suspension_percentage=20",
    "adaptive_default_suspension=2 hours",
  ]
  const deliveries = at("ok", 0, 1, 2, 3, 4, 5, 6, 7)

  test("suspends when the share of rejections exceeds the percentage", () => {
    const { words } = drive({ table: BUSY, set }, [...deliveries, ...at("550 no", 8, 9, 10, 11)])
    expect(words).toEqual(["10 rejection-rate: suspend 2 hours | until 7210"])
  })

  test.each([
    ["exactly the percentage", [...deliveries, ...at("550 no", 8, 9)]],
    ["too few attempts", at("550 no", 0, 1, 2, 3, 4, 5, 6, 7, 8)],
    ["temporary failures", [...deliveries, ...at("450 no", 8, 9, 10, 11)]],
    [
      "rejections older than the period",
      [...at("550 no", 0, 1, 2), ...at("ok", 3601, 3602, 3603, 3604, 3605, 3606, 3607, 3608, 3609, 3610)],
    ],
  ])("not for %s", (_title, events) => {
    expect(drive({ table: BUSY, set }, events).words).toEqual([])
  })

  test("is off unless switched on", () => {
    expect(
      drive({ table: BUSY, set: set.slice(1) }, [...deliveries, ...at("550 no", 8, 9, 10, 11)]).words,
    ).toEqual([])
  })

  test("counts a rejection that a rule makes temporary as temporary", () => {
    const soft = table(r("no", "1", '{"transcode", "450"}'))
    const { decisions } = drive({ table: soft, set }, [...deliveries, ...at("550 no", 8, 9, 10, 11)])
    expect(decisions.map(({ source }) => source)).toEqual(["response", "response", "response", "response"])
  })
})

test("a state carried over goes on as if nothing had been in between", () => {
  const given = {
    table: `${DOWN}, ["c.test"] = { responses = { ${r("slow", "2/100", '{"suspend", "5 minutes"}')} } }`,
    set: ["max_outbound_connections=20"],
  }
  const events: Happening[] = []
  for (let time = 0; time < 9000; time += 37) {
    events.push([time, time % 5 === 0 ? "400 x" : "ok"])
    events.push([time + 1, time % 3 === 0 ? "450 slow" : "ok", "c.test", time % 2 ? "b1" : "b2"])
  }
  const whole = drive(given, events).words
  expect(whole.length).toBeGreaterThan(20)
  for (const cut of [1, 50, 51, 200, 333, events.length - 1]) {
    const first = drive(given, events.slice(0, cut))
    const store = rebuilt(first.engine.store)
    expect([...store.parts()]).toEqual([...first.engine.store.parts()])
    const second = drive({ ...given, store }, events.slice(cut))
    expect([...first.words, ...second.words]).toEqual(whole)
  }
})

test("a state carried over knows by which MX host a pair's rules were found", () => {
  const given = {
    table: `["hosted"] = { responses = { ${r("x", "1", '{{"reduce_connections", 3}, {"suspend", "10 minutes"}}')} }, configuration = { max_outbound_connections = 20 } }, ["mx:.big.test"] = "hosted"`,
  }
  const events: Happening[] = [
    [0, "400 x", "a.test", "b1", "mx1.big.test"],
    [700, "ok", "z.test"],
  ]
  const whole = drive(given, events).words
  expect(whole[1]).toContain("restart  | max_outbound_connections | 17 -> 20")
  const store = rebuilt(drive(given, events.slice(0, 1)).engine.store)
  expect(drive({ ...given, store }, events.slice(1)).words).toEqual(whole.slice(1))
})

test("a fork goes its own way", () => {
  const { engine } = drive({ table: BUSY }, at("421 busy", 0))
  const fork = engine.store.fork()
  const pair = fork.pairs.of("b1", "a.test")
  fork.lift(pair, Number.MAX_SAFE_INTEGER)
  expect(fork.isHeld(pair)).toBe(false)
  expect(engine.store.isHeld(engine.store.pairs.of("b1", "a.test"))).toBe(true)
})
