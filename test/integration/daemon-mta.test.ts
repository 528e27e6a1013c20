/**
 * The whole way, with nothing made up: a real Postfix sends through loopback to a
 * receiver that begins to answer 421; the daemon follows Postfix's log, holds the
 * pair, says so to whoever asks, and lets it go when the time is over. Then the
 * daemon is away for a while, and nothing that was sent meanwhile is missing or
 * counted twice. Needs root and Postfix.
 */
import { createTransport } from "nodemailer"
import { afterAll, expect, onTestFailed, test } from "vitest"
import { Workplace } from "./command.js"
import { canServeMail, MailServer } from "./mail-server.js"
import { type Effect, RunningDaemon } from "./running-daemon.js"
import { SmtpSink } from "./smtp-sink.js"

if (!canServeMail) console.log("the daemon beside a real mail server: skipped, as it needs root and Postfix")

const DOMAIN = "receiver.test"
const BINDING = "b7"
const MARKER = "XQ-4711 slow down"
const HOLD_SEC = 20
const SWEEP_SEC = 1

const RULES = `require('msys.adaptive')
msys.adaptive.registerRules({
  ["${DOMAIN}"] = {
    responses = {
      { code = "^421.*XQ-4711", trigger = "2/60", action = {"suspend", "${HOLD_SEC} seconds"} },
    },
  },
}, "replace")
`
/** Of the rule in that file. */
const RULE_LINE = 5

const place = new Workplace()
const undo: (() => unknown)[] = [() => place.remove()]
afterAll(async () => {
  for (const step of undo.reverse()) await step()
})

interface Answer {
  readonly allowed: boolean
  readonly until: number | null
  readonly reason: string | null
  readonly by: { readonly id: number; readonly at: number; readonly why: string } | null
}

interface Told {
  readonly at: number
  readonly binding: string
  readonly domain: string
  readonly effects: readonly { readonly action: string; readonly outcome: string }[]
}

/** What Postfix says it tried, by what came of it. What it held back itself was no attempt. */
function attemptsIn(log: string): Counts {
  const count = (status: string): number =>
    [...log.matchAll(new RegExp(`/smtp\\[\\d+\\]: .* status=${status} \\((?!delivery temporarily)`, "g"))]
      .length
  return { delivery: count("sent"), transient: count("deferred"), permanent: count("bounced") }
}

interface Counts {
  readonly delivery: number
  readonly transient: number
  readonly permanent: number
}

const sum = ({ delivery, transient, permanent }: Counts): number => delivery + transient + permanent

/** What a daemon has counted since it was started. */
async function counted(daemon: RunningDaemon, path: string): Promise<Counts> {
  const text = await daemon.text("/metrics")
  const of = (type: string): number => {
    const line = text
      .split("\n")
      .find((line) => line.startsWith(`adaptive_events_total{source="${path}",type="${type}"}`))
    return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(" ")))
  }
  return { delivery: of("delivery"), transient: of("transient"), permanent: of("permanent") }
}

test.skipIf(!canServeMail)(
  "what Postfix is told is what the daemon answers",
  // Half a minute; starting and reloading Postfix takes many times that on a machine that others keep busy.
  { timeout: 300_000 },
  async () => {
    const sink = await SmtpSink.listen()
    undo.push(() => sink.close())
    const server = await MailServer.make({ domain: DOMAIN, binding: BINDING, port: sink.port })
    undo.push(() => server.remove())
    server.meets("takes mail")
    const mail = createTransport({ host: "127.0.0.1", port: server.port, ignoreTLS: true })
    const send = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++)
        await mail.sendMail({
          from: "news@example.com",
          to: `someone${i}@${DOMAIN}`,
          subject: "hello",
          text: "hello",
        })
    }
    place.write({ "rules.lua": RULES })
    const state = "state"
    const socket = "adaptive.sock"
    let last: RunningDaemon | null = null
    onTestFailed(() =>
      console.log({ seen: last?.seen, sink: [sink.accepted, sink.refused], log: last?.log }, server.log()),
    )
    const start = async (): Promise<RunningDaemon> => {
      const daemon = await RunningDaemon.start(place.dir, [
        ...["--follow", server.logPath, "--format", "postfix"],
        ...["--rules", "rules.lua", "--state", state, "--socket", socket],
        ...["--set", `suspend_sweep_interval=${SWEEP_SEC}`],
      ])
      undo.push(() => daemon.remove())
      last = daemon
      return daemon
    }
    // One that has seen no line, nor even a log, has begun all the same: what comes is new.
    expect(await (await start()).end("SIGTERM")).toEqual([0, null])
    server.meets("takes mail")
    await send(1)
    const first = await start()
    const effects = await first.effects()
    const ask = async (): Promise<Answer> =>
      (await first.json(`/v1/decision?binding=${BINDING}&domain=${DOMAIN}`)) as Answer
    const told = (action: string): (Effect & { readonly data: Told }) | undefined =>
      (effects as readonly (Effect & { readonly data: Told })[]).find(({ data }) =>
        data.effects.some((effect) => effect.action === action && effect.outcome === "applied"),
      )

    // Mail flows.
    await send(2)
    await first.until(
      () => counted(first, server.logPath),
      ({ delivery }) => delivery >= 3,
    )
    expect(await ask()).toMatchObject({ allowed: true, until: null, reason: null, by: null })

    // The receiver has enough.
    sink.answers(`421 4.7.0 ${MARKER}`)
    await send(4)
    const held = await first.until(ask, ({ allowed }) => !allowed)
    expect(held).toMatchObject({ allowed: false, reason: "suspended" })
    expect(held.by?.why).toContain(`rules.lua:${RULE_LINE} `)
    expect(held.by?.why).toContain(MARKER)
    const until = held.until ?? 0
    expect(until - (held.by?.at ?? 0)).toBe(HOLD_SEC)
    // In the stream it is what the answer names, and it is of now: Postfix's stamps name no year.
    const suspended = await first.until(
      () => told("suspend") ?? null,
      (effect) => effect !== null,
    )
    expect(suspended).toMatchObject({
      id: held.by?.id,
      data: { at: held.by?.at, binding: BINDING, domain: DOMAIN },
    })
    const listed = await place.adaptive(["suspensions", "--socket", socket])
    expect(listed).toMatchObject({ code: 0, stderr: "" })
    expect(listed.stdout.toString("utf8")).toMatch(new RegExp(`${BINDING}.*${DOMAIN}`))

    // It takes mail again, long before the suspension ends; what waited in Postfix's queue goes.
    sink.answers(null)
    const lifted = await first.until(
      () => told("lift") ?? null,
      (effect) => effect !== null,
    )
    const lateSec = (lifted?.data.at ?? 0) - until
    expect(lateSec).toBeGreaterThanOrEqual(0)
    expect(lateSec).toBeLessThanOrEqual(2 * SWEEP_SEC)
    expect(await ask()).toMatchObject({ allowed: true, until: null, reason: null, by: null })
    const empty = await place.adaptive(["suspensions", "--socket", socket])
    expect(empty.stdout.toString("utf8")).not.toContain(DOMAIN)

    // Every attempt was counted once.
    await first.until(
      () => sink.accepted,
      (accepted) => accepted >= 7,
    )
    const before = await first.until(
      () => counted(first, server.logPath),
      ({ delivery }) => delivery >= 7,
    )
    expect(before).toEqual(attemptsIn(server.log()))
    expect(before.transient).toBe(sink.refused)

    // The daemon goes; mail is sent meanwhile, and more when it is back.
    expect(await first.end("SIGTERM")).toEqual([0, null])
    await send(5)
    const second = await start()
    await send(2)
    await second.until(
      () => sink.accepted,
      (accepted) => accepted >= 14,
    )
    await second.until(
      () => attemptsIn(server.log()).delivery,
      (delivery) => delivery >= 14,
    )
    server.stop()
    const all = attemptsIn(server.log())
    const after = await second.until(
      () => counted(second, server.logPath),
      (counts) => sum(counts) >= sum(all) - sum(before),
    )
    expect({
      delivery: before.delivery + after.delivery,
      transient: before.transient + after.transient,
      permanent: before.permanent + after.permanent,
    }).toEqual(all)
    expect(await second.json("/v1/status")).toMatchObject({
      ready: true,
      alarms: [],
      sources: expect.arrayContaining([
        expect.objectContaining({ path: server.logPath, events: sum(after), bad: 0, trouble: null }),
      ]),
    })
    expect(await second.end("SIGTERM")).toEqual([0, null])
  },
)
