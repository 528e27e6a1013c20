/** Lines of the adaptive log to the letter, by level, and taken apart again. Source: engine.md section 10, R12, R15. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { Decision } from "../../src/model/decision.js"
import { LOG_LEVELS } from "../../src/model/log-level.js"
import { type LogOptions, logLines } from "../../src/report/adaptive-log.js"
import {
  AT_SEC,
  BLACKHOLED,
  decision,
  effect,
  otherDecision,
  RULE,
  SUSPENDED,
  SWEPT,
  THROTTLED,
} from "./deciding.js"

const ALL: LogOptions = { least: "debug", alertingHost: null }
const HEAD = `${AT_SEC}@1@G@b1@a.test`
const CAUSE =
  'rule custom.lua:4 ["a.test"] 1, "^421 busy"; match 2, trigger 1/60; reply: 421 busy @ a.test; message: Ask the postmaster'
const tail = (lines: readonly string[]): string[] =>
  lines.map((line) => {
    expect(line.startsWith(`${HEAD}@`)).toBe(true)
    return line.slice(HEAD.length + 1)
  })

describe("what happened", () => {
  test.each<[name: string, decision: Decision, lines: readonly string[]]>([
    [
      "a suspension, with its reason (MO-4551)",
      decision([SUSPENDED]),
      [`NOTICE@ suspended until ${AT_SEC + 600} (10 minutes): ${CAUSE}`],
    ],
    [
      "a blackhole",
      decision([BLACKHOLED]),
      [`NOTICE@ blackholed until ${AT_SEC + 3600} (1 hours): ${CAUSE}`],
    ],
    [
      "an adjustment, in the documented form, and before it the reason",
      decision([effect("greylisted", ["15 minutes"], { option: "retry_interval", from: 1200, to: 900 })]),
      [`INFO@ ${CAUSE}`, "NOTICE@ retry_interval 1200 -> 900"],
    ],
    [
      "an option that was not set, a value with a fraction",
      decision([effect("throttle", ["down"], { option: "outbound_throttle_messages", from: null, to: 0.8 })]),
      [`INFO@ ${CAUSE}`, "NOTICE@ outbound_throttle_messages unset -> 0.8"],
    ],
    [
      "several effects: one reason",
      decision([
        THROTTLED,
        effect("reduce_connections", ["2"], { option: "max_outbound_connections", from: 32, to: 30 }),
      ]),
      [
        `INFO@ ${CAUSE}`,
        "NOTICE@ outbound_throttle_messages 100 -> 80",
        "NOTICE@ max_outbound_connections 32 -> 30",
      ],
    ],
    [
      "a warmup",
      decision([effect("warmup", ["500"], { from: 2, to: 500 })]),
      [`INFO@ ${CAUSE}`, "NOTICE@ warmup 2 -> 500"],
    ],
    [
      "a reply that was rewritten",
      decision([effect("transcode", ["454"], { reply: "454 busy @ a.test" })]),
      ["INFO@ reply rewritten: 421 busy @ a.test -> 454 busy @ a.test"],
    ],
    [
      "an action that was not carried out",
      decision([{ ...SUSPENDED, outcome: "ignored", reason: "already-suspended", until: null }]),
      [`DEBUG@ suspend 10 minutes not done: the pair is suspended already: ${CAUSE}`],
    ],
    [
      "an option at its bound (MO-241)",
      decision([
        effect("greylisted", ["20 minutes"], {
          outcome: "ignored",
          reason: "at-bound",
          option: "retry_interval",
          from: 1200,
          to: 1200,
        }),
      ]),
      [`INFO@ cannot adjust retry_interval any further: it stays 1200: ${CAUSE}`],
    ],
    [
      "a lift, and the value that begins anew",
      otherDecision("lift", [
        effect("lift", ["suspension"], { until: AT_SEC - 20 }),
        effect("restart", [], { option: "max_outbound_connections", from: 20, to: 32 }),
      ]),
      [
        `NOTICE@ suspension lifted, which was to last until ${AT_SEC - 20}`,
        "NOTICE@ max_outbound_connections 20 -> 32",
      ],
    ],
    [
      "growth",
      otherDecision("positive", [
        effect("raise", [], { option: "max_outbound_connections", from: 30, to: 31 }),
      ]),
      ["NOTICE@ max_outbound_connections 30 -> 31"],
    ],
    [
      "a sweep",
      otherDecision("sweep", [SUSPENDED], { sweep: SWEPT, count: 143 }),
      [
        `NOTICE@ suspended until ${AT_SEC + 600} (10 minutes): sweep rule default_bounce_rule, "bc:10 bc:24"; 143 of 1000 (14.30 %), high threshold 10 %`,
      ],
    ],
    [
      "a sweep rule that somebody wrote",
      otherDecision("sweep", [THROTTLED], {
        sweep: {
          ...SWEPT,
          level: "low",
          total: 0,
          count: 0,
          rule: { ...SWEPT.rule, name: "y", file: "ec.conf", line: 7 },
        },
      }),
      [
        `INFO@ sweep rule y ec.conf:7, "bc:10 bc:24"; 0 of 0 (of none), low threshold 3 %`,
        "NOTICE@ outbound_throttle_messages 100 -> 80",
      ],
    ],
    [
      "too many rejections",
      otherDecision("rejection-rate", [SUSPENDED], { response: "550 no" }),
      [`NOTICE@ suspended until ${AT_SEC + 600} (10 minutes): too many rejections; reply: 550 no`],
    ],
    [
      "notes: a phase is the least of them",
      decision([], {
        notes: [
          'the rule names phase "connect", the reply came in "data": this never limits a match',
          "max_retries: gave nil",
        ],
      }),
      [
        'DEBUG@ the rule names phase "connect", the reply came in "data": this never limits a match',
        "WARNING@ max_retries: gave nil",
      ],
    ],
  ])("%s", (_, made, lines) => {
    expect(tail(logLines(made, ALL))).toEqual(lines)
  })

  test("alerts are told where somebody gets them, after what they tell of", () => {
    const made = decision([SUSPENDED, THROTTLED], { alerts: ["suspension", "throttle"] })
    expect(tail(logLines(made, { least: "notice", alertingHost: "mta1" })).slice(2)).toEqual([
      "NOTICE@ ALERT on mta1: suspend 10 minutes",
      "NOTICE@ ALERT on mta1: throttle down",
    ])
    expect(logLines(made, { least: "notice", alertingHost: null })).toHaveLength(2)
  })

  test("a reply of any length stays on a line that can be read", () => {
    const [line = ""] = logLines(decision([SUSPENDED], { response: `421 ${"x".repeat(60_000)}` }), ALL)
    expect(line.length).toBeLessThan(2000)
    expect(line).toContain("xxx…; message: Ask")
  })
})

test("operational_log_level really filters (#5140)", () => {
  const made = decision(
    [SUSPENDED, THROTTLED, { ...THROTTLED, outcome: "ignored", reason: "adjustment-interval" }],
    {
      notes: ["max_retries: gave nil"],
      alerts: ["suspension"],
    },
  )
  const levels = (least: LogOptions["least"]): string[] =>
    logLines(made, { least, alertingHost: "h" }).map((line) => line.split("@")[5] ?? "")
  expect(levels("debug")).toEqual(["WARNING", "INFO", "NOTICE", "NOTICE", "DEBUG", "NOTICE"])
  expect(levels("info")).toEqual(["WARNING", "INFO", "NOTICE", "NOTICE", "NOTICE"])
  expect(levels("notice")).toEqual(["WARNING", "NOTICE", "NOTICE", "NOTICE"])
  expect(levels("warning")).toEqual(["WARNING"])
  expect(levels("error")).toEqual([])
  expect(levels("critical")).toEqual([])
})

test("whatever names and replies hold, six splits from the left take a line apart", () => {
  const wild = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("a@b", "x\ny", "\r\n@", "\u2028", "\ud800"),
  )
  fc.assert(
    fc.property(
      wild,
      wild,
      wild,
      wild,
      fc.constantFrom(...LOG_LEVELS),
      (binding, domain, response, message, least) => {
        const made = decision(
          [SUSPENDED, THROTTLED, { ...SUSPENDED, outcome: "ignored", reason: "suspended" }],
          {
            binding,
            domain,
            response,
            rule: { ...RULE, message, code: response, domain },
            notes: [response],
            alerts: ["suspension"],
          },
        )
        for (const line of logLines(made, { least, alertingHost: message })) {
          expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
          const [time, version, type, b, d, level = "", ...text] = line.split("@")
          expect([time, version, type]).toEqual([String(AT_SEC), "1", "G"])
          expect(LOG_LEVELS.map((one) => one.toUpperCase())).toContain(level)
          expect(text.join("@")).toMatch(/^ /)
          if (/^[\w.-]*$/.test(binding + domain)) expect([b, d]).toEqual([binding, domain])
        }
      },
    ),
  )
})

test("names with what would end a field", () => {
  const [line] = logLines(decision([SUSPENDED], { binding: "b@1", domain: "a\n.test" }), ALL)
  expect(line).toMatch(new RegExp(`^${AT_SEC}@1@G@b%401@a%0A\\.test@NOTICE@ `))
})
