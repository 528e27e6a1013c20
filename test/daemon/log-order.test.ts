/** Logs that are read at the same time: what they tell comes in the order of its times, however fast each is read. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { LogOrder } from "../../src/daemon/log-order.js"

const never = new AbortController().signal
const untilEnded = (_: number, signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve(null)))
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** One log: pieces of events, with how long it takes to read each, and to look again after it. */
type Piece = { readonly times: readonly number[]; readonly slowness: number; readonly isLook: boolean }

async function read(order: LogOrder, index: number, pieces: readonly Piece[], told: [number, number][]) {
  const place = order.enter()
  return async (): Promise<void> => {
    for (const { times, slowness, isLook } of pieces) {
      if (isLook) place.reads(true)
      for (let i = 0; i < slowness; i++) await turn()
      for (const at of times) {
        await place.turn(at, never)
        told.push([at, index])
        place.told(at)
      }
    }
    place.reads(false)
  }
}

test("any logs that are all behind", async () => {
  const piece = fc.record({
    times: fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 4 }),
    slowness: fc.integer({ min: 0, max: 3 }),
    isLook: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(piece, { maxLength: 6 }), { minLength: 1, maxLength: 4 }),
      async (logs) => {
        const order = new LogOrder({ timer: untilEnded })
        const told: [number, number][] = []
        const sorted = logs.map((pieces) => {
          const times = pieces.flatMap(({ times }) => times).sort((a, b) => a - b)
          return pieces.map((piece) => ({ ...piece, times: times.splice(0, piece.times.length) }))
        })
        const runs = await Promise.all(sorted.map((pieces, index) => read(order, index, pieces, told)))
        await Promise.all(runs.map((run) => run()))
        expect(told).toEqual([...told].sort((a, b) => a[0] - b[0] || a[1] - b[1]))
        expect(told.length).toBe(sorted.flat().flatMap(({ times }) => times).length)
      },
    ),
    { numRuns: 300 },
  )
})

test("one that does not move is waited for a while only, however much others move, and again when it does", async () => {
  let end = (): void => {}
  const order = new LogOrder({
    timer: (_, signal) =>
      new Promise((resolve) => {
        end = () => resolve(null)
        signal.addEventListener("abort", () => resolve(null))
      }),
  })
  const stuck = order.enter()
  const other = order.enter()
  const own = order.enter()
  const hasTurn = async (atMicros: number): Promise<boolean> => {
    let isIts = false
    void own.turn(atMicros, never).then(() => {
      isIts = true
    })
    for (let i = 0; i < 5; i++) {
      other.reads(i % 2 === 0)
      await turn()
    }
    other.reads(false)
    await turn()
    return isIts
  }
  expect(await hasTurn(5)).toBe(false)
  end()
  for (let i = 0; i < 5; i++) await turn()
  expect(own.mayTell(5)).toBe(true)
  expect(await hasTurn(6)).toBe(true)
  stuck.told(1)
  expect(await hasTurn(7)).toBe(false)
})

test("whoever ends waits no more", async () => {
  const order = new LogOrder({ timer: untilEnded })
  order.enter()
  const ending = new AbortController()
  const waiting = order.enter().turn(5, ending.signal)
  ending.abort()
  await waiting
})
