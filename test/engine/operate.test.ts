/**
 * The operator's hand in suspensions and adjusted values: what it does to mail,
 * to rules and to sweeps. Source: engine.md section 6 and O8 of section 12; R2 and R3 of section 11.
 */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { globalOptions } from "../../src/config/global-options.js"
import { Operations } from "../../src/engine/operate.js"
import { Runtime } from "../../src/engine/runtime.js"
import type { Decision } from "../../src/model/decision.js"
import { Store } from "../../src/store/store.js"
import { custom, load } from "../rules/loading.js"
import { rebuilt } from "../store/rebuilding.js"

const START = 1_790_000_000
const rule = (code: string, action: string): string =>
  `{ code = "${code}", trigger = "1", action = ${action} }`
const TABLE = `["*"] = { responses = { ${rule("busy", '{"suspend", "10 minutes"}')},
  ${rule("never", '{"blackhole", "5 minutes"}')}, ${rule("slow", '{"throttle", "down"}')} },
  configuration = { outbound_throttle_messages = 1000 } }`
const loaded = load({ "custom.lua": custom(`{ ${TABLE} }`, "replace") })

class Bench {
  readonly decisions: Decision[] = []
  readonly set: readonly string[]
  runtime: Runtime
  sec = 0

  constructor(set: readonly string[] = [], store = new Store()) {
    this.set = set
    this.runtime = this.#runtime(store)
  }

  #runtime(store: Store): Runtime {
    const { rules, functions } = loaded
    return new Runtime(rules, (id, args) => functions.call(id, args), globalOptions(this.set), store, {
      decision: (decision) => this.decisions.push(decision),
    })
  }

  get store(): Store {
    return this.runtime.store
  }

  get operations(): Operations {
    return new Operations(this.store)
  }

  /** Everything goes on from the state alone. */
  restart(): void {
    this.runtime = this.#runtime(rebuilt(this.store))
  }

  at(sec: number): this {
    this.sec = sec
    this.runtime.advance(START + sec)
    return this
  }

  fails(response: string, domain = "a.test"): this {
    const type = response.startsWith("5") ? "permanent" : "transient"
    this.runtime.event({ atMicros: (START + this.sec) * 1e6, type, binding: "b1", domain, response })
    return this
  }

  delivers(domain = "a.test"): this {
    this.runtime.event({ atMicros: (START + this.sec) * 1e6, type: "delivery", binding: "b1", domain })
    return this
  }

  /** `yes`, or what holds a message back and for how many seconds from the start. */
  ask(domain = "a.test"): string {
    const { allowed, reason, at } = this.runtime.whenToSend("b1", domain, START + this.sec)
    return allowed ? "yes" : `${reason} until ${at - START}`
  }

  /** `a.test 600 1`: domain, end in seconds from the start, enabled. */
  list(): string[] {
    return this.operations
      .suspensions(all)
      .map(({ pair, untilMicros, enabled }) => {
        const { domain } = this.store.pairs.name(pair)
        return `${domain} ${untilMicros / 1e6 - START} ${enabled ? 1 : 0}`
      })
      .sort()
  }

  outcomes(): string[] {
    return this.decisions.flatMap(({ effects }) =>
      effects.map(({ action, args, outcome, reason }) =>
        [action, ...args.slice(0, 1), outcome === "ignored" ? `not: ${reason}` : ""].join(" ").trim(),
      ),
    )
  }
}

const all = (): boolean => true

describe("an overridden suspension", () => {
  test("delivers mail, stays listed, its time runs on, and the sweep lifts it at its end", () => {
    const bench = new Bench().at(0).fails("421 busy")
    expect(bench.ask()).toBe("suspended until 600")
    expect(bench.operations.override(all)).toBe(1)
    expect(bench.ask()).toBe("yes")
    expect(bench.at(599).list()).toEqual(["a.test 600 0"])
    expect(bench.at(600).list()).toEqual([])
    expect(bench.outcomes()).toEqual(["suspend 10 minutes", "lift suspension"])
  })

  test("blocks a new one until it ends, of a rule", () => {
    const bench = new Bench().at(0).fails("421 busy")
    bench.operations.override(all)
    bench.at(300).fails("421 busy")
    expect(bench.list()).toEqual(["a.test 600 0"])
    expect(bench.at(660).fails("421 busy").list()).toEqual(["a.test 1260 1"])
    expect(bench.outcomes()).toEqual([
      "suspend 10 minutes",
      "suspend 10 minutes not: already-suspended",
      "lift suspension",
      "suspend 10 minutes",
    ])
  })

  test("blocks a new one until it ends, of the rejection rate", () => {
    const bench = new Bench(["adaptive_default_suspension_enabled=true", "adaptive_attempt_threshold=3"])
    bench.at(0).fails("421 busy")
    bench.operations.override(all)
    bench.at(10).fails("550 no").fails("550 no").fails("550 no").fails("550 no")
    expect(bench.list()).toEqual(["a.test 600 0"])
    expect(bench.ask()).toBe("yes")
    bench.at(600).fails("550 no")
    expect(bench.list()).toEqual(["a.test 15000 1"])
  })

  test("blocks nothing else: rules adjust, and a blackhole may begin", () => {
    const bench = new Bench().at(0).fails("421 busy").fails("450 slow").fails("450 never")
    bench.operations.override(all)
    bench.at(1).fails("450 slow").fails("450 never")
    expect(bench.outcomes()).toEqual([
      "suspend 10 minutes",
      "throttle down not: suspended",
      "blackhole 5 minutes not: suspended",
      "throttle down",
      "blackhole 5 minutes",
    ])
    // It is let go when the blackhole ends, not the suspension.
    expect(bench.ask()).toBe("blackholed until 360")
    expect(bench.at(361).ask()).toBe("yes")
    expect(bench.list()).toEqual(["a.test 600 0"])
    bench.operations.enable(all)
    expect(bench.ask()).toBe("suspended until 600")
  })

  test("lets options grow", () => {
    const bench = new Bench(["adaptive_positive_adjustment_interval=100"]).at(0).fails("450 slow")
    bench.at(1).fails("421 busy")
    bench.operations.override(all)
    bench.at(101).delivers()
    expect(bench.outcomes().at(-1)).toBe("raise")
  })

  test("enabled again holds mail until its end, which has not moved", () => {
    const bench = new Bench().at(0).fails("421 busy")
    bench.operations.override(all)
    bench.at(100)
    expect(bench.operations.enable(all)).toBe(1)
    expect(bench.ask()).toBe("suspended until 600")
  })

  test("ends when someone looks where no sweeps are made", () => {
    const bench = new Bench(["suspend_sweep_interval=0"]).at(0).fails("421 busy")
    bench.operations.override(all)
    expect(bench.at(700).list()).toEqual(["a.test 600 0"])
    expect(bench.ask()).toBe("yes")
    expect(bench.list()).toEqual([])
    expect(bench.fails("421 busy").list()).toEqual(["a.test 1300 1"])
  })
})

describe("another end", () => {
  test.each([
    ["longer", 5000, "suspended until 5040", 5039],
    ["shorter", 10, "suspended until 60", 59],
    ["at once: at the next sweep", 0, "suspended until 60", 59],
  ])("%s", (_name, seconds, want, lastHeld) => {
    const bench = new Bench().at(0).fails("421 busy").at(30)
    expect(bench.operations.setRemaining(all, seconds)).toBe(1)
    expect(bench.ask()).toBe(want)
    expect(bench.at(lastHeld).ask()).toBe(want)
    expect(bench.at(lastHeld + 1).ask()).toBe("yes")
  })

  test("only a trigger's own end is taken when nobody gave it another", () => {
    const bench = new Bench().at(0).fails("421 busy").at(30).fails("421 busy")
    expect(bench.list()).toEqual(["a.test 600 1"])
    bench.operations.setRemaining(all, 9000)
    expect(bench.fails("421 busy").list()).toEqual(["a.test 9030 1"])
  })
})

describe("reset", () => {
  test("drops values, not suspensions or ages, and what is remembered of them", () => {
    const bench = new Bench().at(0).fails("450 slow").at(10).fails("421 busy").fails("450 slow", "b.test")
    expect(bench.operations.adjustments(all)).toHaveLength(2)
    bench.at(40)
    expect(bench.operations.reset((pair) => bench.store.pairs.name(pair).domain === "a.test")).toBe(1)
    expect(bench.operations.adjustments(all)).toMatchObject([
      { option: "outbound_throttle_messages", value: 800, sinceMicros: (START + 10) * 1e6 },
    ])
    expect([...bench.store.adjustedValues()]).toHaveLength(1)
    expect(bench.list()).toEqual(["a.test 610 1"])
    expect(bench.operations.ages()).toEqual([{ binding: 0, ageSec: 40 }])
    const pair = bench.store.pairs.of("b1", "a.test")
    const at = (START + 40) * 1e6
    expect(bench.runtime.engine.parameter(pair, "outbound_throttle_messages", at).value).toBe(1000)
    expect(bench.operations.reset(all)).toBe(1)
    expect(bench.operations.reset(all)).toBe(0)
  })

  test("SD-3757: works on pairs that no cache knows, as after a restart", () => {
    const bench = new Bench().at(0).fails("450 slow")
    bench.restart()
    expect(bench.operations.reset(all)).toBe(1)
    expect(bench.operations.adjustments(all)).toEqual([])
  })

  test("counts values that went back to rest as none, and forgets them too", () => {
    const bench = new Bench().at(0).fails("450 slow").at(1).fails("421 busy").at(660)
    expect(bench.operations.adjustments(all)).toEqual([])
    expect([...bench.store.adjustedValues()]).toMatchObject([
      { value: null, changes: 1, sinceMicros: Number.NaN },
    ])
    expect(bench.operations.reset(all)).toBe(0)
    expect([...bench.store.adjustedValues()]).toEqual([])
  })
})

test("MO-766, SD-1106: the age of a binding without traffic is kept, and its first attempt is no birth", () => {
  const bench = new Bench().at(0).delivers()
  bench.operations.setAge("never.seen", 86_400)
  expect(bench.operations.ages().map(({ ageSec }) => ageSec)).toEqual([0, 86_400])
  bench.restart()
  bench.at(60)
  bench.runtime.event({
    atMicros: (START + 60) * 1e6,
    type: "delivery",
    binding: "never.seen",
    domain: "x.test",
  })
  expect(bench.operations.ages().map(({ ageSec }) => ageSec)).toEqual([60, 86_460])
})

/** What stands of one pair, and nothing else. */
interface Modelled {
  suspension: { until: number; enabled: boolean } | null
  blackhole: number | null
}

const DOMAINS = ["a.test", "b.test"]

type Step = readonly [
  waitSec: number,
  act: "busy" | "never" | "override" | "enable" | "ttl" | "restart" | "look",
  domain: number,
  ttlSec: number,
]

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.tuple(
    fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 0, max: 5 }) }, fc.integer({ min: 0, max: 420 })),
    fc.constantFrom("busy", "busy", "never", "override", "override", "enable", "ttl", "restart", "look"),
    // One more is all of them.
    fc.integer({ min: 0, max: DOMAINS.length }),
    fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2000 })),
  ) as fc.Arbitrary<Step>,
  { minLength: 20, maxLength: 60 },
)

test.each([60, 7, 0])(
  "whatever is done in whatever order, as a naive model says; a sweep every %d s",
  (sweepSec) => {
    const lifted = (until: number, now: number): boolean =>
      sweepSec === 0 ? until <= now : Math.ceil(until / sweepSec) * sweepSec <= now
    const seen = new Set<string>()
    fc.assert(
      fc.property(steps, (given) => {
        const bench = new Bench([`suspend_sweep_interval=${sweepSec}`])
        const model = DOMAINS.map((): Modelled => ({ suspension: null, blackhole: null }))
        let lifts = 0
        bench.at(0)
        for (const domain of DOMAINS) bench.delivers(domain)
        let now = 0
        for (const [waitSec, act, index, ttlSec] of given) {
          now += waitSec
          bench.at(now)
          const chosen = index === DOMAINS.length ? model : [model[index] as Modelled]
          if (waitSec > 0 || sweepSec === 0) {
            for (const one of model) {
              if (one.suspension !== null && lifted(one.suspension.until, now)) {
                one.suspension = null
                lifts++
              }
              if (one.blackhole !== null && lifted(one.blackhole, now)) one.blackhole = null
            }
          }
          for (const domain of DOMAINS) bench.ask(domain)
          const isChosen = (pair: number): boolean =>
            index === DOMAINS.length || bench.store.pairs.name(pair).domain === DOMAINS[index]
          const suspended = chosen.filter(({ suspension }) => suspension !== null)
          let count = suspended.length
          switch (act) {
            case "busy":
              for (const one of chosen) {
                bench.fails("421 busy", DOMAINS[model.indexOf(one)])
                if (one.suspension === null && one.blackhole === null)
                  one.suspension = { until: now + 600, enabled: true }
              }
              break
            case "never":
              for (const one of chosen) {
                bench.fails("450 never", DOMAINS[model.indexOf(one)])
                if (one.suspension?.enabled !== true) one.blackhole ??= now + 300
              }
              break
            case "override":
            case "enable":
              for (const { suspension } of suspended) if (suspension) suspension.enabled = act === "enable"
              count = bench.operations[act](isChosen)
              break
            case "ttl":
              for (const { suspension } of suspended) if (suspension) suspension.until = now + ttlSec
              count = bench.operations.setRemaining(isChosen, ttlSec)
              break
            case "restart":
              bench.restart()
              break
          }
          expect(count).toBe(suspended.length)
          expect(bench.list()).toEqual(
            model.flatMap(({ suspension }, i) =>
              suspension === null ? [] : [`${DOMAINS[i]} ${suspension.until} ${suspension.enabled ? 1 : 0}`],
            ),
          )
          for (const [i, { suspension, blackhole }] of model.entries()) {
            const pair = bench.store.pairs.of("b1", DOMAINS[i] as string)
            const isHeld = suspension?.enabled === true || blackhole !== null
            expect(bench.store.isHeld(pair)).toBe(isHeld)
            expect(bench.store.hasHold(pair)).toBe(suspension !== null || blackhole !== null)
            expect(bench.store.fork().isHeld(pair)).toBe(isHeld)
            if (suspension !== null) seen.add(`${suspension.enabled} ${blackhole !== null}`)
          }
        }
        const told = bench.outcomes().filter((outcome) => outcome === "lift suspension").length
        // With no sweeps, what ended by a command of this very second is lifted when next looked at.
        expect(told).toBe(lifts)
      }),
      { numRuns: 150, seed: 20_260_101 },
    )
    expect([...seen].sort()).toEqual(["false false", "false true", "true false", "true true"])
  },
)

test("what is done later than the state's time is reckoned from then, and leaves alone what is over by then", () => {
  const bench = new Bench().at(0).fails("421 busy").fails("421 busy", "b.test")
  const { store } = bench
  const later = (sec: number) =>
    new Operations(store, {
      nowMicros: () => (START + sec) * 1e6,
      liftMicros: (untilMicros) => bench.runtime.engine.sweepAt(untilMicros),
    })
  const isB = (pair: number): boolean => store.pairs.name(pair).domain === "b.test"
  expect(later(300).setRemaining(isB, 200)).toBe(1)
  expect(bench.list()).toEqual(["a.test 600 1", "b.test 500 1"])
  // Sweeps are made once a minute.
  expect(later(539).override(isB)).toBe(1)
  expect([later(540).override(all), later(540).suspensions(all).length]).toEqual([1, 1])
  later(300).setAge("b1", 50)
  expect(later(310).ages()).toEqual([{ binding: store.pairs.binding("b1"), ageSec: 60 }])
  expect(bench.operations.ages()).toEqual([{ binding: store.pairs.binding("b1"), ageSec: 0 }])
  expect(bench.at(500).list()).toEqual(["a.test 600 0", "b.test 500 0"])
  expect(bench.at(540).list()).toEqual(["a.test 600 0"])
})
