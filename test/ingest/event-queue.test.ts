/** The order of events, against sorting all of them. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { EventQueue } from "../../src/ingest/event-queue.js"

test("any events come out by time, file and line, whenever they are taken", () => {
  const event = fc.record({
    atMicros: fc.nat({ max: 50 }),
    file: fc.nat({ max: 2 }),
    takes: fc.nat({ max: 2 }),
  })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 200 }), fc.boolean(), (events, keepsTimes) => {
      const queue = new EventQueue(keepsTimes)
      const waiting: { atMicros: number; file: number; line: number }[] = []
      const inOrder = (): typeof waiting =>
        waiting.sort((a, b) => a.atMicros - b.atMicros || a.file - b.file || a.line - b.line)
      const take = (): void => {
        const expected = inOrder().shift()
        expect(queue.nextMicros()).toBe(expected?.atMicros ?? Number.POSITIVE_INFINITY)
        expect(queue.pop()).toBe(expected !== undefined)
        if (expected !== undefined) {
          const { atMicros, file, line, pair, reply, deliveryMicros } = queue.head
          expect({ atMicros, file, line }).toEqual(expected)
          expect(pair).toBe(line * 2)
          expect(deliveryMicros).toBe(keepsTimes ? line * 3e9 : -1)
          expect(reply?.response ?? "").toBe(line % 3 === 0 ? `r${line}` : "")
        }
      }
      events.forEach(({ atMicros, file, takes }, line) => {
        const reply = {
          response: `r${line}`,
          mx: null,
          phase: null,
          local: false,
          bounceClass: null,
          fblType: null,
          group: null,
          joinKey: null,
        }
        queue.push(atMicros, 1, line * 2, line % 3 === 0 ? reply : null, 1, file, line, line * 3e9)
        waiting.push({ atMicros, file, line })
        expect(queue.size).toBe(waiting.length)
        for (let i = 0; i < takes; i++) take()
      })
      while (waiting.length > 0) take()
      take()
    }),
  )
})

test("grows while it is turned", () => {
  const queue = new EventQueue(true)
  for (let i = 0; i < 3000; i++) queue.push(i, 0, i, null, 1, 0, i, i * 2)
  for (let i = 0; i < 2000; i++) queue.pop()
  for (let i = 3000; i < 20_000; i++) queue.push(i, 0, i, null, 1, 0, i, i * 2)
  for (let i = 2000; i < 20_000; i++) {
    expect(queue.pop()).toBe(true)
    expect(queue.head).toMatchObject({ pair: i, deliveryMicros: i * 2 })
  }
  expect(queue.size).toBe(0)
})

test("events of one line keep their order, also as stragglers", () => {
  const queue = new EventQueue(false)
  queue.push(100, 0, 0, null, 1, 0, 1, -1)
  for (let pair = 1; pair <= 20; pair++) queue.push(50, 0, pair, null, 0, 0, 2, -1)
  for (let pair = 1; pair <= 20; pair++) {
    queue.pop()
    expect(queue.head.pair).toBe(pair)
  }
})
