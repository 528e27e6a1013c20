/** What is said twice, left empty or asked for without a scope: told, merged, or answered for what it is about. */
import { describe, expect, test } from "vitest"
import { askOption } from "../../src/config/ask.js"
import { globalOptions, SettingError } from "../../src/config/global-options.js"
import { NOWHERE } from "../../src/config/lookup.js"
import { configured } from "../console/configuring.js"

const BASE = 'adaptive {}\ninbound_audit { monitors = ("300,6") }\nalerting {}\nadaptive_enabled = on\n'
const errors = (text: string): string[] =>
  configured(`${text}\nscriptlet "s" { script "ad" { source = "msys.adaptive" } }`)
    .diagnostics.filter(({ severity }) => severity === "error")
    .map(({ message }) => message)

test("two monitors of one size are an error where they stand", () => {
  expect(errors(`${BASE}outbound_audit "o1" { monitors = ("300,6" "300,12") }`)).toHaveLength(1)
  expect(errors(`${BASE}outbound_audit "o1" { monitors = ("300,6" "60,12") }`)).toEqual([])
})

test("a colon separates names of bindings, groups may have one", () => {
  expect(errors(`${BASE}binding_group "a:b" { binding "c" {} }`)).toEqual([])
  expect(errors(`${BASE}binding "a:b" {}`)).toHaveLength(1)
})

test("of a script that is written twice the later source holds; scripts without names are several", () => {
  const script = (name: string, source: string): string => `script ${name} { source = "${source}" }`
  const scriptlet = (...scripts: string[]): string =>
    `${BASE}scriptlet "s" { ${script('"ad"', "msys.adaptive")} ${scripts.join(" ")} }`
  const sources = (text: string): string[] => configured(text).configuration.scripts.map(({ text }) => text)
  expect(sources(scriptlet(script('"mine"', "a.lua"), script('"mine"', "b.lua")))).toEqual([
    "msys.adaptive",
    "b.lua",
  ])
  expect(sources(scriptlet(script("", "a.lua"), script("", "b.lua")))).toEqual([
    "msys.adaptive",
    "a.lua",
    "b.lua",
  ])
})

describe("without a binding", () => {
  const { configuration } = configured(
    `${BASE}max_outbound_connections = 30\nbinding_group "default" { max_outbound_connections = 5 domain "x.com" { max_outbound_connections = 6 } }`,
  )
  const path = (...words: string[]): unknown =>
    askOption(configuration, ["get", ...words, "max_outbound_connections"].slice(1))?.value

  test("the global scope answers, not the default group", () => {
    expect(configuration.lookup(NOWHERE, "max_outbound_connections")).toBe("30")
    expect(path()).toBe(30)
    expect(path("domain", "x.com")).toBe(30)
    expect(path("binding_group", "default")).toBe(5)
    expect(path("binding", "any", "domain", "x.com")).toBe(6)
  })
})

describe("what a script asks for", () => {
  const { configuration } = configured(`${BASE}
outbound_audit "a1" { threshold = 50 monitors = ("60,2") }
adaptive { suspend_sweep_interval = 7 }
adaptive_sweep_rule "all" { codes = ("bc:10") low_threshold = 2 }
binding "b" { adaptive_sweep_rule "all" { codes = ("bc:10") adaptive_sweep_rule_enabled = 0 } }
`)
  test.each([
    [["outbound_audit", "a1", "threshold"], 50],
    [["outbound_audit", "a1", "monitor_domains"], true],
    [["outbound_audit", "a2", "threshold"], undefined],
    [["outbound_audit", "threshold"], undefined],
    [["adaptive", "suspend_sweep_interval"], 7],
    [["Alerting", "alerting_cache_ttl"], 3600],
    [["alerting", "nosuch"], undefined],
    [["adaptive_sweep_rule", "all", "low_threshold"], 2],
    [["binding", "c", "adaptive_sweep_rule", "all", "low_threshold"], 2],
    [["binding", "b", "adaptive_sweep_rule", "all", "low_threshold"], 5],
    [["binding", "b", "adaptive_sweep_rule", "all", "adaptive_sweep_rule_enabled"], false],
    [["binding", "c", "adaptive_sweep_rule", "nosuch", "low_threshold"], undefined],
  ] as const)("%j", (path, want) => {
    expect(askOption(configuration, path)?.value).toBe(want)
  })
})

describe("one of a kind", () => {
  test("custom classes: the last assignment holds, as of every option", () => {
    const override = (dictionary: string): string =>
      `bounce_classifier_override { custom_classes = ${dictionary} }\n`
    const { configuration } = configured(`${override('[ 77 = "A" ]')}${override('[ 78 = "B" ]')}`)
    expect([...configuration.customClasses]).toEqual([[78, "B"]])
  })

  test.each([
    ['inbound_audit { monitors = ("30,6" "x") }', /^monitors cannot be/],
    ['inbound_audit { monitors = ("30,6" "30,7") }', /^monitors cannot be/],
  ])("%s", (text, message) => {
    expect(configured(text).diagnostics[0]?.message).toMatch(message)
  })
})

test.each([
  ["adaptive_notification_events=suspenson", /suspension/],
  ["adaptive_manage_options=idle_timout", /idle_timeout/],
])("--set %s is refused with what was meant", (assignment, hint) => {
  expect(() => globalOptions([assignment])).toThrow(SettingError)
  try {
    globalOptions([assignment])
  } catch (error) {
    expect((error as SettingError).hint).toMatch(hint)
  }
})

test.each([
  [
    'domian "x.com" { adaptive_attempt_threshold = 5 }',
    /^option 'adaptive_attempt_threshold' is not valid in domian/,
  ],
  [
    'esmtp_listener { listen ":25" { adaptive_enabled = 1 } }',
    /^option 'adaptive_enabled' is not valid in listen/,
  ],
  ['domain "/x\\.com$" { max_outbound_connections = 5 }', /does not end with a slash/],
])("%s is an error", (stanza, message) => {
  expect(errors(`${BASE}${stanza}`)).toEqual([expect.stringMatching(message)])
})

test("foreign stanzas may hold whatever is not ours", () => {
  expect(
    errors(`${BASE}esmtp_listener { listen ":25" { adaptive_thing_of_theirs = 1 enable = true } }`),
  ).toEqual([])
})
