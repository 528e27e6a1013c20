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
