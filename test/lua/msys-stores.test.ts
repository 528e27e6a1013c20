/**
 * The stores behind the host API against plain models: whatever the order of
 * calls, they must tell what a list of everything that happened tells.
 */
import { BlockList, isIPv4, isIPv6 } from "node:net"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { parseCidrFile } from "../../src/lua/msys/store/cidr-table.js"
import { TimerQueue } from "../../src/lua/msys/store/timers.js"
import { contains, isWholeAddress, parseAddress, parseBlock } from "../../src/model/address.js"

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
