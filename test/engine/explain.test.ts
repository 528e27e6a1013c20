/** `explain`: which rules are considered, what is reported of the match, and the gates that need no history. */
import { describe, expect, test } from "vitest"
import { NOW_SEC } from "../rules/loading.js"
import { explained, inWords, r } from "./explaining.js"

const SUSPEND = '{"suspend", "1 hour"}'
const table = `
  ["a.test"] = { responses = { ${r("^421 one", "1", SUSPEND)}, ${r("^421 two", "5/60", SUSPEND, 'message = "too fast"')}, ${r("^4", "1", SUSPEND)} } },
  ["b.test"] = "a.test",
  ["mx:.mail.test"] = "a.test",
  ["*"] = { responses = { ${r("^5", "1", SUSPEND)} } },
`

describe("rules considered", () => {
  // domain | MX | reply | rules domain | considered | match
  test.each([
    ["a.test", null, "421 one", "a.test", ["a.test 1"], "a.test 1"],
    ["a.test", null, "421 two", "a.test", ["a.test 1", "a.test 2"], "a.test 2"],
    ["a.test", null, "450", "a.test", ["a.test 1", "a.test 2", "a.test 3"], "a.test 3"],
    ["a.test", null, "550", "a.test", ["a.test 1", "a.test 2", "a.test 3", "* 1"], "* 1"],
    ["a.test", null, "250", "a.test", ["a.test 1", "a.test 2", "a.test 3", "* 1"], null],
    ["B.TEST", null, "421 one", "a.test", ["a.test 1"], "a.test 1"],
    ["c.test", "mx.mail.test", "421 one", "a.test", ["a.test 1"], "a.test 1"],
    ["c.test", "mx.other.test", "421 one", null, ["* 1"], null],
    ["c.test", null, "550", null, ["* 1"], "* 1"],
    ["a.test", null, "", "a.test", ["a.test 1", "a.test 2", "a.test 3", "* 1"], null],
  ])("%s via %s: %j", (domain, mx, response, rulesDomain, considered, match) => {
    const found = explained({ table }, { domain, mx, response })
    const name = ({ domain: key, index }: { domain: string; index: number }): string => `${key} ${index}`
    expect(found.rulesDomain).toBe(rulesDomain)
    expect(found.considered.map(({ rule }) => name(rule))).toEqual(considered)
    expect(found.considered.filter(({ matched }) => matched).map(({ rule }) => name(rule))).toEqual(
      match === null ? [] : [match],
    )
    expect(found.match === null ? null : name(found.match)).toBe(match)
    expect({ binding: found.binding, domain: found.domain }).toEqual({ binding: "b1", domain })
  })

  test("the whole of a match", () => {
    const { match, ...rest } = explained(
      { table },
      { domain: "b.test", response: "421 two many", atSec: 100 },
    )
    expect(match).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{12}$/),
      file: "custom.lua",
      line: 3,
      domain: "a.test",
      index: 2,
      code: "^421 two",
    })
    expect({ ...rest, considered: rest.considered.length }).toEqual({
      binding: "b1",
      domain: "b.test",
      rulesDomain: "a.test",
      considered: 2,
      matchedText: "421 two",
      trigger: "5/60",
      effects: [
        {
          action: "suspend",
          args: ["1 hour"],
          outcome: "applied",
          reason: null,
          option: null,
          from: null,
          to: null,
          until: 3700,
        },
      ],
      message: "too fast",
      notes: [],
    })
  })

  test("nothing at all for a domain without rules", () => {
    expect(explained({ table: '["a.test"] = {}' }, { domain: "z.test", response: "421 x" })).toEqual({
      binding: "b1",
      domain: "z.test",
      rulesDomain: null,
      considered: [],
      match: null,
      matchedText: null,
      trigger: null,
      effects: [],
      message: null,
      notes: [],
    })
  })
})

describe("gates", () => {
  const rule = `["a.test"] = { responses = { ${r("^421", "1", '{{"suspend", "1 hour"}, {"reduce_connections", 2}}')} } }`
  const withheldFor = (reason: string): string[] => [
    `suspend 1 hour | until 3600 | not: ${reason}`,
    `reduce_connections 2 | max_outbound_connections | 32 -> 30 | not: ${reason}`,
  ]

  test.each(["false", "off", "no", "disabled", "0", "FALSE"])("adaptive_enabled=%s", (value) => {
    const given = { table: rule, set: [`adaptive_enabled=${value}`] }
    expect(explained(given, { domain: "a.test", response: "421 x" }).effects.map(inWords)).toEqual(
      withheldFor("disabled"),
    )
  })

  test("the binding of moved mail", () => {
    const { effects } = explained({ table: rule }, { domain: "a.test", response: "421 x", binding: "#mmove" })
    expect(effects.map(inWords)).toEqual(withheldFor("disabled"))
  })

  test("a rule that observes matches, ends the search and does nothing", () => {
    const observing = `["a.test"] = { responses = { ${r("^421", "1", SUSPEND, "observe = true")}, ${r("^421 x", "1", SUSPEND)} } }`
    const { match, considered, effects } = explained(
      { table: observing },
      { domain: "a.test", response: "421 x" },
    )
    expect(match?.index).toBe(1)
    expect(considered).toHaveLength(1)
    expect(effects.map(inWords)).toEqual(["suspend 1 hour | until 3600 | not: observe-only"])
  })
})

describe("notes", () => {
  const phased = `["a.test"] = { responses = { ${r("^421", "1", SUSPEND, 'phase = "rcptto"')} } }`

  test.each([
    ["data", ['the rule names phase "rcptto", the reply came in "data": this never limits a match']],
    ["rcptto", []],
    [null, []],
  ])("a reply in phase %s still matches", (phase, notes) => {
    const found = explained({ table: phased }, { domain: "a.test", response: "421 x", phase })
    expect(found.match?.index).toBe(1)
    expect(found.notes).toEqual(notes)
  })

  test("a function that fails is told of, and the configured value is kept", () => {
    const failing = `["a.test"] = {
      configuration = { max_outbound_connections = function() return "many" end },
      responses = { ${r("^421", "1", '{"reduce_connections", 2}')} },
    }`
    const found = explained(
      { table: failing, set: ["max_outbound_connections=10"] },
      { domain: "a.test", response: "421" },
    )
    expect(found.effects.map(inWords)).toEqual(["reduce_connections 2 | max_outbound_connections | 10 -> 8"])
    expect(found.notes).toEqual([
      'max_outbound_connections: the function returned "many", not a number; the configured value is kept',
    ])
  })

  test.each([
    ["of the event", 500, 500],
    ["at which the rules were loaded, where none is given", null, NOW_SEC],
  ])("a function is told the time %s", (_, atSec, told) => {
    const timed = `["a.test"] = {
      configuration = { max_outbound_connections = function() return os.time() end },
      responses = { ${r("^421", "1", '{"reduce_connections", 2}')} },
    }`
    const { effects } = explained({ table: timed }, { domain: "a.test", response: "421", atSec })
    expect(effects).toMatchObject([{ from: told, to: told - 2 }])
  })

  test("a function that returns nil is not complained of", () => {
    const silent = `["a.test"] = {
      configuration = { max_outbound_connections = function() end },
      responses = { ${r("^421", "1", '{"reduce_connections", 2}')} },
    }`
    const found = explained({ table: silent }, { domain: "a.test", response: "421" })
    expect(found.effects.map(inWords)).toEqual(["reduce_connections 2 | max_outbound_connections | 32 -> 30"])
    expect(found.notes).toEqual([])
  })
})
