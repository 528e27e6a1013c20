/** Other rules while events go on: state is kept by rule, what is gone acts no more. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { drive, type Happening } from "./driving.js"

const rule = (code: string, trigger: string, action: string): string =>
  `{ code = "${code}", trigger = "${trigger}", action = ${action} }`
const domain = (...rules: string[]): string => `["a.test"] = { responses = { ${rules.join(", ")} } }`
const busy = (time: number): Happening => [time, "421 busy"]

const DOWN = '{ "throttle", "down" }'
const SUSPEND = '{ "suspend", "1 hours" }'
const SET = ["outbound_throttle_messages=100"]

describe("rules are replaced", () => {
  // what | rules | from a time on, these | events | decisions
  test.each<[string, string, [number, string][], Happening[], string[]]>([
    [
      "another action: the count goes on",
      domain(rule("^421", "3/60", SUSPEND)),
      [[4, domain(rule("^421", "3/60", DOWN))]],
      [busy(1), busy(2), busy(3), busy(5)],
      ["5 response a.test[1] 4: throttle down | outbound_throttle_messages | 360000 -> 288000"],
    ],
    [
      "another trigger: it is another rule",
      domain(rule("^421", "3/60", SUSPEND)),
      [[4, domain(rule("^421", "2/60", SUSPEND))]],
      [busy(1), busy(2), busy(3), busy(5), busy(6), busy(7)],
      ["7 response a.test[1] 3: suspend 1 hours | until 3607"],
    ],
    [
      "a rule that is gone acts no more, and one that is new does at once",
      domain(rule("^421", "1", DOWN)),
      [[3, domain(rule("^450", "1", DOWN))]],
      [busy(1), busy(4), [5, "450 later"]],
      [
        "1 response a.test[1] 1: throttle down | outbound_throttle_messages | 360000 -> 288000",
        "5 response a.test[1] 1: throttle down | outbound_throttle_messages | 288000 -> unset | not: adjustment-interval",
      ],
    ],
    [
      "a suspension outlives its rule, and ends in its time",
      domain(rule("^421", "1", '{ "suspend", "1 minutes" }')),
      [[2, domain(rule("^450", "1", DOWN))]],
      [busy(1), busy(30), [100, "ok"]],
      ["1 response a.test[1] 1: suspend 1 minutes | until 61", "61 lift: lift suspension | until 61"],
    ],
  ])("%s", (_, table, tables, events, decisions) => {
    expect(drive({ table, tables, set: SET }, events).words).toEqual(decisions)
  })

  test("functions are those of the new set", () => {
    const configured = (value: number): string =>
      `["a.test"] = { configuration = { outbound_throttle_messages = function() return ${value} end }, responses = { ${rule("^421", "1", DOWN)} } }`
    const { words } = drive({ table: configured(200), tables: [[2, configured(50)]], holds: false }, [
      busy(1),
      [1.5, "421 busy", "b.test"],
      [400, "421 busy", "a.test", "b2"],
    ])
    expect(words).toEqual([
      "1 response a.test[1] 1: throttle down | outbound_throttle_messages | 200 -> 160",
      "400 b2::a.test response a.test[1] 1: throttle down | outbound_throttle_messages | 50 -> 40",
    ])
  })

  test("the same rules again, at any times, change nothing", () => {
    const table = `${domain(rule("^421", "3/60", SUSPEND), rule("^4", "2/30", DOWN), rule("^5", "1", DOWN))},
      ["*"] = { sweep_rules = { many = { codes = { "bc:10" }, low = { 5, "throttle", "down" }, high = { 20, "suspend", "1 hours" } } } }`
    const happening = fc.tuple(
      fc.nat({ max: 4000 }),
      fc.constantFrom("ok", "421 busy", "450 later", "550 5.1.1 no such user"),
      fc.constantFrom("a.test", "b.test"),
      fc.constantFrom("b1", "b2"),
    )
    fc.assert(
      fc.property(
        fc.array(happening, { maxLength: 60 }),
        fc.array(fc.nat({ max: 4000 }), { maxLength: 5 }),
        (happenings, times) => {
          const events = happenings.sort(([a], [b]) => a - b)
          const tables = times.sort((a, b) => a - b).map((time) => [time, table] as const)
          const set = [...SET, "adaptive_attempt_threshold=1"]
          expect(drive({ table, tables, set }, events).words).toEqual(drive({ table, set }, events).words)
        },
      ),
      { numRuns: 60 },
    )
  })
})
