import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { type CompiledPattern, compilePattern, createFirstMatch } from "../../src/pcre/index.js"
import { fromTape, randomReply, randomRule } from "./random-pattern.js"

function compileAll(sources: readonly (string | null)[]): (CompiledPattern | null)[] {
  return sources.map((source) => {
    const result = source === null ? null : compilePattern(source)
    return result?.ok ? result.pattern : null
  })
}

function linear(patterns: readonly (CompiledPattern | null)[], subject: string): number {
  return patterns.findIndex((pattern) => pattern?.test(subject) === true)
}

describe("first match", () => {
  test.each([
    ["order decides, not the place in the text", ["rate limit", "blocked"], "421 blocked by rate limit", 0],
    ["a later rule with an earlier literal", ["^550 .*spam", "blocked"], "550 blocked as spam", 0],
    ["a disabled rule keeps its place", [null, "blocked"], "550 blocked", 1],
    ["nothing fits", ["^421 busy", "blocked"], "250 ok", -1],
    ["no rules", [], "421 busy", -1],
    ["only disabled rules", [null, null], "421 busy", -1],
    ["a rule without a literal is always tried", ["busy now", "^4\\d\\d"], "421 later", 1],
    ["and left out by its code", ["^4\\d\\d", "^5\\d\\d"], "550 later", 1],
    ["a subject that does not begin with a code", ["^5\\d\\d", "^O", "x"], "OFR_999", 1],
    ["a code from alternatives", ["^(421|451) ", "^45[02]"], "452 full", 1],
    ["an empty subject", ["a", "^$"], "", 1],
    ["the empty pattern", [""], "anything", 0],
    ["three letters are enough", ["xyz", "IP1"], "550 your IP1 is listed", 1],
    ["two are tried without a filter", ["IP"], "550 your IP is listed", 0],
    ["case counts", ["Blocked", "blocked"], "550 blocked", 1],
    ["unless it is switched off", ["(?i)BLOCKED"], "550 blocked", 0],
    ["the Kelvin sign is a k", ["(?i)blocked"], "550 bloc\u212aed", 0],
    ["and the long s an s", ["(?i)spam mail"], "550 \u017fpam mail", 0],
    ["but not where case counts", ["blocked"], "550 bloc\u212aed", -1],
    ["literals beyond ASCII", ["bloqué par", "refusé"], "550 refusé", 1],
    ["characters of two units", ["^550 .😀$", "😀"], "550 x😀", 0],
    ["a line end before the end", ["now$"], "421 busy now\n", 0],
    ["a literal at the very end", ["tail"], "421 the tail", 0],
    ["brackets are not braces", ["\\{TS03\\}", "\\[TS03\\]"], "421 [TS03]", 1],
    ["one text, several rules", ["^421 .*blocked", "^5.*blocked", "blocked"], "450 blocked", 2],
    ["alternatives of one rule", ["(alpha|bravo|charlie) refused"], "550 charlie refused", 0],
    ["a literal seen ahead only", ["^421(?=.*quota)"], "421 over quota", 0],
    ["a literal not to be seen", ["^421(?!.*quota)"], "421 over quota", -1],
  ] as const)("%s", (_, sources, subject, index) => {
    const patterns = compileAll(sources)
    expect(linear(patterns, subject)).toBe(index)
    expect(createFirstMatch(patterns).find(subject)).toBe(index)
  })

  test("equals a walk in order on random rules and replies", () => {
    const tape = fc.array(fc.nat(10_000), { maxLength: 60 })
    fc.assert(
      fc.property(
        fc.array(tape, { maxLength: 40 }),
        fc.array(
          fc.oneof(
            tape.map((one) => randomReply(fromTape(one))),
            fc.string({ unit: "grapheme" }),
          ),
          {
            maxLength: 10,
          },
        ),
        (rules, replies) => {
          const patterns = compileAll(rules.map((one) => randomRule(fromTape(one))))
          const first = createFirstMatch(patterns)
          for (const reply of replies) {
            const index = first.find(reply)
            expect(index).toBe(linear(patterns, reply))
            const candidates = first.candidates(reply)
            expect(candidates).toEqual([...new Set(candidates)].sort((a, b) => a - b))
            patterns.forEach((pattern, i) => {
              if (pattern?.test(reply)) expect(candidates).toContain(i)
            })
          }
        },
      ),
      { numRuns: 400 },
    )
  })

  test("tries no rule whose literal is absent", () => {
    const tokens = Array.from({ length: 3000 }, (_, i) => `QX${1000 + i}`)
    const first = createFirstMatch(
      compileAll([...tokens.map((token) => `^421 .*\\[${token}\\]`), "^5\\d\\d"]),
    )
    expect(first.candidates("421 deferred [QX1234] for now")).toEqual([234])
    expect(first.candidates("550 refused [QX1234] for good")).toEqual([3000])
    expect(first.candidates("421 nothing of the kind")).toEqual([])
  })

  test("serves subjects of any length, one after the other", () => {
    const first = createFirstMatch(compileAll(["needle here", "^4"]))
    for (const length of [0, 1, 2, 3, 4, 5, 100, 2040, 2041, 2048, 40_000, 100_000, 7]) {
      const filler = "x".repeat(length)
      expect([length, first.find(`${filler}needle here`)]).toEqual([length, 0])
      expect([length, first.find(`${filler}needle her`)]).toEqual([length, -1])
    }
  })

  test("tells of a pattern that gave up, and goes on", () => {
    const told: [number, string][] = []
    const patterns = compileAll(["(?:(a)|a)*\\1c|b", "a"])
    const first = createFirstMatch(patterns, { onLimit: (index, subject) => told.push([index, subject]) })
    const subject = "a".repeat(500)
    expect(first.find(subject)).toBe(1)
    expect(told).toEqual([[0, subject]])
  })
})
