/** Routes that do a little of everything, and requests to them as bytes. */
import { HttpFault } from "../../src/http/fault.js"
import type { Reply, Route } from "../../src/http/request.js"
import { exchange } from "./http-harness.js"

export const HOST = "Host: localhost\r\n"

/** A handler that waits until the test lets it go. */
export function gate() {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open: () => open(), opened }
}

export const ping: Route = {
  method: "GET",
  path: "/ping",
  handle: () => ({ status: 200, json: { pong: true } }),
}
const echo: Route = {
  method: "POST",
  path: "/v1/echo",
  handle: async (request) => ({ status: 200, json: await request.json(64 << 20) }),
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
export const ROUTES = [
  ...[ping, echo, size, failing, judging, text, unprintable],
  wrong("/v1/nothing", undefined),
  wrong("/v1/status", { status: 99, json: 1 }),
  wrong("/v1/type", { status: 200, text: "a", contentType: "a\r\nb: c" }),
]

export const post = (
  body: string | Buffer,
  headers: Record<string, string> = {},
  path = "/v1/echo",
): Buffer => {
  const lines = Object.entries({ "content-length": String(body.length), ...headers })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")
  return Buffer.concat([
    Buffer.from(`POST ${path} HTTP/1.1\r\n${HOST}connection: close\r\n${head}\r\n`),
    Buffer.from(body),
  ])
}
export const get = (path: string, more = ""): string =>
  `GET ${path} HTTP/1.1\r\n${HOST}connection: close\r\n${more}\r\n`

export async function fetchPing(port: number): Promise<string> {
  return exchange(port, get("/ping"))
}

/** In chunks: its length is not told. */
export function chunked(path: string, body: Buffer): Buffer {
  const head = `${body.length.toString(16)}\r\n`
  return Buffer.concat([chunkedRaw(path, head), body, Buffer.from("\r\n0\r\n\r\n")])
}

export function chunkedRaw(path: string, chunks: string): Buffer {
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\n${HOST}connection: close\r\ntransfer-encoding: chunked\r\n\r\n${chunks}`,
  )
}
