/**
 * Alerts through a real mail server, which is not there at first, then refuses
 * connections, then recipients, and takes everything in the end. No pause is
 * waited for: when the queue pauses, the server changes its mood.
 */
import { afterAll, expect, test, vi } from "vitest"
import { globalOptions } from "../../src/config/global-options.js"
import { Settings } from "../../src/config/settings.js"
import { openSinks } from "../../src/sinks/open.js"
import { decision, SUSPENDED } from "../report/deciding.js"
import { Workplace } from "./command.js"
import { canServeMail, LATER, MailServer, type Mood, REFUSED } from "./mail-server.js"

if (!canServeMail) console.log("alerts through a real mail server: skipped, as it needs root and Postfix")

const place = new Workplace()
const server = canServeMail ? await MailServer.make() : null
afterAll(() => {
  server?.remove()
  place.remove()
})

const ALERTS = 200
const given = { timeout: 60_000, interval: 50 }

function header(mail: string, name: string): string | undefined {
  return new RegExp(`^${name}: (.*)$`, "m").exec(mail)?.[1]
}

async function meets(server: MailServer, mood: Mood, faults: string[]): Promise<void> {
  try {
    server.meets(mood)
  } catch (error) {
    faults.push(`the server not sent ${mood}: ${(error as Error).message}`)
  }
}

async function alerts(destination: string, maxTries: number | null, moods: Mood[] = []) {
  if (server === null) throw new Error("this test is skipped")
  const faults: string[] = []
  const sink = await openSinks({
    log: null,
    jlog: null,
    alerts: {
      host: "mta1.example.com",
      server: { host: "127.0.0.1", port: server.port },
      directory: null,
      queue: {
        maxWaiting: 1000,
        maxTries,
        timer: async () => {
          const mood = moods.shift()
          // What goes wrong with the server must not look like a pause that is over.
          if (mood !== undefined) await meets(server, mood, faults)
          await new Promise((resolve) => setImmediate(resolve))
        },
      },
    },
    settings: new Settings(globalOptions([`adaptive_alert_email_destination=${destination}`])),
    tell: ({ code, message }) => faults.push(`${code} ${message}`),
  })
  return { sink, faults, server }
}

test.skipIf(server === null)("two hundred alerts all arrive, each once", async () => {
  const moods: Mood[] = ["refuses connections", "puts off recipients", "takes mail"]
  const { sink, faults, server: mx } = await alerts("ops@example.com", 20, moods)
  for (let i = 0; i < ALERTS; i++)
    sink.decision(decision([SUSPENDED], { binding: `b${i}`, alerts: ["suspension"] }), "g1")
  await sink.flush()
  await sink.close()
  await vi.waitFor(() => expect(mx.messages().length).toBeGreaterThanOrEqual(ALERTS), given)
  const mails = mx.messages()
  const ids = new Set(mails.map((mail) => header(mail, "Message-ID")))
  expect([mails.length, ids.size]).toEqual([ALERTS, ALERTS])
  const subjects = mails.map((mail) => header(mail, "Subject"))
  expect(new Set(subjects)).toEqual(
    new Set(
      Array.from(
        { length: ALERTS },
        (_, i) => `ALERT on mta1.example.com: suspend 10 minutes for b${i}::a.test`,
      ),
    ),
  )
  for (const mail of mails) {
    expect(header(mail, "Return-Path")).toBe("<>")
    expect(header(mail, "Date")).toBe("Mon, 21 Sep 2026 14:13:20 +0000")
    expect(mail).toContain("\nMessage:  Ask the postmaster\n")
  }
  expect(moods).toEqual([])
  expect(faults.filter((fault) => fault.includes("will be tried again"))).toEqual(
    expect.arrayContaining([
      expect.stringMatching(
        /^E_ALERT_DELAYED 127\.0\.0\.1:\d+: .*ECONNREFUSED.*: 200 alerts will be tried again$/,
      ),
    ]),
  )
  expect(faults.filter((fault) => /not sent|lost/.test(fault))).toEqual([])
  expect(mx.log()).toMatch(/421 4\.3\.2 .*come back later/)
  expect(mx.log()).toMatch(/450 4\.3\.2 .*not now/)
})

test.skipIf(server === null)("of several recipients, each that may have it gets it once", async () => {
  const {
    sink,
    faults,
    server: mx,
  } = await alerts(`first@example.com ${REFUSED}, ${LATER} last@example.com`, 3)
  mx.meets("takes mail")
  const before = mx.messages().length
  sink.decision(decision([SUSPENDED], { binding: "several", alerts: ["suspension"] }), "g1")
  await sink.flush()
  await sink.close()
  await vi.waitFor(() => expect(mx.messages().length).toBeGreaterThanOrEqual(before + 2), given)
  const mails = mx.messages().filter((mail) => (header(mail, "Subject") ?? "").includes("several"))
  expect(mails.map((mail) => header(mail, "Delivered-To")).sort()).toEqual([
    "first@example.com",
    "last@example.com",
  ])
  expect(faults).toEqual([
    expect.stringMatching(/refused@example\.com will not take .*550 5\.1\.1 .*it is not sent there$/),
    expect.stringMatching(/is put off: .*450 4\.2\.1 .*it will be tried again$/),
    expect.stringMatching(/later@example\.com will not take .*450 4\.2\.1 .*it is not sent there$/),
  ])
})

test.skipIf(server === null)("a dry-run with --alert-smtp really sends", async () => {
  if (server === null) return
  server.meets("takes mail")
  place.write({
    "rules.lua": `require('msys.adaptive')
msys.adaptive.registerRules({ ["a.test"] = { responses = {
  { code = "^421", trigger = "1", action = {"blackhole", "1 hours"}, message = "Über @ sagt nein" },
} } }, "replace")
`,
    "traffic.jsonl": [
      { time: 1_790_000_000, type: "delivery", response: "250 ok" },
      { time: 1_790_000_001, type: "transient", response: "421 no" },
    ]
      .map((event) => JSON.stringify({ binding: "dry", domain: "a.test", ...event }))
      .join("\n"),
  })
  const dryRun = (port: number) =>
    place.adaptive([
      "dry-run",
      ...["--traffic", "traffic.jsonl", "--rules", "rules.lua", "--node-name", "mta2"],
      ...["--set", "adaptive_alert_email_destination=ops@example.com"],
      ...["--set", "adaptive_alert_email_sender=ad@example.com", "--alert-smtp", `127.0.0.1:${port}`],
    ])
  expect(await dryRun(server.port)).toMatchObject({ code: 0, stderr: "" })
  const mine = (): string[] =>
    server
      .messages()
      .filter((mail) => header(mail, "Subject") === "ALERT on mta2: blackhole 1 hours for dry::a.test")
  await vi.waitFor(() => expect(mine()).toHaveLength(1), given)
  expect(header(mine()[0] ?? "", "Return-Path")).toBe("<ad@example.com>")
  expect(mine()[0]).toContain("=C3=9Cber @ sagt nein")
})

test("a server that is not there: what is not sent is told, and the command ends with 1", async () => {
  place.write({
    "down.lua": `require('msys.adaptive')
msys.adaptive.registerRules({ ["a.test"] = { responses = {
  { code = "^421", trigger = "1", action = {"suspend", "1 hours"} },
} } }, "replace")
`,
    "down.jsonl": [
      { time: 1_790_000_000, type: "delivery", response: "250 ok" },
      { time: 1_790_000_001, type: "transient", response: "421 no" },
    ]
      .map((event) => JSON.stringify({ binding: "dry", domain: "a.test", ...event }))
      .join("\n"),
  })
  const ended = await place.adaptive([
    "dry-run",
    ...["--traffic", "down.jsonl", "--rules", "down.lua", "--alert-smtp", "127.0.0.1:1"],
    ...["--set", "adaptive_alert_email_destination=ops@example.com"],
  ])
  expect(ended.code).toBe(1)
  expect(ended.stderr).toMatch(
    /warning\[E_ALERT_DELAYED\]: 127\.0\.0\.1:1: .*ECONNREFUSED.*: 1 alert will be tried again/,
  )
  expect(ended.stderr).toMatch(/error\[E_ALERT_SEND\]: 127\.0\.0\.1:1: 1 alert was not sent/)
  expect(ended.stdout.toString("utf8")).toContain("Suspensions: 1")
})
