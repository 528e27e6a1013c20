/**
 * Windows against a model that keeps every event: whatever order adds, removals,
 * clears, forks and jumps of the clock come in, every count over every range of
 * windows is what the list of events says. A window is forgotten when another
 * takes its place among those kept; nothing else is.
 */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { WindowGrid } from "../../src/store/window-grid.js"

/** `STORE_CASES=10000 npx vitest run test/store` tries more. */
const CASES = Number(process.env.STORE_CASES ?? 250)
const METRICS = 3
/** Rows on both sides of where a chunk ends. */
const ROWS = [0, 1, 15, 16, 17, 4095, 4096, 4100]

interface Added {
  readonly row: number
  readonly metric: number
  readonly amount: number
  readonly window: number
}

class Model {
  #events: Added[] = []

  constructor(
    readonly sizeSec: number,
    readonly windows: number,
  ) {}

  windowOf(atMicros: number): number {
    return Math.floor(atMicros / (this.sizeSec * 1e6))
  }

  add(row: number, metric: number, amount: number, atMicros: number): void {
    const window = this.windowOf(atMicros)
    const isReplaced = (other: number): boolean => other !== window && (other - window) % this.windows === 0
    this.#events = this.#events.filter((event) => !isReplaced(event.window))
    this.#events.push({ row, metric, amount, window })
  }

  sum(row: number, metric: number, from: number, to: number, atMicros: number): number {
    const now = this.windowOf(atMicros)
    const oldest = now - Math.min(to, this.windows - 1)
    return this.#events
      .filter((e) => e.row === row && e.metric === metric && e.window <= now - from && e.window >= oldest)
      .reduce((sum, { amount }) => sum + amount, 0)
  }

  clearRow(row: number): void {
    this.#events = this.#events.filter((event) => event.row !== row)
  }

  clear(): void {
    this.#events = []
  }

  fork(): Model {
    const copy = new Model(this.sizeSec, this.windows)
    copy.#events = [...this.#events]
    return copy
  }
}

const row = fc.constantFrom(...ROWS)
const amount = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -5, max: 5 }) },
  fc.constantFrom(32_767, -32_768, 2 ** 31 - 1, -(2 ** 31), 2 ** 40, -(2 ** 40)),
)
/** Steps of the clock, in windows: mostly on, by less and more than is kept, and back. */
const jump = fc.oneof(
  { weight: 5, arbitrary: fc.double({ min: 0, max: 1.2, noNaN: true }) },
  fc.double({ min: 1, max: 12, noNaN: true }),
  fc.double({ min: -12, max: 0, noNaN: true }),
  fc.constantFrom(1, -1, 100_000, -90_000),
)
const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant("add" as const),
      row,
      metric: fc.integer({ min: 0, max: METRICS - 1 }),
      amount,
      jump,
    }),
  },
  fc.record({ do: fc.constant("clearRow" as const), row }),
  fc.record({ do: fc.constant("clear" as const) }),
  fc.record({ do: fc.constant("fork" as const) }),
  fc.record({ do: fc.constant("swap" as const) }),
)

function agree(grid: WindowGrid, model: Model, atMicros: number): void {
  for (const which of ROWS) {
    for (let metric = 0; metric < METRICS; metric++) {
      for (let from = 0; from < model.windows; from++)
        // Also further back than is kept, where what stands must not be taken for what is asked.
        for (let to = from; to <= model.windows + 1; to++)
          expect(grid.sum(which, metric, from, to, atMicros)).toBe(
            model.sum(which, metric, from, to, atMicros),
          )
    }
  }
}

describe("counts in windows", () => {
  test("are what a list of all events says", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 900 }),
        fc.integer({ min: 1, max: 5 }),
        fc.array(step, { maxLength: 40 }),
        (sizeSec, windows, steps) => {
          let grid = new WindowGrid(sizeSec, windows, METRICS)
          let model = new Model(sizeSec, windows)
          // A copy goes its own way: whichever is written to, the other stays as it was.
          let other = { grid: grid.fork(), model: model.fork() }
          let atMicros = 1_790_000_000.25e6
          for (const one of steps) {
            if (one.do === "add") {
              atMicros = Math.max(0, Math.round(atMicros + one.jump * sizeSec * 1e6))
              grid.add(one.row, one.metric, one.amount, atMicros)
              model.add(one.row, one.metric, one.amount, atMicros)
            } else if (one.do === "clearRow") {
              grid.clearRow(one.row)
              model.clearRow(one.row)
            } else if (one.do === "clear") {
              grid.clear()
              model.clear()
            } else if (one.do === "fork") other = { grid: grid.fork(), model: model.fork() }
            else {
              const kept = { grid, model }
              grid = other.grid
              model = other.model
              other = kept
            }
            agree(grid, model, atMicros)
          }
          agree(other.grid, other.model, atMicros)
        },
      ),
      { numRuns: CASES },
    )
  })

  test("over more windows than are looked at one by one", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 999 }), fc.integer({ min: -5, max: 5 })), {
          maxLength: 60,
        }),
        fc.integer({ min: 0, max: 999 }),
        fc.integer({ min: 0, max: 999 }),
        (adds, a, b) => {
          const grid = new WindowGrid(1, 1000)
          const now = 1_790_000_000e6
          for (const [back, count] of adds) grid.add(0, 0, count, now - back * 1e6)
          const [from, to] = a < b ? [a, b] : [b, a]
          const want = adds
            .filter(([back]) => back >= from && back <= to)
            .reduce((sum, [, count]) => sum + count, 0)
          expect(grid.sum(0, 0, from, to, now)).toBe(want)
        },
      ),
      { numRuns: 200 },
    )
  })

  test("begin at multiples of their size since 1970", () => {
    const grid = new WindowGrid(300, 3)
    grid.add(0, 0, 1, 299_999_999)
    grid.add(0, 0, 10, 300_000_000)
    expect(grid.sum(0, 0, 0, 0, 599_999_999)).toBe(10)
    expect(grid.sum(0, 0, 1, 1, 300_000_000)).toBe(1)
    expect(grid.sum(0, 0, 0, 2, 899_999_999)).toBe(11)
    expect(grid.sum(0, 0, 0, 2, 900_000_000)).toBe(10)
  })

  test("a long gap costs nothing, and old windows do not come back", () => {
    const grid = new WindowGrid(1, 4)
    grid.add(0, 0, 7, 4e6)
    expect(grid.sum(0, 0, 0, 3, 1e15)).toBe(0)
    expect(grid.sum(0, 0, 0, 0, 4e6)).toBe(7)
    grid.add(0, 0, 1, 8e6)
    expect(grid.sum(0, 0, 0, 0, 4e6)).toBe(0)
  })

  test("take two bytes where they fit, and more where one does not", () => {
    const grid = new WindowGrid(60, 2)
    for (let i = 0; i < 40_000; i++) grid.add(3, 0, 1, 0)
    expect(grid.sum(3, 0, 0, 0, 0)).toBe(40_000)
    expect(grid.bytes).toBe(16 * 4)
    grid.add(2, 0, 0.5, 0)
    expect(grid.sum(2, 0, 0, 0, 0)).toBe(0.5)
    expect(grid.bytes).toBe(16 * 8)
    expect(new WindowGrid(60, 100_000).bytes).toBe(0)
  })

  test("resized, what is still looked back on stays", () => {
    const grid = new WindowGrid(10, 4)
    for (let window = 0; window < 4; window++) grid.add(0, 0, window + 1, window * 10e6)
    const smaller = grid.resized(2)
    expect([0, 1].map((back) => smaller.sum(0, 0, back, back, 30e6))).toEqual([4, 3])
    const larger = grid.resized(6)
    larger.add(0, 0, 5, 40e6)
    expect([0, 1, 2, 3, 4].map((back) => larger.sum(0, 0, back, back, 40e6))).toEqual([5, 4, 3, 2, 1])
    expect(grid.sum(0, 0, 0, 3, 30e6)).toBe(10)
  })
})
