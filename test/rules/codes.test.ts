/** Every code of the catalogue is reported by the program and expected by a fixture or a test. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import { CODES } from "../../src/errors.js"
import { fixtureNames, readFixture } from "./fixtures.js"

const ROOT = fileURLToPath(new URL("../../", import.meta.url))

function textsBelow(folder: string, ending: string): string {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending) && !name.endsWith("errors.ts"))
    .map((name) => readFileSync(join(ROOT, folder, name), "utf8"))
    .join("\n")
}

const source = textsBelow("src", ".ts")
const tests = textsBelow("test", ".ts") + textsBelow("test/testdata/config", ".txt")
const expectations = fixtureNames().flatMap((name) => readFixture(name).expected)

describe("the catalogue", () => {
  test.each(Object.keys(CODES))("%s is reported and tested", (code) => {
    expect(source.includes(`"${code}"`), `nothing reports ${code}`).toBe(true)
    const isExpected = expectations.some((line) => line.startsWith(`${code} `))
    expect(isExpected || tests.includes(code), `no fixture or test expects ${code}`).toBe(true)
  })

  test("names a subject and a fault, and says in one line what is meant", () => {
    for (const [code, { summary }] of Object.entries(CODES)) {
      expect(code).toMatch(/^E_[A-Z]+(_[A-Z]+)+$/)
      expect(summary).toMatch(/^[^\n]{10,100}$/)
    }
  })
})
