/** The JSON reader and writer against JavaScript's own. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { parseJson } from "../../src/lua/msys/json/parse.js"
import { type Json, JsonArray, JsonObject, toText } from "../../src/lua/msys/json/value.js"

const SEED = { seed: 20240101, numRuns: 2000 }

/** One char per byte, as this room reads text. */
const bytes = (text: string): string => Buffer.from(text, "utf8").toString("latin1")
const text = (bytes: string): string => Buffer.from(bytes, "latin1").toString("utf8")

function plain(value: Json): unknown {
  if (typeof value === "string") return text(value)
  if (value instanceof JsonArray) return value.items.map(plain)
  if (!(value instanceof JsonObject)) return value
  return Object.fromEntries([...value.fields].map(([name, field]) => [text(name), plain(field)]))
}

const value = fc.jsonValue({ maxDepth: 8 })

test("what JavaScript writes is read", () => {
  fc.assert(
    fc.property(value, fc.constantFrom(0, 2), (value, indent) => {
      const written = JSON.stringify(value, null, indent)
      const result = parseJson(bytes(written))
      expect(result.ok && plain(result.value)).toEqual(JSON.parse(written))
    }),
    SEED,
  )
})

test("what is written, JavaScript reads", () => {
  fc.assert(
    fc.property(value, (value) => {
      const result = parseJson(bytes(JSON.stringify(value)))
      if (!result.ok) throw new Error(result.message)
      expect(JSON.parse(text(toText(result.value, 1e9)))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
    SEED,
  )
})

test("what JavaScript refuses is refused, and nothing throws", () => {
  const piece = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    '"',
    "\\",
    "u",
    "0",
    "1",
    "-",
    ".",
    "e",
    "true",
    "null",
    " ",
    '"a"',
    "x",
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const source = pieces.join("")
      let good = true
      try {
        JSON.parse(source)
      } catch {
        good = false
      }
      const result = parseJson(source)
      expect(result.ok).toBe(good)
      if (!result.ok) {
        expect(result.code).toBeGreaterThan(1)
        expect(result.message).toMatch(/ at offset \d+$/)
      }
    }),
    { ...SEED, numRuns: 20_000 },
  )
})
