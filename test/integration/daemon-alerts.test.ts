/**
 * What a daemon writes and mails while things go wrong: a mail server that is not
 * there or says nothing, a process that is killed, files that cannot be written, a
 * configuration that changes. Alerts arrive in the end, lines are where they belong.
 */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs"
import { afterAll, describe, expect, onTestFinished, test } from "vitest"
import { Workplace } from "./command.js"
import { canServeMail, MailServer } from "./mail-server.js"
import { RunningDaemon } from "./running-daemon.js"
import { SmtpSink } from "./smtp-sink.js"

const place = new Workplace()
afterAll(() => place.remove())
place.write({
  "rules.lua": `require('msys.adaptive')
msys.adaptive.registerRules({ ["*"] = { responses = {
  { code = "^421 busy", trigger = "1", action = {"suspend", "1 hours"} },
} } }, "replace")
`,
})

const TO_OPS = ["--set", "adaptive_alert_email_destination=ops@example.com"]

async function start(state: string, args: readonly string[]): Promise<RunningDaemon> {
  const daemon = await RunningDaemon.start(place.dir, [
    ...["--rules", "rules.lua", "--state", state, "--socket", `${state}.sock`, "--node-name", "mta1"],
    ...args,
  ])
  onTestFinished(() => daemon.remove())
  return daemon
}

/** Has a pair suspended: one alert, one line of the log. */
async function suspend(daemon: RunningDaemon, binding: string): Promise<void> {
  const event = {
    time: Math.floor(Date.now() / 1000),
    type: "transient",
    binding,
    domain: "x.test",
    response: "421 busy",
  }
  const reply = await fetch(`${daemon.url}/events`, { method: "POST", body: JSON.stringify(event) })
  expect(await reply.json()).toMatchObject({ taken: 1 })
}

/** Something else happens: what the journal says of it stands behind the alert. */
async function deliver(daemon: RunningDaemon): Promise<void> {
  const event = { time: Math.floor(Date.now() / 1000), type: "delivery", binding: "b9", domain: "x.test" }
  const body = JSON.stringify({ ...event, response: "250 ok" })
  const reply = await fetch(`${daemon.url}/events`, { method: "POST", body })
  expect(await reply.json()).toMatchObject({ taken: 1 })
}

/** A port where nobody listens until somebody does. */
async function idlePort(): Promise<number> {
  const sink = await SmtpSink.listen()
  await sink.close()
  return sink.port
}

async function listen(port?: number): Promise<SmtpSink> {
  const sink = await SmtpSink.listen(port)
  onTestFinished(() => sink.close())
  return sink
}

const subjects = (sink: SmtpSink): string[] =>
  sink.mails.map(({ text }) => /^Subject: (.*)$/m.exec(text)?.[1] ?? "")
const alertOf = (binding: string): string => `ALERT on mta1: suspend 1 hours for ${binding}::x.test`

const lines = (...path: string[]): string[] =>
  existsSync(place.path(...path))
    ? readFileSync(place.path(...path), "utf8")
        .split("\n")
        .slice(0, -1)
    : []
const bindings = (...path: string[]): string[] => [
  ...new Set(lines(...path).map((line) => line.split("@")[3] ?? "")),
]

const alarms = async (daemon: RunningDaemon): Promise<readonly string[]> =>
  ((await daemon.json("/v1/status")) as { alarms: readonly string[] }).alarms

const command = (state: string, line: string) =>
  place.adaptive(["console", "--socket", `${state}.sock`, "-c", line])

describe("a mail server that is not there", () => {
  test("the log is written all the same, line by line, and the alarm says that alerts wait", async () => {
    const port = await idlePort()
    const daemon = await start("waiting", [...TO_OPS, "--alert-smtp", `127.0.0.1:${port}`])
    for (const binding of ["b1", "b2", "b3"]) {
      await suspend(daemon, binding)
      await daemon.until(
        () => bindings("waiting/adaptive.log"),
        (found) => found.includes(binding),
      )
    }
    expect(await alarms(daemon)).toEqual([
      expect.stringMatching(/^127\.0\.0\.1:\d+: .*ECONNREFUSED.*: [123] alerts? waits?$/),
    ])
    expect(await daemon.text("/readyz")).toMatch(/^ready\n127\.0\.0\.1:/)
    const sink = await listen(port)
    await daemon.until(
      () => subjects(sink),
      ({ length }) => length === 3,
    )
    expect(subjects(sink)).toEqual(["b1", "b2", "b3"].map(alertOf))
    await daemon.until(
      () => alarms(daemon),
      ({ length }) => length === 0,
    )
    expect(await daemon.end("SIGTERM")).toEqual([0, null])
    expect(existsSync(place.path("waiting/alerts"))).toBe(false)
  })

  const nothing = async (): Promise<void> => {}
  const events = async (daemon: RunningDaemon): Promise<void> => {
    for (let i = 0; i < 3; i++) await deliver(daemon)
  }
  const file = async (daemon: RunningDaemon): Promise<void> => {
    await daemon.until(() => existsSync(place.path("later/alerts")), Boolean)
  }
  test.each([
    ["before anything else happens", "at-once", nothing],
    ["before it is written down", "soon", events],
    ["when it is written down", "later", file],
  ] as const)("an alert survives kill -9, %s: it arrives once", async (_, state, wait) => {
    const port = await idlePort()
    const args = [...TO_OPS, "--alert-smtp", `127.0.0.1:${port}`]
    const daemon = await start(state, args)
    await suspend(daemon, "b1")
    await wait(daemon)
    expect(await daemon.end("SIGKILL")).toEqual([null, "SIGKILL"])
    const sink = await listen(port)
    const again = await start(state, args)
    await suspend(again, "b2")
    await again.until(
      () => subjects(sink),
      (found) => found.includes(alertOf("b2")),
    )
    await again.until(() => !existsSync(place.path(`${state}/alerts`)), Boolean)
    expect(subjects(sink)).toEqual([alertOf("b1"), alertOf("b2")])
    expect(sink.mails[0]).toMatchObject({ from: "", to: ["ops@example.com"] })
    expect(await again.end("SIGTERM")).toEqual([0, null])
  })

  test("an end that was asked for: told that they wait, and sent by the next run that has a server", async () => {
    const port = await idlePort()
    const args = [...TO_OPS, "--alert-smtp", `127.0.0.1:${port}`]
    const first = await start("ended", args)
    await suspend(first, "b1")
    expect(await first.end("SIGTERM")).toEqual([0, null])
    expect(first.log).toMatch(/"code":"E_ALERT_DELAYED".*1 alert waits: the next run will send it"/)
    const without = await start("ended", TO_OPS)
    expect(without.log).toMatch(/1 alert of the run before, and no mail server to send to"/)
    await without.end("SIGTERM")
    const sink = await listen(port)
    const last = await start("ended", args)
    await last.until(
      () => subjects(sink),
      ({ length }) => length > 0,
    )
    await last.end("SIGTERM")
    expect(subjects(sink)).toEqual([alertOf("b1")])
  })

  test("a damaged file keeps nothing from starting: it is told, and put aside", async () => {
    const port = await idlePort()
    const args = [...TO_OPS, "--alert-smtp", `127.0.0.1:${port}`]
    const first = await start("damaged", args)
    await suspend(first, "b1")
    await first.end("SIGTERM")
    const bytes = readFileSync(place.path("damaged/alerts"))
    writeFileSync(place.path("damaged/alerts"), bytes.subarray(0, bytes.length - 9))
    const again = await start("damaged", args)
    expect(again.log).toMatch(
      /"code":"E_STATE_UNUSABLE","hint":"[^"]*the file is kept as [^"]*damaged\/alerts\.damaged".*damaged\/alerts: the file is damaged: alerts that waited/,
    )
    expect(readFileSync(place.path("damaged/alerts.damaged"))).toEqual(bytes.subarray(0, bytes.length - 9))
    expect(await again.end("SIGTERM")).toEqual([0, null])
  })
})

test("a mail server that takes the connection and says nothing: the daemon ends in time, the alert waits", async () => {
  const sink = await listen()
  sink.fallsSilent()
  const daemon = await start("silent", [...TO_OPS, "--alert-smtp", `127.0.0.1:${sink.port}`])
  await suspend(daemon, "b1")
  await daemon.until(
    () => sink.connections,
    (count) => count > 0,
  )
  const startMs = performance.now()
  expect(await daemon.end("SIGTERM")).toEqual([0, null])
  // Without an end of its own the connection would be waited for: half a minute.
  expect(performance.now() - startMs).toBeLessThan(15_000)
  expect(existsSync(place.path("silent/alerts"))).toBe(true)
})

describe("a configuration that changes", () => {
  const conf = (log: string, to: string, more = "") => `
adaptive_enabled = true
adaptive_alert_email_destination = "${to}"
adaptive { log_base = "${place.path(log)}" ${more} }
inbound_audit { monitors = ("300,6") }
alerting { }
scriptlet "scriptlet" { script "adaptive" { source = "msys.adaptive" } }
`

  test("SIGHUP: logs, records and alerts go by it; what waits for the mail server waits on", async () => {
    for (const name of ["one", "two"]) mkdirSync(place.path(name))
    place.write({ "own.conf": conf("one", "first@example.com") })
    const port = await idlePort()
    const daemon = await start("reloaded", ["--config", "own.conf", "--alert-smtp", `127.0.0.1:${port}`])
    await suspend(daemon, "b1")
    await daemon.until(
      () => bindings("one/adaptive.log"),
      (found) => found.includes("b1"),
    )
    const jlog = `enable_jlog = true jlog_file = "jlog://${place.path("two/ad.rt")}=>ad_stats"`
    place.write({
      "own.conf": `adaptive_alert_email_sender = "ad@example.com"\n${conf("two", "second@example.com", jlog)}`,
    })
    process.kill(daemon.pid, "SIGHUP")
    await daemon.until(
      () => daemon.log,
      (log) => log.includes("the configuration is read anew"),
    )
    await suspend(daemon, "b2")
    await daemon.until(
      () => bindings("two/ad.rt"),
      (found) => found.includes("b2"),
    )
    const sink = await listen(port)
    await daemon.until(
      () => sink.mails,
      ({ length }) => length === 2,
    )
    expect(sink.mails.map(({ from, to }) => [from, ...to])).toEqual([
      ["", "first@example.com"],
      ["ad@example.com", "second@example.com"],
    ])
    expect(await daemon.end("SIGTERM")).toEqual([0, null])
    expect(bindings("one/adaptive.log")).toEqual(["b1"])
    expect(bindings("two/adaptive.log")).toEqual(["b2"])
  })

  test("without an alerting stanza none is sent, and that is told; with it again they are", async () => {
    mkdirSync(place.path("three"))
    const alerting = conf("three", "ops@example.com")
    place.write({ "alerting.conf": alerting })
    const sink = await listen()
    const daemon = await start("alerting", [
      "--config",
      "alerting.conf",
      "--alert-smtp",
      `127.0.0.1:${sink.port}`,
    ])
    place.write({ "alerting.conf": alerting.replace("alerting { }", "") })
    expect((await command("alerting", "config reload")).code).toBe(0)
    expect(daemon.log).toMatch(
      /"code":"E_ALERT_NOBODY".*no alert is sent there: the configuration has no alerting stanza/,
    )
    await suspend(daemon, "b1")
    place.write({ "alerting.conf": alerting })
    expect((await command("alerting", "config reload")).code).toBe(0)
    await suspend(daemon, "b2")
    await daemon.until(
      () => sink.mails,
      ({ length }) => length > 0,
    )
    expect(await daemon.end("SIGTERM")).toEqual([0, null])
    expect(subjects(sink)).toEqual([alertOf("b2")])
  })

  test("config set at the console, and unset", async () => {
    const daemon = await start("set", [])
    await suspend(daemon, "b1")
    expect((await command("set", "config set adaptive split_logs_by_binding = true")).code).toBe(0)
    await suspend(daemon, "b2")
    expect((await command("set", "config unset adaptive split_logs_by_binding")).code).toBe(0)
    await suspend(daemon, "b3")
    expect(await daemon.end("SIGTERM")).toEqual([0, null])
    expect(bindings("set/adaptive.log")).toEqual(["b1", "b3"])
    expect(bindings("set/b2.log")).toEqual(["b2"])
  })
})

describe("files that cannot be written", () => {
  test("a log_base that is not there, a jlog_file that is a directory: told once, alarms until they can", async () => {
    mkdirSync(place.path("records/ad.rt"), { recursive: true })
    const daemon = await start("unwritable", [
      ...["--set", `log_base=${place.path("nowhere")}`, "--set", "enable_jlog=true"],
      ...["--set", `jlog_file=jlog://${place.path("records/ad.rt")}=>ad_stats`],
    ])
    await suspend(daemon, "b1")
    await daemon.until(
      () => alarms(daemon),
      ({ length }) => length === 2,
    )
    await suspend(daemon, "b2")
    expect(await alarms(daemon)).toEqual([
      expect.stringMatching(/nowhere\/adaptive\.log: cannot be written: ENOENT/),
      expect.stringMatching(/records\/ad\.rt: cannot be written: EISDIR/),
    ])
    expect(await daemon.json("/v1/status")).toMatchObject({ ready: true })
    expect(await daemon.text("/metrics")).toContain("\nadaptive_alarms 2\n")
    mkdirSync(place.path("nowhere"))
    rmdirSync(place.path("records/ad.rt"))
    await daemon.until(
      () => alarms(daemon),
      ({ length }) => length === 0,
    )
    expect(bindings("nowhere/adaptive.log")).toEqual(["b1", "b2"])
    expect(bindings("records/ad.rt")).toEqual(["b1", "b2"])
    expect(daemon.log.match(/E_LOG_WRITE/g)).toHaveLength(2)
    expect(daemon.log.match(/"msg":"the file can be written again"/g)).toHaveLength(2)
    expect(await daemon.end("SIGTERM")).toEqual([0, null])
  })

  const canMount = process.getuid?.() === 0 && existsSync("/usr/bin/mount")
  if (!canMount) console.log("a full disk under the adaptive log: skipped, as it needs root")

  test.skipIf(!canMount)(
    "a full disk under the log alone: events are taken, lines wait for room",
    async () => {
      const small = place.path("small")
      mkdirSync(small)
      expect((await place.run("mount", ["-t", "tmpfs", "-o", "size=64k", "none", small])).code).toBe(0)
      onTestFinished(async () => void (await place.run("umount", ["-l", small])))
      const daemon = await start("full", ["--set", `log_base=${small}`])
      await suspend(daemon, "b1")
      await daemon.until(
        () => bindings("small/adaptive.log"),
        (found) => found.includes("b1"),
      )
      await place.shell(`cat /dev/zero > ${small}/filler 2>/dev/null; truncate -s 64k ${small}/filler`)
      for (let i = 0; i < 30; i++) await suspend(daemon, `c${i}-${"x".repeat(200)}`)
      await daemon.until(
        () => alarms(daemon),
        ([alarm = ""]) => /small\/adaptive\.log: cannot be written: ENOSPC/.test(alarm),
      )
      await suspend(daemon, "b2")
      expect(await daemon.json("/v1/status")).toMatchObject({ ready: true, state: { held: 32 } })
      await place.shell(`rm ${small}/filler`)
      await daemon.until(
        () => alarms(daemon),
        ({ length }) => length === 0,
      )
      const whole = lines("small/adaptive.log").filter((line) => / suspend|Suspend/i.test(line))
      expect(new Set(whole.map((line) => line.split("@")[3])).size).toBe(32)
      expect(daemon.log.match(/E_LOG_WRITE/g)).toHaveLength(1)
      expect(await daemon.end("SIGTERM")).toEqual([0, null])
    },
  )
})

if (!canServeMail) console.log("alerts of a daemon through Postfix: skipped, as it needs root and Postfix")

test.skipIf(!canServeMail)(
  "Postfix, which is started after the daemon was killed, delivers the alert",
  async () => {
    const server = await MailServer.make()
    onTestFinished(() => server.remove())
    const args = [...TO_OPS, "--alert-smtp", `127.0.0.1:${server.port}`]
    const daemon = await start("postfix", args)
    await suspend(daemon, "b1")
    await daemon.end("SIGKILL")
    server.meets("takes mail")
    const again = await start("postfix", args)
    await again.until(
      () => server.messages(),
      ({ length }) => length > 0,
    )
    expect(await again.end("SIGTERM")).toEqual([0, null])
    const [mail = ""] = server.messages()
    expect(server.messages()).toHaveLength(1)
    expect(mail).toContain(`Subject: ${alertOf("b1")}`)
    expect(mail).toContain("Return-Path: <>")
  },
)
