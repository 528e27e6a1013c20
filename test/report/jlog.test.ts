/** Records of changes to the letter. Source: engine.md section 10 and O13. */
import fc from "fast-check"
import { expect, test } from "vitest"
import type { Decision } from "../../src/model/decision.js"
import { jlogRecords } from "../../src/report/jlog.js"
import { AT_SEC, BLACKHOLED, decision, effect, otherDecision, SUSPENDED, THROTTLED } from "./deciding.js"

const CAUSE =
  'rule custom.lua:4 ["a.test"] 1, "^421 busy"; match 2, trigger 1/60; reply: 421 busy @ a.test; message: Ask the postmaster'

test.each<[name: string, decision: Decision, records: readonly string[]]>([
  ["a suspension", decision([SUSPENDED]), [`S@b1@a.test@suspend@${AT_SEC + 600}@${CAUSE}`]],
  ["a blackhole", decision([BLACKHOLED]), [`S@b1@a.test@blackhole@${AT_SEC + 3600}@${CAUSE}`]],
  [
    "a warmup: the age from now on",
    decision([effect("warmup", ["500"], { from: 2, to: 500 })]),
    [`S@b1@a.test@warmup@500@${CAUSE}`],
  ],
  ["an adjustment", decision([THROTTLED]), [`A@b1@a.test@outbound_throttle_messages@100@80@${CAUSE}`]],
  [
    "an option that was not set",
    decision([effect("greylisted", ["1 hours"], { option: "retry_interval", from: null, to: 3600 })]),
    [`A@b1@a.test@retry_interval@@3600@${CAUSE}`],
  ],
  [
    "a lift, and what begins anew",
    otherDecision("lift", [
      effect("lift", ["blackhole"], { until: AT_SEC - 20 }),
      effect("restart", [], { option: "max_retries", from: 3, to: 5 }),
    ]),
    [`S@b1@a.test@lift@${AT_SEC - 20}@blackhole ended`, "A@b1@a.test@max_retries@3@5@the end of a hold"],
  ],
  [
    "growth",
    otherDecision("positive", [effect("raise", [], { option: "max_retries", from: 3, to: 4 })]),
    ["A@b1@a.test@max_retries@3@4@growth after a quiet time"],
  ],
  [
    "nothing changed",
    decision(
      [
        { ...SUSPENDED, outcome: "ignored", reason: "already-suspended" },
        effect("transcode", ["454"], { reply: "454" }),
      ],
      { notes: ["something"] },
    ),
    [],
  ],
])("%s", (_, made, records) => {
  expect(jlogRecords(made)).toEqual(records.map((record) => `${AT_SEC}@1@${record}`))
})

test("whatever names and replies hold, a record is one line with its fields in place", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (name, response) => {
      const made = decision([SUSPENDED, THROTTLED], { binding: name, domain: name, response })
      const [status = "", adjustment = ""] = jlogRecords(made)
      expect(status + adjustment).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
      expect(status.split("@").slice(5, 7)).toEqual(["suspend", String(AT_SEC + 600)])
      expect(adjustment.split("@").slice(5, 8)).toEqual(["outbound_throttle_messages", "100", "80"])
    }),
  )
})
