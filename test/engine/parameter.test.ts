/**
 * What an option rests at and where reductions stop. Sources: rule-files.md
 * section 5, decisions 6 to 8 of section 9.
 */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { globalOptions } from "../../src/config/lookup.js"
import { type Parameter, restingParameter } from "../../src/engine/parameter.js"
import type { ConfiguredValue } from "../../src/model/rule.js"

type Answer = ReturnType<Parameters<typeof restingParameter>[4]>

const number = (value: number): ConfiguredValue => ({ kind: "number", value })
const range = (low: number, high: number): ConfiguredValue => ({ kind: "range", low, high })
const plan: ConfiguredValue = { kind: "function", id: 1 }

function rest(
  option: string,
  value: ConfiguredValue | null,
  written: string | null,
  answer?: Answer,
): Parameter {
  const configured = value === null ? null : { option, value, file: "f.lua", line: 1 }
  const lookup = globalOptions(written === null ? [] : [`${option}=${written}`])
  return restingParameter(option, configured, lookup, { binding: "b1", domain: "a.test" }, () => {
    if (answer === undefined) throw new Error("no function was to be asked")
    return answer
  })
}

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
  ] as const)("%s: rules %o, configuration %s: %s", (option, value, written, expected, floor, source) => {
    expect(rest(option, value, written)).toEqual({ option, value: expected, floor, source, complaint: null })
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
  ] as const)("%s", (_title, answer, written, value, source, complaint) => {
    expect(rest(CONNECTIONS, plan, written, answer)).toMatchObject({ value, source, complaint })
  })

  test("are asked with the configured value, per hour, as current and last value (decision 8)", () => {
    const seen: number[][] = []
    const configured = { option: THROTTLE, value: plan, file: "f.lua", line: 1 }
    const ask = (...args: [number, number, number]): Answer => {
      seen.push(args)
      return ok(1)
    }
    for (const set of [[], [`${THROTTLE}=2`], [`${THROTTLE}=1/7200`]]) {
      restingParameter(THROTTLE, configured, globalOptions(set), { binding: "b1", domain: "a.test" }, ask)
    }
    expect(seen).toEqual([
      [1, 0, 0],
      [1, 7200, 7200],
      [1, 0.5, 0.5],
    ])
  })
})

describe("in general", () => {
  const option = fc.constantFrom(CONNECTIONS, DELIVERIES, THROTTLE, "retry_interval", "max_retries")
  const written = fc.option(fc.nat({ max: 100_000 }).map(String))
  const bounds = fc
    .tuple(fc.nat({ max: 1000 }), fc.nat({ max: 1000 }))
    .map(([a, b]) => range(Math.min(a, b), Math.max(a, b)))

  test("a value is never 0 or negative, and stays within a range", () => {
    fc.assert(
      fc.property(option, bounds, written, (name, value, text) => {
        const found = rest(name, value, text)
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
