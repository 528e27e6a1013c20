/**
 * What an option rests at and where reductions stop. Sources: rule-files.md
 * section 5, decisions 6 to 8 of section 9.
 */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { globalOptions } from "../../src/config/global-options.js"
import { Settings } from "../../src/config/settings.js"
import { type AskFunction, type Parameter, parameterOf, planOption } from "../../src/engine/parameter.js"
import type { ConfiguredValue } from "../../src/model/rule.js"

type Answer = ReturnType<AskFunction>

const number = (value: number): ConfiguredValue => ({ kind: "number", value })
const range = (low: number, high: number): ConfiguredValue => ({ kind: "range", low, high })
const plan: ConfiguredValue = { kind: "function", id: 1 }

interface Given {
  readonly set?: readonly string[]
  readonly answer?: Answer
  readonly adjusted?: number
  readonly seen?: unknown[]
}

function rest(option: string, value: ConfiguredValue | null, given: Given = {}): Parameter {
  const { set = [], answer, adjusted = null, seen } = given
  const configured = value === null ? null : { option, value, file: "f.lua", line: 1 }
  const settings = new Settings(globalOptions(set)).of({ group: "default", binding: "b1", domain: "a.test" })
  return parameterOf(planOption(option, configured, settings), {
    adjusted,
    ageSec: 77,
    atSec: 1000.5,
    ask: (id, args) => {
      seen?.push([id, args])
      if (answer === undefined) throw new Error("no function was to be asked")
      return answer
    },
  })
}

/** Set globally to a text, or not at all. */
const written = (option: string, text: string | null): readonly string[] =>
  text === null ? [] : [`${option}=${text}`]

const CONNECTIONS = "max_outbound_connections"
const DELIVERIES = "max_deliveries_per_connection"
const THROTTLE = "outbound_throttle_messages"

describe("resting value", () => {
  // option | rules | configuration | value | floor | source
  test.each([
    [CONNECTIONS, null, null, 32, 1, "default"],
    [CONNECTIONS, null, "10", 10, 1, "configuration"],
    [CONNECTIONS, null, "0", null, 1, "configuration"],
    [CONNECTIONS, number(7), null, 7, 1, "rules"],
    [CONNECTIONS, number(7), "10", 7, 1, "rules"],
    [CONNECTIONS, number(0), "10", null, 1, "rules"],
    [CONNECTIONS, range(5, 20), null, 5, 5, "rules"],
    [CONNECTIONS, range(5, 20), "6", 6, 5, "rules"],
    [CONNECTIONS, range(5, 20), "2", 5, 5, "rules"],
    [CONNECTIONS, range(5, 20), "60", 20, 5, "rules"],
    [CONNECTIONS, range(5, 20), "0", 5, 5, "rules"],
    [CONNECTIONS, range(0, 20), null, null, 1, "rules"],
    [CONNECTIONS, range(0, 20), "3", 3, 1, "rules"],
    [DELIVERIES, null, null, null, 1, "none"],
    [DELIVERIES, number(100), null, 100, 1, "rules"],
    ["retry_interval", null, null, 1200, 1, "default"],
    ["max_retry_interval", null, null, 43_200, 1, "default"],
    ["max_retries", null, null, null, 1, "none"],
    [THROTTLE, null, null, null, 1, "none"],
    [THROTTLE, null, "2", 7200, 1, "configuration"],
    [THROTTLE, null, "1/60", 60, 1, "configuration"],
    [THROTTLE, null, "1/7200", 0.5, 1, "configuration"],
    [THROTTLE, number(0.5), null, 0.5, 1, "rules"],
    [THROTTLE, range(0.25, 100), "1/7200", 0.5, 0.25, "rules"],
    [THROTTLE, range(10, 100), "1", 100, 10, "rules"],
  ] as const)("%s: rules %o, configuration %s: %s", (option, value, text, expected, floor, source) => {
    const found = rest(option, value, { set: written(option, text) })
    expect(found).toMatchObject({ option, value: expected, start: expected, floor, source, complaint: null })
  })
})

describe("functions", () => {
  const ok = (value: number): Answer => ({ ok: true, value })
  const failed = (reason: string, isNil = false): Answer => ({ ok: false, reason, isNil })

  test.each([
    ["a number", ok(12), "10", 12, "rules", null],
    ["a fraction", ok(0.5), null, 0.5, "rules", null],
    ["0: no limit", ok(0), "10", null, "rules", null],
    ["nil: the configured value, silently", failed("nil", true), "10", 10, "configuration", null],
    ["an error: the configured value, with a complaint", failed("oops"), "10", 10, "configuration", "oops"],
    ["an error, nothing configured", failed("oops"), null, 32, "default", "oops"],
  ] as const)("%s", (_title, answer, text, value, source, complaint) => {
    const found = rest(CONNECTIONS, plan, { set: written(CONNECTIONS, text), answer })
    expect(found).toMatchObject({ value, source, complaint })
  })

  // set | adjusted | current | last
  test.each([
    [[], null, 0, 0],
    [[`${THROTTLE}=2`], null, 7200, 7200],
    [[`${THROTTLE}=1/7200`], null, 0.5, 0.5],
    [[`${THROTTLE}=2`], 3000, 7200, 3000],
  ])(
    "with %j and %s set by an adjustment: current %s, last %s (decision 8)",
    (set, adjusted, current, last) => {
      const seen: unknown[] = []
      rest(THROTTLE, plan, { set, answer: ok(1), seen, ...(adjusted === null ? {} : { adjusted }) })
      expect(seen).toEqual([[1, { current, last, ageSec: 77, count: 0, atSec: 1000.5 }]])
    },
  )

  test.each([
    [100, 80, 80],
    [50, 80, 50],
    [0, 80, 80],
  ])("a function's %s and an adjusted %s: %s, the lesser limit", (answer, adjusted, value) => {
    expect(rest(CONNECTIONS, plan, { answer: ok(answer), adjusted }).value).toBe(value)
  })
})

describe("the operator's bounds win", () => {
  // rules | set | value | floor | ceiling
  test.each([
    ["a range above them", range(10, 40), ["1 8"], 8, 1, 8],
    ["worked example 19", range(10, 40), ["(1 8)", "60"], 8, 1, 8],
    ["a range they cut", range(5, 20), ["3,10"], 5, 3, 10],
    ["a wider range stays inside the rules' ceiling", range(5, 20), ["1 100"], 5, 1, 20],
    ["a number above", number(30), ["(2 8)"], 8, 2, 8],
    ["a number inside", number(6), ["(2 8)"], 6, 2, 6],
    ["a number below", number(1), ["(2 8)"], 2, 2, 2],
    ["no limit", number(0), ["(2 8)"], 8, 2, 8],
    ["nothing in the rules: bottom", null, ["(2 8)"], 2, 2, 8],
    ["nothing in the rules, a value set", null, ["(2 8)", "5"], 5, 2, 8],
  ] as const)("%s", (_title, value, [bounds, text = null], expected, floor, ceiling) => {
    const set = [`adaptive_${CONNECTIONS}=${bounds}`, ...written(CONNECTIONS, text)]
    expect(rest(CONNECTIONS, value, { set })).toMatchObject({ value: expected, floor, ceiling })
  })

  test("also over a function, and over what was adjusted", () => {
    const set = [`adaptive_${CONNECTIONS}=(2 8)`]
    const answer: Answer = { ok: true, value: 50 }
    expect(rest(CONNECTIONS, plan, { set, answer }).value).toBe(8)
    expect(rest(CONNECTIONS, number(6), { set, adjusted: 1 }).value).toBe(2)
  })
})

describe("adjusted values", () => {
  test.each([
    [range(5, 20), 12, 12],
    [range(5, 20), 2, 5],
    [range(5, 20), 50, 20],
    [number(7), 3, 3],
    [null, 3, 3],
  ])("rules %o, adjusted to %s: %s", (value, adjusted, expected) => {
    expect(rest(CONNECTIONS, value, { adjusted }).value).toBe(expected)
  })
})

describe("in general", () => {
  const option = fc.constantFrom(CONNECTIONS, DELIVERIES, THROTTLE, "retry_interval", "max_retries")
  const texts = fc.option(fc.nat({ max: 100_000 }).map(String))
  const bounds = fc
    .tuple(fc.nat({ max: 1000 }), fc.nat({ max: 1000 }))
    .map(([a, b]) => range(Math.min(a, b), Math.max(a, b)))

  test("a value is never 0 or negative, and stays within a range", () => {
    fc.assert(
      fc.property(option, bounds, texts, (name, value, text) => {
        const found = rest(name, value, { set: written(name, text) })
        if (found.value !== null) {
          expect(found.value).toBeGreaterThan(0)
          if (value.kind === "range") {
            expect(found.value).toBeGreaterThanOrEqual(value.low)
            expect(found.value).toBeLessThanOrEqual(value.high)
          }
        }
        expect(found.floor).toBeGreaterThanOrEqual(name === THROTTLE ? 0 : 1)
      }),
    )
  })
})
