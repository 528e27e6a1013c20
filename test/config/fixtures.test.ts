/**
 * Every `NAME.bad.conf` of test/testdata/config says exactly what stands in its
 * `NAME.bad.txt`, as an operator reads it; every `NAME.good.conf` says nothing.
 */
import { describe, expect, test } from "vitest"
import { CODES } from "../../src/errors.js"
import { expectedOf, fixtureNames, loadFixture, rendered } from "./loading.js"

describe("findings", () => {
  test.each(fixtureNames("bad"))("%s", (name) => {
    const loaded = loadFixture(name)
    expect(rendered(loaded)).toBe(expectedOf(name))
    expect(loaded.diagnostics.length, "a fixture that finds nothing is no bad one").toBeGreaterThan(0)
    for (const { code, severity, hint } of loaded.diagnostics) {
      expect(severity).toBe(CODES[code].severity)
      expect(hint, `a hint for ${code}`).not.toBe("")
    }
    expect(loaded.ok).toBe(loaded.diagnostics.every(({ severity }) => severity !== "error"))
  })

  test.each(fixtureNames("good"))("%s", (name) => {
    const loaded = loadFixture(name)
    expect(rendered(loaded)).toBe("")
    expect(loaded.ok).toBe(true)
  })

  test("every code of configurations and sweep rules has a fixture", () => {
    const told = new Set(
      fixtureNames("bad").flatMap((name) => loadFixture(name).diagnostics.map(({ code }) => code)),
    )
    const codes = Object.keys(CODES).filter((code) => /^E_(CONF|SWEEP)_/.test(code))
    expect(codes.filter((code) => !told.has(code as keyof typeof CODES))).toEqual([])
  })
})
