/** The event stream over real connections: resumed, too slow, and ended from both sides. */
import { describe, expect, test } from "vitest"
import { EventLog } from "../../src/http/event-log.js"
import type { Route } from "../../src/http/request.js"
import { followEvents, lastIdOf } from "../../src/http/sse.js"
import { exchange, RawClient, refusalOf, serve, timer, until } from "./http-harness.js"

function events(log: EventLog, heartbeatMs = 60_000): Route {
  return {
    method: "GET",
    path: "/v1/events",
    handle: (request) => ({ stream: followEvents({ log, afterId: lastIdOf(request), heartbeatMs, timer }) }),
  }
}

const get = (more = "", query = ""): string =>
  `GET /v1/events${query} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`
const newLog = (maxEvents = 100): EventLog => new EventLog({ maxEvents, maxBytes: 100 << 20 })

/** What a reader of the stream understands: "id", or "gap from-to". */
function understood(text: string): string[] {
  const body = text.slice(text.indexOf("\r\n\r\n") + 4).replace(/(?:^|\r\n)[0-9a-f]+\r\n/g, "")
  return body.split("\n\n").flatMap((block) => {
    const id = /^id: (\d+)$/m.exec(block)?.[1]
    const gap = /^data: \{"lost":\{"from":(\d+),"to":(\d+)\}\}$/m.exec(block)
    // What has no data is no event.
    if (id === undefined || !/^data: /m.test(block)) return []
    return [block.includes("event: gap") ? `gap ${gap?.[1]}-${gap?.[2]}` : id]
  })
}

describe("a stream", () => {
  test("follows, and is resumed after the last id", async () => {
    const log = newLog()
    const { port, server } = await serve([events(log)])
    const first = new RawClient(port).send(get())
    await first.got("here begins")
    expect(first.text).toMatch(
      /^HTTP\/1\.1 200 OK\r\ncontent-type: text\/event-stream\r\ncache-control: no-store\r\n/,
    )
    for (const id of [1, 2]) log.append(id, `{"n":${id}}`)
    await first.got("id: 2\n")
    first.socket.destroy()
    await until(() => server.connections === 0)
    log.append(3, '{"n":3}')
    const again = new RawClient(port).send(get("Last-Event-ID: 2\r\n"))
    await again.got("id: 3\n")
    log.append(4, '{"n":4}')
    await again.got("id: 4\n")
    expect([understood(first.text), understood(again.text)]).toEqual([
      ["1", "2"],
      ["3", "4"],
    ])
    const query = new RawClient(port).send(get("", "?after=0"))
    await query.got("id: 4\n")
    expect(understood(query.text)).toEqual(["1", "2", "3", "4"])
  })

  test("an id that is no longer kept: what is lost comes first", async () => {
    const log = newLog(2)
    for (let id = 1; id <= 5; id++) log.append(id, "{}")
    const { port } = await serve([events(log)])
    const client = new RawClient(port).send(get("Last-Event-ID: 1\r\n"))
    await client.got("id: 5\n")
    expect(understood(client.text)).toEqual(["gap 2-3", "4", "5"])
  })

  test("an id that is none is refused", async () => {
    const { port } = await serve([events(newLog())])
    expect(refusalOf(await exchange(port, get("Last-Event-ID: x\r\nconnection: close\r\n")))).toBe(
      "400 E_HTTP_VALUE",
    )
  })

  test("HEAD tells the headers and ends", async () => {
    const { port } = await serve([events(newLog())])
    const text = await exchange(port, get("connection: close\r\n").replace("GET", "HEAD"))
    expect(text).toContain("content-type: text/event-stream\r\n")
    expect(text.endsWith("\r\n\r\n")).toBe(true)
  })

  test("a heartbeat shows that it is alive, beyond the time that a connection may idle", async () => {
    const { port } = await serve([events(newLog(), 20)], { limits: { idleTimeoutMs: 200 } })
    const client = new RawClient(port).send(get())
    await client.got(/(still here[\s\S]*){15}/)
    expect(client.hasEnded).toBe(false)
  })

  test("ends when the client has ended its side, or is gone", async () => {
    const log = newLog()
    const { port, server } = await serve([events(log)])
    const ending = new RawClient(port).send(get())
    const vanishing = new RawClient(port).send(get())
    await ending.got("here begins")
    await vanishing.got("here begins")
    ending.socket.end()
    vanishing.socket.resetAndDestroy()
    await ending.rest()
    await until(() => server.connections === 0)
    log.append(1, "{}")
  })

  test("ends when the server ends, whole", async () => {
    const { port, server } = await serve([events(newLog())])
    const client = new RawClient(port).send(get())
    await client.got("here begins")
    await server.close(60_000)
    expect((await client.rest()).endsWith("\r\n0\r\n\r\n")).toBe(true)
  })

  test("a source that fails is told to the log, and the client sees that it is not the end", async () => {
    const failing: Route = {
      method: "GET",
      path: "/v1/events",
      handle: () => ({
        stream: async function* () {
          yield "data: 1\n\n"
          throw new Error("a secret")
        },
      }),
    }
    const { port, codes } = await serve([failing])
    const text = await new RawClient(port).send(get()).rest()
    expect(text).not.toMatch(/secret|\r\n0\r\n\r\n/)
    expect(codes()).toEqual(["E_HTTP_INTERNAL"])
  })
})

describe("a slow client", () => {
  const large = `"${"x".repeat(60_000)}"`

  test("keeps nothing of its own: it is told what it has lost, and goes on", async () => {
    const log = newLog(20)
    const { port } = await serve([events(log)])
    const slow = new RawClient(port).send(get())
    await slow.got("here begins")
    slow.socket.pause()
    // More than the buffers between the two can hold.
    const count = 400
    for (let id = 1; id <= count; id++) {
      log.append(id, large)
      await new Promise((resolve) => setImmediate(resolve))
    }
    slow.socket.resume()
    await slow.got(`id: ${count}\n`)
    const seen = understood(slow.text)
    expect(seen.filter((one) => one.startsWith("gap"))).not.toEqual([])
    // Every id is either there or told to be lost, in order.
    const told = seen.flatMap((one) => {
      const [from, to] = (one.startsWith("gap ") ? one.slice(4) : `${one}-${one}`).split("-").map(Number)
      return Array.from({ length: (to ?? 0) - (from ?? 0) + 1 }, (_, i) => (from ?? 0) + i)
    })
    expect(told).toEqual(Array.from({ length: count }, (_, i) => i + 1))
  })

  test("that reads nothing any more is let go", async () => {
    const log = newLog(400)
    const { port, server } = await serve([events(log)], { limits: { idleTimeoutMs: 60 } })
    const client = new RawClient(port).send(get())
    await client.got("here begins")
    client.socket.pause()
    for (let id = 1; id <= 400; id++) log.append(id, large)
    await until(() => server.connections === 0)
    client.socket.destroy()
  })
})
