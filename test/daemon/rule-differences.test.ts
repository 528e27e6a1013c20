/** What `adaptive rules diff` tells of two rule sets: whatever decides about mail, each with its place. */
import { describe, expect, test } from "vitest"
import { Classifier } from "../../src/classify/classifier.js"
import { ruleDifferences } from "../../src/daemon/rule-differences.js"
import type { ComparedRules } from "../../src/daemon/rule-parts.js"
import { custom, load, NOW_SEC } from "../rules/loading.js"

type Files = Readonly<Record<string, string>>

function compared(files: Files): ComparedRules {
  const build = load(files)
  const { rules, classification, sources, modules, files: read } = build
  return {
    rules,
    classifier: new Classifier(classification),
    recorded: {
      sources,
      base: null,
      roots: [],
      nowSec: NOW_SEC,
      extensions: true,
      configuration: null,
      found: { modules, files: read },
    },
  }
}

const differences = (before: Files, after: Files): string =>
  ruleDifferences(compared(before), compared(after)).join("\n")

const BUSY = `{ code = "^421 busy", trigger = "1", action = {"suspend", "1 hours"} }`
const ANY = `{ code = "^421", trigger = "2/60", action = {"throttle", "down"} }`
const responses = (...rules: string[]): string => `["x.test"] = { responses = { ${rules.join(",\n")} } }`
const configuration = (value: string): string =>
  `["x.test"] = { configuration = { max_outbound_connections = ${value} } }`
const sweep = (fields: string): string =>
  `["x.test"] = { sweep_rules = { { name = "s", codes = {"bc:10"}, ${fields} } } }`
const tables = `["a.test"] = { responses = { ${BUSY} } }, ["b.test"] = { responses = {} }`
const MAKE = "local function make(n) return function() return n end end\n"

describe("tables of rules", () => {
  test.each<[string, string, string, string]>([
    ["nothing", responses(BUSY), responses(BUSY), ""],
    [
      "an action",
      responses(BUSY, ANY),
      responses(BUSY.replace("1 hours", "2 hours"), ANY),
      '~ a.lua:3 ["x.test"] ^421 busy; trigger 1; suspend 2 hours\n    was: suspend 1 hours\n1 rule the same',
    ],
    [
      "a rule that is gone, and one that is new",
      responses(BUSY),
      responses(ANY),
      '- a.lua:3 ["x.test"] ^421 busy; trigger 1; suspend 1 hours\n+ a.lua:3 ["x.test"] ^421; trigger 2/60; throttle down\n0 rules the same',
    ],
    [
      "the order of two: the first that matches decides",
      responses(BUSY, ANY),
      responses(ANY, BUSY),
      '~ a.lua:3 ["x.test"] ^421; trigger 2/60; throttle down; from here on the order is another\n' +
        '    was here: a.lua:3 ["x.test"] ^421 busy; trigger 1; suspend 1 hours\n2 rules the same',
    ],
    [
      "a range",
      configuration("{2, 20}"),
      configuration("{2, 5}"),
      '~ a.lua:3 ["x.test"] configuration max_outbound_connections; {2, 5}\n    was: {2, 20}\n0 rules the same',
    ],
    [
      "a number in place of a function",
      configuration("function() return 5 end"),
      configuration("5"),
      '~ a.lua:3 ["x.test"] configuration max_outbound_connections; 5\n    was: a function\n0 rules the same',
    ],
    [
      "what a function says",
      configuration("function()\n return 5 end"),
      configuration("function()\n return 6 end"),
      '~ a.lua:3 ["x.test"] configuration max_outbound_connections; a function\n    was: written differently\n0 rules the same',
    ],
    [
      "where a function stands",
      configuration("\nfunction() return 5 end"),
      configuration("\n\nfunction() return 5 end"),
      "~ a.lua; differs in no rule: in comments, or in what functions go by",
    ],
    [
      "what makes a function",
      configuration("make(5)"),
      configuration("make(6)"),
      "~ a.lua; differs in no rule: in comments, or in what functions go by",
    ],
    [
      "an option that is new",
      `["x.test"] = { configuration = {} }`,
      configuration("5"),
      '- ["x.test"]; a table without rules\n+ a.lua:3 ["x.test"] configuration max_outbound_connections; 5\n0 rules the same',
    ],
    [
      "a threshold of a sweep rule",
      sweep("low_threshold = 2, high_threshold = 70"),
      sweep("low_threshold = 60, high_threshold = 70"),
      '~ a.lua:3 ["x.test"] sweep rule s; bc:10; low 60 % throttle down; high 70 % suspend 4 hours\n' +
        "    was: bc:10; low 2 % throttle down; high 70 % suspend 4 hours\n0 rules the same",
    ],
    [
      "an alias",
      `${tables}, ["c.test"] = "a.test", ["mx:.mx.test"] = "a.test"`,
      `${tables}, ["c.test"] = "b.test", ["mx:.mx.test"] = "b.test"`,
      '~ ["c.test"]; an alias of "b.test"\n    was: an alias of "a.test"\n' +
        '~ ["mx:.mx.test"]; an alias of "b.test"\n    was: an alias of "a.test"\n1 rule the same',
    ],
  ])("%s", (_, before, after, expected) => {
    const files = (table: string): Files => ({ "a.lua": MAKE + custom(`{ ${table} }`) })
    expect(differences(files(before), files(after))).toBe(expected)
  })
})

describe("bounce classes", () => {
  const ENTRY = `{ class = "own", markers = {"mailbox full"} }`
  const OTHER = `{ class = "own", markers = {"no room"} }`
  const OWN = `own = { code = 99, name = "Own" }`
  test.each<[string, string, string, string]>([
    [
      "an entry that is new",
      `classes = { ${OWN} }`,
      `classes = { ${OWN} }, overrides = { ["x.test"] = { ${ENTRY} } }`,
      '+ bounce classes, overrides["x.test"]; own {"markers":["mailbox full"]}\n0 rules the same',
    ],
    [
      "the number of a class",
      `classes = { ${OWN} }`,
      `classes = { ${OWN.replace("99", "98")} }`,
      "~ bounce class own; 98 Own\n    was: 99 Own\n0 rules the same",
    ],
    [
      "the order of entries",
      `classes = { ${OWN} }, general = { ${ENTRY}, ${OTHER} }`,
      `classes = { ${OWN} }, general = { ${OTHER}, ${ENTRY} }`,
      '~ bounce classes, general; own {"markers":["no room"]}; from here on the order is another\n' +
        '    was here: bounce classes, general; own {"markers":["mailbox full"]}\n0 rules the same',
    ],
  ])("%s", (_, before, after, expected) => {
    const text = (table: string): string =>
      `require('msys.bounce')\nmsys.bounce.registerClassification({ ${table} })\n`
    expect(differences({ "a.lua": text(before) }, { "a.lua": text(after) })).toBe(expected)
  })
})

describe("files that differ in nothing of that", () => {
  const RULES = custom(`{ ${responses(BUSY)} }`)
  const MORE = custom(`{ ["y.test"] = { responses = { ${BUSY} } } }`)
  test.each<[string, Files, Files, string]>([
    ["a comment", { "a.lua": RULES }, { "a.lua": `${RULES}-- by hand\n` }, "~ a.lua; differs in no rule: "],
    ["a name", { "a.lua": RULES }, { "b.lua": RULES }, "- a.lua; a file that no rule comes from\n+ b.lua; "],
    [
      "their order",
      { "a.lua": RULES, "b.lua": MORE },
      { "b.lua": MORE, "a.lua": RULES },
      "~ the files are the same, and come in another order",
    ],
  ])("%s is told", (_, before, after, expected) => {
    expect(differences(before, after).slice(0, expected.length)).toBe(expected)
  })
})
