/** Clients that are slow, vanish, come in crowds or send garbage, and a server that ends: nobody else is disturbed. */
import { connect } from "node:net"
import { gzipSync } from "node:zlib"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { Route } from "../../src/http/request.js"
import { answersIn, exchange, RawClient, refusalIn, refusalOf, serve, until } from "./http-harness.js"
import { chunkedRaw, fetchPing, gate, get, HOST, ping, post, ROUTES } from "./http-requests.js"

describe("slow and half-closed clients", () => {
  const limits = { headerTimeoutMs: 40, requestTimeoutMs: 80 }

  test.each([
    ["says nothing", "", "408 E_HTTP_SLOW"],
    ["never ends its headers", "GET /ping HTTP/1.1\r\nHost: localhost\r\na:", "408 E_HTTP_SLOW"],
    ["never ends its body", post("[1", { "content-length": "100" }), "408 E_HTTP_SLOW"],
    ["never ends its chunks", chunkedRaw("/v1/size", "5\r\nab"), "408 E_HTTP_SLOW"],
    [
      "never ends its gzip",
      post(gzipSync("[]").subarray(0, 12), { "content-encoding": "gzip", "content-length": "99" }),
      "408 E_HTTP_SLOW",
    ],
  ])("one that %s", async (_, bytes, refusal) => {
    const { port, server, codes } = await serve(ROUTES, { limits })
    expect(refusalOf(await exchange(port, bytes))).toBe(refusal)
    expect(codes()).toEqual([refusal.slice(4)])
    await until(() => server.connections === 0)
  })

  test("one that stops in its body, for as long as a connection may idle", async () => {
    const { port, codes } = await serve(ROUTES, { limits: { idleTimeoutMs: 300 } })
    expect(refusalOf(await exchange(port, post("[1", { "content-length": "100" })))).toBe("408 E_HTTP_SLOW")
    expect(codes()).toEqual(["E_HTTP_SLOW"])
  })

  test("one that drips its body is stopped all the same", async () => {
    const { port } = await serve(ROUTES, { limits })
    const client = new RawClient(port).send(post("", { "content-length": "1000000" }, "/v1/size"))
    while (!client.hasEnded) {
      client.send("a")
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(refusalOf(await client.rest())).toBe("408 E_HTTP_SLOW")
  })

  test.each([
    ["in its headers", "GET /ping HTTP/1.1\r\nHost: lo", "400 E_HTTP_CUT"],
    ["in its body", post("[1", { "content-length": "100" }), "400 E_HTTP_CUT"],
    [
      "in its gzip",
      post(gzipSync("[]").subarray(0, 12), { "content-encoding": "gzip", "content-length": "99" }),
      "400 E_HTTP_CUT",
    ],
  ])("one that ends its side %s", async (_, bytes, refusal) => {
    const { port, codes, server } = await serve(ROUTES)
    const client = new RawClient(port)
    client.socket.end(bytes)
    expect(refusalOf(await client.rest())).toBe(refusal)
    expect(codes()).toEqual([refusal.slice(4)])
    await until(() => server.connections === 0)
  })

  test("one that vanishes in its body: the handler is told, nobody is answered", async () => {
    const { port, codes, server } = await serve(ROUTES)
    const client = new RawClient(port).send(post("[1", { "content-length": "100" }))
    await until(() => server.connections === 1)
    client.socket.resetAndDestroy()
    await until(() => server.connections === 0)
    await until(() => codes().length === 1)
    expect(codes()).toEqual(["E_HTTP_CUT"])
  })

  test("one that vanishes after CONNECT", async () => {
    const { port, server, codes } = await serve(ROUTES)
    const client = new RawClient(port).send("CONNECT mx.test:25 HTTP/1.1\r\nHost: mx.test:25\r\n\r\n")
    await client.got("E_HTTP_METHOD")
    client.socket.resetAndDestroy()
    await until(() => server.connections === 0)
    expect(codes()).toEqual(["E_HTTP_METHOD"])
  })

  test("one that vanishes while its answer is made: the handler is told", async () => {
    const asked = gate()
    let isGone = false
    const waiting: Route = {
      method: "GET",
      path: "/waiting",
      async handle({ signal }) {
        asked.open()
        await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()))
        isGone = true
        return { status: 200, json: null }
      },
    }
    const { port } = await serve([waiting])
    const client = new RawClient(port).send(get("/waiting"))
    await asked.opened
    client.socket.resetAndDestroy()
    await until(() => isGone)
  })

  test("one that does not read its answer", async () => {
    const huge: Route = {
      method: "GET",
      path: "/huge",
      handle: () => ({ status: 200, text: "a".repeat(50 << 20), contentType: "text/plain" }),
    }
    const { port, server } = await serve([huge, ping], { limits: { idleTimeoutMs: 300 } })
    const client = new RawClient(port).send(get("/huge"))
    client.socket.pause()
    await until(() => server.connections === 1)
    await until(() => server.connections === 0)
    client.socket.destroy()
  })

  test("one that asks nothing more is let go, without a word", async () => {
    const { port } = await serve(ROUTES, { limits: { idleTimeoutMs: 300 } })
    const raw = await exchange(port, `GET /ping HTTP/1.1\r\n${HOST}\r\n`)
    expect(answersIn(raw).map(({ status }) => status)).toEqual([200])
  })

  test("a handler that takes longer than a connection may idle is not disturbed", async () => {
    const held = gate()
    const slow: Route = {
      method: "GET",
      path: "/slow",
      async handle() {
        await held.opened
        return { status: 200, json: "late" }
      },
    }
    const { port, server } = await serve([slow], { limits: { idleTimeoutMs: 300 } })
    const client = new RawClient(port).send(get("/slow"))
    // One that idles as long as it does is gone when its time is over.
    const other = new RawClient(port).send("GET /slow HTTP/1.1\r\n")
    await other.rest()
    await until(() => server.connections === 1)
    held.open()
    expect(answersIn(await client.rest())[0]?.body).toBe('"late"\n')
  })

  test("a handler pulls: what it does not take is not read", async () => {
    const held = gate()
    let taken = 0
    const pulling: Route = {
      method: "POST",
      path: "/pull",
      async handle({ body }) {
        for await (const piece of body) {
          taken += piece.length
          await held.opened
        }
        return { status: 200, json: taken }
      },
    }
    const { port } = await serve([pulling], { limits: { maxBodyBytes: 64 << 20 } })
    const bytes = 48 << 20
    const client = new RawClient(port).send(post(Buffer.alloc(bytes), {}, "/pull"))
    await until(() => taken > 0)
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
    // It is more than the buffers of both sides hold.
    expect(client.socket.writableLength).toBeGreaterThan(0)
    held.open()
    expect(answersIn(await client.rest())[0]?.body).toBe(`${bytes}\n`)
  })
})

describe("many", () => {
  test("connections: those beyond the bound are told, those within are served", async () => {
    const { port, server, codes } = await serve(ROUTES, { limits: { maxConnections: 3 } })
    const clients = Array.from({ length: 3 }, () => new RawClient(port))
    await until(() => server.connections === 3)
    const raw = await new RawClient(port).rest()
    expect(refusalOf(raw)).toBe("503 E_HTTP_BUSY")
    expect(answersIn(raw)[0]?.headers["retry-after"]).toBe("1")
    expect(codes()).toEqual(["E_HTTP_BUSY"])
    for (const client of clients) client.send(get("/ping"))
    for (const client of clients) expect(answersIn(await client.rest())[0]?.status).toBe(200)
    await until(() => server.connections === 0)
    expect(answersIn(await fetchPing(port))[0]?.status).toBe(200)
  })

  test("connections of one client: others still find a place", async () => {
    const { port, server, codes } = await serve(ROUTES, { limits: { maxClientConnections: 2 } })
    const clients = [new RawClient(port), new RawClient(port)]
    await until(() => server.connections === 2)
    const raw = await new RawClient(port).rest()
    expect(refusalOf(raw)).toBe("503 E_HTTP_BUSY")
    expect(raw).toContain("there are 2 connections already from 127.0.0.1")
    const other = connect({ port, host: "127.0.0.1", localAddress: "127.0.0.2", allowHalfOpen: true })
    expect(answersIn(await new RawClient(port, other).send(get("/ping")).rest())[0]?.status).toBe(200)
    clients[0]?.socket.destroy()
    await until(() => server.connections === 1)
    expect(answersIn(await fetchPing(port))[0]?.status).toBe(200)
    expect(codes()).toEqual(["E_HTTP_BUSY"])
  })

  test("requests on one connection, while an answer is made: no more of them are read", async () => {
    const held = gate()
    let asked = 0
    const slow: Route = {
      method: "GET",
      path: "/slow",
      async handle() {
        asked++
        await held.opened
        return { status: 200, json: null }
      },
    }
    const { port } = await serve([slow], { limits: { requestBurst: 1e9 } })
    const client = new RawClient(port).send(`GET /slow HTTP/1.1\r\n${HOST}\r\n`.repeat(1_000_000))
    await until(() => asked === 1)
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve))
    // It is more than the buffers of both sides hold.
    expect(client.socket.writableLength).toBeGreaterThan(0)
    expect(asked).toBe(1)
    client.socket.destroy()
    held.open()
  })

  test("long answers that nobody reads: those that find no room are told to come again", async () => {
    const long: Route = {
      method: "GET",
      path: "/long",
      handle: () => ({ status: 200, text: "x".repeat(20 << 20), contentType: "text/plain" }),
    }
    const { port, codes } = await serve([long, ping])
    const idle = Array.from({ length: 3 }, () => {
      const client = new RawClient(port)
      client.socket.pause()
      return client.send(get("/long"))
    })
    await until(() => idle.every(({ socket }) => socket.bytesWritten > 0))
    let refused = ""
    while (!refused.includes("503")) {
      refused = await exchange(port, get("/long"))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(refusalOf(refused)).toBe("503 E_HTTP_BUSY")
    expect(codes()).toEqual(["E_HTTP_BUSY"])
    expect(answersIn(await fetchPing(port))[0]?.status).toBe(200)
    for (const { socket } of idle) socket.destroy()
    let answer = refused
    while (answer.includes("503")) answer = await exchange(port, get("/long"))
    expect(answer.length).toBeGreaterThan(20 << 20)
  })

  test("far more connections than are even told so", async () => {
    const { port, server } = await serve(ROUTES, { limits: { maxConnections: 2 } })
    const texts = await Promise.all(Array.from({ length: 150 }, () => exchange(port, get("/no"))))
    for (const text of texts.filter((text) => text !== ""))
      expect(refusalOf(text)).toMatch(/404|503 E_HTTP_BUSY/)
    await until(() => server.connections === 0)
    expect(answersIn(await fetchPing(port))[0]?.status).toBe(200)
  })

  test("requests of one client: refused until its bucket has filled again", async () => {
    let nowMs = 0
    const { port, codes } = await serve(ROUTES, {
      nowMs: () => nowMs,
      limits: { requestsPerSec: 0.5, requestBurst: 2 },
    })
    const ask = async () => answersIn(await fetchPing(port))[0]
    expect([(await ask())?.status, (await ask())?.status]).toEqual([200, 200])
    const refused = await ask()
    expect(refused === undefined ? "" : refusalIn(refused)).toBe("429 E_HTTP_RATE")
    expect(refused?.headers["retry-after"]).toBe("2")
    nowMs = 2000
    expect((await ask())?.status).toBe(200)
    expect(codes()).toEqual(["E_HTTP_RATE"])
  })
})

describe("the end", () => {
  test("running requests are answered, later ones refused, idle connections closed", async () => {
    const held = gate()
    const asked = gate()
    const slow: Route = {
      method: "GET",
      path: "/slow",
      async handle() {
        asked.open()
        await held.opened
        return { status: 200, json: "late" }
      },
    }
    const { port, server, codes } = await serve([slow, ping])
    const idle = new RawClient(port).send(`GET /ping HTTP/1.1\r\n${HOST}\r\n`)
    const silent = new RawClient(port)
    await idle.got("pong")
    const running = new RawClient(port).send(`GET /slow HTTP/1.1\r\n${HOST}\r\n${get("/ping")}`)
    await asked.opened
    const closed = server.close(60_000)
    await idle.ended
    await silent.ended
    await expect(fetch(`http://127.0.0.1:${port}/ping`)).rejects.toThrow("fetch failed")
    held.open()
    const answers = answersIn(await running.rest())
    expect(answers[0]).toMatchObject({ status: 200, body: '"late"\n', headers: { connection: "close" } })
    expect(answers).toHaveLength(1)
    await closed
    expect(server.connections).toBe(0)
    expect(codes()).toEqual([])
  })

  test("a request that has only begun is refused", async () => {
    const { port, server, codes } = await serve(ROUTES)
    const begun = [new RawClient(port), new RawClient(port).send(`GET /ping HTTP/1.1\r\n${HOST}\r\n`)]
    await begun[1]?.got("pong")
    for (const client of begun) client.send("GET /ping HTTP/1.1\r\nHo")
    // Whoever is answered now came after them.
    await fetchPing(port)
    const texts = Promise.all(begun.map((client) => client.rest()))
    await server.close(60_000)
    const [first, second] = await texts
    expect(refusalOf(first ?? "")).toBe("503 E_HTTP_CLOSING")
    expect(answersIn(second ?? "").map(({ status }) => status)).toEqual([200, 503])
    expect(codes()).toEqual(["E_HTTP_CLOSING", "E_HTTP_CLOSING"])
  })

  test("what takes too long is cut off", async () => {
    const asked = gate()
    const never: Route = {
      method: "GET",
      path: "/never",
      handle() {
        asked.open()
        return new Promise(() => {})
      },
    }
    const { port, server } = await serve([never])
    const client = new RawClient(port).send(get("/never"))
    await asked.opened
    await server.close(20)
    expect(await client.rest()).toBe("")
    expect(server.connections).toBe(0)
  })
})

test("500 connections of garbage, then a good request; nothing is left", async () => {
  const { port, server, events } = await serve(ROUTES, {
    limits: { maxBodyBytes: 10_000, headerTimeoutMs: 200, requestTimeoutMs: 300, idleTimeoutMs: 300 },
  })
  const starts = [get("/ping"), post("[1,2]").toString("latin1"), "GET / HTTP/1.1\r\n", ""]
  const garbage = fc.sample(
    fc.tuple(
      fc.constantFrom(...starts),
      fc.nat(200),
      fc.oneof(
        fc.string({ unit: "binary", maxLength: 300 }),
        fc.constantFrom("\r\n", "\0", ": ", "HTTP/1.1", " ", "\r\n\r\n", "%", "chunked", "9".repeat(30)),
      ),
      fc.constantFrom("end", "reset", "wait"),
    ),
    { numRuns: 500, seed: 6 },
  )
  const play = async ([start, at, noise, ending]: (typeof garbage)[number]): Promise<void> => {
    const client = new RawClient(port)
    client.send(Buffer.from(start.slice(0, at) + noise + start.slice(at), "latin1"))
    if (ending === "end") client.socket.end()
    if (ending === "reset") client.socket.once("connect", () => client.socket.resetAndDestroy())
    const raw = await client.rest()
    for (const answer of raw === "" ? [] : answersIn(raw)) if (answer.status >= 400) refusalIn(answer)
  }
  const waiting = [...garbage]
  const worker = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await play(next)
  }
  await Promise.all(Array.from({ length: 50 }, worker))
  expect(answersIn(await fetchPing(port))[0]?.status).toBe(200)
  await until(() => server.connections === 0)
  expect(events.filter(({ status }) => status >= 500)).toEqual([])
})
