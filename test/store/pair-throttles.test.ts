/**
 * outbound_throttle_messages, over simulated days: never more than the limit plus
 * one in any aligned hour, and what the limit allows when there is more to send.
 */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { PairThrottles } from "../../src/store/pair-throttles.js"

const HOUR = 3600e6
/** Not at the beginning of an hour. */
const START = 1_790_000_000e6 + 1_234_567

/** Ways to come with messages: the time of the next attempt, given what the throttle said. */
type Sender = (atMicros: number, nextMicros: number, perHour: number) => number

const SENDERS: Record<string, Sender> = {
  "comes when told": (at, next) => Math.max(at + 1, next),
  "looks each second": (at, next) => (next <= at ? at : at + 1e6),
  "looks each second, by and large": (at, next) => (next <= at ? at : at + 900_000 + ((at * 7919) % 200_000)),
  "has half as many again, evenly": (at, _next, perHour) => Math.round(at + HOUR / perHour / 1.5),
  "has three times as many, evenly": (at, _next, perHour) => Math.round(at + HOUR / perHour / 3),
  "has ten times as many, evenly": (at, _next, perHour) => Math.round(at + HOUR / perHour / 10),
}

function simulate(perHour: number, hours: number, sender: Sender) {
  const throttles = new PairThrottles()
  const sent = new Map<number, number>()
  let total = 0
  let at = START
  while (at < START + hours * HOUR) {
    const next = throttles.take(0, perHour, at)
    if (next <= at) {
      const hour = Math.floor(at / HOUR)
      sent.set(hour, (sent.get(hour) ?? 0) + 1)
      total++
    }
    at = sender(at, next, perHour)
  }
  return { most: Math.max(...sent.values()), total, sent }
}

describe("exact", () => {
  const limits: [perHour: number, days: number][] = [
    [0.5, 40],
    [0.75, 40],
    [1, 40],
    [1.35, 40],
    [7, 20],
    [10.5, 20],
    [100, 10],
    [999.9, 4],
    [1000, 4],
    [3599, 2],
    [3600, 2],
    [3601, 2],
    [12_345.6, 2],
    [100_000, 1],
    [999_999, 0.25],
    [1_000_000, 0.25],
  ]
  const cases = limits.flatMap(([perHour, days]) =>
    Object.keys(SENDERS).map((sender) => ({ perHour, days, sender })),
  )

  test.each(cases)("$perHour an hour, $days days, a sender that $sender", ({ perHour, days, sender }) => {
    const hours = days * 24
    const { most, total, sent } = simulate(perHour, hours, SENDERS[sender] as Sender)
    expect(most).toBeLessThanOrEqual(perHour + 1)
    // All time: what the schedule has places for, and the one carried over.
    expect(total).toBeLessThanOrEqual(Math.ceil(perHour * hours) + 1)
    expect(total).toBeGreaterThanOrEqual(Math.floor(perHour * hours * 0.999))
    if (perHour >= 1) return
    // Below one an hour the limit's own period is longer.
    const periodHours = 1 / perHour
    const periods = new Map<number, number>()
    for (const [hour, count] of sent) {
      const period = Math.floor(hour / periodHours)
      periods.set(period, (periods.get(period) ?? 0) + count)
    }
    expect(Math.max(...periods.values())).toBeLessThanOrEqual(2)
  })

  test("a day at a million an hour", { timeout: 60_000 }, () => {
    const { most, total } = simulate(1_000_000, 24, SENDERS["comes when told"] as Sender)
    expect(most).toBeLessThanOrEqual(1_000_001)
    expect(total).toBeGreaterThanOrEqual(23_976_000)
    expect(total).toBeLessThanOrEqual(24_000_001)
  })

  test("whatever the limit, and whenever a sender comes", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.3, max: 5000, noNaN: true }),
        fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: 20, maxLength: 200 }),
        (perHour, gaps) => {
          const throttles = new PairThrottles()
          const counts = new Map<number, number>()
          let at = START
          for (let round = 0; round < 5; round++) {
            for (const gap of gaps) {
              at = Math.round(at + (gap * HOUR) / perHour)
              const asked = throttles.nextMicros(0, perHour, at)
              const next = throttles.take(0, perHour, at)
              expect(next).toBe(asked)
              if (next > at) continue
              const hour = Math.floor(at / HOUR)
              counts.set(hour, (counts.get(hour) ?? 0) + 1)
              expect(counts.get(hour)).toBeLessThanOrEqual(perHour + 1)
            }
          }
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe("the time told is the first at which a message goes", () => {
  test.each([0.5, 1, 7, 100, 12_345.6, 1_000_000])("%d an hour", (perHour) => {
    const throttles = new PairThrottles()
    let at = START
    for (let i = 0; i < 2000; i++) {
      const next = throttles.nextMicros(0, perHour, at)
      if (next > at) {
        expect(Number.isInteger(next)).toBe(true)
        expect(throttles.nextMicros(0, perHour, next - 1)).toBeGreaterThan(next - 1)
        expect(throttles.nextMicros(0, perHour, next)).toBe(next)
        at = next
      }
      expect(throttles.take(0, perHour, at)).toBe(at)
    }
  })
})

describe("a throttle", () => {
  test("of 0, or none, is no limit and is not remembered", () => {
    const throttles = new PairThrottles()
    for (let i = 0; i < 100; i++) expect(throttles.take(0, 0, START)).toBe(START)
    expect(throttles.take(0, Number.NaN, START)).toBe(START)
    expect(throttles.size).toBe(0)
  })

  test("that was idle lets one message more go at once, not all that were missed", () => {
    const throttles = new PairThrottles()
    throttles.take(0, 60, START)
    const later = START + 20 * 60e6
    const went = [0, 1, 2, 3].map(() => throttles.take(0, 60, later) <= later)
    expect(went).toEqual([true, true, false, false])
  })

  test("made stricter counts from the last message; made looser lets go at once", () => {
    const throttles = new PairThrottles()
    expect(throttles.take(0, 3600, START)).toBe(START)
    expect(throttles.nextMicros(0, 36, START + 1e6)).toBe(START + 100e6)
    expect(throttles.nextMicros(0, 3600, START + 1e6)).toBe(START + 1e6)
    expect(throttles.take(0, 36, START + 100e6)).toBe(START + 100e6)
    expect(throttles.take(0, 3600, START + 101e6)).toBe(START + 101e6)
  })

  test("made stricter after many messages still counts from the last of them", () => {
    const throttles = new PairThrottles()
    for (let i = 0; i < 500; i++) throttles.take(0, 3600, START + i * 1e6)
    const last = START + 499e6
    expect(throttles.nextMicros(0, 36, last + 1e6)).toBe(last + 100e6)
    expect(throttles.take(0, 36, last + 100e6)).toBe(last + 100e6)
    expect(throttles.nextMicros(0, 36, last + 100e6)).toBe(last + 200e6)
    expect(throttles.nextMicros(0, 7200, last + 100e6)).toBe(last + 100.5e6)
  })

  test("does not wait for a time that was set back", () => {
    const throttles = new PairThrottles()
    throttles.take(0, 60, START + 86_400e6)
    expect(throttles.take(0, 60, START)).toBe(START)
    expect(throttles.take(0, 60, START)).toBe(START + 60e6)
    // A little back is another clock, not another day.
    expect(throttles.take(0, 60, START - 500_000)).toBe(START + 60e6)
  })

  test("of one pair is not that of another", () => {
    const throttles = new PairThrottles()
    for (let pair = 0; pair < 1000; pair++) expect(throttles.take(pair, 1, START)).toBe(START)
    for (let pair = 0; pair < 1000; pair++) expect(throttles.take(pair, 1, START)).toBe(START + HOUR)
  })

  test("is forgotten when it was used longest ago and there are too many", () => {
    const throttles = new PairThrottles(3)
    for (const pair of [0, 1, 2]) throttles.take(pair, 1, START)
    throttles.take(0, 1, START + 1)
    throttles.take(9, 1, START + 2)
    expect(throttles.size).toBe(3)
    expect(throttles.evictedInForce).toBe(1)
    // 1 went, being asked for longest ago; 0 and 2 are still held back.
    expect([0, 2, 9].map((pair) => throttles.nextMicros(pair, 1, START + 3) > START + 3)).toEqual([
      true,
      true,
      true,
    ])
    expect(throttles.nextMicros(1, 1, START + 3)).toBe(START + 3)
  })

  test("begins anew in the place of a forgotten one", () => {
    const throttles = new PairThrottles(1)
    const hour = Math.ceil(START / HOUR) * HOUR
    const sec = (seconds: number): number => hour + seconds * 1e6
    for (let i = 0; i < 3599; i++) expect(throttles.take(0, 3600, sec(i))).toBe(sec(i))
    // The hour's share of the one before counts for none of these.
    for (const [pair, at] of [
      [1, 3598.5],
      [2, 3598.6],
      [3, 3598.7],
      [3, 3599.7],
    ] as const)
      expect(throttles.take(pair, 3600, sec(at))).toBe(sec(at))
  })

  test("late at the beginning of an hour, it carries one message over and no more", () => {
    const throttles = new PairThrottles()
    const hour = Math.ceil(START / HOUR) * HOUR
    // A second apart, and a pause of two before the hour begins.
    for (let i = -1000; i < -2; i++) throttles.take(0, 3600, hour + i * 1e6)
    let sent = 0
    for (let at = hour; at < hour + 2 * HOUR; at += 500_000) if (throttles.take(0, 3600, at) <= at) sent++
    expect(sent).toBe(7201)
  })

  test("goes on in a fork and after a restart", () => {
    const throttles = new PairThrottles(100)
    let at = START
    for (let i = 0; i < 5000; i++) {
      throttles.take(i % 120, 600 + (i % 7), at)
      at += 333_333
    }
    const fork = throttles.fork()
    const copy = new PairThrottles(100)
    for (const part of throttles.fork().parts("throttles")) copy.takePart(part)
    expect(copy.evictedInForce).toBe(throttles.evictedInForce)
    const answers = (one: PairThrottles) => {
      const all: number[] = []
      for (let i = 0; i < 3000; i++) all.push(one.take((i * 7) % 130, 600 + (i % 7), at + i * 100_000))
      return all
    }
    const want = answers(throttles)
    expect(answers(fork)).toEqual(want)
    expect(answers(copy)).toEqual(want)
  })
})
