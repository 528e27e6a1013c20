/**
 * The worked examples of rule-files.md section 8 that need no history: what
 * matches, what the actions would do, and what an option rests at.
 */
import { describe, expect, test } from "vitest"
import { globalOptions } from "../../src/config/global-options.js"
import { Settings } from "../../src/config/settings.js"
import { type Parameter, parameterOf, planOption } from "../../src/engine/parameter.js"
import { custom, type Loaded, load, NOW_SEC, system } from "../rules/loading.js"
import { explained, inWords, r } from "./explaining.js"

const BUSY = `["a.test"] = { responses = { ${r("^421 busy", "1", '{"suspend", "30 minutes"}')} } }`
const SPAM = r("554 spam", "9/60", '{"suspend", "2 hours"}')
const ANY_554 = r("554", "1", '{"blackhole", "1 days"}')
const SLOW = '{{"throttle", "down"}, {"reduce_connections", 2}}'

describe("replies", () => {
  // row | given | set | reply | code that matches | effects
  test.each([
    ["1", BUSY, [], "421 busy now", "^421 busy", ["suspend 30 minutes | until 1800"]],
    ["3", BUSY, [], "450 busy", null, []],
    [
      "10",
      `["a.test"] = { responses = { ${SPAM}, ${ANY_554} } }`,
      [],
      "554 spam",
      "554 spam",
      ["suspend 2 hours | until 7200"],
    ],
    [
      "10, another",
      `["a.test"] = { responses = { ${SPAM}, ${ANY_554} } }`,
      [],
      "554 no",
      "554",
      ["blackhole 1 days | until 86400"],
    ],
    [
      "11",
      `["a.test"] = { responses = { ${ANY_554}, ${SPAM} } }`,
      [],
      "554 spam",
      "554",
      ["blackhole 1 days | until 86400"],
    ],
    [
      "12",
      `["a.test"] = { responses = { ${r("x", "1", SLOW)} }, configuration = { outbound_throttle_messages = 1000, max_outbound_connections = {5, 20} } }`,
      ["max_outbound_connections=6"],
      "400 x",
      "x",
      [
        "throttle down | outbound_throttle_messages | 1000 -> 800",
        "reduce_connections 2 | max_outbound_connections | 6 -> 5",
      ],
    ],
    [
      "14",
      `["a.test"] = { responses = { ${r("x", "1", '{"throttle", "down"}')} } }`,
      [],
      "400 x",
      "x",
      ["throttle down | outbound_throttle_messages | not: no-default"],
    ],
    [
      "15",
      `["a.test"] = { responses = { ${r("^554", "1", '{"transcode", "454", "suspend", "2 hours"}')} } }`,
      [],
      "554 5.7.1 blocked",
      "^554",
      ['transcode 454 | reply "454 4.7.1 blocked"', "suspend 2 hours | until 7200"],
    ],
    [
      "16",
      `["a.test"] = { responses = { ${r("^450", "1", '{"greylisted", "15 minutes"}')} } }`,
      [],
      "450 greylisted",
      "^450",
      ["greylisted 15 minutes | retry_interval | 1200 -> 900"],
    ],
    [
      "16, beyond the maximum",
      `["a.test"] = { responses = { ${r("^450", "1", '{"greylisted", "13 hours"}')} } }`,
      [],
      "450 greylisted",
      "^450",
      [
        "greylisted 13 hours | retry_interval | 1200 -> 46800",
        "greylisted 13 hours | max_retry_interval | 43200 -> 46800",
      ],
    ],
    [
      "17, as far as one reply shows it",
      `["a.test"] = { responses = { ${r("^450", "1", '{"warmup", "1"}')} } }`,
      [],
      "450 slow down",
      "^450",
      ["warmup 1 | 0 -> 1"],
    ],
    [
      "26",
      `["a.test"] = { responses = { ${r("^421 4\\.4\\.0", "1", '{"suspend", "1 hour"}')} } }`,
      [],
      "421 4.4.0 [internal] no MX could be reached",
      "^421 4\\.4\\.0",
      ["suspend 1 hour | until 3600"],
    ],
  ])("row %s", (_row, table, set, response, code, effects) => {
    const explanation = explained({ table, set }, { domain: "a.test", response })
    expect(explanation.match?.code ?? null).toBe(code)
    expect(explanation.effects.map(inWords)).toEqual(effects)
  })

  test("row 9: an alias of an alias has no rules", () => {
    const table = `${BUSY}, ["b.test"] = "a.test", ["c.test"] = "b.test"`
    expect(
      load({ "f.lua": custom(`{ ${table} }`) }).findings.map(({ code, domain }) => `${code} ${domain}`),
    ).toEqual(["E_ALIAS_CHAIN c.test"])
    const { rulesDomain, considered, match } = explained(
      { table },
      { domain: "c.test", response: "421 busy" },
    )
    expect({ rulesDomain, considered, match }).toEqual({ rulesDomain: null, considered: [], match: null })
    expect(explained({ table }, { domain: "b.test", response: "421 busy" }).rulesDomain).toBe("a.test")
  })

  test("row 11: the rule behind the general one is reported unreachable", () => {
    const { findings } = load({
      "f.lua": custom(`{ ["a.test"] = { responses = { ${ANY_554}, ${SPAM} } } }`),
    })
    expect(findings.map(({ code, rule }) => `${code} ${rule}`)).toContain("E_RULE_UNREACHABLE 2")
    const inOrder = load({ "f.lua": custom(`{ ["a.test"] = { responses = { ${SPAM}, ${ANY_554} } } }`) })
    expect(inOrder.findings.map(({ code }) => code)).not.toContain("E_RULE_UNREACHABLE")
  })

  test("row 23: an augmenting rule decides before the system's", () => {
    const { rules } = load({
      "adaptive_rules.lua": system(`{ ${BUSY} }`),
      "custom.lua": custom(
        `{ ["a.test"] = { responses = { ${r("^421 busy", "1", '{"suspend", "5 minutes"}')} } } }`,
      ),
    })
    const actions = rules.listOf("a.test").first("421 busy")?.actions
    expect(actions).toEqual([{ name: "suspend", args: ["5 minutes"], seconds: 300 }])
  })

  test("row 25: after replace with only e.test, a.test has no rules at all", () => {
    const { rules } = load({
      "adaptive_rules.lua": system(`{ ${BUSY} }`),
      "custom.lua": custom('{ ["e.test"] = { responses = {} } }', "replace"),
    })
    expect(rules.resolve("a.test")).toBeNull()
    expect(rules.listOf(rules.resolve("a.test")).first("421 busy")).toBeNull()
  })
})

describe("lookups", () => {
  const rest = (loaded: Loaded, option: string, set: readonly string[] = []): Parameter => {
    const settings = new Settings(globalOptions(set)).of({
      group: "default",
      binding: "b1",
      domain: "a.test",
    })
    const plan = planOption(option, loaded.rules.configured("a.test", option), settings)
    return parameterOf(plan, {
      adjusted: null,
      ageSec: 0,
      atSec: NOW_SEC,
      ask: (id, args) => loaded.functions.call(id, args),
    })
  }
  const configured = (text: string): Loaded =>
    load({ "f.lua": custom(`{ ["a.test"] = { configuration = { ${text} } } }`) })
  const throttle = (text: string, set: readonly string[] = []): Parameter =>
    rest(configured(`outbound_throttle_messages = ${text}`), "outbound_throttle_messages", set)

  test("row 18: a configured value is clamped into the range", () => {
    const loaded = configured("max_outbound_connections = {10, 40}")
    expect(rest(loaded, "max_outbound_connections", ["max_outbound_connections=60"])).toMatchObject({
      value: 40,
      floor: 10,
      source: "rules",
    })
  })

  test("row 19: the operator's bounds win over the range", () => {
    const loaded = configured("max_outbound_connections = {10, 40}")
    const set = ["max_outbound_connections=60", "adaptive_max_outbound_connections=(1 8)"]
    expect(rest(loaded, "max_outbound_connections", set).value).toBe(8)
  })

  test("row 20: half a message an hour is a limit of one per 7200 seconds, not none", () => {
    const plan = "function(_, _, age) return math.max(0.5, 24 * age / 86400) end"
    expect(throttle(plan)).toMatchObject({ value: 0.5, source: "rules", complaint: null })
  })

  test("row 21: a function's 0 is no limit", () => {
    expect(throttle("function() return 0 end")).toMatchObject({ value: null, complaint: null })
  })

  test("row 22: a function that fails keeps the configured value, and is complained of once", () => {
    const { value, complaint } = throttle("function(curr) local t return t.x end", [
      "outbound_throttle_messages=0.5",
    ])
    expect(value).toBe(1800)
    expect(complaint).toBe("f.lua:2: attempt to index local 't' (a nil value)")
  })

  test("row 24: augment adds a missing option and leaves the other", () => {
    const loaded = load({
      "adaptive_rules.lua": system(
        '{ ["a.test"] = { configuration = { max_outbound_connections = {2, 9} } } }',
      ),
      "custom.lua": custom('{ ["a.test"] = { configuration = { max_retries = 3 } } }'),
    })
    expect(rest(loaded, "max_retries").value).toBe(3)
    expect(rest(loaded, "max_outbound_connections").value).toBe(2)
  })
})
