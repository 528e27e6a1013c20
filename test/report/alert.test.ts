/** Alerts to the letter, as texts and as the bytes of a message. Source: engine.md section 10 (#5212). */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { alertsOf, hostPart } from "../../src/report/alert.js"
import type { AlertMessage } from "../../src/sinks/alerts.js"
import { messageMaker } from "../../src/sinks/mail-transport.js"
import { BLACKHOLED, decision, otherDecision, SUSPENDED, SWEPT, THROTTLED } from "./deciding.js"

const PLACE = { host: "mta1.example.com", group: "g1" }

describe("texts", () => {
  test("a suspension by a response rule", () => {
    const [alert] = alertsOf(decision([THROTTLED, SUSPENDED], { alerts: ["suspension"] }), PLACE)
    expect(alert?.subject).toBe("ALERT on mta1.example.com: suspend 10 minutes for b1::a.test")
    expect(alert?.body).toBe(`Adaptive Delivery has suspended delivery.

Host:     mta1.example.com
Group:    g1
Binding:  b1
Domain:   a.test
Action:   suspend 10 minutes
Duration: 10 minutes
From:     2026-09-21 14:13:20 UTC
Until:    2026-09-21 14:23:20 UTC
Reason:   rule custom.lua:4 ["a.test"] 1
Code:     ^421 busy
Counted:  match 2, trigger 1/60
Reply:    421 busy @ a.test
Message:  Ask the postmaster
`)
  })

  test("a throttle by a sweep rule", () => {
    const made = otherDecision("sweep", [THROTTLED], {
      sweep: { ...SWEPT, level: "low" },
      alerts: ["throttle"],
    })
    const [alert] = alertsOf(made, PLACE)
    expect(alert?.subject).toBe("ALERT on mta1.example.com: throttle down for b1::a.test")
    expect(alert?.body).toBe(`Adaptive Delivery has slowed delivery down.

Host:     mta1.example.com
Group:    g1
Binding:  b1
Domain:   a.test
Action:   throttle down
From:     2026-09-21 14:13:20 UTC
Change:   outbound_throttle_messages 100 -> 80
Reason:   sweep rule default_bounce_rule
Code:     bc:10 bc:24
Counted:  143 of 1000 (14.30 %), low threshold 3 %
`)
  })

  test("one for each event that is due, and none that is not", () => {
    const effects = [SUSPENDED, BLACKHOLED, THROTTLED]
    const events = (alerts: readonly string[]): string[] =>
      alertsOf(decision(effects, { alerts }), PLACE).map(({ event }) => event)
    expect(events(["blackhole", "throttle"])).toEqual(["blackhole", "throttle"])
    expect(events([])).toEqual([])
    expect(alertsOf(decision(effects, { alerts: ["blackhole"] }), PLACE)[0]?.body).toMatch(
      /^Adaptive Delivery fails all mail/,
    )
  })

  test("an alert is known by what it tells of", () => {
    const id = (change: Parameters<typeof decision>[1], host = PLACE.host): string | undefined =>
      alertsOf(decision([SUSPENDED], { alerts: ["suspension"], ...change }), { ...PLACE, host })[0]?.messageId
    expect(id({})).toBe(id({}))
    const others = [
      id({}),
      id({ domain: "b.test" }),
      id({ binding: "b2" }),
      id({ atMicros: 1 }),
      id({ alerts: ["throttle"] }),
    ]
    expect(new Set([...others, id({}, "mta2")]).size).toBe(6)
  })

  test.each([
    ["mta1.example.com", "mta1.example.com"],
    ["MTA-1", "MTA-1"],
    ["a b", "localhost"],
    ["a..b", "localhost"],
    ["a.", "localhost"],
    ["", "localhost"],
    ["x>\r\nBcc: y", "localhost"],
  ])("the host %j as part of an address: %j", (host, part) => {
    expect(hostPart(host)).toBe(part)
  })
})

describe("messages", () => {
  const message = (change: Partial<AlertMessage> = {}): AlertMessage => {
    const [alert] = alertsOf(decision([SUSPENDED], { alerts: ["suspension"] }), PLACE)
    if (alert === undefined) throw new Error("there is one")
    return { alert, host: PLACE.host, sender: null, to: ["ops@example.com", "noc@example.com"], ...change }
  }
  const make = messageMaker()
  const headers = (bytes: Buffer): string[] =>
    bytes
      .toString("latin1")
      .split("\r\n\r\n")[0]
      ?.split(/\r\n(?![ \t])/) ?? []

  test("the bytes of a message", async () => {
    const bytes = await make(message())
    expect(headers(bytes)).toEqual([
      "Auto-Submitted: auto-generated",
      "X-Adaptive-Event: suspension",
      "From: Adaptive Delivery <adaptive@mta1.example.com>",
      "To: ops@example.com, noc@example.com",
      "Subject: ALERT on mta1.example.com: suspend 10 minutes for b1::a.test",
      `Message-ID: <${message().alert.messageId}>`,
      "Date: Mon, 21 Sep 2026 14:13:20 +0000",
      "Content-Transfer-Encoding: 7bit",
      "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=utf-8",
    ])
    expect(bytes.equals(await make(message()))).toBe(true)
  })

  test("a sender is the one that is configured", async () => {
    expect(headers(await make(message({ sender: "ad@example.com" })))[2]).toBe(
      "From: Adaptive Delivery <ad@example.com>",
    )
  })

  test("no name, host or reply makes a header of its own", async () => {
    const wild = fc.oneof(
      fc.string({ unit: "binary", maxLength: 80 }),
      fc.constantFrom("x\r\nBcc: evil@example.com", "\r\n\r\nbody", "a\nb", "\u2028Bcc: x", "é\r\nTo: x"),
    )
    const names = ["Auto-Submitted", "X-Adaptive-Event", "From", "To", "Subject", "Message-ID", "Date"]
    await fc.assert(
      fc.asyncProperty(wild, wild, wild, async (binding, host, response) => {
        const made = decision([SUSPENDED], { binding, response, alerts: ["suspension"] })
        const [alert] = alertsOf(made, { host, group: binding })
        if (alert === undefined) throw new Error("there is one")
        const lines = headers(await make({ ...message(), alert, host }))
        expect(lines.map((line) => line.split(":")[0]).slice(0, 7)).toEqual(names)
        expect(lines).toHaveLength(10)
        expect(lines[3]).toBe("To: ops@example.com, noc@example.com")
      }),
      { numRuns: 200 },
    )
  })
})
