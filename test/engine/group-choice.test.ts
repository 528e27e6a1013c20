/**
 * Which binding of a group may send: held against looking at every binding.
 * Source: engine.md section 6, verdict order; R17 of section 11.
 */
import fc from "fast-check"
import { expect, test } from "vitest"
import { globalOptions } from "../../src/config/global-options.js"
import { GroupChoices } from "../../src/engine/group-choice.js"
import { Runtime } from "../../src/engine/runtime.js"
import { Store } from "../../src/store/store.js"
import { configured } from "../console/configuring.js"
import { custom, load } from "../rules/loading.js"

const NO_FUNCTIONS = () => ({ ok: false, reason: "none", isNil: true }) as const
const rulesOf = (action: string, argument: string) =>
  load({
    "custom.lua": custom(
      `{ ["x.test"] = { responses = { { code = "^421", trigger = "1", action = {"${action}", "${argument}"} } } } }`,
    ),
  }).rules

const CASES = Number(process.env.STORE_CASES ?? 300)

const BINDINGS = ["a", "b", "c", "d"]
const DOMAINS = ["x.test", "y.test"]

const action = fc.record({
  what: fc.constantFrom("suspend", "blackhole", "override", "enable", "lift", "choose"),
  binding: fc.constantFrom(...BINDINGS, "other"),
  domain: fc.constantFrom(...DOMAINS),
})

test("a binding that is chosen is never held, and one is chosen while any is free", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), fc.nat(20), (actions, firstAsked) => {
      const store = new Store()
      const choices = new GroupChoices(store, () => BINDINGS)
      let atMicros = 1e15
      for (const [i, { what, binding, domain }] of actions.entries()) {
        const pair = store.pairs.of(binding, domain)
        atMicros += 1e6
        if (what === "suspend" && store.suspendedUntil(pair) === 0) store.suspend(pair, atMicros + 3e6)
        if (what === "blackhole" && store.blackholedUntil(pair) === 0) store.blackhole(pair, atMicros + 5e6)
        if (what === "override") store.override(pair)
        if (what === "enable") store.enable(pair)
        if (what === "lift" && store.hasHold(pair)) store.lift(pair, atMicros)
        // Also one that is asked for late knows what was held before.
        if (i < firstAsked) continue
        const free = BINDINGS.filter((name) => !store.isHeld(store.pairs.of(name, domain)))
        const chosen = Array.from(BINDINGS, () => choices.choose("g", domain))
        // In as many turns as there are bindings each free one has its own.
        expect(new Set(chosen)).toEqual(new Set(free.length === 0 ? [null] : free))
      }
    }),
    { numRuns: CASES },
  )
})

const CONF = `
adaptive_enabled = true
binding_group "g" { binding "a" { } binding "b" { } binding "c" { } }
binding "alone" { }
`

function runtime(conf = CONF): Runtime {
  const rules = rulesOf("suspend", "1 hours")
  return new Runtime(rules, NO_FUNCTIONS, configured(conf).configuration)
}

const refuse = (one: Runtime, binding: string, atSec: number): void =>
  one.event({ atMicros: atSec * 1e6, type: "transient", binding, domain: "x.test", response: "421 busy" })

test("a group sends with those of its bindings that may, in turn", () => {
  const one = runtime()
  const names = (count: number, atSec: number) =>
    Array.from({ length: count }, () => one.sendFromGroup("g", "x.test", atSec).binding)
  expect(names(4, 1000)).toEqual(["a", "b", "c", "a"])
  refuse(one, "b", 1001)
  expect(new Set(names(6, 1002))).toEqual(new Set(["a", "c"]))
  refuse(one, "a", 1003)
  refuse(one, "c", 1061)
  // R17: with every binding suspended mail stays where it is (BZ3741, BZ5104).
  expect(one.sendFromGroup("g", "x.test", 1061)).toEqual({
    binding: null,
    allowed: false,
    // The sweep after 4601, when the first of them ends.
    at: 4660,
    reason: "suspended",
    spreadSec: 0,
    perHour: null,
  })
  expect(one.sendFromGroup("g", "other.test", 1061).binding).not.toBeNull()
  expect(new Set(names(4, 4661))).toEqual(new Set(["a", "b"]))
})

test("without sweeps whoever asks lifts", () => {
  const one = runtime(`${CONF} adaptive { suspend_sweep_interval = 0 }`)
  for (const binding of ["a", "b", "c"]) refuse(one, binding, 1000)
  expect(one.sendFromGroup("g", "x.test", 4599)).toMatchObject({ binding: null, at: 4600 })
  expect(one.sendFromGroup("g", "x.test", 4600).allowed).toBe(true)
})

test("a binding that is throttled gives way to another", () => {
  const one = new Runtime(
    rulesOf("throttle", "down"),
    NO_FUNCTIONS,
    configured(`${CONF} binding_group "g" { binding "b" { outbound_throttle_messages = "1/3600" } }`)
      .configuration,
  )
  const bindings = Array.from({ length: 6 }, () => one.sendFromGroup("g", "x.test", 1000))
  expect(bindings.map(({ binding }) => binding)).toEqual(["a", "b", "c", "a", "c", "a"])
  expect(bindings.every(({ allowed }) => allowed)).toBe(true)
})

test("a group that nobody declares consists of the bindings that the traffic names with it", () => {
  const one = new Runtime(rulesOf("throttle", "down"), NO_FUNCTIONS, globalOptions([]))
  expect(one.sendFromGroup("pool", "x.test", 1000)).toMatchObject({ binding: null, allowed: false, at: 1000 })
  for (const [i, binding] of ["p1", "p2"].entries()) {
    one.store.pairs.of(binding, "x.test")
    one.store.pairs.noteGroup(i, "pool")
  }
  const names = Array.from({ length: 4 }, () => one.sendFromGroup("pool", "x.test", 1001).binding)
  expect(new Set(names)).toEqual(new Set(["p1", "p2"]))
})

test("what the configuration holds is never asked for, and Adaptive Delivery has no say in it (R10, BZ1904)", () => {
  const decisions: unknown[] = []
  const { configuration } = configured(`${CONF}
    binding_group "g" { binding "a" { suspend_delivery = on } binding "b" { domain "x.test" { blackhole = inline } } }
    domain "x.test" { adaptive_retry_fuzz = 64 }`)
  const one = new Runtime(rulesOf("suspend", "1 hours"), NO_FUNCTIONS, configuration, new Store(), {
    decision: ({ effects }) => decisions.push(effects.map(({ outcome, reason }) => reason ?? outcome)),
  })
  refuse(one, "a", 1000)
  refuse(one, "b", 1000)
  refuse(one, "alone", 1000)
  expect(decisions).toEqual([["disabled"], ["disabled"], ["applied"]])
  const answers = ["a", "b", "alone"].map((binding) => one.send(binding, "x.test", 1001))
  expect(answers.map(({ allowed, reason, spreadSec }) => [allowed, reason, spreadSec])).toEqual([
    [false, "suspended", 64],
    [false, "blackholed", 64],
    [false, "suspended", 64],
  ])
  expect(one.send("b", "y.test", 1001).allowed).toBe(true)
  const chosen = Array.from({ length: 3 }, () => one.sendFromGroup("g", "x.test", 1001).binding)
  expect(chosen).toEqual(["c", "c", "c"])
  refuse(one, "c", 1002)
  expect(one.sendFromGroup("g", "x.test", 1003)).toMatchObject({
    binding: null,
    at: 4660,
    reason: "suspended",
  })
})

test("a binding that stands in a group and outside of any is one of the default group once, also while it is held", () => {
  const { configuration } = configured(
    'adaptive_enabled = on\nbinding_group "default" { binding "b" {} }\nbinding "b" {}',
  )
  const runtime = new Runtime(rulesOf("suspend", "1 hours"), NO_FUNCTIONS, configuration)
  runtime.event({ atMicros: 1e15, type: "transient", binding: "b", domain: "x.test", response: "421 busy" })
  expect(runtime.sendFromGroup("default", "x.test", 1e9 + 1)).toMatchObject({
    binding: null,
    reason: "suspended",
  })
})

test("a binding whose group is told later belongs to it from then on, and turns go on", () => {
  const runtime = new Runtime(rulesOf("suspend", "1 hours"), NO_FUNCTIONS, globalOptions([]))
  const told = (binding: string, group: string): void =>
    runtime.event({ atMicros: 1e15, type: "delivery", binding, domain: "x.test", group })
  told("b0", "g")
  told("b1", "g")
  runtime.send("late", "x.test", 1e9)
  expect(runtime.sendFromGroup("g", "x.test", 1e9).binding).toBe("b0")
  told("late", "g")
  const chosen = Array.from({ length: 6 }, (_, i) => {
    // Bindings of other groups come and go.
    told(`other${i}`, "h")
    return runtime.sendFromGroup("g", "x.test", 1e9).binding
  })
  expect(chosen).toEqual(["b1", "late", "b0", "b1", "late", "b0"])
})
