/** Numbers of pairs: the same name always gives the same number, different names different ones. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { PairTable } from "../../src/model/pair-table.js"

describe("pairs", () => {
  // binding | domain | the pair it is
  test.each([
    ["b1", "a.test", "b1", "a.test"],
    ["b1", "A.Test", "b1", "a.test"],
    ["b1", "a.test.", "b1", "a.test"],
    ["B1", "a.test", "B1", "a.test"],
    ["", "a.test", "default", "a.test"],
    ["b1", ".", "b1", "."],
    ["b1", "münchen.test", "b1", "münchen.test"],
    ["b:1", "a", "b:1", "a"],
  ])("%j and %j are %s::%s", (binding, domain, ...[ofBinding, ofDomain]) => {
    const pairs = new PairTable()
    const pair = pairs.of(binding, domain)
    expect(pairs.name(pair)).toEqual({ binding: ofBinding, domain: ofDomain })
    expect(pairs.of(ofBinding, ofDomain)).toBe(pair)
    expect(pairs.bindingName(pairs.bindingOf(pair))).toBe(ofBinding)
  })

  test("bytes of a line and texts are one", () => {
    const pairs = new PairTable()
    const line = Buffer.from("xx@GMail.com@b1@")
    expect(pairs.fromBytes(line, 13, 15, 3, 12)).toBe(pairs.of("b1", "gmail.com"))
    expect(pairs.fromBytes(line, 13, 13, 3, 12)).toBe(pairs.of("default", "gmail.com"))
  })

  test("in order they stand as their texts do, unit by unit", () => {
    const name = fc.string({
      minLength: 1,
      maxLength: 4,
      unit: fc.constantFrom(..."ab.ü\u2028\ud7ff\ue000\uffee", "\u{10000}", "\u{1f4e7}"),
    })
    fc.assert(
      fc.property(fc.array(fc.tuple(name, name), { minLength: 2, maxLength: 12 }), (names) => {
        const pairs = new PairTable()
        const numbers = [...new Set(names.map(([binding, domain]) => pairs.of(binding, domain)))]
        const text = (pair: number): string => `${pairs.name(pair).binding}\0${pairs.name(pair).domain}`
        const byText = [...numbers].sort((a, b) => (text(a) < text(b) ? -1 : 1))
        expect([...numbers].sort((a, b) => pairs.compare(a, b))).toEqual(byText)
        for (const number of numbers) expect(pairs.compare(number, number)).toBe(0)
      }),
    )
  })

  test("any names are told apart like the keys of a map, and numbered in order", () => {
    const name = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(..."abcdeAZ019-.ü") })
    fc.assert(
      fc.property(fc.array(fc.tuple(name, name), { maxLength: 3000 }), (names) => {
        const pairs = new PairTable()
        const known = new Map<string, number>()
        for (const [binding, domain] of names) {
          const canonical = domain
            .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
            .replace(/(?<=.)\.$/, "")
          const key = `${binding}:${canonical}`
          const pair = pairs.of(binding, domain)
          if (!known.has(key)) known.set(key, known.size)
          expect(pair).toBe(known.get(key))
          expect(pairs.name(pair)).toEqual({ binding, domain: canonical })
        }
        expect(pairs.count).toBe(known.size)
      }),
      { numRuns: 60 },
    )
  })

  test("the first group that is named for a binding stays, here, in a copy and read back", () => {
    const pairs = new PairTable()
    const [one, two, other] = [pairs.of("b1", "a.test"), pairs.of("b1", "b.test"), pairs.of("b2", "a.test")]
    const note = (table: PairTable, pair: number, group: string): boolean =>
      table.noteGroup(table.bindingOf(pair), group)
    const told = (table: PairTable): unknown[] =>
      [one, two, other].map((pair) => [table.groupOf(table.bindingOf(pair)), table.lacksGroup(pair)])
    const unknown = ["default", true]
    expect(told(pairs)).toEqual([unknown, unknown, unknown])
    expect([note(pairs, one, ""), note(pairs, one, "g1"), note(pairs, two, "g2")]).toEqual([
      false,
      true,
      false,
    ])
    const known = [["g1", false], ["g1", false], unknown]
    expect(told(pairs)).toEqual(known)

    const copy = pairs.fork()
    const readBack = new PairTable()
    for (const _ of readBack.restore(structuredClone(pairs.state())));
    // What is noted from here on is each table's own.
    expect([note(copy, other, "g3"), note(copy, one, "g3"), note(readBack, other, "default")]).toEqual([
      true,
      false,
      true,
    ])
    expect(told(copy)).toEqual([...known.slice(0, 2), ["g3", false]])
    expect(told(readBack)).toEqual([...known.slice(0, 2), ["default", false]])
    expect(told(pairs)).toEqual(known)
    expect(pairs.lacksGroup(pairs.of("b3", "a.test"))).toBe(true)
  })

  test("many pairs", () => {
    const pairs = new PairTable()
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 50_000; i++) expect(pairs.of(`b${i % 7}`, `mx${i}.example.net`)).toBe(i)
    }
    expect(pairs.bindingCount).toBe(7)
    expect(pairs.name(49_999)).toEqual({ binding: "b5", domain: "mx49999.example.net" })
  })

  test("a copy knows what there was, and goes its own way; so does a table read back", () => {
    const name = fc.tuple(
      fc.constantFrom("b1", "b2", "ü"),
      fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom(..."abcd.ü") }),
    )
    fc.assert(
      fc.property(
        fc.array(name, { maxLength: 800 }),
        fc.array(name, { maxLength: 800 }),
        fc.array(name, { maxLength: 800 }),
        (before, here, there) => {
          const pairs = new PairTable()
          for (const [binding, domain] of before) pairs.of(binding, domain)
          const copy = pairs.fork()
          const second = pairs.fork().fork()
          const numbers = (table: PairTable, names: typeof here): number[] =>
            names.map(([binding, domain]) => table.of(binding, domain))
          const plain = (names: typeof here): number[] => {
            const alone = new PairTable()
            for (const [binding, domain] of before) alone.of(binding, domain)
            return numbers(alone, names)
          }
          // The original adds behind what the copies share, and they must not see it.
          expect(numbers(pairs, here)).toEqual(plain(here))
          expect(numbers(copy, there)).toEqual(plain(there))
          expect(numbers(pairs, [...here, ...before])).toEqual(
            plain([...here, ...here, ...before]).slice(here.length),
          )
          expect(numbers(second, before)).toEqual(numbers(pairs, before))
          expect(second.count).toBe(new Set(numbers(pairs, before)).size)
          const read = new PairTable()
          const { bindings, ...columns } = copy.state()
          const own = Object.entries(columns).map(([key, column]) => [key, column.slice()])
          for (const _ of read.restore({ bindings: [...bindings], ...Object.fromEntries(own) }));
          expect(Array.from({ length: read.count }, (_, pair) => read.name(pair))).toEqual(
            Array.from({ length: copy.count }, (_, pair) => copy.name(pair)),
          )
          expect(numbers(read, here)).toEqual(numbers(copy, here))
        },
      ),
      { numRuns: 60 },
    )
  })
})
