/**
 * Configurations as they stand in the manual, character for character, and one
 * of a whole installation: they load, and say what is written in them.
 */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import type { Configuration } from "../../src/config/configuration.js"
import { loadFixture, loadText, MODULES, rendered } from "./loading.js"

const SEED = fileURLToPath(new URL("../testdata/config/seed/", import.meta.url))
const sample = (name: string): string => readFileSync(`${SEED}${name}.conf`, "utf8")

/** The sample inside what it needs. */
function loadSample(name: string, around = (text: string) => text): Configuration {
  const loaded = loadText(`${MODULES}${around(sample(name))}`)
  expect(loaded.diagnostics.filter(({ code }) => code !== "E_CONF_CURLY")).toEqual([])
  return loaded.configuration
}

const at = (binding: string, domain: string, group = "") => ({ group, binding, domain })

describe("samples of the manual", () => {
  test("the module", () => {
    const { ok, diagnostics, configuration } = loadText(sample("module").replace("  ...\n", ""))
    expect({ ok, diagnostics }).toEqual({ ok: true, diagnostics: [] })
    const texts = ["adaptive_enabled", "adaptive_notification_interval", "adaptive_adjustment_interval"]
    expect(texts.map((option) => configuration.lookup(at("b", "d"), option))).toEqual(["true", "5", "10"])
    const settings = [...(configuration.module("adaptive")?.values() ?? [])].map(({ name, text }) => [
      name,
      text,
    ])
    expect(Object.fromEntries(settings)).toEqual({
      suspend_sweep_interval: "5",
      operational_log_level: "debug",
      jlog_file: "jlog:///var/log/ecelerity/adaptive.rt=>ad_stats",
      enable_jlog: "false",
    })
    expect(configuration.module("inbound_audit")?.get("monitors")?.text).toBe('("300,6")')
    expect(configuration.scripts).toEqual([{ text: "msys.adaptive", file: "ecelerity.conf", line: 17 }])
  })

  test("the dots that stand for more scripts are told, and nothing else", () => {
    expect(
      rendered(loadText(sample("module"))),
    ).toBe(`ecelerity.conf:19:3: error[E_CONF_SYNTAX]: ... says nothing: = or { is wanted after it
    ...
    ^
  hint: write NAME = VALUE, or NAME { … }; several words are written as a list, ( one two )
`)
  })

  test("values of several lines, of one word, of several", () => {
    const module = (text: string): string => `adaptive {\n${text}}\n`
    expect(loadSample("data-store", module).lookup(at("", ""), "data_store")).toBe(
      '("http://127.0.0.1:8098" "http://192.168.1.10:8098" "http://192.168.1.11:8098" ' +
        '"http://192.168.1.12:8098" "http://192.168.1.13:8098")',
    )
    expect(loadSample("unmanage", module).lookup(at("", ""), "adaptive_unmanage_options")).toBe(
      '("outbound_throttle_messages")',
    )
    expect(loadSample("notification").lookup(at("b", "d"), "adaptive_notification_events")).toBe(
      "(throttle suspension blackhole)",
    )
  })

  test("a domain, a binding", () => {
    const bounds = loadSample("bounds")
    const option = "adaptive_max_deliveries_per_connection"
    expect(bounds.lookup(at("b", "Example.COM"), option)).toBe("(20 80)")
    expect(bounds.lookup(at("b", "example.net"), option)).toBeNull()
    const alert = loadSample("alert")
    expect(alert.lookup(at("customer-1", "d"), "adaptive_alert_email_destination")).toBe(
      "[email\u00a0protected]",
    )
    expect(alert.lookup(at("customer-2", "d"), "adaptive_alert_email_destination")).toBeNull()
  })

  const rules = (configuration: Configuration, binding: string, domain: string): string[] =>
    configuration
      .sweepRules(at(binding, domain))
      .map(
        ({ name, scope, enabled, codes, low, high }) =>
          `${name} [${scope}]${enabled ? "" : " off"}: ${codes.join(" ")}; ${low.percent} ${low.words.join(" ")}; ${high.percent} ${high.words.join(" ")}`,
      )

  const DEFAULT_BOUNCE = "default_bounce_rule []: bc:10 bc:24; 3 throttle down; 10 suspend 4 hours"
  const DEFAULT_FBL = "default_fbl_rule []: fbl:abuse; 0.2 throttle down; 0.5 suspend 4 hours"

  test("sweep rules switched off for a binding and on for a domain of it", () => {
    const configuration = loadSample("switches")
    expect(rules(configuration, "binding1", "domain1")).toEqual([
      "rule1 [binding binding1] off: bc:24; 5 throttle down; 10 suspend 4 hours",
      "rule2 [binding binding1 domain domain1]: bc:10; 5 throttle down; 10 suspend 4 hours",
      DEFAULT_FBL,
    ])
    expect(rules(configuration, "binding1", "domain2")).toEqual([
      "rule1 [binding binding1] off: bc:24; 5 throttle down; 10 suspend 4 hours",
    ])
    expect(rules(configuration, "binding2", "domain1")).toEqual([DEFAULT_BOUNCE, DEFAULT_FBL])
  })

  test("sweep rules of the global scope and of two domains, in mixed quotes", () => {
    const configuration = loadSample("sweep-rules")
    const fbl = "fbl []: fbl:abuse; 0.2 throttle down; 0.5 suspend 4 hours"
    expect(rules(configuration, "b", "yahoo.com")).toEqual([
      fbl,
      "y [domain yahoo.com]: bc:10 bc:20; 5 throttle down; 10 suspend 4 hours",
    ])
    expect(rules(configuration, "b", "hotmail.com")).toEqual([
      fbl,
      "x [domain hotmail.com]: bc:10; 2 throttle down; 7 suspend 4 hours",
    ])
    expect(rules(configuration, "b", "gmail.com")).toEqual([fbl, DEFAULT_BOUNCE])
  })

  test("the default rules, written out", () => {
    expect(rules(loadSample("default-rules"), "b", "d")).toEqual([DEFAULT_BOUNCE, DEFAULT_FBL])
  })

  test("typographic quotes are told once a file, at the first", () => {
    const { diagnostics } = loadText(`${MODULES}${sample("default-rules")}`)
    expect(diagnostics.map(({ code, line, column, message }) => [code, line, column, message])).toEqual([
      ["E_CONF_CURLY", 4, 18, "a typographic quote or blank (and 13 more): it is read as the plain one"],
    ])
  })
})

describe("the fallback, as the manual explains it", () => {
  const { configuration } = loadText(`
    max_outbound_connections = 30
    domain "x.com" { max_outbound_connections = 20 }
    binding_group "g" {
      max_outbound_connections = 5
      domain "x.com" { max_outbound_connections = 7 }
      binding "b" { max_outbound_connections = 15 }
      binding "c" {}
    }
    binding "d" {}`)

  test.each([
    ["b", "x.com", "7"],
    ["b", "y.com", "15"],
    ["c", "x.com", "7"],
    ["c", "y.com", "5"],
    ["d", "x.com", "20"],
    ["d", "y.com", "30"],
  ])("%s::%s", (binding, domain, value) => {
    expect(configuration.lookup(at(binding, domain), "max_outbound_connections")).toBe(value)
  })
})

describe("a whole installation", () => {
  const { ok, diagnostics, configuration, sources } = loadFixture("realistic.good.conf")
  const text = (binding: string, domain: string, option: string) =>
    configuration.lookup(at(binding, domain), option)

  test("nothing is said about it", () => expect({ ok, diagnostics }).toEqual({ ok: true, diagnostics: [] }))

  test("its files, in the order of reading", () => {
    expect(sources.map(({ file }) => file)).toEqual([
      "realistic.good.conf",
      "realistic/conf.d/10-bindings.conf",
      "realistic/per-binding/domains.conf",
      "realistic/conf.d/20-adaptive.conf",
      "realistic/local-changes.conf",
    ])
  })

  test.each([
    ["generic", "a.test", "adaptive_attempt_threshold", "500"],
    ["trans", "a.test", "adaptive_attempt_threshold", null],
    ["trans", "GMAIL.com", "max_outbound_connections", "40"],
    ["generic", "gmail.com", "max_outbound_connections", null],
    ["marketing", "yahoo.com", "max_outbound_connections", "12"],
    ["marketing", "yahoo.com", "adaptive_max_outbound_connections", "(2 40)"],
    ["marketing", "yahoo.com", "gateway", "relay.example.net"],
    ["lone", "www.outlook.com", "max_outbound_connections", "4"],
    ["lone", "a.test", "outbound_throttle_messages", "3600/3600"],
    ["lone", "a.test", "adaptive_fbl_volume_threshold", "10000"],
    ["lone", "a.test", "received_hostname", `\${HOSTNAME}.example.net`],
    ["lone", "a.test", "relaying_response", '550 5.7.1 "relaying" denied'],
    ["lone", "a.test", "mailstore_paths", String.raw`("C:\mail" "D:\mail\new")`],
    ["lone", "a.test", "mx_ranges", '(("10.0.0.1" "10.0.0.9") ("10.0.1.1" "10.0.1.9"))'],
    ["lone", "a.test", "spool_mode", "0644"],
    ["lone", "a.test", "growth_factors", "[low = 1.5 high = 2.0]"],
  ] as const)("%s::%s %s", (binding, domain, option, value) =>
    expect(text(binding, domain, option)).toBe(value),
  )

  test("modules, scripts and bounce classes", () => {
    expect(configuration.scripts.map(({ text }) => text)).toEqual([
      "msys.boot",
      "/opt/msys/ecelerity/etc/lua/policy.lua",
      "msys.adaptive",
    ])
    expect([...configuration.customClasses]).toEqual([[99, "profanity"]])
    expect(configuration.module("outbound_audit", "outbound_audit1")?.get("threshold")?.text).toBe("100")
    expect(configuration.lookup(at("", ""), "operational_log_level")).toBe("notice")
  })
})
