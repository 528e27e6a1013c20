/** Statistics for sweep rules against plain lists of what happened, through copies and restarts. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { Store } from "../../src/store/store.js"
import { rebuilt } from "./rebuilding.js"

const START = 1_790_000_000.25e6
const CLASSES = [1, 10, 24, 999]
const CATEGORIES = ["abuse", "unsubscribe", "größe"]
const PAIRS = 4

interface Happened {
  readonly at: number
  readonly pair: number
  readonly kind: "sent" | "bounce" | "oob" | "report"
  readonly what: number
}

const happening = fc.record({
  gapMicros: fc.oneof(
    fc.constantFrom(0, 1, 999_999, 1e6, 3600e6, 3600e6 - 1, 3600e6 + 1),
    fc.integer({ min: 0, max: 400e6 }),
    fc.integer({ min: 0, max: 90_000e6 }),
  ),
  pair: fc.nat({ max: PAIRS - 1 }),
  kind: fc.constantFrom("sent", "sent", "bounce", "oob", "report"),
  what: fc.nat({ max: 3 }),
  next: fc.constantFrom("", "", "", "ask", "rebuild", "fork", "part"),
})

const windows = fc.constantFrom(
  { sizeSec: 14_400, count: 6 },
  { sizeSec: 3600, count: 1 },
  { sizeSec: 60, count: 300 },
)

function fresh(window: { sizeSec: number; count: number }): Store {
  const store = new Store()
  store.startMicros = START
  store.stats.configure(window)
  for (let pair = 0; pair < PAIRS; pair++) store.pairs.of("b", `d${pair}.test`)
  return store
}

function tell({ stats }: Store, { at, pair, kind, what }: Happened): void {
  if (kind === "sent") {
    stats.sent(pair, at)
    stats.delivered(pair, at)
  } else if (kind === "report") stats.reported(pair, CATEGORIES[what % 3] as string, at)
  else stats.bounced(pair, CLASSES[what] as number, kind === "oob", at)
}

/** What the store says of all pairs, at a time that is a whole number of seconds after the start. */
function said({ stats }: Store, at: number): unknown {
  stats.forget(at)
  return Array.from({ length: PAIRS }, (_, pair) => [
    stats.attempts(pair),
    CLASSES.map((one) => stats.bounces(pair, [one])),
    stats.bounces(pair, CLASSES),
    stats.deliveries(pair, at),
    CATEGORIES.map((one) => stats.reports(pair, [one])),
    stats.isClean(pair),
  ])
}

function counted(all: readonly Happened[], window: { sizeSec: number; count: number }, at: number): unknown {
  const hour = all.filter((one) => one.at > at - 3600e6 && one.at <= at)
  const size = window.sizeSec * 1e6
  const now = Math.floor(at / size)
  const span = all.filter((one) => Math.floor(one.at / size) > now - window.count)
  return Array.from({ length: PAIRS }, (_, pair) => {
    const bounces = hour.filter((one) => one.pair === pair && (one.kind === "bounce" || one.kind === "oob"))
    const reports = span.filter((one) => one.pair === pair && one.kind === "report")
    const of = (kind: string) => (one: Happened) => one.pair === pair && one.kind === kind
    return [
      hour.filter(of("sent")).length + hour.filter(of("bounce")).length,
      CLASSES.map((_class, what) => bounces.filter((one) => one.what === what).length),
      bounces.length,
      span.filter(of("sent")).length,
      CATEGORIES.map((_category, what) => reports.filter((one) => one.what % 3 === what).length),
      bounces.length + reports.length === 0,
    ]
  })
}

test("any events: the hour exact to the microsecond at whole seconds from the start, the windows aligned", () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), windows, (steps, window) => {
      let store = fresh(window)
      const all: Happened[] = []
      const copies: [Store, Happened[]][] = []
      let at = START
      for (const { gapMicros, next, ...one } of steps) {
        at += gapMicros
        const happened = { ...one, at } as Happened
        all.push(happened)
        tell(store, happened)
        // A sweep stands at a whole number of seconds after the start.
        const asked = START + Math.ceil((at - START) / 1e6) * 1e6
        if (next === "ask") {
          expect(said(store, asked)).toEqual(counted(all, window, asked))
          at = asked
        }
        if (next === "part") store.stats.forget(at, 2)
        if (next === "rebuild") store = rebuilt(store)
        if (next === "fork") {
          copies.push([store, [...all]])
          store = store.fork()
        }
      }
      const end = START + Math.ceil((at - START) / 1e6) * 1e6
      expect(said(store, end)).toEqual(counted(all, window, end))
      for (const [copy, its] of copies) expect(said(copy, end)).toEqual(counted(its, window, end))
    }),
    { numRuns: 1500 },
  )
})

describe("bounds", () => {
  const DAY = { sizeSec: 14_400, count: 6 }

  test("what is over leaves nothing behind", () => {
    const store = fresh(DAY)
    for (let i = 0; i < 50_000; i++)
      tell(store, {
        at: START + i * 1000,
        pair: i % PAIRS,
        kind: i % 3 === 0 ? "bounce" : "sent",
        what: i % 4,
      })
    const full = store.stats.bytes
    expect(full).toBeGreaterThan(50_000 * 4)
    store.stats.forget(START + 7200e6)
    // Windows of deliveries stay until others take their place: two bytes a pair and window.
    expect(store.stats.bytes).toBeLessThan(20_000)
    expect(store.stats.nextChangeMicros(START + 3 * 86_400e6)).toBe(Number.POSITIVE_INFINITY)
  })

  test("a state read back is the same to the last entry, wherever its chunks began", () => {
    const store = fresh(DAY)
    for (let i = 0; i < 20_000; i++)
      tell(store, {
        at: START + i * 0.5e6,
        pair: i % PAIRS,
        kind: i % 3 === 0 ? "bounce" : "sent",
        what: i % 4,
      })
    const parts = [...store.stats.parts()]
    expect(parts.filter(({ name }) => name === "sweep-sent").length).toBeGreaterThan(1)
    expect([...rebuilt(store).stats.parts()]).toEqual(parts)
  })

  test("nothing was counted: nothing is held", () => {
    const { stats } = fresh(DAY)
    expect(stats.bytes).toBe(0)
    expect(stats.nextChangeMicros(START)).toBe(Number.POSITIVE_INFINITY)
    expect([...fresh(DAY).stats.parts()]).toHaveLength(1)
  })

  test("old counts go as new ones come, a few at a time", () => {
    const store = fresh(DAY)
    for (let i = 0; i < 1000; i++) tell(store, { at: START, pair: 0, kind: "sent", what: 0 })
    tell(store, { at: START + 1e6, pair: 0, kind: "sent", what: 0 })
    tell(store, { at: START + 3600e6, pair: 1, kind: "sent", what: 0 })
    expect(store.stats.attempts(0)).toBe(999)
    expect(store.stats.forget(START + 3600e6, 100)).toBe(false)
    expect(store.stats.attempts(0)).toBe(899)
    store.stats.forget(START + 3600e6)
    expect(store.stats.attempts(0)).toBe(1)
  })

  test("a report of the past counts as of now: nothing that is counted goes twice", () => {
    const store = fresh(DAY)
    tell(store, { at: START + 5000e6, pair: 0, kind: "bounce", what: 1 })
    tell(store, { at: START, pair: 0, kind: "bounce", what: 1 })
    store.stats.forget(START + 8599e6)
    expect(store.stats.bounces(0, [10])).toBe(2)
    store.stats.forget(START + 8600e6)
    expect(store.stats.bounces(0, [10])).toBe(0)
  })

  test("categories without end: a thousand are told apart", () => {
    const { stats } = fresh(DAY)
    for (let i = 0; i < 2000; i++) stats.reported(0, `c${i}`, START)
    expect(stats.reports(0, ["c999"])).toBe(1)
    expect(stats.reports(0, ["c1000"])).toBe(0)
    stats.reported(0, "c7", START)
    expect(stats.reports(0, ["c7"])).toBe(2)
  })

  test.each([
    [{ sizeSec: 14_400, count: 2 }, [1, 1]],
    [{ sizeSec: 14_400, count: 9 }, [2, 2]],
    [{ sizeSec: 7200, count: 12 }, [0, 0]],
  ] as const)("windows that change to %j keep what windows of that size have counted", (window, left) => {
    const store = fresh(DAY)
    for (const at of [START, START + 2 * 14_400e6]) {
      tell(store, { at, pair: 0, kind: "sent", what: 0 })
      tell(store, { at, pair: 0, kind: "report", what: 0 })
    }
    store.stats.configure(window)
    const at = START + 2 * 14_400e6
    store.stats.forget(at)
    expect([store.stats.deliveries(0, at), store.stats.reports(0, ["abuse"])]).toEqual(left)
  })
})
