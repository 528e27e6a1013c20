/** `--set`, and configured values in the units that rules use. Source: cli.md; rule-files.md section 5. */
import { describe, expect, test } from "vitest"
import { globalOptions } from "../../src/config/global-options.js"
import { readTuned } from "../../src/config/values.js"
import { readSwitch } from "../../src/model/switch.js"

const SCOPE = { group: "default", binding: "b1", domain: "a.test" }

describe("--set", () => {
  test.each([
    ["max_retries=5", "max_retries", "5"],
    [" Max_Retries = 5 ", "max_retries", "5"],
    ["outbound_throttle_messages=1/60", "outbound_throttle_messages", "1/60"],
    ["adaptive_enabled=OFF", "adaptive_enabled", "OFF"],
    ["max_retries=5", "retry_interval", null],
  ])("%j gives %s %j", (assignment, option, value) => {
    expect(globalOptions([assignment]).lookup(SCOPE, option)).toBe(value)
  })

  test("the last of several wins", () => {
    expect(globalOptions(["max_retries=5", "max_retries=6"]).lookup(SCOPE, "max_retries")).toBe("6")
  })

  test.each([
    ["", '"" sets nothing'],
    ["max_retries", '"max_retries" sets nothing'],
    ["=5", '"=5" sets nothing'],
    ["max_retries= ", '"max_retries= " sets nothing'],
    ["max_retries=1=2", 'max_retries cannot be "1=2"'],
    ["max_retries=1e3", 'max_retries cannot be "1e3"'],
    ["max_retries=", '"max_retries=" sets nothing'],
    ["nonsense=1", 'unknown option "nonsense"'],
    ["toString=1", 'unknown option "tostring"'],
    ["adaptive_enabled=2", 'adaptive_enabled cannot be "2"'],
  ])("%j is refused", (assignment, message) => {
    expect(() => globalOptions([assignment])).toThrow(expect.objectContaining({ message }))
  })
})

test.each([
  ["true", true],
  ["On", true],
  ["yes", true],
  ["enabled", true],
  ["1", true],
  ["false", false],
  ["off", false],
  ["NO", false],
  ["disabled", false],
  ["0", false],
  ["", null],
  ["truely", null],
])("the switch %j is %j", (text, value) => {
  expect(readSwitch(text)).toBe(value)
})

test.each([
  ["outbound_throttle_messages", "1", 3600],
  ["outbound_throttle_messages", "0.5", 1800],
  ["outbound_throttle_messages", "100/3600", 100],
  ["outbound_throttle_messages", "1 / 7200", 0.5],
  ["outbound_throttle_messages", "0", 0],
  ["outbound_throttle_messages", "5/0", null],
  ["outbound_throttle_messages", "5/", null],
  ["outbound_throttle_messages", "-1", null],
  ["max_retries", "0", 0],
  ["max_retries", "2.5", 2.5],
  ["max_retries", "1/2", null],
  ["max_retries", "", null],
])("%s %j is %j", (option, text, value) => {
  expect(readTuned(option, text)).toBe(value)
})
