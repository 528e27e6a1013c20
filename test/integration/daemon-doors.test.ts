/**
 * The doors of `adaptive run` that ask who comes, and the one that tells others: client
 * certificates, certificates that are renewed, webhooks whose receiver goes and comes.
 */
import { createHmac } from "node:crypto"
import { copyFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import { connect } from "node:tls"
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest"
import { askTls, Certificates, hasOpenssl } from "./certificates.js"
import { Workplace } from "./command.js"
import { RunningDaemon } from "./running-daemon.js"

const place = new Workplace()
afterAll(() => place.remove())
place.write({
  "rules.lua": `require('msys.adaptive')
msys.adaptive.registerRules({ ["x.test"] = { responses = {
  { code = "^421 busy", trigger = "1", action = {"suspend", "1 hours"} },
} } }, "replace")
`,
})

async function start(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<RunningDaemon> {
  const state = ["--state", `${name}-state`, "--socket", `${name}.sock`, "--rules", "rules.lua"]
  const daemon = await RunningDaemon.start(place.dir, [...state, ...args], null, env)
  onTestFinished(() => daemon.remove())
  return daemon
}

/** Suspends a pair of its own. */
const event = (binding: string): string =>
  JSON.stringify({
    time: Date.now() / 1000,
    type: "transient",
    binding,
    domain: "x.test",
    response: "421 busy",
  })

describe.skipIf(!hasOpenssl)("over TLS", () => {
  const made = new Certificates()
  const TOKEN = "0123456789abcdef"
  beforeAll(() => {
    made.make("authority")
    made.make("stranger")
    for (const name of ["server", "renewed", "client"]) made.signed(name, "authority")
    made.signed("foreign", "stranger")
  })
  afterAll(() => made.remove())

  const trusting = () => ({ ca: made.pem("authority.crt") })

  test("--tls-client-ca: who shows a certificate of it comes in, nobody else does, from anywhere", async () => {
    const daemon = await start("mutual", [
      ...[
        "--listen",
        "0.0.0.0:0",
        "--tls-cert",
        made.path("server.crt"),
        "--tls-key",
        made.path("server.key"),
      ],
      ...["--tls-client-ca", made.path("authority.crt")],
    ])
    const { port } = daemon
    expect(daemon.url).toBe(`https://0.0.0.0:${port}`)
    const own = { ...trusting(), ...made.own("client") }
    expect(await askTls(port, { ...own, method: "POST", path: "/events" }, event("b1"))).toEqual({
      status: 200,
      body: '{"taken":1,"refused":0,"lines":[]}\n',
    })
    const { body } = await askTls(port, { ...own, path: "/v1/decision?binding=b1&domain=x.test" })
    expect(JSON.parse(body)).toMatchObject({ allowed: false, reason: "suspended" })
    for (const [shown, why] of [
      [{}, "is missing"],
      [made.own("foreign"), "cannot be trusted"],
    ] as const) {
      const refused = await askTls(port, { ...trusting(), ...shown, path: "/v1/status" })
      expect([refused.status, JSON.parse(refused.body)]).toEqual([
        401,
        {
          error: {
            code: "E_HTTP_AUTH",
            message: expect.stringContaining(`the client's certificate ${why}`),
            hint: "connect with a certificate that the configured authority has signed",
          },
        },
      ])
    }
    // Plain HTTP gets no answer, and does no harm.
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow()
    await daemon.said(/"code":"E_HTTP_TLS"/)
    expect((await askTls(port, { ...own, path: "/readyz" })).body).toBe("ready\n")
    expect(await daemon.end("SIGTERM")).toEqual([0, null])
  })

  test("SIGHUP: certificates that were renewed are shown, broken ones are refused and an alarm, nobody is cut off", async () => {
    const put = (name: string): void => {
      for (const end of ["crt", "key"]) copyFileSync(made.path(`${name}.${end}`), place.path(`own.${end}`))
    }
    put("server")
    const daemon = await start("renewed", ["--tls-cert", "own.crt", "--tls-key", "own.key"], {
      ADAPTIVE_TOKEN: TOKEN,
    })
    const { port } = daemon
    const headers = { authorization: `Bearer ${TOKEN}` }
    const ask = (path: string) => askTls(port, { ...trusting(), headers, path })
    const shown = (): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect({ port, host: "127.0.0.1", servername: "localhost", ...trusting() })
        socket.once("error", reject)
        socket.once("secureConnect", () => {
          resolve(String(socket.getPeerCertificate().subject.CN))
          socket.destroy()
        })
      })
    expect(await shown()).toBe("server")
    // A stream that is open all the while.
    let stream = ""
    const open = connect({ port, host: "127.0.0.1", servername: "localhost", ...trusting() })
    onTestFinished(() => void open.destroy())
    open.setEncoding("utf8")
    open.on("data", (text: string) => {
      stream += text
    })
    open.write(
      `GET /v1/effects HTTP/1.1\r\nHost: localhost\r\nauthorization: ${headers.authorization}\r\n\r\n`,
    )
    await daemon.until(
      () => stream,
      (text) => text.includes("here begins the stream"),
    )
    put("renewed")
    daemon.signal("SIGHUP")
    await daemon.said(/the certificates are read anew/)
    expect(await shown()).toBe("renewed")
    // The key comes a moment after the certificate, in a renewal that is not done yet.
    copyFileSync(made.path("server.crt"), place.path("own.crt"))
    daemon.signal("SIGHUP")
    await daemon.said(/the certificates are refused/)
    expect(daemon.log).toMatch(
      /"alarm":"certificates","code":"E_HTTP_TLS","hint":"give PEM texts[^"]*","msg":"the certificates are refused: the key cannot be used: it does not belong to the certificate: those before go on serving"/,
    )
    expect(await shown()).toBe("renewed")
    expect((await ask("/readyz")).body).toMatch(/^ready\nthe certificates are refused: the key/)
    writeFileSync(place.path("own.key"), "")
    daemon.signal("SIGHUP")
    await daemon.said(/the certificates are refused/, 2)
    expect(await shown()).toBe("renewed")
    put("server")
    daemon.signal("SIGHUP")
    await daemon.said(/the certificates are read anew/, 2)
    expect([await shown(), (await ask("/readyz")).body]).toEqual(["server", "ready\n"])
    await askTls(port, { ...trusting(), headers, method: "POST", path: "/events" }, event("b1"))
    await daemon.until(
      () => stream,
      (text) => /^data: .*"b1"/m.test(text),
    )
    expect(await daemon.end("SIGTERM")).toEqual([0, null])
  })

  test("SIGHUP: a file that is gone is told with its option", async () => {
    for (const end of ["crt", "key"]) copyFileSync(made.path(`server.${end}`), place.path(`lost.${end}`))
    const daemon = await start("lost", ["--tls-cert", "lost.crt", "--tls-key", "lost.key"], {
      ADAPTIVE_TOKEN: TOKEN,
    })
    rmSync(place.path("lost.crt"))
    daemon.signal("SIGHUP")
    await daemon.said(/refused: --tls-cert lost\.crt cannot be read: ENOENT/)
    expect(daemon.log).toContain('"hint":"name a PEM file"')
    const headers = { authorization: `Bearer ${TOKEN}` }
    expect((await askTls(daemon.port, { ...trusting(), headers, path: "/healthz" })).status).toBe(200)
  })

  test.each<[string, string[], RegExp]>([
    [
      "a certificate, and nothing is asked",
      [],
      /a certificate is there, and nothing is asked of clients\n {2}hint: add --tls-client-ca/,
    ],
    [
      "an authority that is no PEM text",
      ["--tls-client-ca", "rules.lua"],
      /the authority of the clients cannot be used/,
    ],
    [
      "an authority that is not there",
      ["--tls-client-ca", "no.crt"],
      /--tls-client-ca no\.crt cannot be read/,
    ],
    ["an authority and a token", ["--tls-client-ca", "rules.lua", "--token", TOKEN], /both asked for/],
  ])("%s: does not start", async (_, more, message) => {
    const own = ["--tls-cert", made.path("server.crt"), "--tls-key", made.path("server.key")]
    const options = [
      "--state",
      "none",
      "--socket",
      "none.sock",
      "--rules",
      "rules.lua",
      "--listen",
      "127.0.0.1:0",
    ]
    const ended = await place.adaptive(["run", ...options, ...own, ...more])
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringMatching(message)])
  })
})

describe("beyond loopback", () => {
  test.each(["0.0.0.0:0", "[::]:0", "[::ffff:0.0.0.0]:0"])(
    "%s: not without anything that is asked",
    async (address) => {
      const ended = await place.adaptive([
        "run",
        "--state",
        "far",
        "--socket",
        "far.sock",
        "--listen",
        address,
      ])
      expect([ended.code, ended.stderr]).toEqual([
        2,
        expect.stringMatching(/can be reached from other hosts.*not listening\n {2}hint: .*token/),
      ])
    },
  )
})

describe("webhooks", () => {
  const SECRET = "0123456789abcdef0123"

  /** A receiver at one address, which is there or is not. */
  class Receiver {
    readonly ids: number[] = []
    readonly faults: string[] = []
    requests = 0
    port = 0
    #server: Server | null = null

    async up(status = 204): Promise<void> {
      const server = createServer(async (request, response) => {
        let body = ""
        for await (const piece of request) body += piece
        this.#take(body, String(request.headers["x-adaptive-signature"]), status)
        response.writeHead(status).end()
      })
      await new Promise<void>((resolve) => server.listen(this.port, "127.0.0.1", resolve))
      this.port = (server.address() as { port: number }).port
      this.#server = server
    }

    async down(): Promise<void> {
      const server = this.#server
      this.#server = null
      if (server === null) return
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    }

    #take(body: string, signature: string, status: number): void {
      this.requests++
      const [, seconds, hex] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? []
      const own = createHmac("sha256", SECRET).update(`${seconds}.${body}`).digest("hex")
      if (hex !== own) this.faults.push(`signature ${signature}`)
      if (Math.abs(Number(seconds) - Date.now() / 1000) > 60) this.faults.push(`signed at ${seconds}`)
      const { events, lost } = JSON.parse(body) as {
        events: { id: number; event: unknown }[]
        lost?: unknown
      }
      if (lost !== undefined) this.faults.push(`lost ${JSON.stringify(lost)}`)
      if (status === 204) this.ids.push(...events.map(({ id }) => id))
    }
  }

  test("a receiver that goes and comes is told each effect once, in order, also over restarts", async () => {
    const receiver = new Receiver()
    await receiver.up()
    onTestFinished(() => receiver.down())
    const hook = ["--webhook", `http://127.0.0.1:${receiver.port}/hook?key=private`]
    const env = { ADAPTIVE_WEBHOOK_SECRET: SECRET }
    let sent = 0
    const decide = async (daemon: RunningDaemon, count: number): Promise<void> => {
      const body = Array.from({ length: count }, () => event(`b${++sent}`)).join("\n")
      const reply = await fetch(`${daemon.url}/events`, { method: "POST", body })
      expect(await reply.json()).toMatchObject({ taken: count })
    }
    const all = () => Array.from({ length: sent }, (_, i) => i + 1)
    const told = async (daemon: RunningDaemon): Promise<void> => {
      await daemon.until(
        () => receiver.ids.length,
        (count) => count >= sent,
      )
      expect(receiver.ids).toEqual(all())
    }
    const first = await start("hook", hook, env)
    await decide(first, 3)
    await told(first)
    // Nobody there, then somebody who cannot take it.
    await receiver.down()
    await decide(first, 500)
    await first.said(/"code":"E_HTTP_DELAYED"/)
    expect(first.log).toMatch(/ECONNREFUSED [^"]*: events after 3 will be sent again/)
    expect(first.log).not.toContain("private")
    const before = receiver.requests
    await receiver.up(500)
    await first.until(
      () => receiver.requests,
      (count) => count > before,
    )
    await receiver.down()
    await receiver.up()
    await told(first)
    await receiver.down()
    await decide(first, 2)
    await first.said(/"code":"E_HTTP_DELAYED"/, 2)
    expect(await first.end("SIGTERM")).toEqual([0, null])
    // Down when the daemon comes back, and when it is killed.
    const second = await start("hook", hook, env)
    await second.said(/"code":"E_HTTP_DELAYED"/)
    await decide(second, 2)
    await second.end("SIGKILL")
    await receiver.up()
    const third = await start("hook", hook, env)
    await told(third)
    await decide(third, 1)
    await told(third)
    expect(await third.end("SIGTERM")).toEqual([0, null])
    const fourth = await start("hook", hook, env)
    await decide(fourth, 1)
    await told(fourth)
    expect(receiver.faults).toEqual([])
  }, 60_000)

  test.each<[string, string, RegExp]>([
    ["ftp://127.0.0.1/", SECRET, /is no url for a webhook/],
    ["http://user:password@127.0.0.1/", SECRET, /"http:\/\/…@127\.0\.0\.1\/" is no url for a webhook/],
    ["http://127.0.0.1:1/", "short", /the secret of a webhook has 5 characters/],
  ])("%s signed with %s: does not start", async (url, secret, message) => {
    const options = [
      "--state",
      "no-hook",
      "--socket",
      "no-hook.sock",
      "--rules",
      "rules.lua",
      "--listen",
      "off",
    ]
    const env = { ADAPTIVE_WEBHOOK_SECRET: secret }
    const ended = await place.adaptive(["run", ...options, "--webhook", url], { env })
    expect([ended.code, ended.stderr]).toEqual([2, expect.stringMatching(message)])
    expect(ended.stderr).not.toContain("password")
  })
})
