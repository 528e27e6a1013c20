/** Sweep rules in a dry-run: what is told of them, and what of the traffic reaches them. */
import { describe, expect, test } from "vitest"
import { renderDryRun } from "../../src/report/dry-run.js"
import { makeStyle } from "../../src/report/style.js"
import { replay } from "./replaying.js"

const START = 1_790_000_000

interface Line {
  readonly [field: string]: unknown
}
const jsonl = (...lines: readonly Line[]): string =>
  lines
    .map(
      ({ time, ...line }) =>
        `${JSON.stringify({ time: START + (time as number), domain: "a.test", binding: "b1", ...line })}\n`,
    )
    .join("")
const times = (count: number, line: Line): Line[] => Array.from({ length: count }, () => line)

const TABLE = `["a.test"] = { sweep_rules = {
  { name = "y", codes = {"bc:10", "bc:20"}, high_threshold = 7 },
  { name = "off", codes = "bc:10", enabled = false },
} }, ["b.test"] = { sweep_rules = { { name = "z", codes = "bc:1" } } }`

const BOUNCES = jsonl(
  { time: 0, type: "reception" },
  ...times(1900, { time: 1, type: "delivery" }),
  ...times(100, { time: 2, type: "permanent", bounceClass: 10, response: "550 who?" }),
  // Bounces by mail without a text of their own still have their class.
  ...times(40, { time: 3, type: "oob", bounceClass: "20" }),
  { time: 4, type: "fbl", fblType: "Abuse" },
  { time: 4000, type: "delivery" },
  { time: 20_000, type: "permanent", bounceClass: 50, response: "550 no" },
)

test("a decision and the summary, to the letter", async () => {
  const { lines, summary } = await replay(
    TABLE,
    { log: BOUNCES },
    { set: ["adaptive_fbl_volume_threshold=1"] },
  )
  const rule = { id: expect.any(String), file: "custom.lua", line: 3, name: "y", scope: "domain a.test" }
  expect(lines.slice(0, 1).map((line) => JSON.parse(line))).toEqual([
    {
      kind: "decision",
      at: START + 3600,
      binding: "b1",
      domain: "a.test",
      source: "sweep",
      rule,
      line: null,
      response: null,
      trigger: "bc:10 bc:20 >= 7%",
      count: 140,
      total: 2000,
      level: "high",
      effects: [
        {
          action: "suspend",
          args: ["4 hours"],
          outcome: "applied",
          reason: null,
          option: null,
          from: null,
          to: null,
          until: START + 18_000,
        },
      ],
      alerts: ["suspension"],
    },
  ])
  expect(summary.suspensions).toEqual([
    {
      binding: "b1",
      domain: "a.test",
      from: START + 3600,
      until: START + 18_000,
      lifted: START + 18_000,
      by: rule,
      held: { delivery: 1, transient: 0, permanent: 0 },
    },
  ])
  const times = { firstFired: START + 3600, lastFired: START + 3600 }
  const never = { matched: 0, fired: 0, applied: 0, ignored: {}, firstFired: null, lastFired: null }
  const ref = { id: expect.any(String), file: "custom.lua" }
  expect(summary.rules).toEqual([
    {
      rule: { id: "default_fbl_rule", file: "", line: 0, name: "default_fbl_rule", scope: "" },
      ...never,
    },
    { rule, matched: 1, fired: 1, applied: 1, ignored: {}, ...times },
    { rule: { ...ref, line: 4, name: "off", scope: "domain a.test" }, ...never },
    { rule: { ...ref, line: 5, name: "z", scope: "domain b.test" }, ...never },
  ])
})

test("in words", async () => {
  const { summary } = await replay(
    TABLE,
    { log: BOUNCES },
    {
      set: [
        "adaptive_fbl_volume_threshold=1",
        "outbound_throttle_messages=10",
        "adaptive_attempt_threshold=1",
      ],
    },
  )
  const shown = renderDryRun({ summary, files: [], mode: "simulate", revision: "r" }, makeStyle(false))
  expect(shown).toContain('custom.lua:3 sweep rule "y" in domain a.test')
  expect(shown).toMatch(/Suspensions: 1\n.*\n.*b1::a\.test {2}custom\.lua:3/)
  expect(shown).toContain("Rules that never matched: 2 of 3")
})

describe("what comes back later reaches the engine, whatever the format", () => {
  test.each([
    ["bouncelog and mainlog, by class", "oob"],
    ["fbllog", "fbl"],
  ])("%s", async (_name, kind) => {
    const delivery = `${START + 1}@m@b@c@D@a.test@1@g@b1@0@0.1@10.0.0.1\n`
    const files = {
      mainlog: `${START}@m@b@c@R@u@a.test@f@s.test@10.0.0.1@1@esmtp@g@b1\n${delivery.repeat(10)}${START + 3700}@m@b@c@D@a.test@1@g@b1@0@0.1@10.0.0.1\n`,
      other:
        kind === "oob"
          ? `${START + 2}@m@b@c@B@u@a.test@f@s.test@g@b1@21@24@1@10.0.0.1@550 gone\n`
          : `${START + 2}@m@F@u@a.test@b1@g@abuse@a.test@x\n`,
    }
    const set = ["adaptive_attempt_threshold=1", "adaptive_fbl_volume_threshold=1"]
    for (const options of [{}, { mode: "observe" as const }]) {
      const { lines } = await replay("", files, { set, ...options })
      const decisions = lines.map((line) => JSON.parse(line)).filter(({ kind: one }) => one === "decision")
      expect(decisions.map(({ rule, count, total, level }) => [rule.name, count, total, level])).toEqual([
        [kind === "oob" ? "default_bounce_rule" : "default_fbl_rule", 1, 10, "high"],
      ])
    }
  })

  test("also of a pair that is held: it is no attempt", async () => {
    const table = `["a.test"] = { responses = { { code = "^421", trigger = "1", action = {"suspend", "30 minutes"} } } }`
    const traffic = jsonl(
      { time: 0, type: "delivery" },
      ...times(9, { time: 1, type: "delivery" }),
      { time: 2, type: "transient", response: "421 slow" },
      { time: 10, type: "delivery" },
      { time: 11, type: "oob", bounceClass: "10", response: "550 gone" },
      { time: 12, type: "fbl", fblType: "abuse" },
      { time: 4000, type: "reception" },
    )
    const set = ["adaptive_attempt_threshold=1", "adaptive_fbl_volume_threshold=1"]
    const { lines, summary } = await replay(table, { traffic }, { set })
    const decisions = lines.map((line) => JSON.parse(line)).filter(({ source }) => source === "sweep")
    expect(decisions.map(({ rule, count, total }) => [rule.name, count, total])).toEqual([
      ["default_bounce_rule", 1, 9],
      ["default_fbl_rule", 1, 10],
    ])
    expect(summary.held.delivery).toBe(1)
  })
})
