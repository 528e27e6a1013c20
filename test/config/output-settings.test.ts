/** What is written and where, from options; addresses and jlog files as they are written. Source: configuration.md section 3. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { globalOptions } from "../../src/config/global-options.js"
import { readOutputSettings } from "../../src/config/output-settings.js"
import { Settings } from "../../src/config/settings.js"
import { type JlogFile, parseJlogFile } from "../../src/model/jlog-file.js"
import { readAddresses } from "../../src/model/mail-addresses.js"

test("without options: a log at NOTICE, no records, no alerts", () => {
  expect(readOutputSettings(globalOptions([]))).toEqual({
    log: { directory: "/var/log/ecelerity/adaptive", least: "notice", isSplit: false },
    jlog: null,
  })
  expect(new Settings(globalOptions([])).uniform).toMatchObject({
    alertDestination: { addresses: [] },
    alertSender: { addresses: [] },
  })
})

test("every option", () => {
  const set = [
    "log_base=/logs",
    "operational_log_level=Debug",
    "split_logs_by_binding=yes",
    "enable_jlog=1",
    "jlog_file=jlog:///var/x.rt?subscribers=a,b",
  ]
  expect(readOutputSettings(globalOptions(set))).toEqual({
    log: { directory: "/logs", least: "debug", isSplit: true },
    jlog: { path: "/var/x.rt", subscribers: ["a", "b"] },
  })
  expect(readOutputSettings(globalOptions([...set, "enable_logging=off", "enable_jlog=off"]))).toEqual({
    log: null,
    jlog: null,
  })
  expect(readOutputSettings(globalOptions(["enable_jlog=on"])).jlog).toEqual({
    path: "/var/log/adaptive/adaptive.rt",
    subscribers: ["ad_stats"],
  })
})

test.each([
  ["operational_log_level=loud", 'operational_log_level cannot be "loud"'],
  ["jlog_file=/var/x.rt", 'jlog_file cannot be "/var/x.rt"'],
  ["split_logs_by_binding=perhaps", 'split_logs_by_binding cannot be "perhaps"'],
])("%s is refused", (assignment, message) => {
  expect(() => globalOptions([assignment])).toThrow(expect.objectContaining({ message }))
})

describe("jlog_file", () => {
  test.each<[text: string, file: JlogFile | null]>([
    ["jlog:///var/log/a.rt=>ad_stats", { path: "/var/log/a.rt", subscribers: ["ad_stats"] }],
    ["jlog:///a?subscribers=one", { path: "/a", subscribers: ["one"] }],
    ["jlog:///a?subscribers=one, two.2,t-3", { path: "/a", subscribers: ["one", "two.2", "t-3"] }],
    ["jlog:///a=>one,two", { path: "/a", subscribers: ["one", "two"] }],
    ["", null],
    ["/var/log/a.rt=>ad_stats", null],
    ["file:///var/log/a.rt=>ad_stats", null],
    ["jlog://var/log/a.rt=>ad_stats", null],
    ["jlog:///=>ad_stats", null],
    ["jlog:///var/=>ad_stats", null],
    ["jlog:///var/log/a.rt", null],
    ["jlog:///var/log/a.rt=>", null],
    ["jlog:///var/log/a.rt?subscribers=", null],
    ["jlog:///var/log/a.rt?subscribers=a,,b", null],
    ["jlog:///var/log/a.rt?subscribers=a,a", null],
    ["jlog:///var/log/a.rt?others=a", null],
    ["jlog:///var/log/a.rt=>a?subscribers=b", null],
    ["jlog:///var/log/a.rt=>../b", null],
    ["jlog:///var/log/a.rt=>.b", null],
    ["jlog:///var/log/a\n.rt=>b", null],
  ])("%j", (text, file) => {
    expect(parseJlogFile(text)).toEqual(file)
  })
})

describe("addresses", () => {
  test.each<[text: string, addresses: readonly string[], unusable: readonly string[]]>([
    ["ops@example.com", ["ops@example.com"], []],
    ["a@x.test b@x.test", ["a@x.test", "b@x.test"], []],
    ["a@x.test,b@x.test , c@x.test", ["a@x.test", "b@x.test", "c@x.test"], []],
    ['("a@x.test" "b@x.test")', ["a@x.test", "b@x.test"], []],
    ["<a@x.test>", ["a@x.test"], []],
    ["a@x.test a@x.test", ["a@x.test"], []],
    ["o'neil+ad=1@sub.x.test", ["o'neil+ad=1@sub.x.test"], []],
    ["ops@[192.0.2.1]", ["ops@[192.0.2.1]"], []],
    ["ops@bücher.test", ["ops@bücher.test"], []],
    ["", [], []],
    [" , ", [], []],
    ["ops", [], ["ops"]],
    ["@x.test a@x.test", ["a@x.test"], ["@x.test"]],
    ["a@b@x.test", [], ["a@b@x.test"]],
    ["a@x.test:25", [], ["a@x.test:25"]],
    ["a;b@x.test", [], ["a;b@x.test"]],
    ["a\u0000@x.test", [], ["a\u0000@x.test"]],
    ["[email protected]", [], ["[email", "protected]"]],
    [`${"a".repeat(65)}@x.test`, [], [`${"a".repeat(65)}@x.test`]],
    [`a@${"x".repeat(254)}`, [], [`a@${"x".repeat(254)}`]],
  ])("%j", (text, addresses, unusable) => {
    expect(readAddresses(text)).toEqual({ addresses, unusable })
  })

  test("nothing that is taken for an address can end a header or a command", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), fc.string({ unit: "binary" }), (a, b) => {
        for (const address of readAddresses(`${a}@${b}`).addresses)
          expect(address).toMatch(/^[^\s\p{Cc}<>,;()"\\]+$/u)
      }),
    )
  })
})
