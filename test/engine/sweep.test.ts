/** Sweep rules: what counts, when they fire, and what acting means. Tickets are those of engine.md. */
import { describe, expect, test } from "vitest"
import { DEFAULT_BOUNCE_RULE, DEFAULT_FBL_RULE } from "../../src/model/sweep-rule.js"
import type { Store } from "../../src/store/store.js"
import { rebuilt } from "../store/rebuilding.js"
import { START_SEC, Sweeping, sweepRule, threshold } from "./sweeping.js"

const FEW = { adaptive_attempt_threshold: "1", adaptive_fbl_volume_threshold: "1" }
const THROTTLED = { ...FEW, outbound_throttle_messages: "10" }
const y = sweepRule("y", ["bc:10", "bc:20"])
const abuse = sweepRule("fbl", ["fbl:abuse"], {
  low: threshold(0.2, "throttle", "down"),
  high: threshold(0.5, "suspend", "4 hours"),
})

describe("the seed", () => {
  const defaults = { "": [DEFAULT_BOUNCE_RULE, DEFAULT_FBL_RULE] }

  test("143 of 19,695 attempts: below every threshold, and what the console shows", () => {
    const sweeping = new Sweeping({ rules: defaults })
      .event(1, "reception")
      .events(19_552, 100, "delivery")
      .events(100, 200, "permanent", { bounceClass: "10" })
      .events(43, 300, "permanent", { bounceClass: "24" })
      .advance(3600)
    expect(sweeping.words).toEqual([])
    const pair = sweeping.store.pairs.of("b1", "a.test")
    const counts = sweeping.engine.sweepCounts(pair, (START_SEC + 3600) * 1e6)
    expect(counts.map(({ rule, count, total }) => [rule.name, rule.enabled, count, total])).toEqual([
      ["default_bounce_rule", true, 143, 19_695],
      ["default_fbl_rule", true, 0, 19_552],
    ])
  })

  test.each([
    [59, []],
    [60, ["3600 b1 a.test default_bounce_rule low 60/2000: throttle applied"]],
    [199, ["3600 b1 a.test default_bounce_rule low 199/2000: throttle applied"]],
    [200, ["3600 b1 a.test default_bounce_rule high 200/2000: suspend applied"]],
  ] as const)("%i bounces of 2,000: 3 %% throttle, 10 %% suspend, and not both", (bounces, words) => {
    const sweeping = new Sweeping({ rules: defaults, options: { outbound_throttle_messages: "10" } })
      .events(bounces, 1, "permanent", { bounceClass: "24" })
      .events(2000 - bounces, 1, "delivery")
      .advance(3600)
    expect(sweeping.words).toEqual(words)
  })

  test.each([
    [20_000, 39, []],
    [20_000, 40, ["low 40/20000: throttle applied"]],
    [20_000, 100, ["high 100/20000: suspend applied"]],
    [19_999, 100, []],
  ] as const)("of %i deliveries %i complaints: 0.2 %% throttle, 0.5 %% suspend", (sent, reports, words) => {
    const sweeping = new Sweeping({
      rules: defaults,
      options: { outbound_throttle_messages: "10", fbl_stats_monitor: "14400,6" },
    })
      .events(sent, 1, "delivery")
      .events(reports, 1, "fbl", { fblType: "abuse" })
      .advance(3600)
    expect(sweeping.words).toEqual(words.map((one) => `3600 b1 a.test default_fbl_rule ${one}`))
  })

  test("a domain's rule beside the global one for complaints", () => {
    const sweeping = new Sweeping({ options: THROTTLED, rules: { "": [y, abuse] } })
      .events(995, 1, "delivery")
      .events(5, 1, "permanent", { bounceClass: "20" })
      .events(50, 1, "permanent", { bounceClass: "10" })
      .events(3, 2, "fbl", { fblType: "abuse" })
      .advance(3600)
    expect(sweeping.words).toEqual([
      "3600 b1 a.test y low 55/1050: throttle applied",
      "3600 b1 a.test fbl low 3/995: throttle adjustment-interval",
    ])
  })
})

describe("what counts", () => {
  test("#7129: a share of what came to an end; transient failures are in neither number", () => {
    const sweeping = new Sweeping({ options: FEW, rules: { "": [y] } })
      .events(90, 1, "delivery")
      .events(9, 1, "permanent", { bounceClass: "10" })
      .events(1, 1, "permanent", { bounceClass: "50" })
      .events(500, 1, "transient", { bounceClass: "10" })
      .advance(3600)
    expect(sweeping.words).toEqual(["3600 b1 a.test y low 9/100: throttle no-default"])
  })

  test("BZ4065: nothing is counted of a pair that is not enabled, nor of mail on the move", () => {
    const sweeping = new Sweeping({
      options: FEW,
      bindings: { off: { adaptive_enabled: "false" } },
      rules: { "": [y, abuse] },
    })
    for (const binding of ["off", "#mmove"]) {
      for (const type of ["delivery", "permanent", "oob", "fbl"])
        sweeping.events(5, 1, type, { binding, bounceClass: "10", fblType: "abuse" })
    }
    expect(sweeping.store.stats.bytes).toBe(0)
    expect(sweeping.advance(3600).words).toEqual([])
  })

  test("MO-4975, O12: a bounce by mail adds to the bounces only; a complaint counts once, as a complaint", () => {
    const sweeping = new Sweeping({ options: FEW, rules: { "": [y, abuse] } })
      .events(100, 1, "delivery")
      .events(5, 10, "oob", { bounceClass: "10" })
      .events(1, 20, "fbl", { fblType: "ABUSE", bounceClass: "10" })
      .events(9, 20, "fbl", { fblType: "opt-out" })
      .events(9, 20, "fbl", { fblType: null })
      .advance(3600)
    expect(sweeping.words).toEqual([
      "3600 b1 a.test y low 5/100: throttle no-default",
      "3600 b1 a.test fbl high 1/100: suspend applied",
    ])
  })

  test("failures that our own side made count as any other", () => {
    const sweeping = new Sweeping({ options: FEW, rules: { "": [y] } })
      .events(9, 1, "delivery")
      .event(1, "permanent", {
        local: true,
        response: "554 5.4.7 [internal] message timeout",
        bounceClass: "20",
      })
      .advance(3600)
    expect(sweeping.words).toEqual(["3600 b1 a.test y high 1/10: suspend applied"])
  })

  test("a reply that a rule rewrites counts as what it was made", () => {
    const table = `["a.test"] = { responses = {
      { code = "^450 gone", trigger = "1", action = {"transcode", "550 no such user"} },
      { code = "^550 wait", trigger = "1", action = {"transcode", "450"} } } }`
    const asked: unknown[] = []
    const classify = (...args: unknown[]): number => {
      asked.push(args)
      return 20
    }
    const sweeping = new Sweeping({ options: FEW, rules: { "": [y] }, table, classify })
      .events(8, 1, "delivery")
      // The class that the traffic has is of the reply that was given.
      .event(1, "transient", { response: "450 gone away", bounceClass: "70", mx: "mx.a.test" })
      .event(1, "permanent", { response: "550 wait", bounceClass: "10" })
      .event(1, "permanent", { response: "550 other", bounceClass: "50" })
      .advance(3600)
    expect(sweeping.words).toEqual(["3600 b1 a.test y high 1/10: suspend applied"])
    expect(asked).toEqual([["550 no such user", "a.test", "mx.a.test"]])
  })

  test("without a class in the traffic, what the classifier says; without one, undetermined", () => {
    const undetermined = sweepRule("u", ["bc:1"])
    for (const classify of [undefined, () => 10])
      expect(
        new Sweeping({
          options: FEW,
          rules: { "": [y, undetermined] },
          ...(classify === undefined ? {} : { classify }),
        })
          .events(19, 1, "delivery")
          .event(1, "permanent", { response: "550 who?" })
          .event(1, "oob", { response: "550 who?" })
          .advance(3600).words,
      ).toEqual([`3600 b1 a.test ${classify === undefined ? "u" : "y"} high 2/20: suspend applied`])
  })

  test.each([
    ["enable_bounce_stats", ["fbl"]],
    ["enable_fbl_stats", ["y"]],
  ])("%s = false: that family neither counts nor fires", (option, fired) => {
    const sweeping = new Sweeping({ options: { ...FEW, [option]: "false" }, rules: { "": [y, abuse] } })
      .events(5, 1, "delivery")
      .event(1, "oob", { bounceClass: "10" })
      .event(1, "fbl", { fblType: "abuse" })
      .advance(3600)
    expect(sweeping.decisions.map(({ sweep }) => sweep?.rule.name)).toEqual(fired)
    const pair = sweeping.store.pairs.of("b1", "a.test")
    const counts = sweeping.engine.sweepCounts(pair, (START_SEC + 3600) * 1e6)
    expect(counts.filter(({ total }) => total > 0).map(({ rule }) => rule.name)).toEqual(fired)
  })

  test("O15: the attempts that must be reached are those that the share is of", () => {
    const sweeping = new Sweeping({ options: { adaptive_attempt_threshold: "10" }, rules: { "": [y] } })
      .events(8, 1, "delivery")
      .events(1, 1, "permanent", { bounceClass: "10" })
      .events(100, 1, "oob", { bounceClass: "10" })
      .events(100, 1, "transient")
      .advance(3600)
      .event(3600, "delivery")
    expect(sweeping.words).toEqual([])
  })

  test("shares are exact where a threshold is met exactly", () => {
    for (const percent of [0.07, 0.29, 0.57, 29, 57, 58])
      expect(
        new Sweeping({
          options: FEW,
          rules: { "": [sweepRule("x", ["bc:10"], { high: threshold(percent) })] },
        })
          .events(10_000 - percent * 100, 1, "delivery")
          .events(Math.round(percent * 100), 1, "permanent", { bounceClass: "10" })
          .advance(3600)
          .decisions.map(({ sweep }) => sweep?.level),
      ).toEqual(["high"])
  })
})

describe("sweeps", () => {
  const bounce = { bounceClass: "10" }

  test("at start + k intervals, over the hour before: what lies an hour back is out", () => {
    const sweeping = new Sweeping({
      beginsLater: true,
      options: { ...FEW, bounce_sweep_interval: "600", suspend_sweep_interval: "60" },
      rules: { "": [sweepRule("y", ["bc:10"], { high: threshold(100, "suspend", "1 hours") })] },
    })
      .event(0.25, "permanent", bounce)
      .advance(4200)
    expect(sweeping.words).toEqual(["600.25 b1 a.test y high 1/1: suspend applied"])
    sweeping.event(4300, "permanent", bounce).advance(20_000)
    expect(sweeping.words).toEqual([
      "600.25 b1 a.test y high 1/1: suspend applied",
      "4800.25 b1 a.test y high 1/1: suspend applied",
    ])
  })

  test("of a lift and a sweep at one time the lift comes first", () => {
    const sweeping = new Sweeping({
      options: {
        ...FEW,
        bounce_sweep_interval: "3600",
        suspend_sweep_interval: "3600",
        fbl_stats_monitor: "86400,2",
      },
      rules: { "": [sweepRule("f", ["fbl:abuse"], { high: threshold(1, "suspend", "1 hours") })] },
    })
      .event(1, "delivery")
      .event(1, "fbl", { fblType: "abuse" })
      .advance(7200)
    expect(sweeping.decisions.map(({ atMicros, source }) => [atMicros / 1e6 - START_SEC, source])).toEqual([
      [3600, "sweep"],
      [7200, "lift"],
      [7200, "sweep"],
    ])
  })

  test("bounce_sweep_interval 0: no sweep, while response rules go on", () => {
    const table = `["a.test"] = { responses = { { code = "^550", trigger = "1", action = {"suspend", "1 hours"} } } }`
    const sweeping = new Sweeping({
      options: { ...FEW, bounce_sweep_interval: "0" },
      rules: { "": [y] },
      table,
    })
      .event(1, "permanent", bounce)
      .advance(1e6)
    expect(sweeping.words).toEqual([])
    expect(sweeping.decisions.map(({ source }) => source)).toEqual(["response", "lift"])
    expect(sweeping.engine.nextDueMicros).toBe(Number.POSITIVE_INFINITY)
  })

  test("SD-318, R5: years without mail cost nothing, and nothing is left out", () => {
    const sweeping = new Sweeping({
      options: { ...FEW, bounce_sweep_interval: "1" },
      rules: {
        "": [
          sweepRule("f", ["fbl:abuse"], {
            low: threshold(60, "throttle", "down"),
            high: threshold(100, "suspend", "1 hours"),
          }),
        ],
      },
    })
      .events(2, 1, "delivery")
      .events(1, 20_000, "delivery")
      .events(1, 20_000, "fbl", { fblType: "abuse" })
    let looks = 0
    const { forget } = sweeping.store.stats
    sweeping.store.stats.forget = function (...args) {
      looks++
      return forget.apply(this, args)
    }
    sweeping.advance(3 * 365 * 86_400)
    // Deliveries of the first window are over before those of the second: the share rises by that alone.
    expect(sweeping.words.length).toBeGreaterThan(0)
    const [first] = sweeping.words
    expect(first).toMatch(/ f high 1\/1: suspend applied$/)
    expect(looks).toBeLessThan(200)
  })

  test("a pair that is held is not looked at", () => {
    const table = `["a.test"] = { responses = { { code = "^450", trigger = "1", action = {"blackhole", "3 hours"} } } }`
    const sweeping = new Sweeping({
      options: { ...FEW, fbl_stats_monitor: "86400,2" },
      rules: { "": [abuse] },
      table,
    })
      .event(1, "delivery")
      .event(1, "fbl", { fblType: "abuse" })
      .event(1, "transient")
      .advance(10_860)
    expect(sweeping.words).toEqual([])
    expect(sweeping.advance(14_400).words).toEqual(["14400 b1 a.test fbl high 1/1: suspend applied"])
  })

  test("pairs act in the order of their names, in whatever order they came", () => {
    const names = [
      ["b", "z.test"],
      ["b", "a.test"],
      ["a", "m.test"],
      ["B", "q.test"],
      ["ä", "a.test"],
    ] as const
    for (const order of [names, [...names].reverse()]) {
      const sweeping = new Sweeping({ options: FEW, rules: { "": [y] } })
      for (const [binding, domain] of order) sweeping.event(1, "permanent", { ...bounce, binding, domain })
      expect(sweeping.advance(3600).decisions.map(({ binding, domain }) => `${binding} ${domain}`)).toEqual([
        "B q.test",
        "a m.test",
        "b a.test",
        "b z.test",
        "ä a.test",
      ])
    }
  })

  test("all rules that fire act, the first suspension wins, and an adjustment waits for its interval", () => {
    const rules = [
      sweepRule("off", ["bc:10"], { enabled: false }),
      sweepRule("down", ["bc:10"], { high: threshold(1, "throttle", "down") }),
      sweepRule("again", ["bc:10"], { high: threshold(1, "throttle", "down") }),
      sweepRule("first", ["bc:10"], { high: threshold(1, "suspend", "1 hours", "transcode", "450") }),
      sweepRule("second", ["bc:10"], { high: threshold(1, "suspend", "4 hours") }),
      sweepRule("late", ["bc:10"], { high: threshold(1, "reduce_connections", "5") }),
    ]
    const sweeping = new Sweeping({ options: THROTTLED, rules: { "": rules } })
      .event(1, "permanent", bounce)
      .advance(3600)
    expect(sweeping.words.map((one) => one.replace("3600 b1 a.test ", ""))).toEqual([
      "down high 1/1: throttle applied",
      "again high 1/1: throttle adjustment-interval",
      "first high 1/1: suspend applied, transcode disabled",
      "second high 1/1: suspend already-suspended",
      "late high 1/1: reduce_connections suspended",
    ])
    const [decision] = sweeping.decisions
    expect(decision).toMatchObject({
      source: "sweep",
      rule: null,
      response: null,
      count: 1,
      sweep: { rule: { name: "down" }, level: "high", count: 1, total: 1 },
      alerts: ["throttle"],
      effects: [{ action: "throttle", option: "outbound_throttle_messages", from: 36_000, to: 28_800 }],
    })
    expect([...sweeping.swept]).toEqual(rules.map(({ name }) => name))
  })

  test("a rule that fired holds back growth", () => {
    const options = {
      ...THROTTLED,
      adaptive_positive_adjustment_interval: "4000",
      bounce_sweep_interval: "3600",
    }
    const sweeping = new Sweeping({
      options,
      rules: { "": [sweepRule("y", ["bc:10"], { high: threshold(99) })] },
    })
      .events(10, 1, "delivery")
      .event(1, "permanent", bounce)
      .event(7000, "delivery")
      .event(7599, "delivery")
      .event(7600, "delivery")
    expect(sweeping.decisions.map(({ source, atMicros }) => [source, atMicros / 1e6 - START_SEC])).toEqual([
      ["sweep", 3600],
      ["positive", 7600],
    ])
  })

  test("a threshold of 0 is met by mail without a bounce, but not by no mail at all", () => {
    const options = { adaptive_attempt_threshold: "0", adaptive_fbl_volume_threshold: "0" }
    const zero = { low: threshold(0, "throttle", "down") }
    const rules = [sweepRule("b", ["bc:10"], zero), sweepRule("f", ["fbl:abuse"], zero)]
    const sweeping = new Sweeping({ options, rules: { "": rules } })
      .event(1, "delivery")
      .event(1, "oob", { domain: "only-bounces.test", bounceClass: "10" })
      .advance(3600)
    expect(sweeping.words).toEqual([
      "3600 b1 a.test b low 0/1: throttle no-default",
      "3600 b1 a.test f low 0/1: throttle no-default",
    ])
  })

  test("with suspend_sweep_interval 0 a sweep lets go what is over before it looks", () => {
    const sweeping = new Sweeping({
      options: { ...FEW, suspend_sweep_interval: "0", fbl_stats_monitor: "86400,2" },
      rules: { "": [sweepRule("f", ["fbl:abuse"], { high: threshold(1, "suspend", "1 hours") })] },
    })
      .event(1, "delivery")
      .event(1, "fbl", { fblType: "abuse" })
      .advance(10_800)
    expect(sweeping.decisions.map(({ atMicros, source }) => [atMicros / 1e6 - START_SEC, source])).toEqual([
      [3600, "sweep"],
      [7200, "lift"],
      [7200, "sweep"],
      [10_800, "lift"],
      [10_800, "sweep"],
    ])
  })
})

describe("in slices, after a restart, on a copy", () => {
  const setUp = {
    options: { ...THROTTLED, bounce_sweep_interval: "600" },
    rules: { "": [y, abuse, sweepRule("z", ["bc:1"], { high: threshold(60, "suspend", "1 hours") })] },
  }
  const fill = (sweeping: Sweeping): Sweeping => {
    for (let i = 0; i < 3000; i++) {
      const pair = { binding: `b${i % 7}`, domain: `d${(i * 7919) % 500}.test` }
      sweeping.event(i / 3, i % 3 === 0 ? "permanent" : "delivery", {
        ...pair,
        bounceClass: String(1 + (i % 10)),
      })
      if (i % 5 === 0) sweeping.event(i / 3, "fbl", { ...pair, fblType: "abuse" })
    }
    return sweeping
  }

  test.each([1, 10, 1000])("SD-299: slices of %i pairs: the same decisions as at once", (size) => {
    const atOnce = fill(new Sweeping(setUp))
    const sliced = fill(new Sweeping(setUp))
    atOnce.advance(7200)
    let slices = 0
    for (const _ of sliced.engine.sweepSlices((START_SEC + 7200) * 1e6, size)) slices++
    expect(slices).toBeGreaterThan(3000 / size)
    expect(sliced.decisions).toEqual(atOnce.decisions)
    expect(atOnce.words.length).toBeGreaterThan(500)
  })

  test("events between slices neither repeat the sweep nor lose themselves", () => {
    const sliced = fill(new Sweeping(setUp))
    const before = sliced.decisions.length
    const slices = sliced.engine.sweepSlices((START_SEC + 1200) * 1e6, 50)
    let at = 1200
    for (const _ of slices) {
      at += 0.5
      sliced.event(at, "permanent", { domain: "between.test", bounceClass: "10" })
    }
    const told = sliced.decisions
      .slice(before)
      .map(({ binding, domain, sweep }) => `${binding} ${domain} ${sweep?.rule.name}`)
    expect(new Set(told).size).toBe(told.length)
    expect(told).not.toContain("b1 between.test y")
    sliced.advance(1800)
    expect(sliced.words.at(-1)).not.toBe("")
    expect(sliced.words).toContainEqual(
      expect.stringMatching(/^1800 b1 between.test y high (\d+)\/\1: suspend applied$/),
    )
  })

  test("a restart in between changes nothing, nor does a copy", () => {
    const whole = fill(new Sweeping(setUp)).advance(9000)
    for (const again of [rebuilt, (store: Store) => store.fork()]) {
      const first = fill(new Sweeping(setUp)).advance(1500)
      const second = new Sweeping({ ...setUp, store: again(first.store) }).advance(9000)
      expect([...first.decisions, ...second.decisions]).toEqual(whole.decisions)
    }
  })
})

describe("sweep rules of rule files", () => {
  const inFile = (rules: string, everything = ""): string =>
    `["a.test"] = { sweep_rules = { ${rules} } }, ["*"] = { sweep_rules = { ${everything} } },
     ["alias.test"] = "a.test", ["mx:.mail.test"] = "a.test"`
  const names = (sweeping: Sweeping, domain: string, binding = "b1"): string[] =>
    sweeping.engine
      .sweepCounts(sweeping.store.pairs.of(binding, domain), START_SEC * 1e6)
      .map(({ rule }) => `${rule.name} ${rule.codes.join(" ")}${rule.enabled ? "" : " off"}`)

  const table = inFile(
    '{ name = "own", codes = {"bc:10"} }, { name = "both", codes = {"bc:22"}, adaptive_sweep_rule_enabled = false }',
    '{ name = "both", codes = {"bc:1"} }, { name = "all", codes = {"fbl:abuse"} }',
  )
  const defaults = [DEFAULT_BOUNCE_RULE, DEFAULT_FBL_RULE]

  test.each([
    ["a.test", ["own bc:10", "both bc:22 off", "all fbl:abuse"]],
    ["alias.test", ["own bc:10", "both bc:22 off", "all fbl:abuse"]],
    ["other.test", ["both bc:1", "all fbl:abuse"]],
  ])("%s: its own, then those of *, the most specific of a name even if it is off", (domain, expected) => {
    expect(names(new Sweeping({ table, rules: { "": defaults } }), domain)).toEqual(expected)
  })

  test("the MX host decides as it does for responses", () => {
    const sweeping = new Sweeping({ table, options: FEW, rules: { "": defaults } }).event(1, "permanent", {
      domain: "hosted.test",
      mx: "in.mail.test",
      bounceClass: "10",
    })
    expect(sweeping.advance(3600).words).toEqual(["3600 b1 hosted.test own high 1/1: suspend applied"])
  })

  test("O11: defaults stand where no file names a code of the family, mixed rules included", () => {
    const only = (rules: string): string[] =>
      names(new Sweeping({ table: inFile(rules), rules: { "": defaults } }), "a.test")
    expect(only('{ name = "x", codes = {"bc:10"} }')).toEqual(["x bc:10", "default_fbl_rule fbl:abuse"])
    expect(only('{ name = "x", codes = {"fbl:other"}, adaptive_sweep_rule_enabled = 0 }')).toEqual([
      "x fbl:other off",
      "default_bounce_rule bc:10 bc:24",
    ])
    expect(only('{ name = "x", codes = {"bc:10", "fbl:abuse"} }')).toEqual([])
    expect(only('{ name = "x" }')).toEqual(["default_bounce_rule bc:10 bc:24", "default_fbl_rule fbl:abuse"])
  })

  test("the operator's stanzas come first and win by name; where they are switched off, files have none", () => {
    const conf = { "": [sweepRule("own", ["bc:50"]), DEFAULT_FBL_RULE] }
    expect(names(new Sweeping({ table, rules: conf }), "a.test")).toEqual([
      "own bc:50",
      "both bc:22 off",
      "all fbl:abuse",
    ])
    const off = { bindings: { b1: { adaptive_sweep_rule_enabled: "0" } }, rules: { b1: [], "": defaults } }
    expect(names(new Sweeping({ table, ...off }), "a.test")).toEqual([])
    expect(names(new Sweeping({ table, ...off }), "a.test", "b2")).toHaveLength(3)
  })

  test("they fire with what they say, and with the defaults where they say nothing", () => {
    const rules = `{ name = "y", codes = {"bc:10", "bc:20"}, low_threshold = 2, low_action = {"throttle","down"},
        high_threshold = 7, high_action = {{"reduce_connections", "2"}, {"suspend","4 hours"}} },
      { name = "plain", codes = "bc:22" }`
    for (const [bounceClass, count, expected] of [
      ["20", 1, []],
      ["20", 2, ["y low 2/100: throttle no-default"]],
      ["10", 7, ["y high 7/100: reduce_connections applied, suspend applied"]],
      ["22", 5, ["plain low 5/100: throttle no-default"]],
      ["22", 10, ["plain high 10/100: suspend applied"]],
    ] as const)
      expect(
        new Sweeping({ table: inFile(rules), options: FEW, rules: { "": defaults } })
          .events(100 - count, 1, "delivery")
          .events(count, 1, "permanent", { bounceClass })
          .advance(3600).words,
      ).toEqual(expected.map((one) => `3600 b1 a.test ${one}`))
  })
})
