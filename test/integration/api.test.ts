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
