/** `adaptive run` as an operator starts it: every door, every answer held against its description, every refusal. */
import { type ChildProcess, spawn } from "node:child_process"
import { createHmac } from "node:crypto"
import { once } from "node:events"
import { existsSync, readFileSync, statSync, utimesSync } from "node:fs"
import { open } from "node:fs/promises"
import { createServer, type IncomingMessage } from "node:http"
import { connect } from "node:net"
import { setTimeout as wait } from "node:timers/promises"
import { gzipSync } from "node:zlib"
import { afterAll, describe, expect, onTestFinished, test } from "vitest"
import type { JsonSchema } from "../../src/http/openapi.js"
import { lookUp, schemaFaults } from "../http/json-schema.js"
import { MAIN, Workplace } from "./command.js"

const place = new Workplace()
afterAll(() => place.remove())
place.write({
  "rules.lua": `require('msys.adaptive')
msys.adaptive.registerRules({ ["x.test"] = { responses = {
  { code = "^421 busy", trigger = "1", action = {"suspend", "1 hours"} },
  { code = "^450 slow", trigger = "1", action = {"reduce_connections", "2"} },
} } }, "replace")
`,
  "broken.lua": "this is no Lua",
})

interface Line {
  readonly level: number
  readonly msg: string
  readonly [fact: string]: unknown
}

class Running {
  readonly lines: Line[] = []
  readonly child: ChildProcess
  text = ""

  constructor(child: ChildProcess) {
    this.child = child
    let rest = ""
    child.stderr?.on("data", (bytes: Buffer) => {
      this.text += bytes
      const lines = `${rest}${bytes}`.split("\n")
      rest = lines.pop() as string
      for (const line of lines) if (line.startsWith("{")) this.lines.push(JSON.parse(line) as Line)
    })
  }

  async until<T>(find: () => T | undefined | Promise<T | undefined>): Promise<T> {
    for (;;) {
      const found = await find()
      if (found !== undefined) return found
      if (this.child.exitCode !== null) throw new Error(`it has ended: ${this.text}`)
      await wait(5)
    }
  }

  async said(text: RegExp): Promise<Line> {
    return this.until(() => this.lines.find(({ msg }) => text.test(msg)))
  }

  get url(): string {
    return this.lines.find(({ msg }) => msg === "ready")?.listen as string
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    const closed = once(this.child, "close")
    this.child.kill(signal)
    return (await closed)[0] as number | null
  }
}

let count = 0
/** A daemon that answers; ended with its test. */
async function running(
  args: readonly string[] = [],
  options: { env?: Record<string, string>; state?: string; before?: readonly string[] } = {},
): Promise<Running> {
  const name = options.state ?? `state-${count++}`
  const [command = process.execPath, ...before] = options.before ?? []
  const given = [
    "run",
    "--listen",
    "127.0.0.1:0",
    "--rules",
    "rules.lua",
    "--state",
    name,
    "--socket",
    `${name}.sock`,
  ]
  const all =
    options.before === undefined
      ? [MAIN, ...given, ...args]
      : [...before, process.execPath, MAIN, ...given, ...args]
  const child = spawn(command, all, { cwd: place.dir, env: { PATH: process.env.PATH, ...options.env } })
  onTestFinished(() => void (child.exitCode === null && child.kill("SIGKILL")))
  const made = new Running(child)
  await made.said(/^ready$/)
  return made
}

const now = (): number => Math.floor(Date.now() / 1000)
const event = (more = {}): string =>
  JSON.stringify({
    time: now(),
    type: "transient",
    binding: "b1",
    domain: "x.test",
    response: "421 busy",
    ...more,
  })

const post = (
  daemon: Running,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
  path = "/events",
) => fetch(`${daemon.url}${path}`, { method: "POST", body, headers })

const allowed = async (
  daemon: Running,
  pair = "binding=b1&domain=x.test",
): Promise<Record<string, unknown>> =>
  (await (await fetch(`${daemon.url}/v1/decision?${pair}`)).json()) as Record<string, unknown>

describe("what it is asked", () => {
  test("every route is described, and answers what its description says", async () => {
    const daemon = await running()
    const document = (await (await fetch(`${daemon.url}/openapi.json`)).json()) as {
      paths: Record<
        string,
        Record<string, { responses: Record<string, { content?: Record<string, { schema: JsonSchema }> }> }>
      >
    }
    await post(daemon, event())
    const bodies: Record<string, string> = {
      "/events": `${event({ binding: "b2" })}\nnonsense`,
      "/v1/decisions": JSON.stringify({
        pairs: [{ binding: "b1", domain: "x.test" }, { domain: "y.test" }],
        take: true,
      }),
    }
    let answers = 0
    for (const [path, operations] of Object.entries(document.paths))
      for (const [method, { responses }] of Object.entries(operations)) {
        if (path === "/v1/effects") continue
        const query = path === "/v1/decision" ? "?binding=b1&domain=x.test" : ""
        const body = bodies[path]
        const reply = await fetch(`${daemon.url}${path}${query}`, {
          method,
          ...(body === undefined ? {} : { body }),
        })
        expect(`${method} ${path} ${reply.status}`).toBe(`${method} ${path} 200`)
        const type = reply.headers.get("content-type")?.split(";")[0] as string
        const schema = responses["200"]?.content?.[type]?.schema
        if (type === "application/json" && path !== "/openapi.json") {
          expect(schema).toBeDefined()
          expect(schemaFaults(schema as JsonSchema, await reply.json(), document)).toEqual([])
          answers++
        }
        const wrong = await fetch(`${daemon.url}${path}`, { method: "DELETE" })
        expect(wrong.status).toBe(405)
        expect(
          schemaFaults(lookUp(document, "#/components/schemas/Refusal"), await wrong.json(), document),
        ).toEqual([])
      }
    expect(answers).toBeGreaterThan(3)
  })

  test("events in every shape, plain and packed; what is no event is told with its line", async () => {
    const daemon = await running()
    const taken = async (body: string | Uint8Array<ArrayBuffer>, headers = {}) =>
      (await (await post(daemon, body, headers)).json()) as {
        taken: number
        refused: number
        lines: unknown[]
      }
    expect(await taken(event())).toEqual({ taken: 1, refused: 0, lines: [] })
    expect(await taken(`[${event()},${event()}]`)).toMatchObject({ taken: 2, refused: 0 })
    expect(await taken(`${event()}\n{"type":"transient"}\n\nnonsense\n${event()}\n`)).toMatchObject({
      taken: 2,
      refused: 2,
      lines: [expect.objectContaining({ line: 2 }), expect.objectContaining({ line: 4 })],
    })
    const packed = new Uint8Array(gzipSync(`${event()}\n`.repeat(5000)))
    expect(await taken(packed, { "content-encoding": "gzip" })).toMatchObject({ taken: 5000, refused: 0 })
    expect(await taken("")).toEqual({ taken: 0, refused: 0, lines: [] })
    expect(await taken(event({ time: now() + 3600 }))).toMatchObject({ taken: 0, refused: 1 })
    const metrics = await (await fetch(`${daemon.url}/metrics`)).text()
    expect(metrics).toContain('adaptive_events_total{source="http",type="transient"} 5005')
    expect(metrics).toContain('adaptive_bad_lines_total{source="http"} 3')
  })

  test.each([
    ["GET", "/v1/decision", undefined, /domain is missing/],
    ["GET", "/v1/decision?domain=", undefined, /domain is no domain name/],
    ["GET", "/v1/decision?domain=ex%00ample", undefined, /domain is no domain name/],
    ["GET", "/v1/decision?domain=ex%1bample", undefined, /domain is no domain name/],
    ["GET", "/v1/decision?domain=x.test&binding=b%07", undefined, /binding is no name/],
    ["GET", "/v1/decision?domain=x.test&bindng=b1", undefined, /unknown parameter "bindng"/],
    ["GET", "/v1/decision?domain=x.test&domain=y.test", undefined, /domain is given twice/],
    ["GET", "/v1/decision?domain=x.test&take=yes", undefined, /take is "yes"/],
    ["POST", "/v1/decisions", "[1]", /the body is no object/],
    ["POST", "/v1/decisions", '{"pairs":3}', /pairs is no array/],
    [
      "POST",
      "/v1/decisions",
      '{"pairs":[{"domain":"x"},{"domain":7}]}',
      /pairs\[1\]\.domain is no domain name/,
    ],
    ["POST", "/v1/decisions", '{"pairs":[],"more":1}', /unknown key "more"/],
    ["POST", "/v1/decisions", "{", /JSON/],
    ["POST", "/events?format=jsnol", "{}", /unknown format "jsnol"/],
    ["POST", "/events?fromat=jsonl", "{}", /unknown parameter "fromat"/],
    ["POST", "/events?format=jsonl&format=auto", "{}", /format is given twice/],
    ["GET", "/v1/effects?after=x", undefined, /x/],
    ["GET", "/v1/effects?from=5", undefined, /unknown parameter "from"/],
    ["GET", "/v1/effects?after=1&after=2", undefined, /after is given twice/],
    ["GET", "/v1/holds?limit=1&limit=2", undefined, /limit is given twice/],
  ])("%s %s %s: refused with a remedy", async (method, path, body, message) => {
    const daemon = await shared()
    const reply = await fetch(`${daemon.url}${path}`, { method, ...(body === undefined ? {} : { body }) })
    const { error } = (await reply.json()) as { error: { code: string; message: string; hint: string } }
    expect([reply.status, error.code]).toEqual([400, expect.stringMatching(/^E_HTTP_/)])
    expect(error.message).toMatch(message)
    expect(error.hint).not.toBe("")
  })

  test("half of a surrogate pair in a name is what it is written down as", async () => {
    const body = '{"pairs":[{"binding":"b\\ud800","domain":"x\\udfff.test"}]}'
    const reply = await post(await shared(), body, {}, "/v1/decisions")
    expect(await reply.json()).toMatchObject({ decisions: [{ binding: "b\ufffd", domain: "x\ufffd.test" }] })
  })
})

// options | seconds that time is behind the clock
test.each<[string[], number]>([
  [[], 1],
  [["--lag", "20"], 20],
])(
  "%j: an event that is told of so late counts as of its time; a later one as of then",
  async (args, lag) => {
    const daemon = await running(args)
    let pairs = 0
    /** When an event of then is said to have been. */
    const counted = async (time: number): Promise<number> => {
      const binding = `late${pairs++}`
      await post(daemon, event({ binding, time }))
      return ((await allowed(daemon, `binding=${binding}&domain=x.test`)).by as { at: number }).at
    }
    const begin = Date.now() / 1000 - lag - 30
    expect(await counted(begin)).toBeCloseTo(begin, 3)
    let at = begin
    // Time goes on by itself now and then, and never further than it should.
    while (at <= begin) {
      await wait(5)
      at = await counted(begin)
    }
    const sinceSec = Date.now() / 1000 - at
    expect(sinceSec).toBeGreaterThanOrEqual(lag)
    expect(sinceSec).toBeLessThan(lag + 29)
    if (lag > 10) {
      const recent = Date.now() / 1000 - lag / 4
      expect(await counted(recent)).toBeCloseTo(recent, 3)
    }
  },
)

let one: Promise<Running> | null = null
/** For questions that change nothing. */
function shared(): Promise<Running> {
  one ??= (async () => {
    const child = spawn(
      process.execPath,
      [
        MAIN,
        "run",
        "--listen",
        "127.0.0.1:0",
        "--rules",
        "rules.lua",
        "--state",
        "shared",
        "--socket",
        "shared.sock",
      ],
      { cwd: place.dir, env: { PATH: process.env.PATH } },
    )
    const made = new Running(child)
    await made.said(/^ready$/)
    return made
  })()
  return one
}
afterAll(async () => void (await one)?.end("SIGKILL"))

describe("doors", () => {
  test("the control socket is its user's alone, and answers as the console does", async () => {
    const daemon = await running()
    await post(daemon, event())
    const socket = daemon.lines.find(({ msg }) => msg === "ready")?.socket as string
    expect(statSync(place.path(socket)).mode & 0o777).toBe(0o600)
    const list = await place.adaptive(["suspensions", "--socket", socket])
    expect(list.stdout.toString()).toMatch(/default\/b1 +x\.test +\d+ +1/)
    expect(await allowed(daemon)).toMatchObject({
      allowed: false,
      reason: "suspended",
      by: { id: 1, why: expect.stringContaining("rules.lua:3") },
    })
    await place.adaptive(["override", "--binding", "b1", "--socket", socket])
    expect(await allowed(daemon)).toMatchObject({ allowed: true, reason: null })
  })

  test("standard input, and the socket for events", async () => {
    const daemon = await running(["--follow", "-", "--event-socket", "events.sock"])
    daemon.child.stdin?.end(`${event({ binding: "in" })}\n`)
    await daemon.said(/^standard input has ended$/)
    expect(await allowed(daemon, "binding=in&domain=x.test")).toMatchObject({ allowed: false })
    const client = connect(place.path("events.sock"))
    client.end(`${event({ binding: "sock" })}\nnonsense\n`)
    let answer = ""
    for await (const bytes of client) answer += bytes
    expect(JSON.parse(answer)).toEqual({ taken: 1, refused: 1 })
    expect(await allowed(daemon, "binding=sock&domain=x.test")).toMatchObject({ allowed: false })
  })

  test("effects: a stream that goes on where a client left it, also after a restart", async () => {
    const daemon = await running([], { state: "stream" })
    await post(daemon, `${event({ binding: "b1" })}\n${event({ binding: "b2" })}`)
    const told = async (of: Running, after: number, wanted: number): Promise<string> => {
      const leaving = new AbortController()
      const reply = await fetch(`${of.url}/v1/effects`, {
        headers: { "last-event-id": String(after) },
        signal: leaving.signal,
      })
      let text = ""
      for await (const piece of reply.body as unknown as AsyncIterable<Uint8Array>) {
        text += Buffer.from(piece).toString()
        if ((text.match(/^data: .*\n\n/gm) ?? []).length >= wanted) break
      }
      leaving.abort()
      return text
    }
    const ids = async (...args: Parameters<typeof told>): Promise<number[]> =>
      [...(await told(...args)).matchAll(/^id: (\d+)\ndata: /gm)].map((match) => Number(match[1]))
    // A client of another state is told that, and then what there is; all of it as described.
    const document = await (await fetch(`${daemon.url}/openapi.json`)).json()
    const [gap, ...effects] = (await told(daemon, 99, 3)).split("\n\n").slice(1, 4)
    expect(gap).toMatch(/^event: gap$/m)
    for (const [schema, texts] of [
      ["Gap", [gap]],
      ["EffectsDecision", effects],
    ] as const)
      for (const text of texts) {
        const data: unknown = JSON.parse(/^data: (.*)$/m.exec(text ?? "")?.[1] ?? "")
        expect(schemaFaults(lookUp(document, `#/components/schemas/${schema}`), data, document)).toEqual([])
      }
    expect(await ids(daemon, 0, 2)).toEqual([1, 2])
    await daemon.end("SIGKILL")
    const again = await running([], { state: "stream" })
    expect(await ids(again, 0, 2)).toEqual([1, 2])
    expect(await ids(again, 1, 1)).toEqual([2])
    expect(await again.end("SIGTERM")).toBe(0)
    const third = await running([], { state: "stream" })
    expect(await ids(third, 1, 1)).toEqual([2])
  })

  test("effects: whoever has all holds is told of no gap, although the last decisions changed nothing", async () => {
    const args = ["--snapshot-interval", "3600"]
    let daemon = await running(args, { state: "no-effect" })
    // Nobody has said how many connections there are: nothing can be reduced.
    await post(daemon, [event(), event({ response: "450 slow" }), event({ response: "450 slow" })].join("\n"))
    const beginning = async (after: number): Promise<string> => {
      const leaving = new AbortController()
      const reply = await fetch(`${daemon.url}/v1/effects?after=${after}`, { signal: leaving.signal })
      let text = ""
      for await (const piece of reply.body as unknown as AsyncIterable<Uint8Array>) {
        text += Buffer.from(piece).toString()
        // What follows comes at once, where there is anything.
        if (after === 3 || text.includes("\ndata:")) break
      }
      leaving.abort()
      return text
    }
    const holds = async (): Promise<unknown> => (await fetch(`${daemon.url}/v1/holds`)).json()
    for (const signal of ["SIGKILL", "SIGTERM", "SIGKILL", "SIGTERM"] as const) {
      expect(await holds()).toMatchObject({ id: 3, holds: [{ by: { id: 1 } }] })
      expect(await beginning(3)).toBe("id: 3\n: here begins the stream\n\n")
      expect(await beginning(0)).toMatch(/^id: 0\n: here begins the stream\n\nid: 1\ndata: /)
      await daemon.end(signal)
      daemon = await running(args, { state: "no-effect" })
    }
  })

  test("effects: what is decided while an earlier event is on its way to the disk is told once, and all the rest", async () => {
    const daemon = await running()
    const wanted = 20
    const quiet = event({ type: "delivery", response: "250 ok" })
    // The last line, which has no end, is a batch of its own, close behind one that decides nothing.
    for (let i = 0; i < wanted; i++)
      expect(await (await post(daemon, `${quiet}\n${event({ binding: `b${i}` })}`)).json()).toMatchObject({
        taken: 2,
      })
    const leaving = new AbortController()
    const reply = await fetch(`${daemon.url}/v1/effects?after=0`, { signal: leaving.signal })
    let text = ""
    for await (const piece of reply.body as unknown as AsyncIterable<Uint8Array>) {
      text += Buffer.from(piece).toString()
      if (text.includes(`\nid: ${wanted}\n`) && text.endsWith("\n\n")) break
    }
    leaving.abort()
    const ids = [...text.matchAll(/^id: (\d+)\ndata: /gm)].map(([, id]) => Number(id))
    expect(ids).toEqual(Array.from({ length: wanted }, (_, i) => i + 1))
    expect(await daemon.end("SIGTERM")).toBe(0)
  })

  test("webhooks: signed, and after a restart from where they were", async () => {
    const secret = "0123456789abcdef0123"
    const seen: { ids: number[]; signature: string; body: string; type: string }[] = []
    let isUp = true
    const receiver = createServer(async (request: IncomingMessage, response) => {
      let body = ""
      for await (const piece of request) body += piece
      if (isUp) {
        const { events } = JSON.parse(body) as { events: { id: number }[] }
        seen.push({
          ids: events.map(({ id }) => id),
          signature: String(request.headers["x-adaptive-signature"]),
          type: String(request.headers["content-type"]),
          body,
        })
      }
      response.writeHead(isUp ? 204 : 503).end()
    })
    await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve))
    onTestFinished(() => void receiver.close())
    const { port } = receiver.address() as { port: number }
    const hook = ["--webhook", `http://127.0.0.1:${port}/hook`]
    const options = { state: "hooked", env: { ADAPTIVE_WEBHOOK_SECRET: secret } }
    const daemon = await running(hook, options)
    await post(daemon, event({ binding: "b1" }))
    await daemon.until(() => seen.find(({ ids }) => ids.includes(1)))
    const { signature = "", body = "", type = "" } = seen[0] ?? {}
    const [, at, hex] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature) ?? []
    expect(hex).toBe(createHmac("sha256", secret).update(`${at}.${body}`).digest("hex"))
    // It is what its description says.
    const document = await (await fetch(`${daemon.url}/openapi.json`)).json()
    const described = lookUp(document, "#/webhooks/effects/post/requestBody/content")[type] as {
      schema: JsonSchema
    }
    expect(schemaFaults(described.schema, JSON.parse(body), document)).toEqual([])
    expect(lookUp(document, "#/webhooks/effects/post")).toMatchObject({
      parameters: [{ name: "x-adaptive-signature", required: true }],
    })
    isUp = false
    await post(daemon, event({ binding: "b2" }))
    await daemon.said(/webhook/)
    await daemon.end("SIGKILL")
    isUp = true
    const again = await running(hook, options)
    await again.until(() => seen.find(({ ids }) => ids.includes(2)))
    expect(seen.flatMap(({ ids }) => ids).filter((id) => id === 2)).toHaveLength(1)
  })

  test("beyond loopback a token is asked for, and then needed", async () => {
    const open = await place.adaptive([
      "run",
      "--listen",
      "0.0.0.0:0",
      "--state",
      "open",
      "--socket",
      "open.sock",
    ])
    expect(open.code).toBe(2)
    expect(open.stderr).toContain("can be reached from other hosts")
    const daemon = await running([], { env: { ADAPTIVE_TOKEN: "0123456789abcdef" } })
    const [none, wrong, right] = await Promise.all(
      ["", "Bearer nonsense-nonsense", "Bearer 0123456789abcdef"].map((authorization) =>
        fetch(`${daemon.url}/v1/status`, { headers: { authorization } }),
      ),
    )
    expect([none?.status, wrong?.status, right?.status]).toEqual([401, 401, 200])
    expect(await daemon.said(/^the token is not one of those/)).toMatchObject({
      ...{ code: "E_HTTP_AUTH", status: 401, client: "127.0.0.1", method: "GET", target: "/v1/status" },
    })
    // Who tries it in the query has it told to nobody.
    const tried = await fetch(`${daemon.url}/v1/holds?more=0123456789abcdef`)
    expect(tried.status).toBe(401)
    await daemon.until(() => daemon.lines.find(({ target }) => target === "/v1/holds?…"))
    expect(daemon.text).not.toContain("0123456789abcdef")
  })
})

test("its log tells with what it begins, and that it has ended", async () => {
  place.write({ "old.log": `${event({ binding: "old" })}\n` })
  const args = ["--follow", "old.log", "--follow", "later.log"]
  const first = await running(args, { state: "logged" })
  const told = (of: Running): string[] => of.lines.map(({ msg }) => msg)
  expect(told(first).slice(0, 4)).toEqual([
    "a new state begins",
    "revision 1 of the rules serves from the start",
    "old.log is followed from its end, as it is new here",
    "later.log is followed from its end, as it is new here",
  ])
  expect(first.lines[1]).toMatchObject({ number: 1, responses: 2, domains: 1, paths: "rules.lua" })
  place.write({ "later.log": `${event({ binding: "later" })}\n` })
  // It was not there: that is over with its first lines.
  await first.said(/^the log can be read again$/)
  expect(await allowed(first, "binding=later&domain=x.test")).toMatchObject({ allowed: false })
  expect(await first.end("SIGTERM")).toBe(0)
  expect(told(first).slice(-2)).toEqual(["ending", "ended: everything is on the disk"])
  const second = await running(["--from-start", ...args, "--follow", "new.log"], { state: "logged" })
  const { size } = statSync(place.path("old.log"))
  expect(told(second).filter((line) => /^the state|^\S+ is followed/.test(line))).toEqual([
    "the state is as it was",
    `old.log is followed from byte ${size}, where the run before ended`,
    `later.log is followed from byte ${statSync(place.path("later.log")).size}, where the run before ended`,
    "new.log is followed from its start",
  ])
})

describe("rules", () => {
  test("a broken file leaves the old ones serving, and everyone says so; SIGHUP looks again", async () => {
    place.write({ "own/rules.lua": readFileSync(place.path("rules.lua")) })
    const daemon = await running(["--rules", "own"])
    daemon.child.kill("SIGHUP")
    await daemon.said(/^the rules say what they said$/)
    place.write({ "own/rules.lua": "broken(" })
    await daemon.said(/^rules are refused: own\/rules\.lua:1/)
    daemon.child.kill("SIGHUP")
    await daemon.said(/^the rules are still refused: own\/rules\.lua:1/)
    const status = (await (await fetch(`${daemon.url}/v1/status`)).json()) as {
      alarms: string[]
      ready: boolean
    }
    expect(status).toMatchObject({ ready: true, alarms: [expect.stringMatching(/own\/rules\.lua:1/)] })
    expect(await (await fetch(`${daemon.url}/metrics`)).text()).toContain("adaptive_rules_refused 1")
    await post(daemon, event())
    expect(await allowed(daemon)).toMatchObject({ allowed: false })
    place.write({
      "own/rules.lua": readFileSync(place.path("rules.lua"), "utf8").replace("1 hours", "2 hours"),
    })
    daemon.child.kill("SIGHUP")
    await daemon.said(/^revision 2 of the rules serves$/)
    const socket = daemon.lines.find(({ msg }) => msg === "ready")?.socket as string
    const ask = async (...words: string[]) => {
      const { code, stdout } = await place.adaptive(["rules", ...words, "--socket", socket])
      return `${code} ${stdout}`
    }
    expect(await ask("diff", "1", "2")).toBe(
      `1 ~ own/rules.lua:3 ["x.test"] ^421 busy; trigger 1; suspend 2 hours\n    was: suspend 1 hours\n1 rule the same\n`,
    )
    expect(await ask("diff", "2", "2")).toBe("0 The rules are the same\n")
    expect(await ask("rollback-now")).toMatch(
      /^1 Unknown word 'rollback-now'; did you mean 'rollback'\?\nUsage: /,
    )
    expect(await ask("diff", "1", "9")).toMatch(/^1 Revision '9' is not kept/)
    expect(await ask("rollback")).toMatch(/^0 Revision 1 serves again, as revision 3,/)
    expect(await ask("rollback", "3")).toMatch(/^1 Revision 3 serves already/)
    expect(await ask("history")).toMatch(/^0 number .*\n +3 .* serves, brought back 1\n +2 .*\n +1 .*\n$/)
    expect(await allowed(daemon, "binding=b1&domain=x.test")).toMatchObject({ allowed: false })
  })

  test("a file that is broken when it starts: the rules of the run before serve, and it is an alarm at once", async () => {
    place.write({ "again/rules.lua": readFileSync(place.path("rules.lua")) })
    const daemon = await running(["--rules", "again"], { state: "again-state" })
    await daemon.end("SIGKILL")
    place.write({ "again/rules.lua": "broken(" })
    const second = await running(["--rules", "again"], { state: "again-state" })
    expect(await (await fetch(`${second.url}/readyz`)).text()).toMatch(
      /^ready\nthe rule files are refused: again\/rules\.lua:1/,
    )
    await post(second, event())
    expect(await allowed(second)).toMatchObject({ allowed: false })
  })
})

test("the last copy of the state is the one that it begins with, until this run makes its own", async () => {
  const first = await running([], { state: "copied" })
  const copied = async ({ url }: Running): Promise<readonly number[]> => {
    const text = await (await fetch(`${url}/metrics`)).text()
    return ["bytes", "age_seconds"].map((name) =>
      Number(new RegExp(`^adaptive_snapshot_${name} (.*)$`, "m").exec(text)?.[1]),
    )
  }
  expect(await copied(first)).toEqual([0, expect.any(Number)])
  await first.end("SIGTERM")
  const file = place.path("copied/snapshot")
  const before = Date.now() / 1000 - 500
  utimesSync(file, before, before)
  const [bytes, ageSec = 0] = await copied(await running([], { state: "copied" }))
  expect(bytes).toBe(statSync(file).size)
  expect(ageSec).toBeGreaterThanOrEqual(500)
})

test("SIGHUP reads the configuration anew; one with errors changes nothing and raises an alarm", async () => {
  const conf = (retries: string): string => `adaptive_enabled = on\nmax_retries = ${retries}\n`
  place.write({ "own.conf": conf("3") })
  const daemon = await running(["--config", "own.conf"])
  const socket = daemon.lines.find(({ msg }) => msg === "ready")?.socket as string
  const retries = async () =>
    (await place.adaptive(["console", "--socket", socket, "-c", "config eval max_retries"])).stdout.toString()
  expect(await retries()).toContain("Max_Retries = 3")
  place.write({ "own.conf": conf("5") })
  daemon.child.kill("SIGHUP")
  await daemon.said(/^the configuration is read anew$/)
  expect(await retries()).toContain("Max_Retries = 5")
  place.write({ "own.conf": conf("many") })
  daemon.child.kill("SIGHUP")
  await daemon.said(/^Reconfigure failed/)
  expect(await retries()).toContain("Max_Retries = 5")
  const { alarms } = (await (await fetch(`${daemon.url}/v1/status`)).json()) as { alarms: string[] }
  expect(alarms).toEqual([expect.stringMatching(/^the configuration is refused: (.|\n)*own\.conf:2/)])
  place.write({ "own.conf": conf("7") })
  daemon.child.kill("SIGHUP")
  await daemon.until(() =>
    daemon.lines.filter(({ msg }) => /read anew/.test(msg)).length === 2 ? 1 : undefined,
  )
  expect(await (await fetch(`${daemon.url}/v1/status`)).json()).toMatchObject({ alarms: [] })
})

test("SIGHUP does not end it, however early it comes", async () => {
  // It waits for its certificate, which a pipe brings: by then it has not even begun to keep a log.
  await place.run("mkfifo", ["pipe.pem"])
  const tls = ["--tls-cert", "pipe.pem", "--tls-key", "rules.lua"]
  const child = spawn(process.execPath, [MAIN, "run", "--state", "hup", ...tls], { cwd: place.dir })
  onTestFinished(() => void (child.exitCode === null && child.kill("SIGKILL")))
  const daemon = new Running(child)
  const closed = once(child, "close")
  const pipe = await open(place.path("pipe.pem"), "w")
  child.kill("SIGHUP")
  await pipe.close()
  // It has gone on to look at what it was given.
  expect(await closed).toEqual([2, null])
  expect(daemon.text).toContain("a certificate is there, and nothing is asked of clients")
})

test("what a configuration reads is what scripts are told after a reload", async () => {
  const conf = (limit: number): string => `adaptive_enabled = on\nmax_outbound_connections = ${limit}\n`
  place.write({
    "told.conf": conf(7),
    "told.lua": `require('msys.adaptive')
local text = msys.config("get", "max_outbound_connections")
local limit = tonumber(text)
msys.adaptive.registerRules({ ["x.test"] = { configuration = { max_outbound_connections = {limit * 2, 900} } } }, "replace")
`,
  })
  const daemon = await running(["--config", "told.conf", "--rules", "told.lua"])
  const limit = async (): Promise<unknown> =>
    ((await allowed(daemon)).parameters as Record<string, { value: unknown }>).max_outbound_connections?.value
  expect(await limit()).toBe(14)
  place.write({ "told.conf": conf(9) })
  daemon.child.kill("SIGHUP")
  await daemon.said(/^revision 2 of the rules serves$/)
  expect(await limit()).toBe(18)
})

test("what is held is listed, and what an operator does is told like what a rule does", async () => {
  const daemon = await running()
  const holds = async (query = ""): Promise<Record<string, unknown> & { holds: Record<string, unknown>[] }> =>
    (await (await fetch(`${daemon.url}/v1/holds${query}`)).json()) as never
  expect(await holds()).toMatchObject({ id: 0, holds: [], next: null })
  await post(daemon, ["b1", "b2", "b3"].map((binding) => event({ binding })).join("\n"))
  const all = await holds()
  expect(all.holds.map(({ binding, domain, reason }) => [binding, domain, reason])).toEqual(
    ["b1", "b2", "b3"].map((binding) => [binding, "x.test", "suspended"]),
  )
  expect(all).toMatchObject({ id: 3, next: null })
  const first = await holds("?limit=2")
  expect([first.holds.length, first.next]).toEqual([2, 1])
  expect((await holds("?limit=2&after=1")).holds).toEqual(all.holds.slice(2))
  for (const query of ["limit=0", "limit=x", "after=-1", "limit=1&limit=2", "more=1"])
    expect(await holds(`?${query}`)).toMatchObject({ error: { code: "E_HTTP_VALUE" } })
  const socket = daemon.lines.find(({ msg }) => msg === "ready")?.socket as string
  const command = (line: string) => place.adaptive(["console", "--socket", socket, "-c", line])
  const commands = [
    "adaptive override --binding b1",
    "adaptive override ttl 60 --binding b2",
    "adaptive override enable --binding b1",
    "adaptive reset --binding b4",
  ]
  await command(commands[0] as string)
  await command(commands[1] as string)
  expect((await holds()).holds.map(({ binding }) => binding)).toEqual(["b2", "b3"])
  await command(commands[2] as string)
  await post(daemon, event({ binding: "b4", response: "450 slow" }))
  await command(commands[3] as string)
  await daemon.said(/^a command$/)
  expect(daemon.lines.filter(({ msg }) => msg === "a command").map(({ command }) => command)).toEqual(
    commands,
  )
  const reply = await fetch(`${daemon.url}/v1/effects?after=${all.id}`)
  let text = ""
  for await (const bytes of reply.body as ReadableStream<Uint8Array>) {
    text += new TextDecoder().decode(bytes)
    if (/"reset".*\n\n/.test(text)) break
  }
  const told = [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data as string))
  expect(told).toMatchObject([
    { source: "operator", binding: "b1", effects: [{ action: "override", outcome: "applied" }] },
    { source: "operator", binding: "b2", effects: [{ action: "ttl", args: ["60"], outcome: "applied" }] },
    { source: "operator", binding: "b1", effects: [{ action: "enable", outcome: "applied" }] },
    { source: "response", binding: "b4", effects: [{ action: "reduce_connections", outcome: "applied" }] },
    { source: "operator", binding: "b4", effects: [{ action: "reset", outcome: "applied" }] },
  ])
  // All of it is what its description says.
  const document = await (await fetch(`${daemon.url}/openapi.json`)).json()
  const schema = lookUp(document, "#/components/schemas/EffectsDecision")
  expect(told.flatMap((one) => schemaFaults(schema, one, document))).toEqual([])
})

test("where time goes on late, commands and tables go by now, as questions do", async () => {
  const daemon = await running(["--lag", "300"])
  await post(daemon, event({ time: now() - 290 }))
  const socket = daemon.lines.find(({ msg }) => msg === "ready")?.socket as string
  const command = async (line: string): Promise<string> =>
    (await place.adaptive(["console", "--socket", socket, "-c", line])).stdout.toString()
  const left = async (): Promise<number> =>
    Number(/^\S+ +x\.test +(\d+) +1$/m.exec(await command("adaptive suspensions"))?.[1])
  expect(Math.abs((await left()) - 3600 + 290)).toBeLessThan(30)
  expect(await command("adaptive override ttl 200")).toBe("Overrode 1 entries\n")
  expect(Math.abs((await left()) - 200)).toBeLessThan(30)
  const { allowed: isAllowed, until } = await allowed(daemon)
  expect(isAllowed).toBe(false)
  // The sweep that lifts it comes within a minute of its end.
  expect(Math.abs((until as number) - now() - 230)).toBeLessThan(60)
})

test("a group: one of its bindings that may send, each in its turn", async () => {
  place.write({
    "group.conf":
      'adaptive_enabled = on\nbinding_group "g" { binding "g1" {} binding "g2" {} binding "g3" {} }\n',
  })
  const daemon = await running(["--config", "group.conf"])
  const named = async (times: number): Promise<unknown[]> => {
    const bindings: unknown[] = []
    for (let i = 0; i < times; i++) bindings.push((await allowed(daemon, "group=g&domain=x.test")).binding)
    return bindings
  }
  expect(await named(6)).toEqual(["g1", "g2", "g3", "g1", "g2", "g3"])
  await post(daemon, [event({ binding: "g1" }), event({ binding: "g1" })].join("\n"))
  expect((await named(8)).sort()).toEqual(["g2", "g2", "g2", "g2", "g3", "g3", "g3", "g3"])
  await post(daemon, ["g2", "g2", "g3", "g3"].map((binding) => event({ binding })).join("\n"))
  const held = await allowed(daemon, "group=g&domain=x.test")
  expect(held).toMatchObject({ binding: null, allowed: false, reason: "suspended" })
  expect(Math.abs((held.until as number) - now() - 3600)).toBeLessThan(60)
  const others = await (
    await post(
      daemon,
      JSON.stringify({
        pairs: [
          { group: "g", domain: "y.test" },
          { binding: "g1", domain: "x.test" },
        ],
      }),
      {},
      "/v1/decisions",
    )
  ).json()
  expect(others).toMatchObject({ decisions: [{ allowed: true }, { binding: "g1", allowed: false }] })
  for (const [asked, message] of [
    ["group=nobody&domain=x.test", 'group "nobody" has no bindings'],
    ["group=g&binding=g1&domain=x.test", "binding and group are both there"],
    ["group=&domain=x.test", "group is no name"],
  ])
    expect(await allowed(daemon, asked)).toMatchObject({ error: { code: "E_HTTP_VALUE", message } })
})

describe("a canary", () => {
  test("rules that would have held much more of the last hour do not serve; others do, and what differs is told", async () => {
    const text = readFileSync(place.path("rules.lua"), "utf8").replace("1 hours", "1 seconds")
    place.write({ "canary/rules.lua": text })
    const daemon = await running(["--rules", "canary", "--canary", "10"])
    const at = now() - 200
    const hour = Array.from({ length: 180 }, (_, i) =>
      event({
        time: at + i,
        response: i === 0 ? "421 busy" : "250 ok",
        type: i === 0 ? "transient" : "delivery",
      }),
    )
    await post(daemon, hour.join("\n"))
    place.write({ "canary/rules.lua": text.replace("1 seconds", "2 hours") })
    await daemon.said(
      /^rules are refused: \d+\.\d % more attempts of the last hour would have been held, and --canary allows 10 %/,
    )
    await daemon.said(/^revision 2 on the last 180 events: .*% of attempts held before, \d+\.\d % now\)$/)
    const history = await place.adaptive([
      "rules",
      "history",
      "--socket",
      daemon.lines.find(({ msg }) => msg === "ready")?.socket as string,
    ])
    expect(history.stdout.toString().trimEnd().split("\n")).toEqual([
      expect.stringMatching(/^number /),
      expect.stringMatching(/^ +1 .* serves$/),
      expect.stringMatching(
        /^What the rule files say is refused since .*: E_RULES_REHEARSAL: \d+\.\d % more/,
      ),
      expect.stringMatching(/^ {2}hint: change the rules/),
    ])
    place.write({ "canary/rules.lua": text.replace("1 seconds", "2 seconds") })
    await daemon.said(/^revision 3 of the rules serves$/)
    expect(await (await fetch(`${daemon.url}/readyz`)).text()).toBe("ready\n")
  })
})

describe("what is refused", () => {
  test("a second daemon on one state, a newer state, a state that is none", async () => {
    const daemon = await running([], { state: "taken" })
    const start = (state: string, ...more: string[]) =>
      place.adaptive([
        "run",
        "--listen",
        "off",
        "--rules",
        "rules.lua",
        "--state",
        state,
        "--socket",
        "other.sock",
        ...more,
      ])
    const second = await start("taken")
    expect(second.code).toBe(2)
    expect(second.stderr).toMatch(
      new RegExp(`the state directory is used by process ${daemon.child.pid}\\n {2}hint: `),
    )
    place.write({ "newer/version": "99\n", file: "" })
    expect((await start("newer")).stderr).toMatch(
      /is of version 99; this program reads version 1\n {2}hint: run the newer/,
    )
    expect((await start("file")).stderr).toMatch(/the state directory cannot be used.*\n {2}hint: /)
    // Nobody may write there, not even root.
    expect((await start("/proc/adaptive")).stderr).toMatch(/the state directory cannot be used.*\n {2}hint: /)
    expect(existsSync(place.path("newer/lock"))).toBe(true)
    const broken = await start("fresh", "--rules", "broken.lua")
    expect([broken.code, broken.stderr]).toEqual([1, expect.stringContaining("broken.lua:1:")])
  })

  test.each([
    [["--listen", "nowhere"], /--listen "nowhere" is no address/],
    [["--follow", "a.log", "--follow", "a.log"], /--follow a\.log is given twice/],
    [["--lag", "301"], /--lag.*'301' is invalid\. write a number of seconds, 0 to 300/],
    [["--lag", "-1"], /0 to 300/],
    [["--lag", ""], /0 to 300/],
    [["--follow", "."], /--follow \. is a directory\n {2}hint: name the log in it/],
    [["--follow", "/dev/null"], /--follow \/dev\/null is no regular file\n {2}hint: .*--follow -/],
    [["--format", "postfx"], /unknown format "postfx"\n {2}hint: did you mean postfix\?/],
    [["--webhook", "http://127.0.0.1:1/"], /nothing to sign with/],
    [
      ["--webhook", "http://a/", "--webhook", "http://a", "--webhook-secret", "0123456789abcdef"],
      /--webhook http:\/\/a\/ is given twice\n {2}hint: give each URL once/,
    ],
    [["--webhook-secret", "0123456789abcdef"], /no webhook to sign for\n {2}hint: add --webhook URL/],
    [["--from-start", "--follow", "-"], /no log is followed\n {2}hint: add --follow FILE/],
    [["--listen", "nosuch.invalid:0"], /there is no address of that host \(E\w+\)\n {2}hint: write an/],
    [["--token", "abc"], /the token in --token or ADAPTIVE_TOKEN has 3 characters\n {2}hint: give at least/],
    [["--token", "a token with blanks"], /ADAPTIVE_TOKEN has blanks, or letters that are not ASCII\n/],
    [["--state", ""], /'--state <dir>' argument '' is invalid\. name a directory/],
    [["--node-name", ""], /'--node-name <name>' argument '' is invalid\. name it/],
    [["--follow", ""], /'--follow <file>' argument '' is invalid\. name a log/],
    [["--event-socket", " "], /'--event-socket <path>' argument ' ' is invalid\. name a path/],
    [["--event-socket", "."], /where the socket for events is to be.*\n {2}hint: .* with --event-socket\n/],
    [
      ["--config", "silent.conf", "--alert-smtp", "127.0.0.1:1"],
      /has nothing to send: silent\.conf has no alerting stanza\n {2}hint: write alerting/,
    ],
    [["--tls-cert", "x.pem"], /--tls-cert and --tls-key belong together/],
    [["--socket", `${"x".repeat(120)}.sock`], /107/],
  ])("%j", async (args, message) => {
    place.write({ "silent.conf": "adaptive_enabled = on\n" })
    const ended = await place.adaptive([
      "run",
      "--listen",
      "off",
      "--state",
      `no-${count++}`,
      "--rules",
      "rules.lua",
      ...args,
    ])
    expect(ended.code).toBe(2)
    expect(ended.stderr).toMatch(message)
  })
})

const canMount = process.getuid?.() === 0 && existsSync("/usr/bin/unshare") && existsSync("/usr/bin/nsenter")
if (!canMount) console.log("a full disk under a daemon: skipped, as it needs root, unshare and nsenter")

test.skipIf(!canMount)(
  "a full disk: no event is taken and the alarm is raised, until there is room; nothing is lost",
  async () => {
    place.write({ "small/.keep": "" })
    const small = place.path("small")
    const script = `mount -t tmpfs -o size=3m none ${small} && exec "$@"`
    const daemon = await running(["--snapshot-interval", "3600"], {
      state: "small/state",
      before: ["unshare", "-m", "sh", "-c", script, "sh"],
    })
    const inside = (command: string) =>
      place.run("nsenter", ["-t", String(daemon.child.pid), "-m", "sh", "-c", command])
    expect((await inside(`head -c 2500000 /dev/zero > ${small}/filler; df ${small}`)).code).toBe(0)
    const body = `${event({ response: `421 busy ${"x".repeat(900)}` })}\n`.repeat(500)
    let taken = 0
    let pending: Promise<Response> | null = null
    for (let i = 0; i < 10 && pending === null; i++) {
      const reply = post(daemon, body)
      const isAnswered = await Promise.race([
        reply.then((answer) => (answer.status === 200 ? "taken" : "refused")),
        daemon.said(/no events are taken until it can$/).then(() => "troubled" as const),
      ])
      if (isAnswered === "taken") taken += 500
      else pending = reply
    }
    await daemon.said(/no events are taken until it can$/)
    const ready = await fetch(`${daemon.url}/readyz`)
    expect([ready.status, await ready.text()]).toEqual([
      503,
      expect.stringContaining("the journal cannot be written"),
    ])
    expect((await post(daemon, event())).status).toBe(503)
    // An operator is told at once, and what was held stays so.
    const command = (words: string) =>
      inside(`${process.execPath} ${MAIN} ${words} --socket ${place.path("small/state.sock")}`)
    const override = await command("override")
    expect([override.code, override.stdout.toString()]).toEqual([
      1,
      expect.stringMatching(/^E_JOURNAL_WRITE: the journal cannot be written: nothing was changed$/m),
    ])
    expect(await allowed(daemon)).toMatchObject({ allowed: false, reason: "suspended" })
    // Whoever was caught by it is told how much of what it sent counts.
    const last = (await pending) as Response
    if (last.status === 200) taken += 500
    else {
      const { error } = (await last.json()) as { error: { code: string; message: string } }
      expect([last.status, error.code]).toEqual([503, "E_JOURNAL_WRITE"])
      taken += Number(/the first (\d+) events were taken/.exec(error.message)?.[1] ?? 0)
    }
    expect((await inside(`rm ${small}/filler`)).code).toBe(0)
    await daemon.said(/^the journal can be written again/)
    expect((await fetch(`${daemon.url}/readyz`)).status).toBe(200)
    expect((await command("override")).stdout.toString()).toBe("Overrode 1 entries\n")
    expect(await allowed(daemon)).toMatchObject({ allowed: true })
    const metrics = await (await fetch(`${daemon.url}/metrics`)).text()
    expect(metrics).toContain(`adaptive_events_total{source="http",type="transient"} ${taken}`)
    expect(await daemon.end("SIGTERM")).toBe(0)
  },
)

test.skipIf(!canMount)("a full disk at the end: the last line and the exit code say so", async () => {
  place.write({ "full/.keep": "" })
  const full = place.path("full")
  const script = `mount -t tmpfs -o size=3m none ${full} && exec "$@"`
  const daemon = await running([], {
    state: "full/state",
    before: ["unshare", "-m", "sh", "-c", script, "sh"],
  })
  const into = [
    "-t",
    String(daemon.child.pid),
    "-m",
    "sh",
    "-c",
    `head -c 3000000 /dev/zero > ${full}/filler`,
  ]
  await place.run("nsenter", into)
  const unanswered = post(daemon, `${event({ response: `421 busy ${"x".repeat(900)}` })}\n`.repeat(500))
  unanswered.catch(() => {})
  await daemon.said(/no events are taken until it can$/)
  expect(await daemon.end("SIGTERM")).toBe(1)
  expect(daemon.lines.at(-1)?.msg).toMatch(/^ended: the journal could not be written: what was never ack/)
})
