/** Webhooks before receivers that fail in every way; time is a timer of the test's own. */
import { createHmac } from "node:crypto"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { EventLog } from "../../src/http/event-log.js"
import type { WebhookRequest } from "../../src/http/webhook-transport.js"
import { Webhook, type WebhookOptions } from "../../src/http/webhooks.js"

type Answer = number | "down" | "silent" | { readonly status: number; readonly retryAfterSec: number }

interface Body {
  readonly events: readonly { readonly id: number; readonly event: unknown }[]
  readonly lost?: { readonly from: number; readonly to: number }
}

const SECRET = "sixteen letters or more"

function filled(count: number, maxEvents = 1000): EventLog {
  const log = new EventLog({ maxEvents, maxBytes: 1 << 20 })
  for (let id = 1; id <= count; id++) log.append(id, `{"n":${id}}`)
  return log
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener("abort", () => resolve())
  })
}

/** A receiver that answers in turn, then 200; pauses end at once, unless `held` says otherwise. */
function hook(log: EventLog, answers: readonly Answer[], more: Partial<WebhookOptions> = {}) {
  const left = [...answers]
  const requests: WebhookRequest[] = []
  const bodies: Body[] = []
  const pauses: number[] = []
  const faults: string[] = []
  const acknowledged: number[] = []
  const webhook = new Webhook({
    url: "https://hooks.test/in?key=private",
    secret: SECRET,
    log,
    afterId: 0,
    maxEvents: 2,
    maxBytes: 1000,
    timeoutMs: 7777,
    transport: async (request) => {
      requests.push(request)
      await new Promise((resolve) => setImmediate(resolve))
      bodies.push(JSON.parse(request.body) as Body)
      const answer = left.shift() ?? 200
      if (answer === "down") throw new Error("connect ECONNREFUSED")
      if (answer === "silent") {
        await aborted(request.signal)
        throw new Error("aborted")
      }
      return typeof answer === "number" ? { status: answer, retryAfterSec: null } : answer
    },
    timer: async (ms, signal) => {
      // A request that is answered ends before its time is over.
      if (ms === 7777 && left[0] !== "silent") return aborted(signal)
      if (ms !== 7777) pauses.push(ms)
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
    },
    nowSec: () => 1_700_000_000.9,
    tell: ({ code, message }) => faults.push(`${code} ${message}`),
    acknowledged: (id) => acknowledged.push(id),
    ...more,
  })
  const ids = () => bodies.map(({ events }) => events.map(({ id }) => id).join())
  return { webhook, requests, bodies, ids, pauses, faults, acknowledged }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

describe("delivery", () => {
  test("in order, some at a time, signed, and what comes later too", async () => {
    const log = filled(3)
    const { webhook, requests, bodies, acknowledged, faults } = hook(log, [])
    await until(() => webhook.state === "waiting" && webhook.afterId === 3)
    log.append(9, '"later"')
    await until(() => webhook.afterId === 9)
    await webhook.close()
    expect(bodies).toEqual([
      { events: [1, 2].map((id) => ({ id, event: { n: id } })) },
      { events: [{ id: 3, event: { n: 3 } }] },
      { events: [{ id: 9, event: "later" }] },
    ])
    expect(acknowledged).toEqual([2, 3, 9])
    const { body = "", headers = {} } = requests[0] ?? {}
    const hmac = createHmac("sha256", SECRET).update(`1700000000.${body}`).digest("hex")
    expect(headers).toEqual({
      "content-type": "application/json",
      "x-adaptive-signature": `t=1700000000,v1=${hmac}`,
    })
    expect(faults).toEqual([])
    expect(webhook.state).toBe("closed")
  })

  test("goes on after the id that was acknowledged", async () => {
    const { webhook, ids } = hook(filled(5), [], { afterId: 3 })
    await until(() => webhook.afterId === 5)
    await webhook.close()
    expect(ids()).toEqual(["4,5"])
  })

  test("an id that was never given: all that is kept is sent", async () => {
    const { webhook, ids } = hook(filled(5, 3), [], { afterId: 80 })
    await until(() => webhook.afterId === 5)
    await webhook.close()
    expect(ids()).toEqual(["3,4", "5"])
  })

  test("bounds the bytes of a request, and sends one event that has more by itself", async () => {
    const log = new EventLog({ maxEvents: 9, maxBytes: 1000 })
    for (const [i, length] of [5, 5, 50, 5].entries()) log.append(i + 1, `"${"x".repeat(length)}"`)
    const { webhook, ids } = hook(log, [], { maxEvents: 9, maxBytes: 20 })
    await until(() => webhook.afterId === 4)
    await webhook.close()
    expect(ids()).toEqual(["1,2", "3", "4"])
  })
})

describe("a receiver that fails", () => {
  test("is tried again with growing pauses; the outage is told once, and the next one again", async () => {
    const { webhook, ids, pauses, faults, acknowledged } = hook(filled(3), [500, "down", 404, 302, 204, 503])
    await until(() => webhook.afterId === 3)
    await webhook.close()
    expect(ids()).toEqual([...new Array(5).fill("1,2"), "3", "3"])
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 1000])
    expect(acknowledged).toEqual([2, 3])
    expect(faults).toEqual([
      "E_HTTP_DELAYED webhook https://hooks.test/in: it answers 500: events after 0 will be sent again, in order",
      "E_HTTP_DELAYED webhook https://hooks.test/in: it answers 503: events after 2 will be sent again, in order",
    ])
  })

  test.each<[Answer, string]>([
    ["down", "connect ECONNREFUSED"],
    ["silent", "it has not answered in 7777 ms"],
    [301, "it answers 301, elsewhere, where it is not followed"],
    [400, "it answers 400"],
  ])("%s is told", async (answer, why) => {
    const { webhook, faults } = hook(filled(1), [answer])
    await until(() => webhook.afterId === 1)
    await webhook.close()
    expect(faults).toEqual([
      `E_HTTP_DELAYED webhook https://hooks.test/in: ${why}: events after 0 will be sent again, in order`,
    ])
  })

  test("at most five minutes lie between two tries, whatever it asks for", async () => {
    const { webhook, pauses } = hook(filled(1), [
      { status: 503, retryAfterSec: 90 },
      { status: 429, retryAfterSec: 1_000_000 },
      ...new Array<Answer>(9).fill(500),
    ])
    await until(() => webhook.afterId === 1)
    await webhook.close()
    expect(pauses.map((ms) => ms / 1000)).toEqual([90, 300, 4, 8, 16, 32, 64, 128, 256, 300, 300])
  })

  test("for longer than events are kept: it is told what is lost, once", async () => {
    const log = filled(2, 3)
    let isHeld = true
    const { webhook, bodies, faults, acknowledged } = hook(log, [500, 500, 500], {
      maxEvents: 9,
      timer: async (ms, signal) => {
        if (ms === 7777) return aborted(signal)
        if (isHeld) await until(() => !isHeld)
      },
    })
    await until(() => webhook.state === "retrying")
    for (let id = 3; id <= 6; id++) log.append(id, "{}")
    isHeld = false
    await until(() => webhook.afterId === 6)
    await webhook.close()
    expect(bodies.at(-1)).toEqual({
      lost: { from: 1, to: 3 },
      events: [4, 5, 6].map((id) => ({ id, event: {} })),
    })
    expect(faults.filter((fault) => fault.startsWith("E_HTTP_LOST"))).toEqual([
      "E_HTTP_LOST webhook https://hooks.test/in: the events 1 to 3 are no longer kept and will not be sent",
    ])
    expect(acknowledged).toEqual([6])
  })

  test("that finds nothing kept at all is told that too", async () => {
    const log = new EventLog({ maxEvents: 3, maxBytes: 100, lastId: 7 })
    const { webhook, bodies } = hook(log, [], { afterId: 5 })
    await until(() => webhook.afterId === 7)
    await webhook.close()
    expect(bodies).toEqual([{ lost: { from: 6, to: 7 }, events: [] }])
  })

  test("and is gone: nothing more is sent, and that is told", async () => {
    const log = filled(3)
    const { webhook, ids, faults } = hook(log, [200, 410])
    await until(() => webhook.state === "disabled")
    log.append(4, "{}")
    await webhook.close()
    expect(webhook.state).toBe("disabled")
    expect(ids()).toEqual(["1,2", "3"])
    expect(faults).toEqual([
      "E_HTTP_WEBHOOK webhook https://hooks.test/in: it answers 410, gone: nothing more is sent; 2 is the last id it has acknowledged",
    ])
  })
})

test("closing breaks a request off, and a pause", async () => {
  const never = (_: number, signal: AbortSignal) => aborted(signal)
  for (const answer of ["silent", 500] as const) {
    const { webhook, requests, acknowledged } = hook(filled(1), [answer], { timer: never })
    await until(() => requests.length === 1 && (answer === "silent" || webhook.state === "retrying"))
    await webhook.close()
    expect(webhook.state).toBe("closed")
    expect(acknowledged).toEqual([])
  }
})

test.each([
  ["ftp://hooks.test/", SECRET],
  ["hooks.test", SECRET],
  ["", SECRET],
  ["https://me:password@hooks.test/", SECRET],
  ["https://hooks.test/", "short"],
])("url %j with secret %j is refused, without telling what is secret", (url, secret) => {
  expect(() => hook(filled(0), [], { url, secret })).toThrow(
    expect.objectContaining({ code: "E_HTTP_WEBHOOK", message: expect.not.stringMatching(/password|short/) }),
  )
})

test("whatever a receiver does, each event comes at least once, in order, and ids are told as they rise", async () => {
  const answer = fc.constantFrom<Answer>(200, 202, 400, 500, "down", "silent", {
    status: 429,
    retryAfterSec: 3,
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(answer, { maxLength: 25 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 4 }),
      async (answers, pausesBetween, maxEvents) => {
        const log = new EventLog({ maxEvents: 100, maxBytes: 10_000 })
        const { webhook, bodies, acknowledged } = hook(log, answers, { maxEvents })
        for (const [i, hasPause] of pausesBetween.entries()) {
          log.append(i + 1, String(i))
          if (hasPause) await new Promise((resolve) => setImmediate(resolve))
        }
        await until(() => webhook.afterId === pausesBetween.length)
        await webhook.close()
        let next = 1
        for (const { events } of bodies)
          for (const { id } of events) {
            // Never one before those that lie before it.
            expect(id).toBeLessThanOrEqual(next)
            if (id === next) next++
          }
        expect(next).toBe(pausesBetween.length + 1)
        expect(acknowledged).toEqual([...new Set(acknowledged)].sort((a, b) => a - b))
        expect(bodies.every(({ events }) => events.length <= maxEvents)).toBe(true)
      },
    ),
  )
})
