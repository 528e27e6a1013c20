/** The public API of the built package: load in the worker, look at the findings, explain a reply. */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Workplace } from "./command.js"
import { BAD, GOOD } from "./samples.js"

type Api = typeof import("../../src/index.js")

const place = new Workplace()
let api: Api

beforeAll(async () => {
  place.write({ "good.lua": GOOD, "bad.lua": BAD, "printing.lua": `print("hello")\n${GOOD}` })
  api = (await import(new URL("../../dist/index.js", import.meta.url).href)) as Api
})
afterAll(() => place.remove())

describe("loadRules", () => {
  test("valid rules", async () => {
    const loaded = await api.loadRules([place.path("good.lua")])
    expect(loaded).toMatchObject({
      ok: true,
      counts: { domains: 1, aliases: 1, responses: 3, configurations: 1 },
      diagnostics: [],
      unreadable: [],
      output: [],
    })
    expect(loaded.revision).toMatch(/^[0-9a-f]{12}$/)
    expect(loaded.rules.resolve("B.test")).toBe("a.test")
  })

  test("never rejects for what the files are", async () => {
    const loaded = await api.loadRules([
      place.path("gone.lua"),
      place.path("bad.lua"),
      place.path("good.lua"),
    ])
    expect(loaded.ok).toBe(false)
    expect(loaded.unreadable.map(({ code }) => code)).toEqual(["E_FILE_MISSING"])
    expect(new Set(loaded.diagnostics.map(({ code }) => code))).toEqual(
      new Set(["E_TRIGGER_SYNTAX", "E_ALIAS_DANGLING", "E_FILE_MISSING", "E_ALIAS_KEPT"]),
    )
    expect((await api.loadRules([])).ok).toBe(true)
  })

  test("what scripts print is handed over", async () => {
    expect((await api.loadRules([place.path("printing.lua")])).output).toEqual(["hello"])
  })

  test("two loads at a time do not disturb each other", async () => {
    const paths = ["good.lua", "bad.lua", "good.lua"].map((name) => place.path(name))
    const loads = await Promise.all(paths.map((path) => api.loadRules([path])))
    expect(loads.map(({ ok }) => ok)).toEqual([true, false, true])
    expect(loads[2]?.revision).toBe(loads[0]?.revision)
  })
})

test("explain", async () => {
  const loaded = await api.loadRules([place.path("good.lua")])
  const answer = api.explain(loaded, api.globalOptions(["max_outbound_connections=10"]), {
    domain: "b.test",
    response: "450 slow",
  })
  expect(answer).toMatchObject({ binding: "default", rulesDomain: "a.test", matchedText: "450" })
  expect(answer.effects.map(({ option, from, to }) => `${option} ${from} -> ${to}`)).toEqual([
    "outbound_throttle_messages 1000 -> 800",
    "max_outbound_connections 10 -> 8",
  ])
})

describe("dryRun", () => {
  const jsonl = (...events: readonly [number, string][]): string =>
    events
      .map(([time, response]) =>
        JSON.stringify({ time, type: "transient", binding: "b1", domain: "a.test", response }),
      )
      .join("\n")

  test("replays files, tells decisions, and carries a state over", async () => {
    const rules = GOOD.replace(/trigger = "[^"]*"/, 'trigger = "2/60"')
    place.write({
      "rate.lua": rules,
      "one.jsonl": jsonl([100, "421 busy"]),
      "two.jsonl": jsonl([110, "421 busy"], [120, "421 busy"]),
    })
    const loaded = await api.loadRules([place.path("rate.lua")])
    const options = api.globalOptions([])
    const seen: [number, number | undefined][] = []
    const listener: import("../../src/index.js").DryRunListener = {
      decision: ({ atMicros }, where) => seen.push([atMicros / 1e6, where?.line]),
    }
    const first = await api.dryRun(loaded, options, { files: [place.path("one.jsonl")] }, listener)
    expect(first.summary.events.transient).toBe(1)
    const { store } = first
    const second = await api.dryRun(loaded, options, { files: [place.path("two.jsonl")], store }, listener)
    expect(seen).toEqual([[120, 2]])
    expect(second.summary.suspensions).toMatchObject([{ binding: "b1", domain: "a.test", from: 120 }])
    expect(api.trafficFindings(second.files).map(({ code }) => code)).toEqual(["E_TRAFFIC_DELIVERIES"])
  })

  test("rejects for a file that is not there, before anything is replayed", async () => {
    const loaded = await api.loadRules([place.path("good.lua")])
    const run = api.dryRun(loaded, api.globalOptions([]), { files: [place.path("gone.log")] })
    await expect(run).rejects.toMatchObject({ code: "E_TRAFFIC_MISSING", path: place.path("gone.log") })
  })
})

describe("createRuntime", () => {
  test("events in, one question out, the console, and the state over a restart", async () => {
    const loaded = await api.loadRules([place.path("good.lua")])
    const file = new api.SnapshotFile(place.path("adaptive.state"))
    expect(await file.read()).toBe(null)
    const store = new api.Store()
    const monitor = api.parseMonitor("300,1")
    if (monitor === null) throw new Error("no monitor")
    store.audits.define("outbound_audit1", { monitors: [monitor] })
    const sources: string[] = []
    const runtime = api.createRuntime(loaded, api.globalOptions(["outbound_throttle_messages=1/60"]), {
      store,
      decision: ({ source }) => sources.push(source),
    })
    const now = 1_790_000_000
    expect(runtime.send("b1", "x.test", now)).toEqual({
      allowed: true,
      at: now,
      reason: null,
      spreadSec: 0,
      perHour: 60,
    })
    expect(runtime.whenToSend("b1", "x.test", now)).toMatchObject({
      allowed: false,
      at: now + 60,
      reason: "throttled",
    })
    runtime.event({
      atMicros: now * 1e6,
      type: "transient",
      binding: "b1",
      domain: "x.test",
      response: "450 no rule",
    })
    expect(sources).toEqual([])
    runtime.event({
      atMicros: now * 1e6,
      type: "transient",
      binding: "b1",
      domain: "a.test",
      response: "450 slow",
    })
    const target = api.consoleTarget(runtime.engine)
    expect(api.consoleReply("adaptive list --binding b1", target).text.split("\n")).toHaveLength(4)
    expect(api.consoleReply("adaptive suspensions", store).ok).toBe(true)
    expect(api.consoleCandidates("adaptive rese", target)).toEqual(["reset"])
    await file.write(store)

    const restored = await file.read()
    if (restored === null) throw new Error("no state")
    const shown = api.consoleReply("outbound_audit:outbound_audit1 show domain x.test", restored.store)
    expect(shown.text.split("\n")[0]).toBe("x.test 300/0: r: 0 d: 0 dt: 0.00 t: 1 f: 0")
    const again = api.createRuntime(loaded, api.globalOptions(["outbound_throttle_messages=1/60"]), restored)
    expect(again.send("b1", "x.test", now + 59)).toMatchObject({ allowed: false, at: now + 60 })
    expect(() => store.audits.get("other")).toThrow(api.StoreFault)
  })
})
