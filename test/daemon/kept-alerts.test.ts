/** Alerts that wait, from one run to the next: a directory that is a map, a mail server that is a switch, pauses by hand. */
import { beforeEach, describe, expect, test } from "vitest"
import { KeptAlerts } from "../../src/daemon/kept-alerts.js"
import type { Alert } from "../../src/report/alert.js"
import { AlertQueue, type WaitingAlert } from "../../src/sinks/alert-queue.js"
import type { MailTransport } from "../../src/sinks/mail-transport.js"
import { StoreFault } from "../../src/store/fault.js"

const files = new Map<string, string>()
let isFull = false
let writes = 0
let told: string[] = []
let pauses: (() => void)[] = []
beforeEach(() => {
  files.clear()
  isFull = false
  writes = 0
  told = []
  pauses = []
})

const state = {
  file: (name: string) => `/nowhere/${name}`,
  read: async (name: string) => (files.has(name) ? Buffer.from(files.get(name) as string) : null),
  async write(name: string, bytes: Uint8Array) {
    await Promise.resolve()
    if (isFull) throw new Error("no room")
    writes++
    files.set(name, Buffer.from(bytes).toString())
  },
  async remove(name: string) {
    files.delete(name)
  },
}

const note = (level: string) => (facts: object, message: string) => {
  const { code = "", hint = "" } = facts as { code?: string; hint?: string }
  told.push(`${level} ${code} ${message}`)
  if (level === "error") expect(hint).not.toBe("")
}

const timer = (_: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    pauses.push(resolve)
    signal.addEventListener("abort", () => resolve())
  })

const open = () =>
  KeptAlerts.open({ state, timer, log: { info: note("info"), warn: note("warn"), error: note("error") } })

/** What stands in the file. */
const inFile = (): string[] =>
  (files.get("alerts") ?? "")
    .split("\n")
    .slice(1, -1)
    .map((line) => {
      const { to, message } = JSON.parse(line) as WaitingAlert
      return `${message.alert.subject}>${to}`
    })

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** Every pause ends that goes on. */
async function pass(): Promise<void> {
  await settle()
  for (const end of pauses.splice(0)) end()
  await settle()
}

const message = (subject: string, to = ["a@x.test"]) => ({
  alert: { subject, messageId: `${subject}@h` } as Alert,
  host: "h",
  sender: null,
  to,
})

/** A run of a program: what it has sent, and its end. */
async function run(isUp: boolean) {
  const kept = await open()
  const sent: string[] = []
  const server = { isUp }
  const transport: MailTransport = {
    name: "mx:25",
    async send({ alert }, to) {
      await Promise.resolve()
      if (server.isUp) sent.push(alert.subject)
      const deferred = server.isUp ? [] : to
      return { deferred, refused: [], whyDeferred: "down", whyRefused: "", isServerDown: !server.isUp }
    },
  }
  const queue = new AlertQueue({
    transport,
    timer,
    maxWaiting: 100,
    maxTries: null,
    keeper: kept,
    tell: () => {},
  })
  return { kept, queue, sent, server }
}

test("what waits stands in the file a moment later, and is gone from it when it is sent", async () => {
  const { kept, queue, sent, server } = await run(false)
  for (const subject of ["1", "2", "3"]) queue.add(message(subject))
  await settle()
  expect(inFile()).toEqual([])
  await pass()
  expect(inFile()).toEqual(["1>a@x.test", "2>a@x.test", "3>a@x.test"])
  expect(writes).toBe(1)
  server.isUp = true
  await pass()
  await pass()
  expect([sent, files.has("alerts")]).toEqual([["1", "2", "3"], false])
  await queue.close()
  await kept.close()
  expect(told).toEqual([])
})

test("a run that was killed: the next one sends what was in the file", async () => {
  const killed = await run(false)
  killed.queue.add(message("1", ["a@x.test", "b@x.test"]))
  await pass()
  const next = await run(true)
  await pass()
  expect([next.sent, files.has("alerts")]).toEqual([["1"], false])
})

test("a run that ends writes what waits at once", async () => {
  const first = await run(false)
  first.queue.add(message("1"))
  await first.queue.close()
  await first.kept.close()
  expect(inFile()).toEqual(["1>a@x.test"])
  const second = await run(false)
  await second.queue.close()
  await second.kept.close()
  expect(inFile()).toEqual(["1>a@x.test"])
})

test("who asks is told when it is on the disk; it can be hurried", async () => {
  const { kept, queue } = await run(false)
  await kept.kept()
  queue.add(message("1"))
  let isKept = false
  void kept.kept().then(() => {
    isKept = true
  })
  await settle()
  expect(isKept).toBe(false)
  await kept.save()
  expect(inFile()).toEqual(["1>a@x.test"])
  await pass()
  expect([isKept, writes]).toEqual([true, 1])
})

describe("a file that cannot be", () => {
  test("written: told once, tried again, waited for by nobody", async () => {
    const { kept, queue } = await run(false)
    isFull = true
    queue.add(message("1"))
    const isAsked = kept.kept()
    await pass()
    await isAsked
    queue.add(message("2"))
    await pass()
    expect(told).toEqual([
      "error E_STATE_UNUSABLE /nowhere/alerts: cannot be written: no room: alerts that wait would be lost with this process",
    ])
    expect(kept.trouble).toBe("cannot be written: no room")
    isFull = false
    await pass()
    expect(inFile()).toEqual(["1>a@x.test", "2>a@x.test"])
    expect([told.slice(1), kept.trouble]).toEqual([
      ["info  /nowhere/alerts: the file can be written again"],
      null,
    ])
  })

  test("written to the end: what is lost is told", async () => {
    const { kept, queue } = await run(false)
    isFull = true
    queue.add(message("1"))
    await queue.close()
    await kept.close()
    expect(told.at(-1)).toBe("error E_ALERT_SEND /nowhere/alerts: not written: alerts that wait are lost")
  })

  test.each([
    [
      "no JSON",
      '{"version":1}\n{\n',
      /^error E_STATE_UNUSABLE \/nowhere\/alerts: .*JSON.*: alerts that waited .* are not sent$/,
    ],
    [
      "of a later program",
      '{"version":9}\n',
      /^error E_STATE_UNUSABLE \/nowhere\/alerts: .*another version; this program reads version 1: alerts that waited/,
    ],
  ])("read, %s: told, and nobody waits", async (_, text, wanted) => {
    files.set("alerts", text)
    expect((await open()).left).toEqual([])
    expect(told).toEqual([expect.stringMatching(wanted)])
  })

  test("read, as it is damaged: told, and nobody waits", async () => {
    const damaged = async () => {
      throw new StoreFault("E_STATE_UNUSABLE", "/nowhere/alerts: the file is damaged", "")
    }
    const log = { info: note("info"), warn: note("warn"), error: note("error") }
    const kept = await KeptAlerts.open({ state: { ...state, read: damaged }, timer, log })
    expect(kept.left).toEqual([])
    expect(told).toEqual([
      "error E_STATE_UNUSABLE /nowhere/alerts: the file is damaged: alerts that waited for the mail server when the last run ended are not sent",
    ])
  })
})
