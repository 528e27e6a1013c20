/** The HTTP server as clients see it: answers, and every refusal, over real sockets. */
import { deflateSync, gzipSync } from "node:zlib"
import { describe, expect, test } from "vitest"
import type { Route } from "../../src/http/request.js"
import { answersIn, exchange, RawClient, refusalOf, serve, until } from "./http-harness.js"
import { chunked, chunkedRaw, fetchPing, gate, get, HOST, ping, post, ROUTES } from "./http-requests.js"

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
    ["an image of another site", get("/ping", "sec-fetch-site: cross-site\r\n"), "403 E_HTTP_ORIGIN"],
    ["an image of another port", get("/ping", "sec-fetch-site: same-site\r\n"), "403 E_HTTP_ORIGIN"],
    [
      "an image of two sites",
      get("/ping", "sec-fetch-site: none\r\nsec-fetch-site: none\r\n"),
      "403 E_HTTP_ORIGIN",
    ],
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
