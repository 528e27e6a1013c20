/** Counts of matches in a window, against a model that keeps every match. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { SlidingCounts } from "../../src/store/sliding-count.js"

test("any matches of any keys are counted like in a list of all of them", () => {
  const step = fc.record({
    key: fc.nat({ max: 3 }),
    afterMicros: fc.constantFrom(0, 1, 500, 1000, 1001, 7000),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), fc.constantFrom(1, 1000, 5000), (steps, spanMicros) => {
      const counts = new SlidingCounts()
      const all: { key: number; at: number }[] = []
      let at = 1_790_000_000_000_000
      for (const { key, afterMicros } of steps) {
        at += afterMicros
        all.push({ key, at })
        const inWindow = (k: number): number =>
          all.filter((one) => one.key === k && one.at > at - spanMicros && one.at <= at).length
        expect(counts.add(key, at, spanMicros)).toBe(inWindow(key))
        expect(counts.count(3 - key, at)).toBe(inWindow(3 - key))
      }
    }),
  )
})

test("a window that widens counts what it still knows; one that narrows counts less", () => {
  const counts = new SlidingCounts()
  for (const at of [1000, 2000, 3000]) counts.add(1, at, 10_000)
  expect(counts.add(1, 4000, 1500)).toBe(2)
  expect(counts.add(1, 5000, 10_000)).toBe(3)
})

test("keys whose matches are all over are forgotten, others never", () => {
  const counts = new SlidingCounts()
  counts.add(0, 0, 1e12)
  for (let key = 1; key < 100_000; key++) counts.add(key, key * 1000, 5000)
  expect(counts.size).toBeLessThan(3000)
  expect(counts.add(0, 1e8, 1e12)).toBe(2)
})

test("what is written can be read back", () => {
  const counts = new SlidingCounts()
  for (const at of [1000, 1000, 2000, 9000]) counts.add(7, at, 8000)
  const copy = new SlidingCounts()
  for (const part of counts.parts("matches")) copy.takePart(part)
  expect([...copy.parts("matches")]).toEqual([...counts.parts("matches")])
  expect(copy.add(7, 9500, 8000)).toBe(counts.add(7, 9500, 8000))
})

test("copies and restarts go on as a list of all matches says, each its own way, while keys come and go", () => {
  const step = fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        do: fc.constant("add" as const),
        key: fc.nat({ max: 40 }),
        after: fc.constantFrom(0, 1, 40, 300, 2000),
      }),
    },
    fc.record({ do: fc.constantFrom("fork" as const, "restart" as const, "swap" as const) }),
  )
  const spanOf = (key: number): number => 100 + (key % 4) * 700
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      let counts = new SlidingCounts()
      let all: { key: number; at: number }[] = []
      let other = { counts: counts.fork(), all: [...all] }
      let at = 1_790_000_000_000_000
      for (const one of steps) {
        if (one.do === "add") {
          at += one.after
          // Keys as the store makes them: a pair and a rule in one number.
          const key = one.key * 2 ** 22 + (one.key % 3)
          all.push({ key, at })
          const want = all.filter((match) => match.key === key && match.at > at - spanOf(one.key)).length
          expect(counts.add(key, at, spanOf(one.key))).toBe(want)
        } else if (one.do === "fork") other = { counts: counts.fork(), all: [...all] }
        else if (one.do === "swap") {
          const kept = { counts, all }
          counts = other.counts
          all = other.all
          other = kept
        } else {
          const copy = new SlidingCounts()
          for (const part of counts.fork().parts("matches")) copy.takePart(part)
          counts = copy
        }
        expect(counts.size).toBeLessThanOrEqual(41)
      }
    }),
    { numRuns: 200 },
  )
})
