/**
 * The stores behind the host API against plain models: whatever the order of
 * calls, they must tell what a list of everything that happened tells.
 */
import { BlockList, isIPv4, isIPv6 } from "node:net"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { contains, isWholeAddress, parseAddress, parseBlock } from "../../src/lua/msys/store/address.js"
import { MemorySeries } from "../../src/lua/msys/store/audit-series.js"
import { parseCidrFile } from "../../src/lua/msys/store/cidr-table.js"
import { MemoryCounters } from "../../src/lua/msys/store/counters.js"
import { MemoryGauges } from "../../src/lua/msys/store/gauges.js"
import { TimerQueue } from "../../src/lua/msys/store/timers.js"

const SEED = { seed: 20240101 }

describe("addresses", () => {
  const piece = fc.constantFrom(
    "0",
    "1",
    "7f",
    "ffff",
    "10",
    "192",
    "256",
    "01",
    "",
    ":",
    ".",
    "::",
    "g",
    "1.2.3.4",
  )
  const candidate = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.array(piece, { maxLength: 9 }).map((parts) => parts.join(":")),
    fc.array(piece, { maxLength: 5 }).map((parts) => parts.join(".")),
    fc.string({ maxLength: 12 }),
  )

  test("are what Node takes for an address", () => {
    fc.assert(
      fc.property(candidate, (text) => {
        const address = parseAddress(text)
        const bracketed = /^\[.*\]$/s.test(text)
        fc.pre(!bracketed && !text.includes("%"))
        expect(address?.family ?? 0).toBe(isIPv4(text) ? 4 : isIPv6(text) ? 6 : 0)
      }),
      { ...SEED, numRuns: 3000 },
    )
  })

  test("lie in the blocks that Node says", () => {
    const pair = fc.oneof(
      fc.record({
        a: fc.ipV4(),
        b: fc.ipV4(),
        prefix: fc.integer({ min: 0, max: 32 }),
        type: fc.constant("ipv4" as const),
      }),
      fc.record({
        a: fc.ipV6(),
        b: fc.ipV6(),
        prefix: fc.integer({ min: 0, max: 128 }),
        type: fc.constant("ipv6" as const),
      }),
    )
    fc.assert(
      fc.property(pair, fc.integer({ min: 0, max: 127 }), ({ a, b, prefix, type }, keep) => {
        // Half the bits of `b` are those of `a`, or hardly any pair would share a block.
        const first = parseAddress(a)
        const second = parseAddress(b)
        if (first === null || second === null) throw new Error(`${a} ${b}`)
        const bits = type === "ipv4" ? 32n : 128n
        const low = bits - BigInt(Math.min(keep, Number(bits)))
        const near = {
          family: second.family,
          value: ((first.value >> low) << low) | (second.value & ((1n << low) - 1n)),
        }
        const list = new BlockList()
        list.addSubnet(a, prefix, type)
        const block = parseBlock(`${a}/${prefix}`)
        expect(block).not.toBe(null)
        if (block === null) return
        expect(contains(block, near)).toBe(list.check(show(near.value, type), type))
        expect(isWholeAddress(block)).toBe(prefix === Number(bits))
      }),
      { ...SEED, numRuns: 2000 },
    )
  })

  function show(value: bigint, type: "ipv4" | "ipv6"): string {
    const width = type === "ipv4" ? 8n : 16n
    const count = type === "ipv4" ? 4 : 8
    const groups = Array.from(
      { length: count },
      (_, i) => (value >> (width * BigInt(count - 1 - i))) & ((1n << width) - 1n),
    )
    return type === "ipv4" ? groups.join(".") : groups.map((group) => group.toString(16)).join(":")
  }

  test.each([
    ["[::1]", 6],
    ["[1.2.3.4]", null],
    ["[]", null],
    ["[::1", null],
    ["1.2.3.4 ", null],
    ["::ffff:1.2.3.4", 6],
    [`1.2.3.4${"0".repeat(1_000_000)}`, null],
    [":".repeat(1_000_000), null],
    ["::/0", null],
  ])("%.20s", (text, family) => {
    expect(parseAddress(text)?.family ?? null).toBe(family)
  })
})

describe("series", () => {
  test("count what was added in each window, whatever the order and the gaps", () => {
    const step = fc.record({
      key: fc.constantFrom("a", "b", "c"),
      count: fc.integer({ min: -5, max: 5 }),
      wait: fc.oneof(
        fc.constant(0),
        fc.double({ min: 0, max: 50, noNaN: true }),
        fc.integer({ min: 100, max: 500 }),
      ),
    })
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(step, { maxLength: 60 }),
        (intervalSec, windows, steps) => {
          const store = new MemorySeries()
          store.define("s", { type: "string", intervalSec, windows, persist: false })
          const added: { key: string; count: number; window: number }[] = []
          let nowSec = 1_700_000_000.5
          for (const { key, count, wait } of steps) {
            nowSec += wait
            store.add("s", key, count, nowSec)
            added.push({ key, count, window: Math.floor(nowSec / intervalSec) })
            const now = Math.floor(nowSec / intervalSec)
            for (let from = 0; from <= windows; from++) {
              for (let to = from; to <= windows + 1; to++) {
                const last = Math.min(to, windows - 1)
                const want = added
                  .filter((a) => a.key === key && a.window <= now - from && a.window >= now - last)
                  .reduce((sum, a) => sum + a.count, 0)
                expect(store.count("s", key, from, to, nowSec)).toBe(want)
              }
            }
          }
        },
      ),
      { ...SEED, numRuns: 200 },
    )
  })

  test("a clock that goes back finds the window of that time", () => {
    const store = new MemorySeries()
    store.define("s", { type: "string", intervalSec: 10, windows: 3, persist: false })
    store.add("s", "k", 1, 100)
    store.add("s", "k", 10, 110)
    store.add("s", "k", 100, 105)
    expect(store.count("s", "k", 0, 0, 105)).toBe(101)
    expect(store.count("s", "k", 0, 2, 105)).toBe(101)
    expect(store.count("s", "k", 0, 2, 115)).toBe(111)
  })

  test("keys whose windows have passed make room", () => {
    const store = new MemorySeries()
    store.define("s", { type: "string", intervalSec: 10, windows: 2, persist: false })
    for (let i = 0; i < 20_000; i++) store.add("s", `k${i}`, 1, i)
    expect(store.keys("s")).toBeLessThan(2000)
    expect(store.count("s", "k19999", 0, 1, 19_999)).toBe(1)
  })

  test("a block sums what its addresses sum", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: -3, max: 9 })), {
          maxLength: 40,
        }),
        fc.integer({ min: 26, max: 32 }),
        fc.integer({ min: 0, max: 15 }),
        (adds, prefix, host) => {
          const store = new MemorySeries()
          store.define("s", { type: "cidr", intervalSec: 10, windows: 2, persist: false })
          const address = (low: number) =>
            parseAddress(`192.0.2.${low}`) as NonNullable<ReturnType<typeof parseAddress>>
          for (const [low, count] of adds) store.add("s", address(low), count, 100)
          const block = parseBlock(`192.0.2.${host}/${prefix}`)
          if (block === null) throw new Error("no block")
          const size = 2 ** (32 - prefix)
          const first = host - (host % size)
          const want = adds
            .filter(([low]) => low >= first && low < first + size)
            .reduce((sum, [, count]) => sum + count, 0)
          expect(store.count("s", block, 0, 1, 100)).toBe(want)
        },
      ),
      SEED,
    )
  })
})

describe("gauges", () => {
  test("agree with a list of all changes", () => {
    const step = fc.record({
      key: fc.constantFrom("a", "b", "c", "d", "e"),
      by: fc.constantFrom<1 | -1>(1, -1),
      wait: fc.constantFrom(0, 1, 5, 9, 10, 30),
    })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 60 }), (maxElems, steps) => {
        const store = new MemoryGauges()
        store.define("g", { maxElems, ttlSec: 10 })
        let model: { key: string; value: number; changed: number }[] = []
        let now = 0
        for (const { key, by, wait } of steps) {
          now += wait
          model = model.filter(({ changed }) => now - changed < 10)
          const before = model.find((entry) => entry.key === key)?.value ?? 0
          store.change("g", key, by, now)
          if (before + by >= 0) {
            model = model.filter((entry) => entry.key !== key)
            if (model.length >= maxElems) model.shift()
            model.push({ key, value: before + by, changed: now })
          }
          for (const name of ["a", "b", "c", "d", "e"]) {
            expect(store.get("g", name, now)).toBe(model.find((entry) => entry.key === name)?.value ?? 0)
          }
        }
      }),
      { ...SEED, numRuns: 300 },
    )
  })

  test("a decrement makes no entry, so it evicts none", () => {
    const store = new MemoryGauges()
    store.define("g", { maxElems: 1, ttlSec: 10 })
    store.change("g", "a", 1, 0)
    store.change("g", "b", -1, 0)
    expect(store.get("g", "a", 0)).toBe(1)
  })
})

test("counters: a name taken away leaves the counter to its holders", () => {
  const store = new MemoryCounters()
  const held = store.open("/a")
  if (held === null) throw new Error("full")
  held.value = 5
  expect(store.find("/a")).toBe(held)
  store.unlink("/a")
  expect(store.find("/a")).toBe(null)
  expect(store.open("/a")?.value).toBe(0)
  expect(held.value).toBe(5)
})

test("timers: a fired one that was started anew in between is not taken twice", () => {
  const queue = new TimerQueue()
  queue.start(1, { kind: "after", seconds: 5 }, 0)
  const [due] = queue.due(5)
  if (due === undefined) throw new Error("not due")
  queue.start(1, { kind: "after", seconds: 5 }, 5)
  expect(queue.fire(due, 5)).toBe(false)
  expect(queue.nextSec()).toBe(10)
})

describe("block list files", () => {
  test("a range is all its addresses and no other", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }), (a, b) => {
        const [from, to] = a < b ? [a, b] : [b, a]
        const { table, badLines } = parseCidrFile(`192.0.2.${from}-${to}`)
        expect(badLines).toEqual([])
        for (let low = 0; low < 256; low += 1) {
          const address = parseAddress(`192.0.2.${low}`)
          if (address === null) throw new Error("no address")
          expect(table.find(address) !== null).toBe(low >= from && low <= to)
        }
      }),
      { ...SEED, numRuns: 100 },
    )
  })

  test.each([
    ["10.0.0.1", ":3:", { a: "127.0.0.3", txt: "" }],
    ["10.0.0.1", ":127.0.0.9", { a: "127.0.0.9", txt: "" }],
    ["10.0.0.1", ":127.0.0.9:a: b", { a: "127.0.0.9", txt: "a: b" }],
    ["10.0.0.1", "::a", { a: "127.0.0.2", txt: "a" }],
    ["10.0.0.1", "  a text", { a: "127.0.0.2", txt: "a text" }],
    ["10.0.0.1", "", { a: "127.0.0.2", txt: "" }],
  ])("%s %s", (subject, rest, want) => {
    const { table } = parseCidrFile(`${subject} ${rest}`)
    expect(table.find({ family: 4, value: 0x0a000001n })).toEqual(want)
  })
})
