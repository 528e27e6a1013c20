/** `config` for outbound_audit instances. Source: console.md section 4. */
import { describe, expect, test } from "vitest"
import { consoleReply } from "../../src/console/console.js"
import { Store } from "../../src/store/store.js"

function session(...lines: string[]): string[] {
  const store = new Store()
  store.audits.define("outbound_audit1", { monitors: [{ sizeSec: 300, count: 6 }], threshold: 100 })
  return lines.map((line) => {
    const { ok, text } = consoleReply(line, store)
    return ok ? text : `refused: ${text}`
  })
}
const on = (rest: string): string => `config ${rest.replace(" ", " outbound_audit outbound_audit1 ")}`

describe("config of an outbound_audit instance", () => {
  test.each([
    ["get threshold", "        Threshold = 100"],
    ["eval threshold", "Threshold = 100"],
    ["eval THRESHOLD", "Threshold = 100"],
    ["get monitor_domains", "Option 'Monitor_Domains' is not set in scope 'outbound_audit outbound_audit1'."],
    ["eval monitor_domains", "Monitor_Domains = on"],
    ["eval domainlist", 'Domainlist = ""'],
    ["eval monitors", "Monitors = (\n  300,6\n  )"],
    ["get monitors", "        Monitors = (\n          300,6\n          )"],
  ])("%s", (command, want) => {
    expect(session(on(command))).toEqual([want])
  })

  test.each([
    ["set threshold 50", "Threshold = 50", "eval threshold", "Threshold = 50"],
    ["set threshold = 50", "Threshold = 50", "eval threshold", "Threshold = 50"],
    ["set threshold=50", "Threshold = 50", "eval threshold", "Threshold = 50"],
    [
      "set monitor_domains disabled",
      "Monitor_Domains = disabled",
      "eval monitor_domains",
      "Monitor_Domains = off",
    ],
    [
      'set monitors = ( "300,6" "1800,4" )',
      "Monitors = (\n  300,6\n  1800,4\n  )",
      "eval monitors",
      "Monitors = (\n  300,6\n  1800,4\n  )",
    ],
    ["set monitors 60,10", "Monitors = (\n  60,10\n  )", "eval monitors", "Monitors = (\n  60,10\n  )"],
    [
      "set monitors ( \u201c300,6\u201d )",
      "Monitors = (\n  300,6\n  )",
      "eval monitors",
      "Monitors = (\n  300,6\n  )",
    ],
    [
      "set monitors (300,6 1800,4)",
      "Monitors = (\n  300,6\n  1800,4\n  )",
      "eval threshold",
      "Threshold = 100",
    ],
    [
      'set domainlist "A.com,b.com"',
      'Domainlist = "a.com,b.com"',
      "eval domainlist",
      'Domainlist = "a.com,b.com"',
    ],
    [
      "set domainlist a.com, b.com",
      'Domainlist = "a.com,b.com"',
      "eval domainlist",
      'Domainlist = "a.com,b.com"',
    ],
    [
      "unset threshold",
      '"Threshold" has been unset. Effective value is now:\n        Threshold = 0',
      "get threshold",
      "Option 'Threshold' is not set in scope 'outbound_audit outbound_audit1'.",
    ],
  ])("%s", (command, want, then, after) => {
    expect(session(on(command), on(then))).toEqual([want, after])
  })

  test.each([
    [
      on("set threshold many"),
      "Invalid value 'many' for Threshold; write a whole number of messages, 0 for every domain",
    ],
    [
      on("set threshold -1"),
      "Invalid value '-1' for Threshold; write a whole number of messages, 0 for every domain",
    ],
    [
      on("set threshold NaN"),
      "Invalid value 'NaN' for Threshold; write a whole number of messages, 0 for every domain",
    ],
    [
      on("set monitors 300;6"),
      expect.stringContaining("Invalid value '300;6' for Monitors; write ( \"SIZE,COUNT\""),
    ],
    [on("set monitors 0,6"), expect.stringContaining("Invalid value '0,6' for Monitors")],
    [on('set monitors ( "300,6" 60 )'), expect.stringContaining("Invalid value")],
    [on("set monitors ( 300,6 300,4 )"), expect.stringContaining("two monitors have windows of 300 seconds")],
    [on("set domainlist a@b.com"), expect.stringContaining("Invalid value 'a@b.com' for Domainlist")],
    [on("set monitor_domains maybe"), expect.stringContaining("write on or off")],
    [on("set thresold 5"), "Unknown option 'thresold'; did you mean 'threshold'?"],
    [
      on("get nonsense"),
      "Unknown option 'nonsense'; the options are monitors, monitor_domains, threshold, domainlist",
    ],
    [on("get threshold now"), "Unexpected 'now' at the end of the command"],
    ["config set outbound_audit other threshold 5", "No such instance 'other'; there is outbound_audit1"],
    ["config get outbound_audit", expect.stringContaining("Missing instance")],
    ["config get outbound_audit outbound_audit1", expect.stringContaining("Missing option")],
    ["config set outbound_audit outbound_audit1 threshold", expect.stringContaining("Missing value")],
    ["config get", expect.stringContaining("Missing option")],
    ["config shw", "Unknown command 'shw'; did you mean 'show'?"],
  ])("refused, and nothing changed: %s", (command, want) => {
    const [answer, monitors, threshold] = session(command, on("eval monitors"), on("eval threshold"))
    expect(answer?.replace(/^refused: /, "")).toEqual(want)
    expect(answer).toMatch(/^refused: /)
    expect([monitors, threshold]).toEqual(["Monitors = (\n  300,6\n  )", "Threshold = 100"])
  })
})
