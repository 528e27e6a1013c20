/** `adaptive rules`, to the letter. Source: seed "adaptive", Console Commands; console.md section 2. */
import { describe, expect, test } from "vitest"
import { consoleReply } from "../../src/console/console.js"
import { type ConsoleTarget, consoleTarget, type SweepRuleCount } from "../../src/console/target.js"
import { DEFAULT_BOUNCE_RULE, DEFAULT_FBL_RULE } from "../../src/model/sweep-rule.js"
import { drive } from "../engine/driving.js"

function answer(line: string, target: ConsoleTarget): string {
  const { ok, text } = consoleReply(line, target)
  return ok ? text : `refused: ${text}`
}

describe("sweep rules", () => {
  const with_ = (...rules: readonly SweepRuleCount[]): ConsoleTarget => {
    const { engine } = drive({ table: "" }, [[0, "ok", "a.test", "default"]])
    return consoleTarget(engine, {
      sweepRulesOf: ({ binding, domain }) => (binding === "default" && domain === "a.test" ? rules : []),
    })
  }
  const ask = "adaptive rules --binding default --domain A.test"

  test("the block of the manual, to the letter", () => {
    const target = with_({ rule: DEFAULT_BOUNCE_RULE, count: 143, total: 19_695 })
    expect(answer(ask, target)).toBe(`default_bounce_rule default_bounce_rule
  enabled       => 1
  codes         => bc:10 bc:24
  low_threshold => 3.000000
  low_action    => throttle
  low_action_p1 => down
  low_action_p2 => (null)
  high_threshold=> 10.000000
  high_action   => suspend
  high_action_p1=> 4 hours
  high_action_p2=> (null)
  count/total   => 143/19695`)
  })

  test("one after the other with no line between, disabled ones too, whatever their actions", () => {
    const rule = {
      ...DEFAULT_FBL_RULE,
      name: "mine",
      enabled: false,
      low: { percent: 0.25, words: [], actions: [] },
      high: { percent: 100, words: ["greylisted", "900", "suspend", "4 hours"], actions: [] },
    }
    const lines = answer(
      ask,
      with_({ rule: DEFAULT_FBL_RULE, count: 4, total: 12_030_303 }, { rule, count: 0, total: 0 }),
    ).split("\n")
    expect(lines).toHaveLength(24)
    expect(lines[11]).toBe("  count/total   => 4/12030303")
    expect(lines.slice(12)).toEqual([
      "mine mine",
      "  enabled       => 0",
      "  codes         => fbl:abuse",
      "  low_threshold => 0.250000",
      "  low_action    => (null)",
      "  low_action_p1 => (null)",
      "  low_action_p2 => (null)",
      "  high_threshold=> 100.000000",
      "  high_action   => greylisted",
      "  high_action_p1=> 900",
      "  high_action_p2=> suspend 4 hours",
      "  count/total   => 0/0",
    ])
  })

  test("a pair without rules: nothing", () => {
    expect(answer("adaptive rules --binding default --domain other.test", with_())).toBe("")
  })

  const USAGE =
    "Usage: adaptive rules --binding NAME --domain NAME\n   or: adaptive rules {history | diff OLD NEW | rollback [NUMBER]} in the console of a daemon"
  test.each([
    ["adaptive rules", `Missing --binding\n${USAGE}`],
    ["adaptive rules --domain a.test", `Missing --binding\n${USAGE}`],
    ["adaptive rules --binding b1", `Missing --domain\n${USAGE}`],
    ["adaptive rules histroy", `Unknown word 'histroy'; did you mean 'history'?\n${USAGE}`],
    ["adaptive rules roll", `Unknown word 'roll'\n${USAGE}`],
    [
      "adaptive rules diff 1 2",
      "No rules have served here: 'adaptive rules diff' is for the console of a daemon",
    ],
    [
      "adaptive rules --binding default --binding b2 --domain a.test",
      "Unexpected --binding 'b2'; adaptive rules takes one",
    ],
    [
      "adaptive rules --binding default --domain a.test --domain b.test",
      "Unexpected --domain 'b.test'; adaptive rules takes one",
    ],
    ["adaptive rules --binding b9 --domain a.test", "No such binding 'b9'"],
    ["adaptive rules --all", "Unknown option '--all'; the options are --binding, --domain"],
    [`${ask} now`, "Unexpected 'now' at the end of the command"],
  ])("refused: %s", (line, want) => {
    expect(answer(line, with_())).toBe(`refused: ${want}`)
  })

  test("a state alone knows none", () => {
    expect(answer(ask, consoleTarget(with_().store))).toBe("refused: No sweep rules are known here")
  })
})
