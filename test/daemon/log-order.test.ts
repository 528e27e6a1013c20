/** Logs that are read at the same time: what they tell comes in the order of its times, however fast each is read. */
import fc from "fast-check"
import { expect, test } from "vitest"
import type { JournalEvent } from "../../src/daemon/entries.js"
import { LogOrder, type LogPart, type LogPlace } from "../../src/daemon/log-order.js"

const never = new AbortController().signal
const untilEnded = (_: number, signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve(null)))
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Of a log of this number; with what was read by then. */
const part = (times: readonly number[], log: number, read: number): LogPart => ({
  events: times.map((atMicros) => ({ atMicros, pair: log }) as JournalEvent),
  note: { source: String(log), state: read },
})

/** Parts of a log that are found at once, how long it takes to find them, and whether that is another look. */
type Piece = {
  readonly parts: readonly (readonly number[])[]
  readonly slowness: number
  readonly isLook: boolean
}

/** The same, with times that only go on. */
function inOrder(pieces: readonly Piece[]): readonly Piece[] {
  const times = pieces.flatMap(({ parts }) => parts.flat()).sort((a, b) => a - b)
  return pieces.map((piece) => ({ ...piece, parts: piece.parts.map((part) => times.splice(0, part.length)) }))
}

async function read(place: LogPlace, log: number, pieces: readonly Piece[]): Promise<number> {
  let read = 0
  for (const { parts, slowness, isLook } of pieces) {
    if (isLook) place.reads(true)
    for (let i = 0; i < slowness; i++) await turn()
    const { taken } = await place.tell(
      parts.map((times) => part(times, log, ++read)),
      never,
    )
    expect(taken).toBe(parts.length)
  }
  place.reads(false)
  return read
}

test("any logs that are all behind: in the order of their times, and how far they were read goes with it", async () => {
  const piece = fc.record({
    // A line may hold several events; they stay together.
    parts: fc.array(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 1 }), { maxLength: 5 }),
    slowness: fc.integer({ min: 0, max: 3 }),
    isLook: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(piece, { maxLength: 6 }), { minLength: 1, maxLength: 4 }),
      async (given) => {
        const told: [number, number][] = []
        const noted = new Map<string, unknown>()
        const order = new LogOrder({
          timer: untilEnded,
          take: async (events, notes) => {
            for (const { atMicros, pair } of events) told.push([atMicros, pair])
            for (const { source, state } of notes) noted.set(source, state)
          },
        })
        const logs = given.map(inOrder)
        const places = logs.map(() => order.enter())
        const ends = await Promise.all(logs.map((pieces, i) => read(places[i] as LogPlace, i, pieces)))
        expect(told).toEqual([...told].sort((a, b) => a[0] - b[0] || a[1] - b[1]))
        expect(told.length).toBe(logs.flat().flatMap(({ parts }) => parts.flat()).length)
        for (const [i, end] of ends.entries()) expect(noted.get(String(i)) ?? 0).toBe(end)
      },
    ),
    { numRuns: 500 },
  )
})

test("what is there of all logs is taken as one", async () => {
  const taken: number[][] = []
  const order = new LogOrder({
    timer: untilEnded,
    take: async (events) => void taken.push(events.map(({ atMicros }) => atMicros)),
  })
  const [one, two] = [order.enter(), order.enter()]
  await Promise.all(
    [one, two].map(async (place, i) => {
      await place.tell(
        Array.from({ length: 50 }, (_, at) => part([2 * at + i], i, at)),
        never,
      )
      place.reads(false)
    }),
  )
  expect(taken.flat()).toEqual(Array.from({ length: 100 }, (_, at) => at))
  expect(taken.length).toBeLessThan(5)
})

test("a run that ends leaves the rest untold, and says how much was told", async () => {
  const order = new LogOrder({ timer: untilEnded, take: async () => {} })
  const other = order.enter()
  const own = order.enter()
  const ending = new AbortController()
  other.told(part([5], 0, 0))
  const telling = own.tell([part([1], 1, 1), part([4], 1, 2), part([6], 1, 3), part([], 1, 4)], ending.signal)
  for (let i = 0; i < 5; i++) await turn()
  ending.abort()
  expect((await telling).taken).toBe(2)
})

test("a log that does not move is waited for a while only, however much others move, and again when it does", async () => {
  let end = (): void => {}
  const order = new LogOrder({
    timer: (_, signal) =>
      new Promise((resolve) => {
        end = () => resolve(null)
        signal.addEventListener("abort", () => resolve(null))
      }),
    take: async () => {},
  })
  const stuck = order.enter()
  const other = order.enter()
  const own = order.enter()
  const hasTurn = async (atMicros: number): Promise<boolean> => {
    let isTold = false
    void own.tell([part([atMicros], 2, 0)], never).then(() => {
      isTold = true
    })
    for (let i = 0; i < 5; i++) {
      other.reads(i % 2 === 0)
      await turn()
    }
    other.reads(false)
    await turn()
    return isTold
  }
  expect(await hasTurn(5)).toBe(false)
  end()
  for (let i = 0; i < 5; i++) await turn()
  expect(order.mayTell(5)).toBe(false)
  expect(await hasTurn(6)).toBe(true)
  stuck.told(part([1], 0, 0))
  expect(await hasTurn(7)).toBe(false)
})
