/** Every fixture against its header: all findings with place and text, in order, and what is left of the rules. */
import { describe, expect, test } from "vitest"
import { CODES } from "../../src/errors.js"
import { describeLoaded, fixtureNames, readFixture } from "./fixtures.js"

const names = fixtureNames()

describe("fixtures", () => {
  test.each(names)("%s", (name) => {
    const fixture = readFixture(name)
    const { findings, counts, loaded } = describeLoaded(fixture)
    expect(findings).toEqual(fixture.expected)
    expect(counts).toBe(fixture.counts)
    for (const { code, severity, hint } of loaded.findings) {
      expect(severity).toBe(CODES[code].severity)
      expect(hint, `a hint for ${code}`).not.toBe("")
    }
    expect(findings.length > 0).toBe(name.endsWith(".bad.lua"))
  })
})
