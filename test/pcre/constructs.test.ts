import { describe, expect, test } from "vitest"
import { Engine } from "../../src/pcre/engine.js"
import { compilePattern, describePattern, hydratePattern, type MatchOutcome } from "../../src/pcre/index.js"
import { parsePattern } from "../../src/pcre/parse.js"
import { CONSTRUCTS } from "./constructs.js"

function compiled(pattern: string) {
  const result = compilePattern(pattern)
  if (!result.ok) throw new Error(`${pattern}: ${result.error.message}`)
  return result.pattern
}

function asRow(outcome: MatchOutcome): unknown {
  return outcome === null ? [-1, []] : outcome === "limit" ? outcome : [outcome.index, outcome.groups]
}

describe("what constructs mean", () => {
  test.each(CONSTRUCTS)("%j on %j", (pattern, subject, index, groups) => {
    const found = compiled(pattern)
    expect(asRow(found.exec(subject))).toEqual([index, groups])
    expect(found.test(subject)).toBe(index >= 0)
  })

  test.each(CONSTRUCTS)("%j on %j, by the engine", (pattern, subject, index, groups) => {
    for (const patience of [20_000, 0]) {
      const spans = new Engine(parsePattern(pattern)).search(subject, 0, patience)
      if (spans === "limit" || spans === undefined) expect([spans, index]).toEqual([undefined, -1])
      else {
        const texts = groups.map((_, i) => {
          const start = spans[2 * i] as number
          return start < 0 ? undefined : subject.slice(start, spans[2 * i + 1])
        })
        expect([spans[0], texts]).toEqual([index, groups])
      }
    }
  })

  test.each(CONSTRUCTS)("%j on %j, as a plain RegExp", (pattern, subject, index, groups, plainRegExp) => {
    let plain: string
    try {
      const match = new RegExp(pattern).exec(subject)
      const row = match ? [match.index, [...match]] : [-1, []]
      plain = JSON.stringify(row) === JSON.stringify([index, groups]) ? "same" : "differs"
    } catch {
      plain = "throws"
    }
    expect(plain).toBe(plainRegExp)
  })
})

describe("exec", () => {
  test("searches from a position, and looks behind it", () => {
    const found = compiled("(?<=a)b")
    expect(found.exec("abab", 0)).toMatchObject({ index: 1, end: 2 })
    expect(found.exec("abab", 1)).toMatchObject({ index: 1, end: 2 })
    expect(found.exec("abab", 2)).toMatchObject({ index: 3, end: 4 })
    expect(found.exec("abab", 5)).toBeNull()
  })

  test("keeps ^ at the start of the subject and \\G at the start of the search", () => {
    expect(compiled("^a").exec("aa", 1)).toBeNull()
    expect(compiled("\\Ga").exec("ba", 1)).toMatchObject({ index: 1 })
  })

  test("says where named groups are", () => {
    const found = compiled("(?<code>\\d+)-(?P<text>.*)")
    expect(found.groupCount).toBe(2)
    expect(found.groupNames).toEqual([
      ["code", 1],
      ["text", 2],
    ])
  })

  test("gives positions in UTF-16 units", () => {
    expect(compiled("b").exec("😀b")).toMatchObject({ index: 2, end: 3 })
    expect(compiled("(?<=.)b(.)").exec("😀b😀")).toEqual({ index: 2, end: 5, groups: ["b😀", "😀"] })
  })

  test("takes a lone surrogate of a subject for a character", () => {
    expect(compiled("^.$").exec("\ud800")).toMatchObject({ index: 0, end: 1 })
  })
})

describe("patterns as plain data", () => {
  test("cross a thread border and match as before", () => {
    for (const [pattern, subject, index, groups] of CONSTRUCTS) {
      const original = compiled(pattern)
      const copy = hydratePattern(structuredClone(describePattern(original)))
      expect(asRow(copy.exec(subject))).toEqual([index, groups])
      expect([copy.source, copy.groupCount, copy.cost]).toEqual([pattern, original.groupCount, original.cost])
    }
  })
})
