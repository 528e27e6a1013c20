/** The log of numbered events, against a list that keeps everything; and the text of a stream. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { EventLog } from "../../src/http/event-log.js"
import { HttpFault } from "../../src/http/fault.js"
import { followEvents, lastIdOf } from "../../src/http/sse.js"
import { EventSourceReader } from "./event-source.js"

const ids = (log: EventLog, afterId: number, maxEvents = 1000): readonly number[] =>
  log.since(afterId, maxEvents).events.map(({ id }) => id)

function filled(maxEvents: number, ...given: readonly number[]): EventLog {
  const log = new EventLog({ maxEvents, maxBytes: 10_000 })
  for (const id of given) log.append(id, `{"n":${id}}`)
  return log
}

describe("a log", () => {
  test("that is empty", () => {
    const log = new EventLog({ maxEvents: 3, maxBytes: 100 })
    expect([log.oldestId, log.latestId, log.count, log.bytes]).toEqual([null, 0, 0, 0])
    expect(log.since(0, 10)).toEqual({ lost: null, events: [], toId: 0 })
  })

  test("tells what came after an id, and what of it is lost", () => {
    const log = filled(3, 1, 2, 3, 4, 5)
    expect([log.oldestId, log.latestId, log.count]).toEqual([3, 5, 3])
    expect(log.since(0, 2)).toEqual({
      lost: { from: 1, to: 2 },
      events: [
        { id: 3, data: '{"n":3}' },
        { id: 4, data: '{"n":4}' },
      ],
      toId: 4,
    })
    expect(log.since(2, 10).lost).toBeNull()
    expect([ids(log, 2), ids(log, 4), ids(log, 5), ids(log, 99)]).toEqual([[3, 4, 5], [5], [], []])
  })

  test("whose numbers leave some out", () => {
    const log = filled(2, 10, 20, 30)
    expect([log.since(9, 9).lost, log.since(10, 9).lost, log.since(15, 9).lost]).toEqual([
      { from: 10, to: 10 },
      null,
      null,
    ])
    expect(ids(log, 15)).toEqual([20, 30])
  })

  test("that goes on where another has ended", () => {
    const log = new EventLog({ maxEvents: 3, maxBytes: 100, lastId: 7 })
    expect([log.latestId, log.oldestId, log.since(3, 9).lost]).toEqual([7, null, { from: 4, to: 7 }])
    log.append(8, "{}")
    expect(log.since(7, 9)).toEqual({ lost: null, events: [{ id: 8, data: "{}" }], toId: 8 })
  })

  test("whose last numbers had no events: who knows them has missed nothing", async () => {
    const log = filled(2, 10, 20, 30)
    log.passed(33)
    expect([log.latestId, log.hasAfter(29), log.hasAfter(30)]).toEqual([33, true, false])
    expect(log.since(9, 9)).toMatchObject({ lost: { from: 10, to: 10 }, toId: 33 })
    expect([log.since(10, 1).toId, log.since(20, 1).toId, log.since(31, 9).toId]).toEqual([20, 33, 33])
    expect(log.latest(1, 100)).toEqual({ afterId: 20, events: [{ id: 30, data: '{"n":30}' }] })
    log.passed(31)
    expect(log.latestId).toBe(33)
    const signal = new AbortController().signal
    const woken = log.after(33, signal)
    expect(() => log.append(33, "{}")).toThrow(RangeError)
    log.append(34, "{}")
    await woken
  })

  test("bounds its bytes: one event that is too large is lost, with all before it", () => {
    const log = new EventLog({ maxEvents: 100, maxBytes: 10 })
    log.append(1, '"12345"')
    log.append(2, '"éé"')
    expect([log.oldestId, log.bytes]).toEqual([2, 6])
    log.append(3, `"${"a".repeat(20)}"`)
    expect([log.count, log.bytes, log.since(0, 9).lost]).toEqual([0, 0, { from: 1, to: 3 }])
  })

  test("hands out so much at a time, and one event at least", () => {
    const log = filled(10, 1, 2, 3)
    expect(log.since(0, 10, 15).events.map(({ id }) => id)).toEqual([1, 2])
    expect(log.since(0, 10, 1).events.map(({ id }) => id)).toEqual([1])
  })

  test.each([0, 5, 4, 1.5, -1, Number.NaN, 2 ** 53])("refuses %s after 5", (id) => {
    expect(() => filled(10, 5).append(id, "{}")).toThrow(RangeError)
  })

  test("wakes who waits, once, and nobody who has ended", async () => {
    const log = filled(10, 1)
    const signal = new AbortController().signal
    const woken: string[] = []
    const waits = [
      log.after(1, signal).then(() => woken.push("a")),
      log.after(0, signal).then(() => woken.push("b")),
    ]
    await waits[1]
    expect(woken).toEqual(["b"])
    log.append(2, "{}")
    await Promise.all(waits)
    const ending = new AbortController()
    const waiting = log.after(2, ending.signal)
    ending.abort()
    await waiting
    await log.after(2, ending.signal)
  })

  test("is what a list of all events would tell, however it is bounded", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 5, max: 100 }),
        // How far its number is from the one before, how long it is, and whether it is a number only.
        fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.nat(30), fc.boolean()), { maxLength: 80 }),
        fc.array(fc.nat(250), { maxLength: 10 }),
        (maxEvents, maxBytes, steps, asked) => {
          const log = new EventLog({ maxEvents, maxBytes })
          const all: { readonly id: number; readonly data: string }[] = []
          for (const [step, length, isPassed] of steps) {
            const id = log.latestId + step
            if (isPassed) {
              log.passed(id)
              continue
            }
            all.push({ id, data: "x".repeat(length) })
            log.append(id, "x".repeat(length))
            let kept = all.slice(-maxEvents)
            while (kept.reduce((sum, { data }) => sum + data.length, 0) > maxBytes) kept = kept.slice(1)
            expect(log.since(0, 1000).events).toEqual(kept)
            expect(log.bytes).toBe(kept.reduce((sum, { data }) => sum + data.length, 0))
          }
          const kept = log.since(0, 1000).events
          for (const id of asked) {
            const { lost, events, toId } = log.since(id, 1000)
            expect(toId).toBe(Math.max(id, log.latestId))
            expect(log.hasAfter(id)).toBe(all.some((event) => event.id > id))
            expect(events).toEqual(kept.filter((event) => event.id > id))
            const missing = all.filter(
              (event) => event.id > id && !kept.includes(event) && !events.includes(event),
            )
            const gone = missing.filter((event) => !kept.some((other) => other.id === event.id))
            expect(lost?.to).toBe(gone.at(-1)?.id)
          }
        },
      ),
    )
  })
})

describe("a stream", () => {
  /** Texts until so many have come; the timer never ends by itself. */
  async function read(log: EventLog, afterId: number | null, count: number): Promise<string[]> {
    const ending = new AbortController()
    const timer = (_: number, signal: AbortSignal) =>
      new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()))
    const texts: string[] = []
    for await (const text of followEvents({ log, afterId, heartbeatMs: 1000, timer })(ending.signal)) {
      texts.push(text)
      if (texts.length > count) break
    }
    return texts.slice(1)
  }

  test("behind the last event, where numbers had none: no gap, and signs of life with the last of them", async () => {
    const log = filled(1, 1, 2, 3)
    log.passed(7)
    const timer = async (): Promise<void> => log.passed(9)
    const texts: string[] = []
    const ending = new AbortController()
    for await (const text of followEvents({ log, afterId: 5, heartbeatMs: 1, timer })(ending.signal)) {
      texts.push(text)
      if (texts.length === 3) log.append(10, "{}")
      if (texts.length === 4) ending.abort()
    }
    expect(texts).toEqual([
      "id: 5\n: here begins the stream\n\n",
      "id: 9\n: still here\n\n",
      "id: 9\n: still here\n\n",
      "id: 10\ndata: {}\n\n",
    ])
  })

  test("begins after the last id", async () => {
    expect(await read(filled(10, 1, 2, 3), 1, 1)).toEqual([
      'id: 2\ndata: {"n":2}\n\nid: 3\ndata: {"n":3}\n\n',
    ])
  })

  test("tells what is lost before anything else", async () => {
    expect(await read(filled(1, 1, 2, 3), 0, 2)).toEqual([
      'id: 2\nevent: gap\ndata: {"lost":{"from":1,"to":2}}\n\n',
      'id: 3\ndata: {"n":3}\n\n',
    ])
  })

  test("tells who knows ids that were never given to begin anew", async () => {
    expect(await read(filled(1, 1, 2), 40, 2)).toEqual([
      'id: 1\nevent: gap\ndata: {"lost":null,"latest":2}\n\n',
      'id: 2\ndata: {"n":2}\n\n',
    ])
    expect(await read(new EventLog({ maxEvents: 1, maxBytes: 9 }), 5, 1)).toEqual([
      'id: 0\nevent: gap\ndata: {"lost":null,"latest":0}\n\n',
    ])
  })

  test("from now on, with signs of life in quiet times; ends when it is told to", async () => {
    const log = filled(10, 1)
    const ending = new AbortController()
    const pauses: number[] = []
    const timer = async (ms: number): Promise<void> => {
      pauses.push(ms)
      if (pauses.length === 3) log.append(2, "{}")
    }
    const texts: string[] = []
    for await (const text of followEvents({ log, afterId: null, heartbeatMs: 1500, timer })(ending.signal)) {
      texts.push(text)
      if (text.startsWith("id: 2")) ending.abort()
    }
    expect(texts).toEqual([
      "id: 1\n: here begins the stream\n\n",
      ...new Array(2).fill("id: 1\n: still here\n\n"),
      "id: 2\ndata: {}\n\n",
    ])
    expect(pauses).toEqual([1500, 1500, 1500])
  })

  test("cut off anywhere, it goes on where the client is: nothing is missing, nothing comes twice", async () => {
    const log = filled(10, 1, 2)
    const timer = async (): Promise<void> => {}
    /** What comes after an id, with a sign of life before the end. */
    async function text(afterId: number | null, until: number): Promise<string> {
      const ending = new AbortController()
      let all = ""
      for await (const piece of followEvents({ log, afterId, heartbeatMs: 1, timer })(ending.signal)) {
        all += piece
        if (piece.includes(": still here")) {
          if (log.latestId === until) ending.abort()
          else log.append(log.latestId + 1, "{}")
        }
      }
      return all
    }
    const first = await text(null, 5)
    for (let end = 0; end <= first.length; end++) {
      const client = new EventSourceReader()
      client.read(first.slice(0, end))
      // Before the first block is whole it has not come at all: what it wants is what comes from then on.
      if (client.lastEventId === "") {
        expect([end < first.indexOf("\n\n") + 2, client.ids]).toEqual([true, []])
        continue
      }
      client.reconnect()
      const afterId = lastIdOf({
        headers: { "last-event-id": client.lastEventId },
        query: new URLSearchParams(),
      })
      client.read(await text(afterId, 5))
      expect([end, client.ids, client.lastEventId]).toEqual([end, ["3", "4", "5"], "5"])
    }
  })

  test("a client that is cut off before anything has happened misses nothing of what does then", async () => {
    const log = new EventLog({ maxEvents: 9, maxBytes: 99 })
    const client = new EventSourceReader()
    for await (const piece of followEvents({
      ...{ log, afterId: null, heartbeatMs: 1 },
      timer: async () => {},
    })(new AbortController().signal)) {
      client.read(piece)
      break
    }
    expect([client.ids, client.lastEventId]).toEqual([[], "0"])
    log.append(1, "{}")
    expect(await read(log, Number(client.lastEventId), 1)).toEqual(["id: 1\ndata: {}\n\n"])
  })

  test("breaks lines of data as the format wants it", async () => {
    const log = new EventLog({ maxEvents: 9, maxBytes: 99 })
    log.append(1, "[1,\n2,\r\n3]\rid: 7")
    expect(await read(log, 0, 1)).toEqual(["id: 1\ndata: [1,\ndata: 2,\ndata: 3]\ndata: id: 7\n\n"])
  })
})

describe("the last id of a client", () => {
  const of = (header: string | undefined, query: string): number | null =>
    lastIdOf({
      headers: header === undefined ? {} : { "last-event-id": header },
      query: new URLSearchParams(query),
    })

  test.each([
    [undefined, "", null],
    ["", "", null],
    [undefined, "after=0", 0],
    ["17", "after=3", 17],
    ["", "after=3", 3],
  ])("header %j, query %j: %j", (header, query, id) => expect(of(header, query)).toBe(id))

  test.each([
    ["-1", ""],
    ["1e3", ""],
    ["x", "after=3"],
    [undefined, "after="],
    [undefined, "after=1.5"],
    [undefined, "after=99999999999999999999"],
  ])("header %j, query %j is refused", (header, query) => {
    expect(() => of(header, query)).toThrow(HttpFault)
    expect(() => of(header, query)).toThrow(/^(after|Last-Event-ID) is "/)
  })
})

test("the latest: as many as there is room for, and none of them missing", () => {
  const log = new EventLog({ maxEvents: 100, maxBytes: 10_000 })
  for (let id = 1; id <= 20; id++) log.append(id, `"${"x".repeat(id)}"`)
  const latest = (maxEvents: number, maxBytes: number): unknown[] => {
    const { afterId, events } = log.latest(maxEvents, maxBytes)
    return [afterId, ...events.map(({ id }) => id)]
  }
  expect(latest(3, 1000)).toEqual([17, 18, 19, 20])
  expect(latest(10, 22 + 21)).toEqual([18, 19, 20])
  expect(latest(10, 21)).toEqual([20])
  expect(latest(100, 10_000)).toEqual([...Array(21).keys()])
})
