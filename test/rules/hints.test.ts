/**
 * What a finding tells to write instead: the fixtures hold places and messages,
 * this table holds the remedies. Each row is one rule file and its only finding,
 * or the first of those with the code named.
 */
import { describe, expect, test } from "vitest"
import type { Code } from "../../src/errors.js"
import { custom, load, system } from "./loading.js"

const rule = (fields: string): string => custom(`{ ["a.test"] = { responses = { { ${fields} } } } }`)
const domain = (fields: string): string => custom(`{ ["a.test"] = { ${fields} } }`)
const option = (text: string): string => domain(`configuration = { ${text} }`)
const action = (text: string): string => rule(`code = "^421", trigger = "1", action = ${text}`)
const pattern = (text: string): string =>
  rule(`code = "${text}", trigger = "1", action = {"suspend", "1 hour"}`)

const DURATION = 'write an integer, a blank and a unit: seconds, minutes, hours or days, e.g. "2 hours"'
const TRIGGER = 'write "1" to fire on every match, or "COUNT/SECONDS" with both at least 1, e.g. "5/60"'

const rows: readonly (readonly [Code, string, string])[] = [
  ["E_LUA_QUOTE", "local a = “x”", 'write a straight quote: "'],
  ["E_LUA_QUOTE", "local a = ‘x’", "write a straight quote: '"],
  ["E_LUA_CHARACTER", "\ufefflocal a = 1", "save the file as UTF-8 without a byte order mark"],
  ["E_LUA_CHARACTER", "local a\u00a0= 1", "write an ordinary space"],
  ["E_LUA_SEPARATOR", "local a = { {}\n{} }", "add a comma here"],
  ["E_LUA_SEPARATOR", "local a = { x = { 1, 2 }", "add a } where the table should end"],
  ["E_LUA_NUMBER", "local a = 08", "a leading 0 means octal: write the number without it"],
  ["E_LUA_ESCAPE", 'local a = "\\."', "write \\\\. if a pattern needs the backslash, else remove it"],
  ["E_LUA_DUPLICATE_KEY", "local a = { x = 1, x = 2 }", "remove one of the two, or merge them"],
  [
    "E_LUA_RUNTIME",
    "os.exit(1)",
    "os.exit is not available: a rule script cannot touch the machine; remove the call",
  ],
  ["E_LUA_RUNTIME", 'io.open("x")', "io is not available to rule scripts; remove the call"],
  ["E_LUA_RUNTIME", 'dofile("x")', "dofile is not available to rule scripts; remove the call"],
  [
    "E_LUA_RUNTIME",
    "local a = nil + 1",
    "correct the line named; nothing that the script registered before it is lost",
  ],
  ["E_LUA_BUDGET", "while true do end", "look for an endless loop; loading needs far fewer instructions"],
  ["E_LUA_MEMORY", 'local a = "x" while true do a = a .. a end', "look for a string that grows in a loop"],
  [
    "E_RULES_SHAPE",
    "local rules = {}",
    "end it with require('msys.adaptive') and msys.adaptive.registerRules(rules)",
  ],
  [
    "E_RULES_SHAPE",
    "Rules = {}",
    'begin the file with module("msys.adaptive_rules", package.seeall), or call msys.adaptive.registerRules(rules)',
  ],
  [
    "E_RULES_SHAPE",
    'module("msys.adaptive_rules", package.seeall)',
    "write Rules = { … } after the module line, without `local`",
  ],
  [
    "E_RULES_MISPLACED",
    custom("{ responses = {} }"),
    'move it into a domain: ["example.com"] = { responses = { … } }',
  ],
  [
    "E_RULES_MISPLACED",
    domain("responses = { configuration = {} }"),
    "close `responses` before `configuration`",
  ],
  ["E_DOMAIN_KEY", custom('{ ["a. test"] = {} }'), 'write "a.test"'],
  ["E_DOMAIN_KEY", custom('{ ["<http://a.test>"] = {} }'), 'write the domain alone, e.g. "example.com"'],
  ["E_DOMAIN_KEY", custom("{ {} }"), 'write ["example.com"] = { … }'],
  ["E_DOMAIN_KEY", custom('{ ["mx:"] = "a.test", ["a.test"] = {} }'), 'write "mx:.example.net"'],
  ["E_DOMAIN_CASE", custom('{ ["A.Test"] = {} }'), 'write "a.test"'],
  ["E_DOMAIN_COLLISION", custom('{ ["A.test"] = {}, ["a.test"] = {} }'), "keep one of the two"],
  [
    "E_DOMAIN_VALUE",
    custom('{ ["a.test"] = 1 }'),
    "write a table { responses = { … } }, or the name of another domain as an alias",
  ],
  ["E_DOMAIN_FIELD", domain("rules = {}"), 'did you mean "responses"?'],
  ["E_DOMAIN_FIELD", domain("response = {}"), 'did you mean "responses"?'],
  ["E_DOMAIN_FIELD", domain("config = {}"), "a domain has `responses`, `configuration` and `sweep_rules`"],
  ["E_DOMAIN_FIELD", domain("sweep_rule = {}"), 'did you mean "sweep_rules"?'],
  [
    "E_SWEEP_FIELD",
    domain('sweep_rules = { { name = "x", codes = "bc:10", low_treshold = 3 } }'),
    'did you mean "low_threshold"?',
  ],
  [
    "E_SWEEP_CODE",
    domain('sweep_rules = { { name = "x", codes = { "bc:ten" } } }'),
    'write "bc:" and the number of a bounce class, e.g. "bc:10", or "fbl:" and a category, e.g. "fbl:abuse"',
  ],
  [
    "E_SWEEP_SHAPE",
    domain('sweep_rules = { name = "x", codes = "bc:10" }'),
    "put each rule into braces of its own: { { name = … } }",
  ],
  ["E_ALIAS_CHAIN", custom('{ a = {}, b = "a", c = "b" }'), 'name "a" itself'],
  ["E_ALIAS_CHAIN", custom('{ a = "b", b = "a" }'), "the two name each other: give one of them a table"],
  ["E_ALIAS_DANGLING", custom('{ a = "b" }'), 'add a table for "b", or name a domain that has one'],
  [
    "E_RESPONSES_SHAPE",
    domain('responses = { code = "^421", trigger = "1" }'),
    "put the rule into braces of its own: responses = { { code = … } }",
  ],
  ["E_RULE_FIELD", rule('code = "^421", trigger = "1", actions = {}'), 'did you mean "action"?'],
  ["E_RULE_FIELD", rule('codes = "^421", trigger = "1", action = {}'), 'did you mean "code"?'],
  [
    "E_RULE_FIELD",
    rule('code = "^421", trigger = "1", action = {}, comment = ""'),
    "the fields of a rule are code, trigger, action, message, phase, observe",
  ],
  [
    "E_RULE_CODE",
    rule('trigger = "1", action = {}'),
    'write code = "^421 .*busy", a pattern for the reply text',
  ],
  ["E_RULE_ACTION", rule('code = "^421", trigger = "1"'), 'write action = {"suspend", "2 hours"}'],
  ["E_TRIGGER_SYNTAX", rule('code = "^421", trigger = "5", action = {}'), TRIGGER],
  ["E_TRIGGER_MISSING", rule('code = "^421", action = {}'), 'add trigger = "1"'],
  ["E_TRIGGER_NUMBER", rule('code = "^421", trigger = 1, action = {}'), 'write "1"'],
  [
    "E_TRIGGER_ONE_SECOND",
    rule('code = "^421", trigger = "1/1", action = {}'),
    'write "1" if every match should fire',
  ],
  ["E_ACTION_UNKNOWN", action('{"suspnd", "1 hour"}'), 'did you mean "suspend"?'],
  ["E_ACTION_UNKNOWN", action('{"Throttle", "down"}'), 'did you mean "throttle"?'],
  [
    "E_ACTION_UNKNOWN",
    action('{"bounce", "1"}'),
    "the actions are suspend, blackhole, throttle, greylisted, warmup, reduce_connections, reduce_deliveries, transcode",
  ],
  ["E_ACTION_ARGUMENT", action('{"suspend", "1h"}'), DURATION],
  [
    "E_ACTION_ARGUMENT",
    action('{"throttle", "up"}'),
    'write {"throttle", "down"}; there is no other direction',
  ],
  ["E_ACTION_ARGUMENT", action('{"warmup", "x"}'), "write the new age of the binding in seconds, e.g. 86400"],
  [
    "E_ACTION_ARGUMENT",
    action('{"reduce_connections", 0}'),
    "write a whole number of connections to take away, at least 1",
  ],
  [
    "E_ACTION_ARGUMENT",
    action('{"transcode", "250"}'),
    'write a reply code from 400 to 599, e.g. "454", or a whole reply that begins with one',
  ],
  [
    "E_ACTION_FLAT",
    action('{"suspend", "1 hour", "greylisted", "1 hour"}'),
    "put each action into braces of its own",
  ],
  [
    "E_ACTION_NO_DEFAULT",
    action('{"throttle", "down"}'),
    "set outbound_throttle_messages in this domain's configuration, or in ecelerity.conf",
  ],
  ["E_WARMUP_UNIT", action('{"warmup", "2 days"}'), "write 172800"],
  ["E_CONFIG_OPTION", option("max_outbound_connection = 1"), "did you mean max_outbound_connections?"],
  ["E_CONFIG_OPTION", option("max_retry = 1"), "did you mean max_retries?"],
  ["E_CONFIG_PREFIX", option("adaptive_max_retries = 1"), "write max_retries"],
  [
    "E_CONFIG_UNMANAGED",
    option("idle_timeout = 1"),
    "add it to adaptive_manage_options in the configuration, or remove it",
  ],
  ["E_CONFIG_VALUE", option("max_retries = -1"), "write a number of at least 0"],
  ["E_CONFIG_VALUE", option("max_retries = {2, 1}"), "write {lowest, highest}, both at least 0"],
  [
    "E_CONFIG_VALUE",
    option('max_retries = "few"'),
    "write a number, a range such as {5, 20}, or a function (current, last, age, count) -> number",
  ],
  ["E_CONFIG_SHAPE", domain("configuration = 1"), "write configuration = { option = value }"],
  ["E_CODE_DOT", pattern("^421 4.7.0"), 'write "\\\\." for a dot'],
  [
    "E_CODE_PARENTHESES",
    pattern("busy (later)"),
    'write "\\\\(later\\\\)" for parentheses, or leave them out',
  ],
  ["E_CODE_BLANK", pattern("^421 "), "remove the blank"],
  ["E_CODE_DIGITS", pattern("452"), 'write "^452[ -]" for the reply code'],
  ["E_CODE_COST", pattern("(?:a+)+$"), "avoid a repeat inside a repeat, such as (a+)+"],
  ["E_SCRIPT_GLOBAL", `rules = {}\n${custom("rules")}`, "write local rules"],
]

describe("remedies", () => {
  test.each(rows)("%s in %j", (code, text, hint) => {
    const found = load({ "custom.lua": text }).findings.find((finding) => finding.code === code)
    expect(found?.hint).toBe(hint)
  })

  test("of a merge", () => {
    const base = system('{ a = { configuration = { max_retries = 1 } }, b = "a", c = {} }')
    const script = custom('{ a = { configuration = { max_retries = 2 } }, b = {}, c = "a" }')
    const { findings } = load({ "adaptive_rules.lua": base, "custom.lua": script })
    expect(findings.map(({ code, hint }) => `${code}: ${hint}`).sort()).toEqual([
      'E_ALIAS_COPY: register the rules for "a" if all its aliases should have them',
      'E_ALIAS_KEPT: register a table for it, or the whole set with "replace"',
      "E_CONFIG_KEPT: an augmenting script adds options, it does not change them; change the value there",
    ])
  })
})
