/** Named series: against a model that keeps every event, and what is refused, with the remedy. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { type Monitor, parseMonitor } from "../../src/model/monitor.js"
import { AuditSeriesStore, type SeriesSpec } from "../../src/store/audit-series.js"
import { StoreFault } from "../../src/store/fault.js"
import { Store } from "../../src/store/store.js"
import { rebuilt } from "./rebuilding.js"

const monitor = (text: string): Monitor => parseMonitor(text) as Monitor
const spec = (type: SeriesSpec["type"], ...monitors: string[]): SeriesSpec => ({
  type,
  monitors: monitors.map(monitor),
  persist: true,
})

/** `STORE_CASES=10000 npx vitest run test/store` tries more. */
const CASES = Number(process.env.STORE_CASES ?? 150)

describe("a series with several monitors", () => {
  const KEYS = ["a", "b", "b1::gmail.com", "x@y:z"]
  const key = fc.constantFrom(...KEYS)
  const step = fc.oneof(
    {
      weight: 20,
      arbitrary: fc.record({
        do: fc.constant("add" as const),
        key,
        count: fc.oneof(fc.integer({ min: -9, max: 9 }), fc.constantFrom(40_000, -2_500_000_000)),
        waitSec: fc.oneof(
          { weight: 4, arbitrary: fc.integer({ min: 0, max: 5 }) },
          fc.integer({ min: 5, max: 200 }),
          fc.integer({ min: -30, max: -1 }),
        ),
      }),
    },
    fc.record({ do: fc.constant("remove" as const), key }),
    fc.record({ do: fc.constant("clear" as const) }),
    fc.record({ do: fc.constant("restart" as const) }),
    fc.record({ do: fc.constant("fork" as const) }),
  )

  test("counts in each what was added", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const monitors = ["7,4", "20,3"].map(monitor)
        let store = new Store()
        store.series.define("s", { type: "string", monitors, persist: true })
        let events: { readonly key: string; readonly count: number; readonly atMicros: number }[] = []
        /** By monitor: events whose window was replaced by another. */
        const forgotten = monitors.map(() => new Set<object>())
        let now = 1_790_000_003e6
        const windowOf = (size: number, atMicros: number): number => Math.floor(atMicros / size / 1e6)
        for (const one of steps) {
          if (one.do === "add") {
            now += one.waitSec * 1e6
            store.series.add("s", one.key, one.count, now)
            for (const [i, { sizeSec, count }] of monitors.entries()) {
              const window = windowOf(sizeSec, now)
              for (const event of events) {
                const other = windowOf(sizeSec, event.atMicros)
                if (other !== window && (other - window) % count === 0) forgotten[i]?.add(event)
              }
            }
            events.push({ key: one.key, count: one.count, atMicros: now })
          } else if (one.do === "remove") {
            store.series.remove("s", one.key)
            events = events.filter((event) => event.key !== one.key)
          } else if (one.do === "clear") {
            store.series.clear("s")
            events = []
          } else if (one.do === "restart") store = rebuilt(store)
          else store = store.fork()
          for (const name of KEYS) {
            for (const [i, { sizeSec, count }] of monitors.entries()) {
              for (let from = 0; from < count; from++) {
                for (let to = from; to < count; to++) {
                  const want = events
                    .filter((event) => event.key === name && !forgotten[i]?.has(event))
                    .map((event) => ({
                      ...event,
                      back: windowOf(sizeSec, now) - windowOf(sizeSec, event.atMicros),
                    }))
                    .filter(({ back }) => back >= from && back <= to)
                    .reduce((sum, event) => sum + event.count, 0)
                  expect(store.series.count("s", name, from, to, now, i)).toBe(want)
                }
              }
            }
          }
        }
      }),
      { numRuns: CASES },
    )
  })

  test("keys whose windows have passed make room, and others never go", () => {
    const store = new AuditSeriesStore()
    store.define("s", spec("string", "10,2"))
    store.add("s", "kept", 1, 0)
    for (let i = 0; i < 20_000; i++) {
      store.add("s", `k${i}`, 1, i * 1e6)
      if (i % 5 === 0) store.add("s", "kept", 1, i * 1e6)
    }
    expect(store.keys("s")).toBeLessThan(200)
    expect(store.count("s", "k19999", 0, 1, 19_999e6)).toBe(1)
    expect(store.count("s", "kept", 0, 1, 19_999e6)).toBe(4)
  })
})

describe("a block sums what its addresses sum", () => {
  test.each([
    [
      "cidr",
      (low: number) => `192.0.2.${low}`,
      32,
      (low: number, prefix: number) => `192.0.2.${low}/${prefix}`,
    ],
    [
      "cidr_ipv6",
      (low: number) => `2001:db8:0:0::${low.toString(16)}`,
      128,
      (low: number, prefix: number) => `2001:DB8::${low.toString(16)}/${prefix}`,
    ],
  ] as const)("%s", (type, address, bits, block) => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 31 }), fc.integer({ min: -3, max: 9 }), fc.boolean()), {
          maxLength: 40,
        }),
        fc.integer({ min: 0, max: 7 }),
        fc.integer({ min: 0, max: 31 }),
        (adds, open, host) => {
          const store = new AuditSeriesStore()
          store.define("s", spec(type, "10,2"))
          const counts = new Map<number, number>()
          for (const [low, count, isRemoved] of adds) {
            store.add("s", address(low), count, 100e6)
            counts.set(low, (counts.get(low) ?? 0) + count)
            if (!isRemoved) continue
            store.remove("s", address(low))
            counts.delete(low)
          }
          const size = 2 ** open
          const first = host - (host % size)
          const want = [...counts].filter(([low]) => low >= first && low < first + size)
          const sum = want.reduce((all, [, count]) => all + count, 0)
          expect(store.count("s", block(host, bits - open), 0, 1, 105e6)).toBe(sum)
          expect(store.count("s", address(host), 0, 1, 105e6)).toBe(counts.get(host) ?? 0)
        },
      ),
      { numRuns: 100 },
    )
  })
})

describe("refused, with the accepted form", () => {
  const store = new AuditSeriesStore()
  store.define("s", spec("string", "300,6"))
  store.define("v4", spec("cidr", "300,6"))
  store.define("v6", spec("cidr_ipv6", "300,6"))
  const define = (given: unknown) => () => store.define("new", given as SeriesSpec)

  test.each<[name: string, act: () => unknown, code: string, message: string, hint: string]>([
    ["an unknown series", () => store.add("nope", "k", 1, 0), "E_SERIES_UNKNOWN", '"nope"', "define it"],
    ["a NaN count", () => store.add("s", "k", Number.NaN, 0), "E_SERIES_COUNT", "NaN", "e.g. -1"],
    ["an endless count", () => store.add("s", "k", 1 / 0, 0), "E_SERIES_COUNT", "Infinity", "write a number"],
    ["an empty key", () => store.add("s", "", 1, 0), "E_SERIES_KEY", "is empty", "1 to 1024"],
    [
      "a megabyte of key",
      () => store.add("s", "x".repeat(1 << 20), 1, 0),
      "E_SERIES_KEY",
      "1048576 characters",
      "1024",
    ],
    ["a zero byte", () => store.add("s", "a\0b", 1, 0), "E_SERIES_KEY", "zero byte", "without zero bytes"],
    ["IPv6 in an IPv4 series", () => store.add("v4", "::1", 1, 0), "E_SERIES_KEY", "no IPv4", "192.0.2.1"],
    [
      "IPv4 in an IPv6 series",
      () => store.count("v6", "192.0.2.1", 0, 0, 0),
      "E_SERIES_KEY",
      "no IPv6",
      "2001:db8::1",
    ],
    ["a block as a key", () => store.add("v4", "192.0.2.0/24", 1, 0), "E_SERIES_KEY", "no IPv4", "192.0.2.1"],
    [
      "a block of the other family",
      () => store.count("v4", "::/64", 0, 0, 0),
      "E_SERIES_KEY",
      "no IPv4",
      "0/24",
    ],
    ["words as an address", () => store.add("v4", "a@b:c", 1, 0), "E_SERIES_KEY", "a@b:c", "192.0.2.1"],
    ["a window too far back", () => store.count("s", "k", 0, 6, 0), "E_SERIES_RANGE", "0 to 6", "to 5"],
    [
      "a negative window",
      () => store.count("s", "k", -1, 0, 0),
      "E_SERIES_RANGE",
      "-1",
      "0 (the running one)",
    ],
    ["half a window", () => store.count("s", "k", 0.5, 1, 0), "E_SERIES_RANGE", "0.5", "to 5"],
    [
      "a range backwards",
      () => store.count("s", "k", 3, 1, 0),
      "E_SERIES_RANGE",
      "3 to 1",
      "behind the last",
    ],
    ["an unknown monitor", () => store.count("s", "k", 0, 0, 0, 1), "E_SERIES_RANGE", "monitor 1", "0 to 0"],
    [
      "another definition",
      () => store.define("s", spec("string", "300,7")),
      "E_SERIES_DEFINED",
      "300,6",
      "another name",
    ],
    [
      "an unknown type",
      define({ ...spec("string", "1,1"), type: "text" }),
      "E_SERIES_SPEC",
      '"text"',
      "cidr_ipv6",
    ],
    ["no monitor", define(spec("string")), "E_SERIES_SPEC", "no monitor", '"300,6"'],
    [
      "a size of 0",
      define({ ...spec("string"), monitors: [{ sizeSec: 0, count: 6 }] }),
      "E_SERIES_SPEC",
      "6 of 0 seconds",
      '"300,6"',
    ],
    [
      "a negative count",
      define({ ...spec("string"), monitors: [{ sizeSec: 300, count: -6 }] }),
      "E_SERIES_SPEC",
      "-6 of 300",
      '"300,6"',
    ],
    [
      "too many windows in all",
      define(spec("string", "1,60000", "2,60000")),
      "E_SERIES_SPEC",
      "120000 windows",
      "100000",
    ],
  ])("%s", (_name, act, code, message, hint) => {
    try {
      act()
      expect.unreachable()
    } catch (fault) {
      expect(fault).toBeInstanceOf(StoreFault)
      expect((fault as StoreFault).code).toBe(code)
      expect((fault as StoreFault).message).toContain(message)
      expect((fault as StoreFault).hint).toContain(hint)
    }
  })

  test("and nothing was changed by it", () => {
    expect(store.names).toEqual(["s", "v4", "v6"])
    expect(["s", "v4", "v6"].map((name) => store.keys(name))).toEqual([0, 0, 0])
  })

  test("an unknown key is no fault: it was never counted", () => {
    expect(store.count("s", "never seen", 0, 5, 0)).toBe(0)
  })

  test("the same definition again is none either", () => {
    store.add("s", "k", 1, 0)
    store.define("s", spec("string", "300,6"))
    expect(store.count("s", "k", 0, 0, 0)).toBe(1)
  })

  test("the definition of one too many", () => {
    const full = new AuditSeriesStore()
    for (let i = 0; i < 10_000; i++) full.define(`s${i}`, spec("string", "1,1"))
    expect(() => full.define("one more", spec("string", "1,1"))).toThrow(
      expect.objectContaining({ code: "E_SERIES_FULL", hint: "use one series with many keys" }),
    )
  })

  test("there is room for a million keys", { timeout: 60_000 }, () => {
    const full = new AuditSeriesStore()
    full.define("s0", spec("string", "1,1"))
    for (let i = 0; i < 1_000_000; i++) full.add("s0", `key ${i}`, 1, 0)
    expect(() => full.add("s0", "one more", 1, 0)).toThrow("1000000 keys already")
    full.add("s0", "key 7", 1, 0)
    expect(full.count("s0", "key 7", 0, 0, 0)).toBe(2)
  })
})

describe("a monitor", () => {
  test.each([
    ["300,6", { sizeSec: 300, count: 6 }],
    [" 14400 , 6 ", { sizeSec: 14_400, count: 6 }],
    ["(3,20)", { sizeSec: 3, count: 20 }],
    ["(14400, 6)", { sizeSec: 14_400, count: 6 }],
    ["1800 4", { sizeSec: 1800, count: 4 }],
    ["300", null],
    ["300,", null],
    [",6", null],
    ["300;6", null],
    ["0,6", null],
    ["300,0", null],
    ["-300,6", null],
    ["300,-6", null],
    ["300.5,6", null],
    ["300,6,7", null],
    ["1e3,6", null],
    ["NaN,6", null],
    ["9999999999,1", null],
    ["1,999999", null],
    ["", null],
    ["five minutes", null],
  ])("%j", (text, want) => {
    expect(parseMonitor(text)).toEqual(want)
  })
})
