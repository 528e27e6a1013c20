/** Certificates that are renewed while a server listens: for connections from then on, and only where they can be used. */
import { once } from "node:events"
import { connect, type TLSSocket } from "node:tls"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { HttpAuth } from "../../src/http/guard.js"
import type { Route } from "../../src/http/request.js"
import { askTls, Certificates, hasOpenssl } from "./certificates.js"
import { RawClient, refusalOf, serve } from "./http-harness.js"

const ping: Route = { method: "GET", path: "/ping", handle: () => ({ status: 200, json: "pong" }) }
const GET = "GET /ping HTTP/1.1\r\nHost: localhost\r\n\r\n"
const LAST = "GET /ping HTTP/1.1\r\nHost: localhost\r\nconnection: close\r\n\r\n"

describe.skipIf(!hasOpenssl)("certificates", () => {
  const made = new Certificates()
  beforeAll(() => {
    for (const authority of ["authority", "authority2"]) made.make(authority)
    for (const name of ["server", "renewed", "client"]) made.signed(name, "authority")
    made.signed("client2", "authority2")
  })
  afterAll(() => made.remove())

  const auth = (name: string, authority = "authority"): HttpAuth => ({
    kind: "tls",
    ...made.own(name),
    ca: made.pem(`${authority}.crt`),
  })
  const shown = (name: string) => ({ ca: made.pem("authority.crt"), ...made.own(name) })
  const ask = (port: number, name = "client") => askTls(port, { path: "/ping", ...shown(name) })

  async function dial(port: number, more: object = {}): Promise<TLSSocket> {
    const socket = connect({ port, host: "127.0.0.1", servername: "localhost", ...shown("client"), ...more })
    await once(socket, "secureConnect")
    return socket
  }
  const nameOf = (socket: TLSSocket): string => String(socket.getPeerCertificate().subject.CN)

  test("new ones are shown from then on; connections that are open go on with the old ones", async () => {
    const { server, port } = await serve([ping], { auth: auth("server") })
    const socket = await dial(port)
    const open = new RawClient(port, socket)
    open.send(GET)
    await open.got('"pong"')
    server.renew(auth("renewed"))
    expect([nameOf(socket), nameOf(await dial(port))]).toEqual(["server", "renewed"])
    open.send(LAST)
    expect((await open.rest()).match(/"pong"/g)).toHaveLength(2)
    expect((await ask(port)).status).toBe(200)
    await expect(dial(port, { maxVersion: "TLSv1.1", minVersion: "TLSv1" })).rejects.toThrow()
  })

  test("another authority holds for sessions of before, too", async () => {
    const { server, port } = await serve([ping], { auth: auth("server") })
    const first = await dial(port, { maxVersion: "TLSv1.2" })
    const session = first.getSession()
    first.destroy()
    server.renew(auth("server", "authority2"))
    const again = connect({
      ...{ port, host: "127.0.0.1", servername: "localhost", maxVersion: "TLSv1.2", session },
      ...shown("client"),
    })
    expect(refusalOf(await new RawClient(port, again).send(LAST).rest())).toBe("401 E_HTTP_AUTH")
    expect((await ask(port)).status).toBe(401)
    expect((await ask(port, "client2")).status).toBe(200)
  })

  test.each<[string, () => HttpAuth, RegExp]>([
    [
      "a certificate of nothing",
      () => ({ ...auth("renewed"), cert: "" }) as HttpAuth,
      /^the certificate cannot/,
    ],
    [
      "half a certificate",
      () => ({ ...auth("renewed"), cert: made.pem("renewed.crt").slice(0, 200) }) as HttpAuth,
      /^the certificate cannot/,
    ],
    ["a key that is none", () => ({ ...auth("renewed"), key: "key" }) as HttpAuth, /^the key cannot/],
    [
      "another's key",
      () => ({ ...auth("renewed"), key: made.pem("server.key") }) as HttpAuth,
      /^the key cannot be used: it does not belong/,
    ],
    [
      "an authority that is none",
      () => ({ ...auth("renewed"), ca: "authority" }) as HttpAuth,
      /^the authority of the clients cannot/,
    ],
  ])(
    "%s: refused with a remedy, and those before go on; nothing starts with it",
    async (_, broken, message) => {
      const { server, port } = await serve([ping], { auth: auth("server") })
      expect(() => server.renew(broken())).toThrow(message)
      expect(() => server.renew(broken())).toThrow(/: those before go on serving$/)
      expect(nameOf(await dial(port))).toBe("server")
      expect((await ask(port)).status).toBe(200)
      await expect(serve([ping], { auth: broken() })).rejects.toMatchObject({
        code: "E_HTTP_TLS",
        message: expect.stringMatching(/: not listening$/),
        hint: expect.stringMatching(/./),
      })
    },
  )

  test("where TLS is not spoken there is nothing to renew", async () => {
    const { server, url } = await serve([ping])
    server.renew({ kind: "none" })
    expect((await fetch(`${url}/ping`)).status).toBe(200)
  })
})
