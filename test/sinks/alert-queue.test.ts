/** The queue of alerts before servers that fail in every way; time is a timer of the test's own. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { Alert } from "../../src/report/alert.js"
import { type AlertKeeper, AlertQueue, type WaitingAlert } from "../../src/sinks/alert-queue.js"
import type { MailTransport } from "../../src/sinks/mail-transport.js"

type Answer = "ok" | "down" | { readonly deferred?: readonly string[]; readonly refused?: readonly string[] }

const NOTHING = { deferred: [], refused: [], whyDeferred: "", whyRefused: "", isServerDown: false }

/** A server that answers in turn, then always takes all. */
function server(...answers: Answer[]) {
  const taken: string[] = []
  const transport: MailTransport = {
    name: "mx:25",
    async send({ alert }, to) {
      // As a real one, it answers later.
      await new Promise((resolve) => setImmediate(resolve))
      const answer = answers.shift() ?? "ok"
      if (answer === "down")
        return { ...NOTHING, deferred: to, whyDeferred: "connection refused", isServerDown: true }
      const { deferred = [], refused = [] } = answer === "ok" ? {} : answer
      for (const who of to)
        if (!deferred.includes(who) && !refused.includes(who)) taken.push(`${alert.subject}>${who}`)
      return { deferred, refused, whyDeferred: "450 later", whyRefused: "550 no", isServerDown: false }
    },
  }
  return { transport, taken }
}

function queue(
  { transport }: Pick<ReturnType<typeof server>, "transport">,
  options: {
    maxWaiting?: number
    maxTries?: number | null
    timer?: "at once" | "by hand"
    keeper?: AlertKeeper
  } = {},
) {
  const pauses: number[] = []
  const faults: string[] = []
  let end = (): void => {}
  const made = new AlertQueue({
    transport,
    maxWaiting: options.maxWaiting ?? 1000,
    maxTries: options.maxTries ?? null,
    keeper: options.keeper ?? null,
    tell: ({ code, message }) => faults.push(`${code} ${message}`),
    timer: async (ms, signal) => {
      pauses.push(ms)
      if (options.timer !== "by hand") return
      await new Promise<void>((resolve) => {
        end = resolve
        signal.addEventListener("abort", () => resolve())
      })
    },
  })
  return { queue: made, pauses, faults, endPause: () => end() }
}

const message = (subject: string, to: readonly string[] = ["a@x.test"]) => ({
  alert: { subject } as Alert,
  host: "h",
  sender: null,
  to,
})

/** Lets everything happen that needs no pause to end. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe("a server that fails", () => {
  test("that is down: order is kept, pauses grow, the outage is told once", async () => {
    const mx = server("ok", "down", "down", "down", "ok", "down")
    const { queue: alerts, pauses, faults } = queue(mx)
    for (const subject of ["1", "2", "3"]) alerts.add(message(subject))
    await alerts.flush()
    expect(mx.taken).toEqual(["1>a@x.test", "2>a@x.test", "3>a@x.test"])
    expect(pauses).toEqual([1000, 1000, 2000, 1000])
    expect(faults).toEqual([
      "E_ALERT_DELAYED mx:25: connection refused: 2 alerts will be tried again",
      "E_ALERT_DELAYED mx:25: connection refused: 1 alert will be tried again",
    ])
    await alerts.close()
    expect(faults).toHaveLength(2)
  })

  test("that is down for long: at most five minutes between two tries", async () => {
    const { queue: alerts, pauses } = queue(server(...new Array<Answer>(14).fill("down")))
    alerts.add(message("1"))
    await alerts.flush()
    expect(pauses.slice(0, 10).map((ms) => ms / 1000)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300])
    expect(pauses.slice(10)).toEqual([300_000, 300_000, 300_000, 300_000])
  })

  test("that puts one message off: the others go, and it has pauses of its own", async () => {
    const mx = server({ deferred: ["a@x.test"] }, "ok", "ok", { deferred: ["a@x.test"] })
    const { queue: alerts, pauses, faults } = queue(mx)
    for (const subject of ["1", "2", "3"]) alerts.add(message(subject))
    await alerts.flush()
    expect(mx.taken).toEqual(["2>a@x.test", "3>a@x.test", "1>a@x.test"])
    expect(pauses).toEqual([1000, 2000])
    expect(faults).toEqual(['E_ALERT_DELAYED mx:25: "1" is put off: 450 later: it will be tried again'])
  })

  test("what is added while one is put off is not kept waiting", async () => {
    const mx = server({ deferred: ["a@x.test"] })
    const { queue: alerts, endPause } = queue(mx, { timer: "by hand" })
    alerts.add(message("1"))
    await settle()
    alerts.add(message("2"))
    await settle()
    expect(mx.taken).toEqual(["2>a@x.test"])
    endPause()
    await alerts.flush()
    expect(mx.taken).toEqual(["2>a@x.test", "1>a@x.test"])
  })

  test("what is added while it is down waits for the pause to end", async () => {
    const mx = server("down")
    const { queue: alerts, endPause } = queue(mx, { timer: "by hand" })
    alerts.add(message("1"))
    await settle()
    alerts.add(message("2"))
    await settle()
    expect(mx.taken).toEqual([])
    endPause()
    await alerts.flush()
    expect(mx.taken).toEqual(["1>a@x.test", "2>a@x.test"])
  })

  test("some recipients: only those who do not have it are tried again, and the refused are told", async () => {
    const mx = server({ deferred: ["b@x.test"], refused: ["c@x.test"] })
    const { queue: alerts, faults } = queue(mx)
    alerts.add(message("1", ["a@x.test", "b@x.test", "c@x.test"]))
    await alerts.flush()
    await alerts.close()
    expect(mx.taken).toEqual(["1>a@x.test", "1>b@x.test"])
    expect(faults).toEqual([
      'E_ALERT_SEND mx:25: c@x.test will not take "1": 550 no: it is not sent there',
      'E_ALERT_DELAYED mx:25: "1" is put off: 450 later: it will be tried again',
    ])
  })

  test("one recipient that is always put off: given up by itself, everyone else gets all", async () => {
    const mx = server()
    const always: MailTransport = {
      name: "mx:25",
      async send(message, to, signal) {
        await mx.transport.send(
          message,
          to.filter((who) => who !== "b@x.test"),
          signal,
        )
        const deferred = to.filter((who) => who === "b@x.test")
        return { ...NOTHING, deferred, whyDeferred: "450 4.2.1 later" }
      },
    }
    const { queue: alerts, faults, pauses } = queue({ transport: always }, { maxTries: 3 })
    for (const subject of ["1", "2"]) alerts.add(message(subject, ["a@x.test", "b@x.test"]))
    await alerts.flush()
    alerts.add(message("3"))
    await alerts.flush()
    await alerts.close()
    expect(mx.taken).toEqual(["1>a@x.test", "2>a@x.test", "3>a@x.test"])
    expect(pauses).toEqual([1000, 2000])
    expect(faults).toEqual([
      'E_ALERT_DELAYED mx:25: "1" is put off: 450 4.2.1 later: it will be tried again',
      'E_ALERT_SEND mx:25: b@x.test will not take "1": 450 4.2.1 later: it is not sent there',
      "E_ALERT_SEND mx:25: 2 alerts were not sent to b@x.test",
    ])
  })

  test("one that refuses everything is told once, and how much at the end", async () => {
    const answers = ["a@x.test", "a@x.test", "a@x.test"].map((who): Answer => ({ refused: [who] }))
    const { queue: alerts, faults } = queue(server(...answers))
    for (const subject of ["1", "2", "3"]) alerts.add(message(subject))
    await alerts.flush()
    await alerts.close()
    expect(faults).toEqual([
      'E_ALERT_SEND mx:25: a@x.test will not take "1": 550 no: it is not sent there',
      "E_ALERT_SEND mx:25: 3 alerts were not sent to a@x.test",
    ])
  })
})

describe("bounds", () => {
  test("more than may wait: the rest is lost, told at once and counted at the end", async () => {
    const mx = server("down")
    const { queue: alerts, faults, endPause } = queue(mx, { maxWaiting: 2, timer: "by hand" })
    for (const subject of ["1", "2", "3", "4"]) alerts.add(message(subject))
    await settle()
    endPause()
    await alerts.flush()
    await alerts.close()
    expect(mx.taken).toEqual(["1>a@x.test", "2>a@x.test"])
    expect(faults).toEqual([
      "E_ALERT_SEND mx:25: 2 alerts wait already: this one is lost, and more may be",
      "E_ALERT_DELAYED mx:25: connection refused: 2 alerts will be tried again",
      "E_ALERT_SEND mx:25: 2 alerts were not sent",
    ])
  })

  test("tries in a row that nothing comes of: what waits is given up, and what comes later", async () => {
    const mx = server(...new Array<Answer>(9).fill("down"))
    const { queue: alerts, faults, pauses } = queue(mx, { maxTries: 3 })
    alerts.add(message("1"))
    alerts.add(message("2"))
    await alerts.flush()
    alerts.add(message("3"))
    await alerts.flush()
    await alerts.close()
    expect(pauses).toEqual([1000, 2000])
    expect(faults.at(-1)).toBe("E_ALERT_SEND mx:25: 3 alerts were not sent")
  })

  test("closing ends a pause, and tells what is left", async () => {
    const { queue: alerts, faults } = queue(server("down"), { timer: "by hand" })
    alerts.add(message("1"))
    await settle()
    await alerts.close()
    expect(faults.at(-1)).toBe("E_ALERT_SEND mx:25: 1 alert was not sent")
  })

  test("closing gives up the one that a silent server has been offered, after a second", async () => {
    let isGivenUp = false
    const silent: MailTransport = {
      name: "mx:25",
      send: (_, to, signal) =>
        new Promise((resolve) =>
          signal.addEventListener("abort", () => {
            isGivenUp = true
            resolve({ ...NOTHING, deferred: to, whyDeferred: "given up", isServerDown: true })
          }),
        ),
    }
    const { queue: alerts, faults, pauses } = queue({ transport: silent })
    alerts.add(message("1"))
    await settle()
    await alerts.close()
    expect([isGivenUp, pauses]).toEqual([true, [1000]])
    expect(faults).toEqual(["E_ALERT_SEND mx:25: 1 alert was not sent"])
  })
})

describe("what is kept beyond the end", () => {
  const kept = (...left: WaitingAlert[]) => {
    const states: string[][] = []
    const keeper: AlertKeeper = {
      left,
      changed: (waiting) => states.push(waiting().map(({ message, to }) => `${message.alert.subject}>${to}`)),
    }
    return { keeper, states }
  }
  const known = (subject: string, to = ["a@x.test"]) => ({
    ...message(subject, to),
    alert: { subject, messageId: `${subject}@h` } as Alert,
  })

  test("everything that waits, with those who do not have it yet", async () => {
    const mx = server({ deferred: ["b@x.test"], refused: ["c@x.test"] }, "down")
    const { keeper, states } = kept()
    const { queue: alerts, faults } = queue(mx, { keeper })
    alerts.add(known("1", ["a@x.test", "b@x.test", "c@x.test"]))
    alerts.add(known("2"))
    await alerts.flush()
    expect(states).toEqual([
      ["1>a@x.test,b@x.test,c@x.test"],
      ["1>a@x.test,b@x.test,c@x.test", "2>a@x.test"],
      ["1>b@x.test", "2>a@x.test"],
      ["2>a@x.test"],
      [],
    ])
    await alerts.close()
    expect(faults.filter((fault) => fault.includes("E_ALERT_SEND"))).toHaveLength(1)
  })

  test("at the end it is told that it waits for the next run, not that it is lost", async () => {
    const { keeper, states } = kept()
    const { queue: alerts, faults } = queue(server("down"), { keeper, timer: "by hand" })
    alerts.add(known("1"))
    await settle()
    expect(alerts.trouble).toBe("mx:25: connection refused: 1 alert waits")
    await alerts.close()
    expect(faults.at(-1)).toBe("E_ALERT_DELAYED mx:25: 1 alert waits: the next run will send it")
    expect(states.at(-1)).toEqual(["1>a@x.test"])
  })

  test("the next run sends it first, by itself; the same alert decided again is not sent again", async () => {
    const mx = server()
    const { keeper, states } = kept({ message: known("1", ["a@x.test", "b@x.test"]), to: ["b@x.test"] })
    const { queue: alerts, faults } = queue(mx, { keeper })
    alerts.add(known("1", ["a@x.test", "b@x.test"]))
    alerts.add(known("2"))
    await alerts.flush()
    alerts.add(known("1", ["a@x.test", "b@x.test"]))
    await alerts.flush()
    expect(mx.taken).toEqual(["1>b@x.test", "2>a@x.test"])
    expect([states.at(-1), faults, alerts.trouble]).toEqual([[], [], null])
  })
})

test("whatever a server does, everyone gets each alert once, unless refused", async () => {
  const everybody = ["a@x.test", "b@x.test"]
  const answer = fc.oneof(
    fc.constant<Answer>("ok"),
    fc.constant<Answer>("down"),
    fc.record({ deferred: fc.subarray(everybody) }),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(answer, { maxLength: 30 }),
      fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
      async (answers, pausesBetween) => {
        const sent: string[] = []
        let next = 0
        const transport: MailTransport = {
          name: "mx:25",
          async send({ alert }, to) {
            await Promise.resolve()
            const given = answers[next++] ?? "ok"
            if (given === "down") return { ...NOTHING, deferred: to, isServerDown: true }
            const deferred = given === "ok" ? [] : to.filter((who) => given.deferred?.includes(who))
            for (const who of to) if (!deferred.includes(who)) sent.push(`${alert.subject}>${who}`)
            return { ...NOTHING, deferred }
          },
        }
        const { queue: alerts, faults } = queue({ transport })
        for (const [i, hasPause] of pausesBetween.entries()) {
          alerts.add(message(String(i), everybody))
          if (hasPause) await new Promise((resolve) => setImmediate(resolve))
        }
        await alerts.flush()
        await alerts.close()
        const wanted = pausesBetween.flatMap((_, i) => everybody.map((who) => `${i}>${who}`))
        expect([...sent].sort()).toEqual([...wanted].sort())
        expect(faults.filter((fault) => fault.includes("not sent"))).toEqual([])
      },
    ),
  )
})
