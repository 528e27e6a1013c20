/** Actions to effects. Sources: rule-files.md section 4, decision 5 of section 9. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { effectsOf, type PairView, withheld } from "../../src/engine/act.js"
import type { Parameter } from "../../src/engine/parameter.js"
import type { Action } from "../../src/model/rule.js"
import { explained, inWords, r } from "./explaining.js"

type Values = Readonly<Record<string, { value: number | null; floor?: number; range?: Parameter["range"] }>>

function pair(values: Values = {}, more: Partial<PairView> = {}): PairView {
  return {
    atMicros: 1000e6,
    reply: "421 busy",
    ageSec: 0,
    parameter: (option): Parameter => ({
      option,
      value: values[option]?.value ?? null,
      start: values[option]?.value ?? null,
      floor: values[option]?.floor ?? 1,
      ceiling: null,
      range: values[option]?.range ?? null,
      source: "rules",
      complaint: null,
    }),
    ...more,
  }
}

const effects = (action: Action, values?: Values, more?: Partial<PairView>): string[] =>
  effectsOf(action, pair(values, more)).map(inWords)

const down: Action = { name: "throttle", args: ["down"] }
const connections = (amount: number): Action => ({
  name: "reduce_connections",
  args: [String(amount)],
  amount,
})
const deliveries = (amount: number): Action => ({ name: "reduce_deliveries", args: [String(amount)], amount })
const transcode = (reply: string): Action => ({ name: "transcode", args: [reply], reply })
const greylisted = (seconds: number): Action => ({ name: "greylisted", args: ["x"], seconds })

describe("transcode", () => {
  // reply | argument | becomes
  test.each([
    ["554 5.7.1 blocked", "454", "454 4.7.1 blocked"],
    ["454 4.7.1 later", "554", "554 5.7.1 later"],
    ["554-5.7.1 blocked", "454", "454-4.7.1 blocked"],
    ["554 blocked", "454", "454 blocked"],
    ["554", "454", "454"],
    ["554 5.7.123 see 5.7.1", "454", "454 4.7.123 see 5.7.1"],
    ["554 5.1234.1 no status", "454", "454 5.1234.1 no status"],
    ["554 5 things", "454", "454 5 things"],
    ["554 10.5.7.1 is an address", "454", "454 10.5.7.1 is an address"],
    ["421 4.4.0 [internal] no MX", "521", "521 5.4.0 [internal] no MX"],
    ["554 5.7.1 blocked", "454 4.7.1 come back later", "454 4.7.1 come back later"],
    ["554 5.7.1 blocked", "454 ", "454 "],
    ["554 5.7.1 blocked", "454-later", "454-later"],
  ])("%j with %j becomes %j", (reply, argument, becomes) => {
    const [effect] = effectsOf(transcode(argument), pair({}, { reply }))
    expect(effect).toMatchObject({ outcome: "applied", reason: null, reply: becomes })
  })

  test.each(["554 5.4.0 [internal] bounced", "550 [internal] x"])("never %j", (reply) => {
    expect(effects(transcode("454"), {}, { reply })).toEqual(["transcode 454 | not: disabled"])
  })

  test("rules are not run again on the new text", () => {
    const table = `["a.test"] = { responses = { ${r("^554", "1", '{"transcode", "454"}')}, ${r("^454", "1", '{"suspend", "1 hour"}')} } }`
    const { effects: done } = explained({ table }, { domain: "a.test", response: "554 x" })
    expect(done.map(inWords)).toEqual(['transcode 454 | reply "454 x"'])
  })
})

describe("throttle down", () => {
  const OPTION = "outbound_throttle_messages"
  // from | floor | what happens
  test.each([
    [1000, 1, `1000 -> 800`],
    [999, 1, `999 -> 799`],
    [10, 1, `10 -> 8`],
    [5, 1, `5 -> 4`],
    [2, 1, `2 -> 1`],
    [1.5, 1, `1.5 -> 1`],
    [1.2, 1, `1.2 -> 1`],
    [1, 1, `1 -> 1 | not: at-bound`],
    [0.5, 1, `0.5 -> 0.5 | not: at-bound`],
    [100, 90, `100 -> 90`],
    [90, 90, `90 -> 90 | not: at-bound`],
    [50, 90, `50 -> 50 | not: at-bound`],
    [0.5, 0.25, `0.5 -> 0.5 | not: at-bound`],
    [10, 0, `10 -> 8`],
  ])("%s an hour, floor %s: %s", (value, floor, words) => {
    expect(effects(down, { [OPTION]: { value, floor } })).toEqual([`throttle down | ${OPTION} | ${words}`])
  })

  test("a fifth less, whole, never below one unless it was there, never up", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1e9, noNaN: true }), (value) => {
        const [effect] = effectsOf(down, pair({ [OPTION]: { value, floor: 0 } }))
        const to = effect?.to ?? Number.NaN
        expect(to).toBeGreaterThan(0)
        expect(to).toBeLessThanOrEqual(value)
        if (value > 1) {
          expect(Number.isInteger(to)).toBe(true)
          expect(to).toBeGreaterThanOrEqual(1)
        } else expect(to).toBe(value)
      }),
    )
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 1_000_000_000 }), (value) => {
        const [effect] = effectsOf(down, pair({ [OPTION]: { value, floor: 0 } }))
        expect(effect?.to).toBe(Math.max(1, Number((BigInt(value) * 4n) / 5n)))
      }),
    )
  })
})

describe("reductions", () => {
  test.each([
    [6, 5, 2, "6 -> 5"],
    [20, 5, 2, "20 -> 18"],
    [5, 5, 2, "5 -> 5 | not: at-bound"],
    [3, 5, 2, "3 -> 3 | not: at-bound"],
    [2, 1, 2, "2 -> 1"],
    [2, 1, 1000, "2 -> 1"],
    [1, 1, 1, "1 -> 1 | not: at-bound"],
    [null, 1, 2, "not: no-default"],
  ])("from %s, floor %s, less %s: %s", (value, floor, amount, words) => {
    for (const [action, option] of [
      [connections(amount), "max_outbound_connections"],
      [deliveries(amount), "max_deliveries_per_connection"],
    ] as const) {
      expect(effects(action, { [option]: { value, floor } })).toEqual([
        `${action.name} ${amount} | ${option} | ${words}`,
      ])
    }
  })

  test("never write 0, which would lift the limit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 }), (value, amount) => {
        const [effect] = effectsOf(connections(amount), pair({ max_outbound_connections: { value } }))
        expect(effect?.to).toBe(Math.max(1, value - amount))
      }),
    )
  })
})

describe("greylisted", () => {
  // retry | most | seconds | effects
  test.each([
    [1200, 43_200, 900, ["retry_interval | 1200 -> 900"]],
    [1200, 43_200, 3600, ["retry_interval | 1200 -> 3600"]],
    [1200, 43_200, 1200, ["retry_interval | 1200 -> 1200 | not: at-bound"]],
    [1200, 43_200, 43_200, ["retry_interval | 1200 -> 43200"]],
    [1200, 600, 900, ["retry_interval | 1200 -> 900", "max_retry_interval | 600 -> 900"]],
    [900, 600, 900, ["retry_interval | 900 -> 900 | not: at-bound", "max_retry_interval | 600 -> 900"]],
    [null, null, 900, ["retry_interval | unset -> 900"]],
  ])("retry %s, maximum %s, for %s s", (retry, most, seconds, expected) => {
    const values = { retry_interval: { value: retry }, max_retry_interval: { value: most } }
    expect(effects(greylisted(seconds), values)).toEqual(expected.map((text) => `greylisted x | ${text}`))
  })
})

test.each([
  [900, { low: 1000, high: 2000 }, "1200 -> 1000"],
  [3600, { low: 1000, high: 2000 }, "1200 -> 2000"],
  [1500, { low: 1000, high: 2000 }, "1200 -> 1500"],
])("greylisted for %s s stays within the range", (seconds, range, words) => {
  const values = { retry_interval: { value: 1200, range }, max_retry_interval: { value: 43_200 } }
  expect(effects(greylisted(seconds), values)).toEqual([`greylisted x | retry_interval | ${words}`])
})

describe("suspend, blackhole, warmup", () => {
  test.each(["suspend", "blackhole"] as const)("%s ends its seconds after the event", (name) => {
    const action: Action = { name, args: ["1 hour"], seconds: 3600 }
    expect(effects(action)).toEqual([`${name} 1 hour | until 4600`])
    expect(effects(action, {}, { atMicros: null })).toEqual([`${name} 1 hour`])
    expect(effects(action, {}, { atMicros: 0.25e6 })).toEqual([`${name} 1 hour | until 3600.25`])
  })

  test("warmup sets the age", () => {
    expect(effects({ name: "warmup", args: ["86400"], seconds: 86_400 }, {}, { ageSec: 500 })).toEqual([
      "warmup 86400 | 500 -> 86400",
    ])
  })

  test("withheld effects say why, and keep what they would have done", () => {
    const planned = effectsOf(down, pair({ outbound_throttle_messages: { value: 10 } }))
    expect(withheld(planned, "observe-only").map(inWords)).toEqual([
      "throttle down | outbound_throttle_messages | 10 -> 8 | not: observe-only",
    ])
  })
})
