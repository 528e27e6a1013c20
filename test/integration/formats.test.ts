/**
 * Real traffic: the log that a real Postfix wrote, and the same traffic as three
 * other servers log it, replayed with the shipped rules by the built command's
 * library. The formats must agree in every decision, apart from what a format
 * cannot carry.
 */
import { fileURLToPath } from "node:url"
import { beforeAll, describe, expect, test } from "vitest"

type Api = typeof import("../../src/index.js")
type Decision = import("../../src/index.js").Decision
type Summary = import("../../src/index.js").Summary

const FILES = {
  postfix: "postfix.log.gz",
  kumomta: "kumomta.zst",
  powermta: "powermta.csv.gz",
  mainlog: "mainlog.gz",
}
type Format = keyof typeof FILES
const ROOT = fileURLToPath(new URL("../../", import.meta.url))

/** Domains whose rules are found by the name of their MX host, which a mainlog does not have. */
const BY_MX = ["shop.example", "contoso.example", "fabrikam.example", "corp.example", "lawyers.example"]

interface Run {
  readonly decisions: string[]
  readonly summary: Summary
}

let api: Api
let loaded: Awaited<ReturnType<Api["loadRules"]>>
const runs = new Map<string, Run>()

async function run(format: Format, aside: boolean, mode: "simulate" | "observe" = "simulate"): Promise<Run> {
  const decisions: string[] = []
  const { summary } = await api.dryRun(
    loaded,
    api.globalOptions([]),
    { files: [`${ROOT}test/testdata/traffic/${FILES[format]}`], year: 2026, aside, mode },
    { decision: (decision) => decisions.push(JSON.stringify(comparable(decision))) },
  )
  return { decisions, summary }
}

/** Numbers of pairs, and doubts about phases, come from the order and the words of the format. */
function comparable({ pair: _pair, notes: _notes, ...decision }: Decision): unknown {
  return decision
}

beforeAll(async () => {
  api = (await import(new URL("../../dist/index.js", import.meta.url).href)) as Api
  loaded = await api.loadRules([`${ROOT}rules/adaptive_rules.lua`])
  for (const format of Object.keys(FILES) as Format[]) runs.set(format, await run(format, false))
})

const of = (format: Format): Run => runs.get(format) as Run

describe("the log of a real Postfix", () => {
  test("is read to the last line", () => {
    const { lines, events, local } = of("postfix").summary
    expect(lines).toMatchObject({ read: 35_661, bad: 0 })
    expect(events).toMatchObject({ delivery: 5522, transient: 3635, permanent: 352 })
    expect(local).toBe(742)
  })

  test("has something of everything: rules of all kinds fire, holds begin and end, values grow back", () => {
    const { summary, decisions } = of("postfix")
    expect(decisions.length).toBeGreaterThan(900)
    expect(summary.suspensions.filter(({ lifted }) => lifted !== null).length).toBeGreaterThan(20)
    expect(summary.held.transient).toBeGreaterThan(500)
    for (const word of ["suspend", "throttle", "reduce_connections", "greylisted", "lift"])
      expect(
        decisions.some((text) => text.includes(`"action":"${word}"`)),
        word,
      ).toBe(true)
  })
})

describe("the same traffic in another format gives the same decisions", () => {
  test.each(["kumomta", "powermta"] as const)("%s: all of them, in the same order", (format) => {
    expect(of(format).decisions).toEqual(of("postfix").decisions)
    expect(of(format).summary.held).toEqual(of("postfix").summary.held)
  })

  test("mainlog: all of pairs that are known by their domain, beside internal texts", () => {
    const shared = (format: Format): string[] =>
      of(format).decisions.filter(
        (text) =>
          !text.includes("[internal]") &&
          !BY_MX.some((domain) => text.includes(`"domain":"${domain}","source"`)),
      )
    expect(shared("mainlog").length).toBeGreaterThan(800)
    expect(shared("mainlog")).toEqual(shared("postfix"))
    const internal = of("mainlog").decisions.filter((text) => text.includes("[internal]"))
    expect(internal.length).toBeGreaterThan(0)
    expect(internal.every((text) => text.includes('"reason":"observe-only"'))).toBe(true)
  })
})

test.each(Object.keys(FILES) as Format[])("%s: read in a thread of its own, the same", async (format) => {
  const aside = await run(format, true)
  expect(aside.decisions).toEqual(of(format).decisions)
  expect(aside.summary).toEqual(of(format).summary)
})

test("observing, nothing is held and every failure is judged", async () => {
  const { summary } = await run("postfix", true, "observe")
  expect(summary.held).toEqual({ delivery: 0, transient: 0, permanent: 0 })
  const matched = summary.rules.reduce((sum, rule) => sum + rule.matched, 0)
  expect(matched + summary.unmatched.failures + summary.local).toBe(3635 + 352)
})
