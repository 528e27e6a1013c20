/** Webhooks over the network, to receivers on loopback. */
import { createServer, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import { expect, onTestFinished, test } from "vitest"
import { EventLog } from "../../src/http/event-log.js"
import { webhookTransport } from "../../src/http/webhook-transport.js"
import { Webhook } from "../../src/http/webhooks.js"
import { timer, until } from "./http-harness.js"

async function receiver(
  listener: RequestListener,
): Promise<{ readonly url: string; readonly connections: () => number }> {
  let connections = 0
  const server = createServer(listener)
  server.on("connection", () => connections++)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`,
    connections: () => connections,
  }
}

const ask = (url: string, signal = new AbortController().signal) =>
  webhookTransport()({ url, headers: { "x-adaptive-signature": "t=1,v1=ab" }, body: '{"é":1}', signal })

test("events come as they were logged, over one connection", async () => {
  const bodies: string[] = []
  const { url, connections } = await receiver((request, response) => {
    let body = ""
    request.setEncoding("utf8")
    request.on("data", (text: string) => {
      body += text
    })
    request.on("end", () => {
      bodies.push(body)
      response.end("thanks")
    })
  })
  const log = new EventLog({ maxEvents: 100, maxBytes: 10_000 })
  const webhook = new Webhook({
    ...{ url, secret: "sixteen letters or more", log, afterId: 0, maxEvents: 1, maxBytes: 1000 },
    ...{ timeoutMs: 60_000, transport: webhookTransport(), timer, nowSec: () => 1 },
    tell: ({ message }) => bodies.push(message),
    acknowledged: () => {},
  })
  for (let id = 1; id <= 5; id++) log.append(id, `"é${id}"`)
  await until(() => webhook.afterId === 5)
  await webhook.close()
  expect(bodies).toEqual([1, 2, 3, 4, 5].map((id) => `{"events":[{"id":${id},"event":"é${id}"}]}`))
  expect(connections()).toBe(1)
})

test("a connection that the receiver has closed meanwhile is no failure, one that it always closes is", async () => {
  let requests = 0
  const seen = new Set<unknown>()
  const { url } = await receiver(({ socket }, response) => {
    requests++
    const isUsed = seen.has(socket) || requests > 3
    seen.add(socket)
    if (isUsed) socket.resetAndDestroy()
    else response.end()
  })
  const transport = webhookTransport()
  const post = () => transport({ url, headers: {}, body: "{}", signal: new AbortController().signal })
  expect((await post()).status).toBe(200)
  expect((await post()).status).toBe(200)
  expect(requests).toBe(3)
  await expect(post()).rejects.toThrow(/ECONNRESET|hang up/)
  expect(requests).toBe(5)
})

test("an answer is its status, and when to come back", async () => {
  const { url } = await receiver((_, response) => response.writeHead(429, { "retry-after": "17" }).end())
  expect(await ask(url)).toEqual({ status: 429, retryAfterSec: 17 })
})

test("a redirect is not followed", async () => {
  let requests = 0
  const { url } = await receiver((_, response) => {
    requests++
    response.writeHead(307, { location: "/elsewhere" }).end()
  })
  expect(await ask(url)).toEqual({ status: 307, retryAfterSec: null })
  expect(requests).toBe(1)
})

test("an endless answer is not read to its end", async () => {
  const { url } = await receiver((_, response) => {
    response.writeHead(200)
    const more = (): void => {
      while (!response.destroyed && response.write("x".repeat(10_000)));
      response.once("drain", more)
    }
    more()
  })
  expect(await ask(url)).toEqual({ status: 200, retryAfterSec: null })
})

test("no answer in time, or nobody there, is an error", async () => {
  const { url } = await receiver(() => {})
  const ending = new AbortController()
  const asked = ask(url, ending.signal)
  ending.abort()
  await expect(asked).rejects.toThrow("aborted")
  await expect(ask("http://127.0.0.1:1/")).rejects.toThrow("ECONNREFUSED")
})
