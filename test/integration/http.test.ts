/** The HTTP server as clients of all kinds see it: every refusal, over real sockets. */
import { connect } from "node:net"
import { deflateSync, gzipSync } from "node:zlib"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { HttpFault } from "../../src/http/fault.js"
import type { Reply, Route } from "../../src/http/request.js"
import { answersIn, exchange, RawClient, refusalIn, refusalOf, serve, until } from "./http-harness.js"

const HOST = "Host: localhost\r\n"

/** A handler that waits until the test lets it go. */
function gate() {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open: () => open(), opened }
}

const ping: Route = { method: "GET", path: "/ping", handle: () => ({ status: 200, json: { pong: true } }) }
const echo: Route = {
  method: "POST",
  path: "/v1/echo",
  handle: async (request) => ({ status: 200, json: await request.json() }),
}
const size: Route = {
  method: "POST",
  path: "/v1/size",
  async handle({ body }) {
    let bytes = 0
    for await (const piece of body) bytes += piece.length
    return { status: 200, json: { bytes } }
  },
}
const failing: Route = {
  method: "GET",
  path: "/v1/failing",
  handle() {
    throw new Error("a secret of the inside")
  },
}
const judging: Route = {
  method: "GET",
  path: "/v1/judging",
  handle({ query }) {
    throw new HttpFault(400, "E_HTTP_VALUE", `at is ${query.get("at")}`, "tell a time")
  },
}
const text: Route = {
  method: "GET",
  path: "/metrics",
  handle: ({ query, client }) => ({
    status: 200,
    text: `${client} ${query.get("q")}\n`,
    contentType: "text/plain",
  }),
}
const unprintable: Route = {
  method: "GET",
  path: "/v1/big",
  handle: () => ({ status: 200, json: { big: 1n } }),
}
const wrong = (path: string, reply: unknown): Route => ({ method: "GET", path, handle: () => reply as Reply })
const ROUTES = [
  ...[ping, echo, size, failing, judging, text, unprintable],
  wrong("/v1/nothing", undefined),
  wrong("/v1/status", { status: 99, json: 1 }),
  wrong("/v1/type", { status: 200, text: "a", contentType: "a\r\nb: c" }),
]

const post = (body: string | Buffer, headers: Record<string, string> = {}, path = "/v1/echo"): Buffer => {
  const lines = Object.entries({ "content-length": String(body.length), ...headers })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")
  return Buffer.concat([
    Buffer.from(`POST ${path} HTTP/1.1\r\n${HOST}connection: close\r\n${head}\r\n`),
    Buffer.from(body),
  ])
}
const get = (path: string, more = ""): string =>
  `GET ${path} HTTP/1.1\r\n${HOST}connection: close\r\n${more}\r\n`

describe("answers", () => {
  test("JSON, text and refusals of a handler", async () => {
    const { url, events } = await serve(ROUTES)
    const reply = await fetch(`${url}/ping`)
    expect(reply.status).toBe(200)
    expect(reply.headers.get("cache-control")).toBe("no-store")
    expect(reply.headers.get("x-content-type-options")).toBe("nosniff")
    expect(await reply.json()).toEqual({ pong: true })
    expect(await (await fetch(`${url}/metrics?q=a%20b%C3%A9`)).text()).toBe("127.0.0.1 a bé\n")
    const judged = await fetch(`${url}/v1/judging?at=never`)
    expect(judged.status).toBe(400)
    expect(await judged.json()).toEqual({
      error: { code: "E_HTTP_VALUE", message: "at is never", hint: "tell a time" },
    })
    expect(events).toEqual([
      {
        code: "E_HTTP_VALUE",
        status: 400,
        message: "at is never",
        hint: "tell a time",
        client: "127.0.0.1",
        method: "GET",
        target: "/v1/judging?at=never",
      },
    ])
  })

  test.each([
    ["plain", (body: Buffer) => body, {}],
    ["gzip", gzipSync, { "content-encoding": "gzip" }],
    ["deflate", deflateSync, { "content-encoding": "Deflate" }],
  ])("a body that comes %s", async (_, pack, headers) => {
    const { port } = await serve(ROUTES)
    const body = pack(Buffer.from(JSON.stringify({ a: "é".repeat(50_000) })))
    const [answer] = answersIn(await exchange(port, post(body, headers)))
    expect(JSON.parse(Buffer.from(answer?.body ?? "", "latin1").toString("utf8"))).toEqual({
      a: "é".repeat(50_000),
    })
  })

  test("HEAD is GET without the body", async () => {
    const { port } = await serve(ROUTES)
    const raw = await exchange(port, `HEAD /ping HTTP/1.1\r\n${HOST}connection: close\r\n\r\n`)
    const [answer] = answersIn(raw, true)
    expect(answer?.status).toBe(200)
    expect(answer?.headers["content-length"]).toBe(String('{"pong":true}\n'.length))
    expect(raw.endsWith("\r\n\r\n")).toBe(true)
  })

  test("requests sent at once are answered in order, each after the one before is done", async () => {
    const held = gate()
    const started: string[] = []
    const slow: Route = {
      method: "GET",
      path: "/slow",
      async handle({ query }) {
        started.push(query.get("n") ?? "")
        await held.opened
        return { status: 200, json: query.get("n") }
      },
    }
    const { port } = await serve([slow])
    const count = 300
    const client = new RawClient(port)
    for (let n = 0; n < count; n++)
      client.send(`GET /slow?n=${n} HTTP/1.1\r\n${HOST}${n === count - 1 ? "connection: close\r\n" : ""}\r\n`)
    await until(() => started.length > 0)
    expect(started).toEqual(["0"])
    held.open()
    const answers = answersIn(await client.rest())
    expect(answers.map(({ body }) => body)).toEqual(Array.from({ length: count }, (_, n) => `"${n}"\n`))
  })

  test("a client that ends its side after the request is answered, however long it takes", async () => {
    const held = gate()
    const slow: Route = {
      method: "GET",
      path: "/slow",
      async handle() {
        await held.opened
        return { status: 200, json: "late" }
      },
    }
    const { port } = await serve([slow, ping])
    const client = new RawClient(port)
    client.socket.end(`GET /slow HTTP/1.1\r\n${HOST}\r\nGET /ping HTTP/1.1\r\n${HOST}\r\n`)
    expect(answersIn(await await fetchPing(port))[0]?.status).toBe(200)
    held.open()
    expect(answersIn(await client.rest()).map(({ body }) => body)).toEqual(['"late"\n', '{"pong":true}\n'])
  })

  test("a client that asks before it sends is told to go on, or why not to", async () => {
    const { port } = await serve(ROUTES, { limits: { maxBodyBytes: 100 } })
    const asks = (length: number) =>
      `POST /v1/echo HTTP/1.1\r\n${HOST}connection: close\r\nexpect: 100-continue\r\ncontent-length: ${length}\r\n\r\n`
    const client = new RawClient(port).send(asks(2))
    expect(await client.got("100 Continue\r\n\r\n")).toContain("HTTP/1.1 100 Continue")
    client.send("[]")
    expect(answersIn(await client.rest())[0]).toMatchObject({ status: 200, body: "[]\n" })
    expect(refusalOf(await exchange(port, asks(101)))).toBe("413 E_HTTP_SIZE")
  })
})

async function fetchPing(port: number): Promise<string> {
  return exchange(port, get("/ping"))
}

describe("refusals", () => {
  const zeros = gzipSync(Buffer.alloc(20 << 20))
  const cases: readonly [string, string | Buffer, string][] = [
    ["an unknown path", get("/pong"), "404 E_HTTP_PATH"],
    ["a path that climbs", get("/v1/../../etc/passwd"), "404 E_HTTP_PATH"],
    ["a path in disguise", get("/%70ing"), "404 E_HTTP_PATH"],
    ["a path of an object", get("/__proto__"), "404 E_HTTP_PATH"],
    ["a very long path", get(`/${"a".repeat(6000)}`), "404 E_HTTP_PATH"],
    ["an asterisk", `OPTIONS * HTTP/1.1\r\n${HOST}connection: close\r\n\r\n`, "400 E_HTTP_TARGET"],
    ["a target without a slash", get("ping"), "400 E_HTTP_REQUEST"],
    ["a query with a broken escape", get("/ping?a=%zz"), "400 E_HTTP_TARGET"],
    ["a query that is not UTF-8", get("/ping?a=%ff"), "400 E_HTTP_TARGET"],
    [
      "a method that a path does not take",
      `DELETE /ping HTTP/1.1\r\n${HOST}connection: close\r\n\r\n`,
      "405 E_HTTP_METHOD",
    ],
    ["CONNECT", "CONNECT example.com:25 HTTP/1.1\r\nHost: example.com:25\r\n\r\n", "405 E_HTTP_METHOD"],
    ["a method that does not exist", `BREW /ping HTTP/1.1\r\n${HOST}\r\n`, "400 E_HTTP_REQUEST"],
    ["no HTTP", "EHLO mx.example.com\r\n", "400 E_HTTP_REQUEST"],
    ["a TLS greeting", Buffer.from("16030100c8010000c40303", "hex"), "400 E_HTTP_REQUEST"],
    ["the beginning of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400 E_HTTP_REQUEST"],
    ["another version", `GET /ping HTTP/7.3\r\n${HOST}\r\n`, "400 E_HTTP_REQUEST"],
    ["an upgrade", get("/pong", "upgrade: websocket\r\n"), "404 E_HTTP_PATH"],
    ["a header without a colon", get("/ping", "nonsense\r\n"), "400 E_HTTP_REQUEST"],
    ["a NUL in a header", get("/ping", "a: b\0c\r\n"), "400 E_HTTP_REQUEST"],
    ["a length that is none", get("/ping", "content-length: -1\r\n"), "400 E_HTTP_REQUEST"],
    ["two lengths", get("/ping", "content-length: 1\r\ncontent-length: 2\r\n"), "400 E_HTTP_REQUEST"],
    [
      "a length and chunks",
      post("2\r\n[]\r\n0\r\n\r\n", { "transfer-encoding": "chunked" }),
      "400 E_HTTP_REQUEST",
    ],
    ["no Host", "GET /ping HTTP/1.1\r\nconnection: close\r\n\r\n", "400 E_HTTP_HOST"],
    ["two Hosts", get("/ping", "Host: 127.0.0.1\r\n"), "400 E_HTTP_HOST"],
    [
      "a Host that is none",
      "GET /ping HTTP/1.1\r\nHost: a/b@c\r\nconnection: close\r\n\r\n",
      "400 E_HTTP_HOST",
    ],
    [
      "a name that leads here",
      "GET /ping HTTP/1.1\r\nHost: evil.test\r\nconnection: close\r\n\r\n",
      "403 E_HTTP_ORIGIN",
    ],
    ["a page of another site", get("/ping", "origin: http://evil.test\r\n"), "403 E_HTTP_ORIGIN"],
    ["a page of nowhere", get("/ping", "origin: null\r\n"), "403 E_HTTP_ORIGIN"],
    ["another expectation", get("/ping", "expect: money\r\n"), "417 E_HTTP_EXPECT"],
    ["many headers", get("/ping", "a: b\r\n".repeat(60)), "431 E_HTTP_HEADERS"],
    ["long headers", get("/ping", `a: ${"b".repeat(20_000)}\r\n`), "431 E_HTTP_HEADERS"],
    ["a flood of headers", get("/ping", "a: b\r\n".repeat(50_000)), "431 E_HTTP_HEADERS"],
    ["an encoding", post("x", { "content-encoding": "br" }), "415 E_HTTP_ENCODING"],
    ["two encodings", post("x", { "content-encoding": "gzip, gzip" }), "415 E_HTTP_ENCODING"],
    ["an encoding of an object", post("x", { "content-encoding": "constructor" }), "415 E_HTTP_ENCODING"],
    ["a body that is told too large", post("x", { "content-length": "1000001" }), "413 E_HTTP_SIZE"],
    ["a body that is too large", chunked("/v1/size", Buffer.alloc(2_000_000, "a")), "413 E_HTTP_SIZE"],
    ["a bomb", post(zeros, { "content-encoding": "gzip" }, "/v1/size"), "413 E_HTTP_SIZE"],
    ["a bomb, as a whole", post(zeros, { "content-encoding": "gzip" }), "413 E_HTTP_SIZE"],
    ["no gzip", post("no gzip at all", { "content-encoding": "gzip" }), "400 E_HTTP_DAMAGED"],
    [
      "half a gzip",
      post(zeros.subarray(0, 500), { "content-encoding": "gzip" }, "/v1/size"),
      "400 E_HTTP_DAMAGED",
    ],
    ["no JSON", post("{a: 1}"), "400 E_HTTP_JSON"],
    ["no body", post(""), "400 E_HTTP_JSON"],
    ["JSON that is not UTF-8", post(Buffer.from('"\xff"', "latin1")), "400 E_HTTP_JSON"],
    ["chunks that are none", chunkedRaw("/v1/size", "zz\r\nabc\r\n"), "400 E_HTTP_REQUEST"],
    [
      "a chunk's endless extension",
      chunkedRaw("/v1/size", `1;${"a".repeat(40_000)}\r\na\r\n`),
      "400 E_HTTP_REQUEST",
    ],
    ["a handler that throws", get("/v1/failing"), "500 E_HTTP_INTERNAL"],
    ["a handler that answers nothing", get("/v1/nothing"), "500 E_HTTP_INTERNAL"],
    ["a status that does not exist", get("/v1/status"), "500 E_HTTP_INTERNAL"],
    ["a content type of two lines", get("/v1/type"), "500 E_HTTP_INTERNAL"],
    ["what JSON cannot hold", get("/v1/big"), "500 E_HTTP_INTERNAL"],
  ]

  test.each(cases)("%s", async (_, bytes, refusal) => {
    const { port, server, codes } = await serve(ROUTES, {
      limits: { maxBodyBytes: 1_000_000, maxInflatedBytes: 2_000_000, maxHeaders: 50 },
    })
    const raw = await exchange(port, bytes)
    expect(refusalOf(raw)).toBe(refusal)
    expect(codes()).toEqual([refusal.slice(4)])
    expect(raw).not.toMatch(/secret|\.ts:|\.js:/)
    expect(answersIn(await fetchPing(port))[0]?.status).toBe(200)
    await until(() => server.connections === 0)
  })

  test("say what is meant, and what is allowed", async () => {
    const { url } = await serve(ROUTES)
    const near = (await (await fetch(`${url}/v1/ecko`)).json()) as { error: { hint: string } }
    expect(near.error.hint).toBe("did you mean /v1/echo?")
    expect((await fetch(`${url}/ping`, { method: "PUT" })).headers.get("allow")).toBe("GET, HEAD")
    const encoded = await fetch(`${url}/v1/echo`, {
      method: "POST",
      headers: { "content-encoding": "br" },
      body: "x",
    })
    expect(encoded.headers.get("accept-encoding")).toBe("gzip, deflate")
  })

  test("an error of a handler is told to the log alone", async () => {
    const { url, events } = await serve(ROUTES)
    await fetch(`${url}/v1/failing`)
    expect(events[0]).toMatchObject({ code: "E_HTTP_INTERNAL", target: "/v1/failing" })
    expect(events[0]?.cause).toEqual(new Error("a secret of the inside"))
  })

  test("a large body that nobody reads: the client gets the refusal although it goes on sending", async () => {
    const { url } = await serve(ROUTES, { limits: { maxBodyBytes: 1000 } })
    const reply = await fetch(`${url}/v1/echo`, { method: "POST", body: Buffer.alloc(3 << 20) })
    expect(reply.status).toBe(413)
    expect(reply.headers.get("connection")).toBe("close")
  })

  test("the next request on a connection does not suffer from a refused one", async () => {
    const { port } = await serve(ROUTES)
    const raw = await exchange(port, `GET /no HTTP/1.1\r\n${HOST}\r\n${get("/ping")}`)
    expect(answersIn(raw).map(({ status }) => status)).toEqual([404, 200])
  })

  test("nonsense after a request: that one is answered first", async () => {
    const { port } = await serve(ROUTES)
    const answers = answersIn(await exchange(port, `GET /ping HTTP/1.1\r\n${HOST}\r\nnonsense\r\n\r\n`))
    expect(answers.map(({ status }) => status)).toEqual([200, 400])
  })
})

/** In chunks: its length is not told. */
function chunked(path: string, body: Buffer): Buffer {
  const head = `${body.length.toString(16)}\r\n`
  return Buffer.concat([chunkedRaw(path, head), body, Buffer.from("\r\n0\r\n\r\n")])
}

function chunkedRaw(path: string, chunks: string): Buffer {
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\n${HOST}connection: close\r\ntransfer-encoding: chunked\r\n\r\n${chunks}`,
  )
}

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
