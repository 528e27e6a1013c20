/**
 * Hundreds of hostile connections to the routes of a real daemon: every answer is one, nothing that was taken is lost
 * or counted twice, and the daemon goes on as if nothing had been. `ADAPTIVE_FUZZ_RUNS` makes it long,
 * `ADAPTIVE_FUZZ_SEED` another one.
 */
import { setImmediate as turn } from "node:timers/promises"
import { gzipSync } from "node:zlib"
import fc from "fast-check"
import { afterAll, describe, expect, onTestFinished, test } from "vitest"
import { Workplace } from "./command.js"
import { RawClient, refusalOf } from "./http-harness.js"
import { judged, type Said, talk } from "./http-mutations.js"
import { RunningDaemon } from "./running-daemon.js"

const place = new Workplace()
afterAll(() => place.remove())
place.write({
  "rules.lua": `require('msys.adaptive')
msys.adaptive.registerRules({ ["x.test"] = { responses = {
  { code = "^421 busy", trigger = "3/60", action = {"suspend", "1 hours"} },
} } }, "replace")
`,
})

async function start(name: string): Promise<RunningDaemon> {
  const state = ["--state", `${name}-state`, "--socket", `${name}.sock`, "--rules", "rules.lua"]
  const daemon = await RunningDaemon.start(place.dir, state)
  onTestFinished(() => daemon.remove())
  return daemon
}

interface Figures {
  readonly ready: boolean
  readonly alarms: readonly string[]
  readonly state: { readonly held: number; readonly decisions: number }
  readonly sources: readonly { readonly path: string; readonly events: number }[]
}
const status = async (daemon: RunningDaemon): Promise<Figures> => (await daemon.json("/v1/status")) as Figures
const eventsOf = async (daemon: RunningDaemon): Promise<number> =>
  (await status(daemon)).sources.find(({ path }) => path === "http")?.events ?? 0

/** Nothing but warnings of what was refused. */
function faultsIn(log: string): string[] {
  return log.split("\n").filter((line) => line !== "" && !/^\{"level":(?:30|40),/.test(line))
}

const RUNS = Number(process.env.ADAPTIVE_FUZZ_RUNS ?? 300)
const SEED = Number(process.env.ADAPTIVE_FUZZ_SEED ?? 20261128)

test(`${RUNS} connections of mutated requests`, { timeout: 60_000 + RUNS * 200 }, async () => {
  const daemon = await start("fuzz")
  const seen = new Map<number, number>()
  let taken = 0
  await fc.assert(
    fc.asyncProperty(talk, async ({ pieces, ending }) => {
      const client = new RawClient(daemon.port)
      for (const piece of pieces) {
        client.send(piece)
        await turn()
      }
      if (ending === "reset") {
        // What it would have been told is not known: the daemon is asked.
        client.socket.resetAndDestroy()
        await client.ended
        await daemon.text("/healthz")
        return
      }
      const before = await eventsOf(daemon)
      client.socket.end()
      const text = await client.rest()
      const said: Said = judged(text, Buffer.concat([...pieces]).includes("HEAD"))
      for (const one of said.statuses) seen.set(one, (seen.get(one) ?? 0) + 1)
      taken += said.taken
      expect(before).toBeLessThanOrEqual(await eventsOf(daemon))
      expect(await daemon.text("/readyz")).toBe("ready\n")
    }),
    { numRuns: RUNS, seed: SEED, endOnFailure: true },
  )
  console.log(
    `answers: ${[...seen]
      .sort(([a], [b]) => a - b)
      .map(([one, count]) => `${one}: ${count}`)
      .join(", ")}; ${taken} events`,
  )
  for (const wanted of [200, 400, 403, 404, 405, 431]) expect([...seen.keys()]).toContain(wanted)
  expect([...seen.keys()]).not.toContain(500)
  expect(faultsIn(daemon.log)).toEqual([])
  expect(taken).toBeGreaterThan(RUNS / 10)
  expect(await eventsOf(daemon)).toBeGreaterThanOrEqual(taken)
  // What it is after all that is what it is again after a kill. Pairs that were only asked about are not kept.
  const { state } = await status(daemon)
  await daemon.end("SIGKILL")
  const again = await start("fuzz")
  expect((await status(again)).state).toMatchObject({
    held: state.held,
    decisions: state.decisions,
  })
  expect(await again.end("SIGTERM")).toEqual([0, null])
})

/** What comes back until the server ends the connection; the client says nothing more. */
const answered = (daemon: RunningDaemon, ...pieces: readonly (string | Buffer)[]): Promise<string> => {
  const client = new RawClient(daemon.port)
  for (const piece of pieces) client.send(piece)
  return client.rest()
}
const post = (daemon: RunningDaemon, body: string) =>
  fetch(`${daemon.url}/events`, { method: "POST", body }).then((reply) => reply.json())
const event = (more: object = {}): string =>
  JSON.stringify({
    time: Date.now() / 1000,
    type: "transient",
    binding: "b1",
    domain: "x.test",
    response: "421 busy",
    ...more,
  })

describe("bounds, through the routes of the daemon", () => {
  const HEAD = "POST /events HTTP/1.1\r\nHost: localhost\r\n"
  const LAST = `${HEAD}connection: close\r\n`

  test("bodies that are too large, packed or not, are refused; what came before is told, and was taken", async () => {
    const daemon = await start("bounds")
    const { port } = daemon
    expect(refusalOf(await answered(daemon, `${LAST}content-length: 16777217\r\n\r\n`))).toBe(
      "413 E_HTTP_SIZE",
    )
    const one = `${event()}\n`
    const blanks = Buffer.alloc(1 << 20, `${" ".repeat(4095)}\n`)
    const chunk = (bytes: Buffer | string): Buffer =>
      Buffer.concat([
        Buffer.from(`${bytes.length.toString(16)}\r\n`),
        Buffer.from(bytes),
        Buffer.from("\r\n"),
      ])
    const endless = new RawClient(port)
    endless.send(`${LAST}transfer-encoding: chunked\r\n\r\n`).send(chunk(one))
    for (let i = 0; i < 17; i++) endless.send(chunk(blanks))
    const refused = await endless.rest()
    expect(refusalOf(refused)).toBe("413 E_HTTP_SIZE")
    expect(refused).toContain("; 1 events before that were taken")
    const bomb = gzipSync(Buffer.concat([Buffer.from(one), Buffer.alloc(65 << 20, blanks)]))
    const packed = await answered(
      daemon,
      `${LAST}content-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`,
      bomb,
    )
    expect(refusalOf(packed)).toBe("413 E_HTTP_SIZE")
    expect(packed).toContain("; 1 events before that were taken")
    expect(await eventsOf(daemon)).toBe(2)
    expect(await daemon.text("/readyz")).toBe("ready\n")
    expect(faultsIn(daemon.log)).toEqual([])
  })

  test("clients that send and read slowly hold nobody up", async () => {
    const daemon = await start("slow")
    const slow = Array.from({ length: 50 }, () => new RawClient(daemon.port))
    const body = `${event()}\n${event()}\n`
    for (const client of slow)
      client.send(`${HEAD}content-length: ${body.length}\r\n\r\n${body.slice(0, -5)}`)
    // They ask for much and take nothing.
    const idle = Array.from({ length: 20 }, () => new RawClient(daemon.port))
    for (const client of idle) {
      client.socket.pause()
      client.send("GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(50))
    }
    const startMs = performance.now()
    expect(await post(daemon, event({ binding: "b2" }))).toMatchObject({ taken: 1 })
    expect(performance.now() - startMs).toBeLessThan(10_000)
    for (const client of slow) client.send(body.slice(-5)).socket.end()
    for (const client of slow) expect(await client.rest()).toContain('{"taken":2,"refused":0,"lines":[]}')
    for (const client of idle) client.socket.destroy()
    expect(await eventsOf(daemon)).toBe(101)
    expect(faultsIn(daemon.log)).toEqual([])
  })

  test("rubbish line by line: others are answered while it is read", async () => {
    const daemon = await start("rubbish")
    let isRead = false
    const reading = post(daemon, "x\n".repeat(1 << 18)).then((told) => {
      isRead = true
      return told
    })
    let answers = 0
    for (; !isRead; answers++) await daemon.text("/v1/decision?domain=x.test")
    expect(await reading).toMatchObject({ taken: 0, refused: 1 << 18, lines: { length: 100 } })
    // It is read in 64 pieces; were it not for a turn between them, one could be answered between two of some 8 chunks.
    expect(answers).toBeGreaterThan(20)
  })

  test("one connection with many requests: each is answered in its turn, and finds done what came before", async () => {
    const daemon = await start("pipe")
    const asked = (binding: string): string =>
      `GET /v1/decision?domain=x.test&binding=${binding} HTTP/1.1\r\nHost: localhost\r\n\r\n`
    const told = (binding: string): string => {
      const body = Array.from({ length: 4 }, () => event({ binding })).join("\n")
      return `${HEAD}content-length: ${body.length}\r\n\r\n${body}`
    }
    const bindings = Array.from({ length: 40 }, (_, i) => `p${i}`)
    const client = new RawClient(daemon.port)
    client
      .send(bindings.map((binding) => asked(binding) + told(binding) + asked(binding)).join(""))
      .socket.end()
    const text = await client.rest()
    expect(judged(text, false)).toMatchObject({
      statuses: Array.from({ length: 120 }, () => 200),
      taken: 160,
    })
    const allowed = [...text.matchAll(/"binding":"(p\d+)".*?"allowed":(true|false)/g)].map(
      ([, binding, is]) => `${binding} ${is}`,
    )
    expect(allowed).toEqual(bindings.flatMap((binding) => [`${binding} true`, `${binding} false`]))
  })
})

describe("times that cannot be", () => {
  const FAR = 253_402_300_799

  // what | its time, given now | why it is refused
  test.each<[string, (now: number) => unknown, RegExp]>([
    ["in 9999", () => FAR, /after 2099/],
    ["in 9999, as text", () => "9999-12-31T23:59:59Z", /time/],
    ["in milliseconds", (now) => now * 1000, /after 2099/],
    ["tomorrow", (now) => now + 86_400, /further in the future/],
    ["in two minutes", (now) => now + 120, /further in the future/],
    ["in 1970", () => 0, /further in the past|before 1970/],
    ["yesterday", (now) => now - 86_400, /further in the past/],
    ["before 1970", () => -1, /before 1970/],
    ["of no number", () => "soon", /time/],
    ["of infinity", () => 1e308, /after 2099/],
  ])("%s: refused with its line, alone; the daemon's time does not follow it", async (_, timeOf, reason) => {
    const daemon = await timed()
    const before = (await status(daemon)).state.decisions
    const now = Date.now() / 1000
    const binding = `t${now}`
    const odd = (more = {}): string => event({ time: timeOf(now), binding, ...more })
    const good = event({ binding })
    const reply = (await post(daemon, [odd(), good, odd(), good, good, good, odd()].join("\n"))) as {
      lines: { line: number; reason: string }[]
    }
    expect(reply).toMatchObject({ taken: 4, refused: 3 })
    expect(reply.lines.map(({ line }) => line)).toEqual([1, 3, 7])
    for (const { reason: why } of reply.lines) expect(why).toMatch(reason)
    // Four failures of now meet the trigger, and hold mail for an hour from now.
    const decision = (await daemon.json(`/v1/decision?domain=x.test&binding=${binding}`)) as {
      allowed: boolean
      until: number
    }
    expect(decision.allowed).toBe(false)
    expect(Math.abs(decision.until - now - 3600)).toBeLessThan(120)
    expect((await status(daemon)).state.decisions).toBe(before + 1)
  })

  test("an event of a clock that is a little ahead holds back nothing of what comes after it", async () => {
    const daemon = await timed()
    const now = Date.now() / 1000
    const binding = `ahead${now}`
    expect(await post(daemon, event({ time: now + 50, type: "delivery", response: "250 ok" }))).toMatchObject(
      {
        taken: 1,
      },
    )
    expect(
      await post(
        daemon,
        [event({ binding }), event({ binding }), event({ binding }), event({ binding })].join("\n"),
      ),
    ).toMatchObject({ taken: 4 })
    expect(await daemon.json(`/v1/decision?domain=x.test&binding=${binding}`)).toMatchObject({
      allowed: false,
    })
  })

  let one: Promise<RunningDaemon> | null = null
  const timed = (): Promise<RunningDaemon> => {
    one ??= RunningDaemon.start(place.dir, [
      "--state",
      "times",
      "--socket",
      "times.sock",
      "--rules",
      "rules.lua",
    ])
    return one
  }
  afterAll(async () => {
    const daemon = await one
    expect(faultsIn(daemon?.log ?? "")).toEqual([])
    await daemon?.remove()
  })
})
