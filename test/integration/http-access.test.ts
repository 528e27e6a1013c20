/** Who may come in: tokens, certificates made here by openssl, and what does not start at all. */
import { createServer } from "node:net"
import { type ConnectionOptions, connect } from "node:tls"
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest"
import type { HttpAuth } from "../../src/http/guard.js"
import type { Route } from "../../src/http/request.js"
import { askTls, Certificates, hasOpenssl } from "./certificates.js"
import { answersIn, exchange, RawClient, refusalOf, serve, until } from "./http-harness.js"

const ping: Route = { method: "GET", path: "/ping", handle: () => ({ status: 200, json: "pong" }) }
const TOKENS = ["first-token-of-some-length", "second-token-that-is-longer-still"]

describe("a token", () => {
  const get = (header: string) => `GET /ping HTTP/1.1\r\nHost: x.test\r\nconnection: close\r\n${header}\r\n`

  test.each([
    ["none", "", "has no token"],
    ["a wrong one", "authorization: Bearer first-token-of-some-lengti\r\n", "not one of those"],
    ["the beginning of one", "authorization: Bearer first-token\r\n", "not one of those"],
    ["an empty one", "authorization: Bearer \r\n", "not one of those"],
    ["another scheme", `authorization: Basic ${TOKENS[0]}\r\n`, "not one of those"],
    ["two at once", `authorization: Bearer ${TOKENS[0]} ${TOKENS[1]}\r\n`, "not one of those"],
  ])("%s is refused", async (_, header, why) => {
    const { port, codes } = await serve([ping], { auth: { kind: "token", tokens: TOKENS } })
    const raw = await exchange(port, get(header))
    expect(refusalOf(raw)).toBe("401 E_HTTP_AUTH")
    expect(raw).toContain("www-authenticate: Bearer\r\n")
    expect(raw).toContain(why)
    expect(raw).not.toContain(TOKENS[0])
    expect(codes()).toEqual(["E_HTTP_AUTH"])
  })

  test.each(TOKENS)("%s is taken, under whatever name the server has", async (token) => {
    const { port } = await serve([ping], { auth: { kind: "token", tokens: TOKENS } })
    const raw = await exchange(port, get(`authorization: bearer ${token}\r\n`))
    expect(answersIn(raw)[0]?.body).toBe('"pong"\n')
  })

  test("is asked for before a path is told", async () => {
    const { url } = await serve([ping], { auth: { kind: "token", tokens: TOKENS } })
    expect((await fetch(`${url}/no`)).status).toBe(401)
  })
})

describe("a browser", () => {
  const get = (site: string, more = "") =>
    `GET /ping HTTP/1.1\r\nHost: localhost\r\nsec-fetch-site: ${site}\r\nconnection: close\r\n${more}\r\n`

  test.each(["same-origin", "none"])(
    "that asks for itself, or for this server's page, is taken: %s",
    async (site) => {
      const { port } = await serve([ping])
      expect(answersIn(await exchange(port, get(site)))[0]?.status).toBe(200)
    },
  )

  test("that shows a token is taken from any page", async () => {
    const { port } = await serve([ping], { auth: { kind: "token", tokens: TOKENS } })
    const raw = await exchange(port, get("cross-site", `authorization: Bearer ${TOKENS[0]}\r\n`))
    expect(answersIn(raw)[0]?.status).toBe(200)
  })
})

describe("does not start", () => {
  test.each<[string, string, HttpAuth, string]>([
    ["on all addresses, for everybody", "0.0.0.0", { kind: "none" }, "E_HTTP_OPEN"],
    ["on all IPv6 addresses, for everybody", "::", { kind: "none" }, "E_HTTP_OPEN"],
    ["on a name, for everybody", "mail.example.com", { kind: "none" }, "E_HTTP_OPEN"],
    ["on no address", "", { kind: "none" }, "E_HTTP_OPEN"],
    ["without a single token", "0.0.0.0", { kind: "token", tokens: [] }, "E_HTTP_TOKEN"],
    ["with a short token", "127.0.0.1", { kind: "token", tokens: [...TOKENS, "secret"] }, "E_HTTP_TOKEN"],
    [
      "with a token no header can hold",
      "127.0.0.1",
      { kind: "token", tokens: ["sixteen and more é"] },
      "E_HTTP_TOKEN",
    ],
    [
      "with a certificate that is none",
      "127.0.0.1",
      { kind: "tls", cert: "no", key: "no", ca: "no" },
      "E_HTTP_TLS",
    ],
    ["on an address of others", "203.0.113.7", { kind: "token", tokens: TOKENS }, "E_HTTP_LISTEN"],
  ])("%s", async (_, host, auth, code) => {
    const error = (await serve([ping], { host, auth }).catch((error: unknown) => error)) as Error
    expect(error).toMatchObject({ code, hint: expect.stringMatching(/.{20}/) })
    expect(error.message).not.toContain("secret")
  })

  test("on a port that is taken", async () => {
    const { port } = await serve([ping])
    await expect(serve([ping], { port })).rejects.toMatchObject({ code: "E_HTTP_LISTEN" })
  })

  test("with two routes for one path, or a bound of nothing", async () => {
    await expect(serve([ping, ping])).rejects.toThrow("two routes for GET /ping")
    await expect(serve([ping], { limits: { maxConnections: 0 } })).rejects.toThrow(
      "limits.maxConnections is 0",
    )
  })

  test.each(["127.0.0.1", "localhost", "127.0.0.53"])("but it does on %s", async (host) => {
    const { server } = await serve([ping], { host })
    expect(server.port).toBeGreaterThan(0)
  })
})

describe.skipIf(!hasOpenssl)("client certificates", () => {
  const made = new Certificates()
  const pem = (name: string): string => made.pem(name)
  const own = (name: string) => made.own(name)

  beforeAll(() => {
    made.make("authority")
    made.make("stranger")
    made.signed("server", "authority")
    made.signed("client", "authority")
    made.signed("foreign", "stranger")
  })
  afterAll(() => made.remove())

  const auth = (): HttpAuth => ({
    kind: "tls",
    cert: pem("server.crt"),
    key: pem("server.key"),
    ca: pem("authority.crt"),
  })
  const ask = (port: number, options: object, sent?: Buffer) =>
    askTls(port, { path: "/ping", ca: pem("authority.crt"), ...options }, sent)

  test("of the authority is taken, and any name of the server with it", async () => {
    const { port, server } = await serve([ping], { auth: auth(), host: "0.0.0.0" })
    expect(await ask(port, own("client"))).toEqual({ status: 200, body: '"pong"\n' })
    await until(() => server.connections === 0)
  })

  test.each([
    ["none", () => ({}), "is missing"],
    ["one of another authority", () => own("foreign"), "cannot be trusted"],
    ["one that signed itself", () => own("stranger"), "cannot be trusted"],
  ])("%s is refused in words", async (_, options, why) => {
    const { port, codes } = await serve([ping], { auth: auth() })
    const { status, body } = await ask(port, options())
    expect(status).toBe(401)
    expect(JSON.parse(body)).toMatchObject({
      error: { code: "E_HTTP_AUTH", message: expect.stringContaining(why) },
    })
    expect(codes()).toEqual(["E_HTTP_AUTH"])
  })

  test.each(["TLSv1.2", "TLSv1.3"] as const)(
    "a session without one is not resumed into anything (%s)",
    async (version) => {
      const { port } = await serve([ping], { auth: auth() })
      const options = {
        port,
        host: "127.0.0.1",
        servername: "localhost",
        ca: pem("authority.crt"),
        maxVersion: version,
      }
      const talk = async (more: ConnectionOptions) => {
        const socket = connect({ ...options, ...more })
        let session: Buffer | undefined
        let isReused = false
        socket.on("session", (one) => {
          session = one
        })
        socket.on("secureConnect", () => {
          isReused = socket.isSessionReused()
        })
        const client = new RawClient(port, socket)
        client.send("GET /ping HTTP/1.1\r\nHost: localhost\r\nconnection: close\r\n\r\n")
        const text = await client.rest()
        return { text, session, isReused }
      }
      const first = await talk({})
      expect(refusalOf(first.text)).toBe("401 E_HTTP_AUTH")
      expect(first.session).toBeDefined()
      const again = await talk({ session: first.session })
      expect(again.isReused).toBe(true)
      expect(refusalOf(again.text)).toBe("401 E_HTTP_AUTH")
    },
  )

  test("no TLS, old TLS, or half a handshake: told to the log, others are served", async () => {
    const { port, server, codes } = await serve([ping], { auth: auth(), limits: { headerTimeoutMs: 1000 } })
    await exchange(port, "GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await new RawClient(port).rest()
    await expect(
      ask(port, { maxVersion: "TLSv1.1", minVersion: "TLSv1", ...own("client") }),
    ).rejects.toThrow()
    expect((await ask(port, own("client"))).status).toBe(200)
    await until(() => server.connections === 0)
    expect(new Set(codes())).toEqual(new Set(["E_HTTP_TLS"]))
  })

  test("too many connections are told so over TLS too; ending does not wait for handshakes", async () => {
    const { port, server, codes } = await serve([ping], { auth: auth(), limits: { maxConnections: 2 } })
    const silent = [new RawClient(port), new RawClient(port)]
    await until(() => server.connections === 2)
    expect((await ask(port, own("client"))).status).toBe(503)
    expect(codes()).toEqual(["E_HTTP_BUSY"])
    await server.close(60_000)
    for (const client of silent) await client.ended
  })

  test("a body that is too large is refused in words, although the client goes on sending", async () => {
    const echo: Route = {
      method: "POST",
      path: "/ping",
      handle: async (request) => ({ status: 200, json: (await request.bytes(1 << 20)).length }),
    }
    const { port, server } = await serve([echo], { auth: auth(), limits: { maxBodyBytes: 100_000 } })
    const post = (body: Buffer) => ask(port, { method: "POST", ...own("client") }, body)
    expect(await post(Buffer.alloc(90_000))).toEqual({ status: 200, body: "90000\n" })
    expect((await post(Buffer.alloc(3 << 20))).status).toBe(413)
    await until(() => server.connections === 0)
  })

  test("a token over TLS", async () => {
    const tls = { cert: pem("server.crt"), key: pem("server.key") }
    const { port } = await serve([ping], { auth: { kind: "token", tokens: TOKENS, tls }, host: "0.0.0.0" })
    expect((await ask(port, {})).status).toBe(401)
    expect((await ask(port, { headers: { authorization: `Bearer ${TOKENS[1]}` } })).status).toBe(200)
  })
})

test("a port that others have had is free again after the end", async () => {
  const { port, server } = await serve([ping])
  await server.close(1000)
  const other = createServer()
  onTestFinished(() => {
    other.close()
  })
  await new Promise<void>((resolve, reject) => {
    other.once("error", reject)
    other.listen(port, "127.0.0.1", resolve)
  })
})
