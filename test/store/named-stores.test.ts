/** Named throttles, gauge caches and counters against plain models, and what they refuse. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { Counters } from "../../src/store/counters.js"
import { StoreFault } from "../../src/store/fault.js"
import { GaugeCaches } from "../../src/store/gauges.js"
import { KeyTable } from "../../src/store/key-table.js"
import { NamedThrottles } from "../../src/store/named-throttles.js"
import { Store } from "../../src/store/store.js"
import { rebuilt } from "./rebuilding.js"

const SEC = 1e6

describe("named throttles", () => {
  test("are over their budget while more than N were counted in S seconds", () => {
    const throttles = new NamedThrottles()
    throttles.create("t", "3/60", 0)
    throttles.increment("t", 10 * SEC, 3)
    expect(throttles.isExceeded("t", 10 * SEC)).toBe(false)
    expect(throttles.secondsUntilClear("t", 10 * SEC)).toBe(0)
    throttles.increment("t", 20 * SEC)
    expect(throttles.isExceeded("t", 20 * SEC)).toBe(true)
    expect(throttles.secondsUntilClear("t", 25.5 * SEC)).toBe(44.5)
    expect(throttles.isExceeded("t", 69.999 * SEC)).toBe(true)
    expect(throttles.isExceeded("t", 70 * SEC)).toBe(false)
    throttles.increment("t", 70 * SEC, 9)
    throttles.increment("t", 71 * SEC, -6)
    expect(throttles.isExceeded("t", 71 * SEC)).toBe(false)
    throttles.increment("t", 71 * SEC, -100)
    throttles.increment("t", 71 * SEC, 3)
    expect(throttles.isExceeded("t", 71 * SEC)).toBe(false)
  })

  test("are gone a second after their window, and must be created again", () => {
    const throttles = new NamedThrottles()
    throttles.create("t", "1/10", 0)
    throttles.increment("t", 0)
    expect(throttles.has("t", 11 * SEC)).toBe(true)
    throttles.create("u", "1/10", 0)
    expect(throttles.has("u", 11 * SEC + 1)).toBe(false)
    expect(() => throttles.increment("u", 12 * SEC)).toThrow("no throttle")
  })

  test("made again while they are there, nothing changes", () => {
    const throttles = new NamedThrottles()
    throttles.create("t", "1/60", 0)
    throttles.increment("t", 0, 2)
    throttles.create("t", "100/60", 1)
    expect(throttles.isExceeded("t", 1)).toBe(true)
  })

  test("too many drop the one used longest ago", () => {
    const throttles = new NamedThrottles(3)
    for (const name of ["a", "b", "c"]) throttles.create(name, "1/60", 0)
    throttles.isExceeded("a", 1)
    throttles.create("d", "1/60", 2)
    expect(["a", "b", "c", "d"].map((name) => throttles.has(name, 3))).toEqual([true, false, true, true])
    expect(new NamedThrottles().capacity).toBe(1000)
  })

  test("time that was set back begins a new window", () => {
    const throttles = new NamedThrottles()
    throttles.create("t", "1/60", 1000 * SEC)
    throttles.increment("t", 1000 * SEC, 5)
    expect(throttles.isExceeded("t", 10 * SEC)).toBe(false)
    throttles.increment("t", 10 * SEC, 5)
    expect(throttles.secondsUntilClear("t", 10 * SEC)).toBe(60)
  })

  const throttles = new NamedThrottles()
  throttles.create("t", "1/60", 0)
  test.each<[act: () => unknown, code: string, message: string, hint: string]>([
    [() => throttles.create("", "1/60", 0), "E_THROTTLE_SPEC", "is empty", "1 to 1024"],
    [() => throttles.create("n", "0/60", 0), "E_THROTTLE_SPEC", '"0/60"', "MESSAGES/SECONDS"],
    [() => throttles.create("n", "1/0", 0), "E_THROTTLE_SPEC", '"1/0"', "both at least 1"],
    [() => throttles.create("n", "-1/60", 0), "E_THROTTLE_SPEC", '"-1/60"', "10/60"],
    [() => throttles.create("n", "ten", 0), "E_THROTTLE_SPEC", '"ten"', "10/60"],
    [() => throttles.create("n", "NaN/60", 0), "E_THROTTLE_SPEC", "NaN", "10/60"],
    [() => throttles.increment("t", 0, 1.5), "E_THROTTLE_COUNT", "1.5", "whole number"],
    [() => throttles.increment("t", 0, Number.NaN), "E_THROTTLE_COUNT", "NaN", "whole number"],
    [() => throttles.isExceeded("u", 0), "E_THROTTLE_UNKNOWN", '"u"', "create it each time"],
  ])("refused: %#", (act, code, message, hint) => {
    const fault = faultOf(act)
    expect([fault.code, fault.message, fault.hint]).toEqual([
      code,
      expect.stringContaining(message),
      expect.stringContaining(hint),
    ])
  })
})

describe("gauges", () => {
  const KEYS = ["a", "b", "c", "d", "e"]

  test("agree with a list of all changes", () => {
    const step = fc.record({
      key: fc.constantFrom(...KEYS),
      do: fc.constantFrom<"inc" | "dec" | "remove" | "fork" | "restart">(
        "inc",
        "inc",
        "inc",
        "dec",
        "remove",
        "fork",
        "restart",
      ),
      wait: fc.constantFrom(0, 1, 5, 9, 10, 30),
    })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 60 }), (maxElems, steps) => {
        let store = new Store()
        store.gauges.define("g", { maxElems, ttlSec: 10 })
        let model: { key: string; value: number; changed: number }[] = []
        let now = 0
        for (const { key, do: what, wait } of steps) {
          now += wait
          model = model.filter(({ changed }) => now - changed < 10)
          if (what === "fork") store = store.fork()
          else if (what === "restart") store = rebuilt(store)
          else if (what === "remove") {
            store.gauges.remove("g", key)
            model = model.filter((entry) => entry.key !== key)
          } else {
            const by = what === "inc" ? 1 : -1
            const before = model.find((entry) => entry.key === key)?.value ?? 0
            store.gauges.change("g", key, by, now * SEC)
            if (before + by >= 0) {
              model = model.filter((entry) => entry.key !== key)
              if (model.length >= maxElems) model.shift()
              model.push({ key, value: before + by, changed: now })
            }
          }
          for (const name of KEYS)
            expect(store.gauges.get("g", name, now * SEC)).toBe(
              model.find((entry) => entry.key === name)?.value ?? 0,
            )
        }
      }),
      { numRuns: 300 },
    )
  })

  test("a decrement makes no entry, so it evicts none", () => {
    const store = new GaugeCaches()
    store.define("g", { maxElems: 1, ttlSec: 10 })
    store.change("g", "a", 1, 0)
    store.change("g", "b", -1, 0)
    expect(store.get("g", "a", 0)).toBe(1)
  })

  const gauges = new GaugeCaches()
  gauges.define("g", { maxElems: 3, ttlSec: 60 })
  test.each<[act: () => unknown, code: string]>([
    [() => gauges.change("nope", "k", 1, 0), "E_GAUGE_UNKNOWN"],
    [() => gauges.get("g", "", 0), "E_GAUGE_KEY"],
    [() => gauges.get("g", "x".repeat(1 << 20), 0), "E_GAUGE_KEY"],
    [() => gauges.define("", { maxElems: 3, ttlSec: 60 }), "E_GAUGE_SPEC"],
    [() => gauges.define("n", { maxElems: 0, ttlSec: 60 }), "E_GAUGE_SPEC"],
    [() => gauges.define("n", { maxElems: 1.5, ttlSec: 60 }), "E_GAUGE_SPEC"],
    [() => gauges.define("n", { maxElems: 3, ttlSec: Number.NaN }), "E_GAUGE_SPEC"],
    [() => gauges.define("g", { maxElems: 4, ttlSec: 60 }), "E_GAUGE_DEFINED"],
    [
      () => {
        const full = new GaugeCaches()
        for (let i = 0; i <= 10_000; i++) full.define(`c${i}`, { maxElems: 1, ttlSec: 1 })
      },
      "E_GAUGE_FULL",
    ],
  ])("refused: %#", (act, code) => {
    expect(faultOf(act).code).toBe(code)
  })
})

test("counters: a name taken away leaves the counter to its holders", () => {
  const store = new Counters()
  const held = store.open("/a")
  if (held === null) throw new Error("full")
  held.value = 5
  expect(store.find("/a")).toBe(held)
  const fork = store.fork()
  store.unlink("/a")
  expect(store.find("/a")).toBe(null)
  expect(store.open("/a")?.value).toBe(0)
  expect(held.value).toBe(5)
  held.value = 6
  expect(fork.find("/a")?.value).toBe(5)
})

test("a table of keys agrees with a map, whatever comes and goes", () => {
  const key = fc.oneof(fc.string({ maxLength: 3 }), fc.integer({ min: 0, max: 60 }).map(String))
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant("of" as const), key }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("remove" as const), key }) },
    fc.record({ do: fc.constant("restart" as const), key }),
    fc.record({ do: fc.constant("fork" as const), key }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      let table = new KeyTable()
      let other = table.fork()
      const model = new Map<string, number>()
      let before = ""
      for (const { do: what, key: one } of steps) {
        if (what === "of") {
          const row = table.of(one)
          expect(model.get(one) ?? row).toBe(row)
          expect([...model].some(([key2, taken]) => taken === row && key2 !== one)).toBe(false)
          model.set(one, row)
        } else if (what === "remove") {
          expect(table.remove(one)).toBe(model.get(one) ?? -1)
          model.delete(one)
        } else if (what === "restart") {
          const copy = new KeyTable()
          for (const part of table.parts("keys", {})) copy.takePart(part)
          copy.settle()
          table = copy
        } else {
          expect(JSON.stringify([...other.entries()])).toBe(before || "[]")
          other = table.fork()
          before = JSON.stringify([...other.entries()])
        }
        expect(table.size).toBe(model.size)
        for (const [name, row] of model) {
          expect(table.find(name)).toBe(row)
          expect(table.keyOf(row)).toBe(name)
        }
        expect(table.find(`not ${one}`)).toBe(-1)
      }
    }),
    { numRuns: 200 },
  )
})

function faultOf(act: () => unknown): StoreFault {
  try {
    act()
  } catch (fault) {
    if (fault instanceof StoreFault) return fault
    throw fault
  }
  throw new Error("it was not refused")
}
