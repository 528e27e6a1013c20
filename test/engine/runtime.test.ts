/** The engine as a program embeds it: what is held back, until when, and why. */
import { describe, expect, test } from "vitest"
import { globalOptions } from "../../src/config/global-options.js"
import { Runtime, type RuntimeListener, type SendAnswer } from "../../src/engine/runtime.js"
import type { Decision } from "../../src/model/decision.js"
import { Store } from "../../src/store/store.js"
import { custom, load } from "../rules/loading.js"
import { rebuilt } from "../store/rebuilding.js"

const START = 1_790_000_000

function make(
  table: string,
  set: readonly string[] = [],
  store = new Store(),
  listener: RuntimeListener = {},
): Runtime {
  const { rules, functions } = load({ "custom.lua": custom(`{ ${table} }`, "replace") })
  return new Runtime(rules, (id, args) => functions.call(id, args), globalOptions(set), store, listener)
}

const rule = (code: string, action: string): string =>
  `{ code = "${code}", trigger = "1", action = ${action} }`
const TABLE = `["a.test"] = {
  responses = { ${rule("busy", '{"suspend", "10 minutes"}')}, ${rule("never", '{"blackhole", "5 minutes"}')},
    ${rule("slow", '{"throttle", "down"}')} },
  configuration = { outbound_throttle_messages = 60 } }`

const failed = (runtime: Runtime, sec: number, response: string, domain = "a.test"): void =>
  runtime.event({ atMicros: (START + sec) * 1e6, type: "transient", binding: "b1", domain, response })
const at = (sec: number, reason: SendAnswer["reason"], perHour: number | null): SendAnswer => ({
  allowed: reason === null,
  at: START + sec,
  reason,
  spreadSec: reason === "suspended" || reason === "blackholed" ? 4096 : 0,
  perHour,
})

describe("may I send now, and if not, when", () => {
  test("without rules: yes, without end", () => {
    const runtime = make("")
    for (let i = 0; i < 1000; i++) expect(runtime.send("b1", "x.test", START)).toEqual(at(0, null, null))
  })

  test("under a throttle of messages an hour", () => {
    const runtime = make(TABLE)
    expect(runtime.send("b1", "A.test", START)).toEqual(at(0, null, 60))
    expect(runtime.whenToSend("b1", "a.test", START)).toEqual(at(60, "throttled", 60))
    expect(runtime.send("b1", "a.test", START + 59)).toEqual(at(60, "throttled", 60))
    expect(runtime.send("b1", "a.test", START + 60)).toEqual(at(60, null, 60))
    // Other bindings have their own.
    expect(runtime.send("b2", "a.test", START + 60)).toEqual(at(60, null, 60))
  })

  test("asking does not count", () => {
    const runtime = make(TABLE)
    for (let i = 0; i < 10; i++) expect(runtime.whenToSend("b1", "a.test", START)).toEqual(at(0, null, 60))
    expect(runtime.send("b1", "a.test", START).allowed).toBe(true)
  })

  test("a throttle that a rule made stricter holds from the last message on", () => {
    const runtime = make(TABLE)
    runtime.send("b1", "a.test", START)
    failed(runtime, 1, "450 slow down")
    expect(runtime.whenToSend("b1", "a.test", START + 1)).toEqual(at(75, "throttled", 48))
    expect(runtime.send("b1", "a.test", START + 75)).toEqual(at(75, null, 48))
  })

  test("a throttle as configuration has it: N messages in S seconds", () => {
    const runtime = make("", ["outbound_throttle_messages=1/600"])
    expect(runtime.send("b1", "x.test", START)).toEqual(at(0, null, 6))
    expect(runtime.send("b1", "x.test", START)).toEqual(at(600, "throttled", 6))
    expect(make("", ["outbound_throttle_messages=0"]).send("b1", "x.test", START)).toEqual(at(0, null, null))
  })

  test("a configured throttle is shared by all pairs of its scope, one that rules give or lower is the pair's own", () => {
    const table = `["own.test"] = { responses = { ${rule("x", '{"suspend", "1 minutes"}')} }, configuration = { outbound_throttle_messages = 120 } },
      ["low.test"] = { responses = { ${rule("slow", '{"throttle", "down"}')} } }`
    const runtime = make(table, ["outbound_throttle_messages=60/3600"])
    expect(runtime.send("b1", "x.test", START)).toEqual(at(0, null, 60))
    expect(runtime.send("b2", "y.test", START)).toEqual(at(60, "throttled", 60))
    expect(runtime.send("b1", "own.test", START)).toEqual(at(0, null, 120))
    expect(runtime.send("b1", "low.test", START)).toEqual(at(60, "throttled", 60))
    failed(runtime, 1, "450 slow down", "low.test")
    expect(runtime.send("b1", "low.test", START + 1)).toEqual(at(1, null, 48))
    expect(runtime.send("b1", "low.test", START + 1)).toEqual(at(76, "throttled", 48))
    expect(runtime.send("b2", "low.test", START + 1)).toEqual(at(60, "throttled", 60))
    const after = make(table, ["outbound_throttle_messages=60/3600"], rebuilt(runtime.store))
    expect(after.send("b3", "z.test", START + 2)).toEqual(at(60, "throttled", 60))
    expect(after.send("b3", "z.test", START + 60)).toEqual(at(60, null, 60))
  })

  test("while suspended: at the sweep that lifts it, however full the throttle", () => {
    const runtime = make(TABLE)
    failed(runtime, 0, "421 too busy")
    expect(runtime.send("b1", "a.test", START + 1)).toEqual(at(600, "suspended", 60))
    failed(runtime, 10, "421 unrelated", "b.test")
    expect(runtime.send("b1", "b.test", START + 11).allowed).toBe(true)
    expect(runtime.send("b1", "a.test", START + 599).allowed).toBe(false)
    expect(runtime.send("b1", "a.test", START + 600)).toEqual(at(600, null, 60))
  })

  test("a suspension ends at the first sweep at or after its end", () => {
    const runtime = make(TABLE, ["suspend_sweep_interval=60"])
    failed(runtime, 0, "421 unrelated", "b.test")
    failed(runtime, 35, "421 too busy")
    expect(runtime.whenToSend("b1", "a.test", START + 36)).toEqual(at(660, "suspended", 60))
    expect(runtime.send("b1", "a.test", START + 636).allowed).toBe(false)
    runtime.advance(START + 660)
    expect(runtime.send("b1", "a.test", START + 660).allowed).toBe(true)
    const lazily = make(TABLE, ["suspend_sweep_interval=0"])
    failed(lazily, 35, "421 too busy")
    expect(lazily.whenToSend("b1", "a.test", START + 36)).toEqual(at(635, "suspended", 60))
    expect(lazily.send("b1", "a.test", START + 635).allowed).toBe(true)
  })

  test("while blackholed, and while both: until the later end", () => {
    const runtime = make(TABLE)
    failed(runtime, 0, "450 never again")
    expect(runtime.send("b1", "a.test", START + 1)).toEqual(at(300, "blackholed", 60))
    failed(runtime, 2, "421 too busy")
    expect(runtime.send("b1", "a.test", START + 3).allowed).toBe(false)
  })

  test("the state carried over, a throttle and a suspension go on", () => {
    const first = make(TABLE)
    first.send("b1", "a.test", START)
    failed(first, 5, "421 too busy", "a.test")
    first.send("b2", "a.test", START + 5)
    const second = make(TABLE, [], rebuilt(first.store))
    // It ends at 605: sweeps have gone on since the first event.
    expect(second.send("b1", "a.test", START + 6)).toEqual(at(660, "suspended", 60))
    expect(second.send("b2", "a.test", START + 6)).toEqual(at(65, "throttled", 60))
  })
})

describe("where Adaptive Delivery is switched off while it runs", () => {
  const off = globalOptions(["adaptive_enabled=false"])

  test("what rules, adjustments and suspensions say holds no more", () => {
    const runtime = make(TABLE)
    failed(runtime, 0, "slow")
    expect(runtime.whenToSend("b1", "a.test", START + 1).perHour).toBe(48)
    failed(runtime, 100, "busy")
    expect(runtime.whenToSend("b1", "a.test", START + 101).reason).toBe("suspended")
    runtime.engine.reconfigure(off)
    expect(runtime.whenToSend("b1", "a.test", START + 102)).toEqual(at(102, null, null))
    runtime.engine.reconfigure(globalOptions([]))
    expect(runtime.whenToSend("b1", "a.test", START + 103)).toMatchObject({
      reason: "suspended",
      perHour: 48,
    })
  })

  test("an option that is managed no more is as it is configured, without bounds", () => {
    const bounds = ["outbound_throttle_messages=10", "adaptive_outbound_throttle_messages=1 100"]
    const runtime = make("", bounds)
    expect(runtime.whenToSend("b1", "a.test", START).perHour).toBe(100)
    runtime.engine.reconfigure(
      globalOptions([...bounds, "adaptive_unmanage_options=outbound_throttle_messages"]),
    )
    expect(runtime.whenToSend("b1", "a.test", START).perHour).toBe(36_000)
  })

  test("what happened meanwhile counts for no rejection rate", () => {
    const rate = ["adaptive_default_suspension_enabled=true", "adaptive_attempt_threshold=10"]
    const decisions: Decision[] = []
    const listener = { decision: (decision: Decision) => void decisions.push(decision) }
    const runtime = make("", [...rate, "adaptive_enabled=false"], new Store(), listener)
    const refused = (sec: number): void =>
      runtime.event({
        atMicros: (START + sec) * 1e6,
        type: "permanent",
        domain: "a.test",
        response: "550 no",
      })
    for (let sec = 0; sec < 20; sec++) refused(sec)
    runtime.engine.reconfigure(globalOptions(rate))
    refused(20)
    expect(decisions).toEqual([])
  })
})

test.each([
  [7, 7, 100, false],
  [7, 8, 100, true],
  [14, 14, 100, false],
  [55, 55, 100, false],
])(
  "a rejection rate of %i percent and %i rejections of %i: suspended %s",
  (percent, rejected, attempts, suspended) => {
    const set = [
      "adaptive_default_suspension_enabled=true",
      `adaptive_rejection_rate_suspension_percentage=${percent}`,
      `adaptive_attempt_threshold=${attempts}`,
    ]
    const runtime = make("", set)
    for (let i = 0; i < attempts; i++) {
      const type = i < attempts - rejected ? "delivery" : "permanent"
      runtime.event({ atMicros: START * 1e6 + i, type, domain: "a.test", response: "550 no" })
    }
    expect(runtime.whenToSend("default", "a.test", START + 1).reason).toBe(suspended ? "suspended" : null)
  },
)

test("where no sweep lifts, an attempt does", () => {
  const decisions: Decision[] = []
  const runtime = make(TABLE, ["suspend_sweep_interval=0"], new Store(), {
    decision: (decision) => void decisions.push(decision),
  })
  failed(runtime, 0, "busy")
  failed(runtime, 700, "busy")
  expect(decisions.map(({ source, effects }) => [source, effects[0]?.outcome])).toEqual([
    ["response", "applied"],
    ["lift", "applied"],
    ["response", "applied"],
  ])
})

test("an event that comes late counts as of now: what it brings about is not over when it begins", () => {
  const runtime = make(TABLE)
  runtime.advance(START + 1000)
  failed(runtime, 10, "busy")
  expect(runtime.whenToSend("b1", "a.test", START + 1001).reason).toBe("suspended")
})

test("greylisting goes no further than the operator's bounds", () => {
  const decisions: Decision[] = []
  const table = `["a.test"] = { responses = { ${rule("grey", '{"greylisted", "1 hours"}')} } }`
  const runtime = make(
    table,
    ["max_retry_interval=1000", "adaptive_max_retry_interval=600 1200"],
    new Store(),
    { decision: (decision) => void decisions.push(decision) },
  )
  for (const sec of [0, 100]) failed(runtime, sec, "grey")
  expect(
    decisions.map(({ effects }) => effects.map(({ option, to, outcome }) => `${option} ${to} ${outcome}`)),
  ).toEqual([
    ["retry_interval 3600 applied", "max_retry_interval 1200 applied"],
    ["retry_interval 3600 ignored"],
  ])
})

test("events are told apart and decided on as in a replay, and audited", () => {
  const decisions: Decision[] = []
  const matched: boolean[] = []
  const store = new Store()
  store.audits.define("outbound_audit1")
  const runtime = make(TABLE, [], store, {
    decision: (decision) => decisions.push(decision),
    matched: (_rule, fired) => matched.push(fired),
  })
  const atMicros = START * 1e6
  runtime.event({ atMicros, type: "reception", domain: "a.test" })
  runtime.event({ atMicros: atMicros + 1, type: "delivery", domain: "a.test", deliveryTimeSec: 1.5 })
  failed(runtime, 1, "421 too busy")
  expect(decisions.map(({ source, binding, domain }) => [source, binding, domain])).toEqual([
    ["response", "b1", "a.test"],
  ])
  expect(matched).toEqual([true])
  expect(store.audits.get("outbound_audit1").windows("a.test", store.nowMicros)[0]).toMatchObject({
    receptions: 1,
    deliveries: 1,
    deliveryMicros: 1_500_000,
    transient: 1,
  })
})

test("a delivery time that cannot be counts as not told, as in recorded traffic", () => {
  const store = new Store()
  store.audits.define("outbound_audit1")
  const runtime = make(TABLE, [], store)
  for (const deliveryTimeSec of [2, -1, Number.NaN, Number.POSITIVE_INFINITY])
    runtime.event({ atMicros: START * 1e6, type: "delivery", domain: "a.test", deliveryTimeSec })
  const [window] = store.audits.get("outbound_audit1").windows("a.test", store.nowMicros)
  expect(window).toMatchObject({ deliveries: 4, timed: 1, deliveryMicros: 2_000_000 })
})

test("the first event that names a group of a binding decides", () => {
  const runtime = make(TABLE)
  const { pairs } = runtime.store
  const groupAfter = (fields: object): string => {
    runtime.event({ atMicros: START * 1e6, type: "delivery", domain: "a.test", binding: "b1", ...fields })
    return pairs.groupOf(pairs.bindingOf(pairs.of("b1", "a.test")))
  }
  expect([groupAfter({}), groupAfter({ group: "" }), groupAfter({ group: "g1" })]).toEqual([
    "default",
    "default",
    "g1",
  ])
  expect(groupAfter({ type: "fbl", group: "g2", fblType: "abuse" })).toBe("g1")
  expect(pairs.groupOf(pairs.bindingOf(pairs.of("b2", "a.test")))).toBe("default")
})

describe("refused, and nothing counted", () => {
  const event = (fields: object) => (runtime: Runtime) =>
    runtime.event({ atMicros: START * 1e6, type: "delivery", domain: "a.test", ...fields } as Parameters<
      Runtime["event"]
    >[0])
  test.each<[act: (runtime: Runtime) => unknown, code: string, message: string]>([
    [event({ atMicros: Number.NaN }), "E_EVENT_TIME", "NaN microseconds"],
    [event({ atMicros: -1 }), "E_EVENT_TIME", "-1 microseconds"],
    [event({ atMicros: Number.POSITIVE_INFINITY }), "E_EVENT_TIME", "Infinity"],
    [event({ atMicros: undefined }), "E_EVENT_TIME", "undefined"],
    [event({ atMicros: START * 1e9 }), "E_EVENT_TIME", "after 2099"],
    [event({ type: "bounce" }), "E_EVENT_TYPE", '"bounce"'],
    [event({ domain: "" }), "E_EVENT_DOMAIN", "missing or empty"],
    [event({ domain: undefined }), "E_EVENT_DOMAIN", "missing or empty"],
    [(runtime) => runtime.send("b1", "a.test", Number.NaN), "E_EVENT_TIME", "NaN seconds"],
    [(runtime) => runtime.send("b1", "a.test", START * 1e6), "E_EVENT_TIME", "after 2099"],
    [(runtime) => runtime.whenToSend("b1", "", START), "E_EVENT_DOMAIN", "missing or empty"],
    [(runtime) => runtime.advance(-5), "E_EVENT_TIME", "-5 seconds"],
  ])("%#", (act, code, message) => {
    const runtime = make(TABLE)
    failed(runtime, 0, "421 too busy")
    const before = [...runtime.store.parts()]
    expect(() => act(runtime)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    )
    expect([...runtime.store.parts()]).toEqual(before)
  })
})
