/**
 * Three ways to the same answer: the RegExp, the engine's plain program and its memo
 * program. They share the parser and nothing else.
 */
import fc from "fast-check"
import { expect, test } from "vitest"
import { Engine } from "../../src/pcre/engine.js"
import { compilePattern, describePattern } from "../../src/pcre/index.js"
import { parsePattern } from "../../src/pcre/parse.js"
import {
  type Choose,
  fromTape,
  randomPattern,
  randomReply,
  randomRule,
  randomSubject,
} from "./random-pattern.js"

const tape = fc.array(fc.nat(10_000), { maxLength: 300 })

function agree(pattern: (choose: Choose) => string, subject: (choose: Choose) => string) {
  return fc.property(tape, tape, (patternTape, subjectTape) => {
    const source = pattern(fromTape(patternTape))
    const text = subject(fromTape(subjectTape))
    const result = compilePattern(source)
    fc.pre(result.ok)
    const engine = new Engine(parsePattern(source))
    const spans = engine.search(text, 0)
    expect(engine.search(text, 0, 0)).toEqual(spans)
    const found = result.pattern.exec(text)
    if (spans === "limit") return
    expect(result.pattern.test(text)).toBe(spans !== undefined)
    expect(found === null).toBe(spans === undefined)
    if (spans === undefined || found === null || found === "limit") return
    expect([found.index, found.end]).toEqual([spans[0], spans[1]])
    expect(found.groups.length).toBe(result.pattern.groupCount + 1)
    found.groups.forEach((group, i) => {
      const start = spans[2 * i] as number
      expect(group).toBe(start < 0 ? undefined : text.slice(start, spans[2 * i + 1]))
    })
  })
}

test("on random patterns and subjects", () => {
  fc.assert(
    agree(randomPattern, (choose) => randomSubject(choose, 12)),
    { numRuns: 4000 },
  )
})

test("on rules and replies", () => {
  fc.assert(agree(randomRule, randomReply), { numRuns: 3000 })
})

test("required literals and codes are in every match", () => {
  fc.assert(
    fc.property(tape, tape, fc.boolean(), (patternTape, subjectTape, rule) => {
      const source = (rule ? randomRule : randomPattern)(fromTape(patternTape))
      const choose = fromTape(subjectTape)
      const text = rule ? randomReply(choose) : randomSubject(choose, 12)
      const result = compilePattern(source)
      fc.pre(result.ok && result.pattern.test(text) === true)
      const { clauses, codes } = describePattern(result.pattern).facts
      const folded = text.replaceAll("\u212a", "k").replaceAll("\u017f", "s").toLowerCase()
      for (const clause of clauses) expect(clause.some((literal) => folded.includes(literal))).toBe(true)
      if (codes && /^[0-9]{3}/.test(text)) {
        const code = Number(text.slice(0, 3))
        expect(codes.some((lo, i) => i % 2 === 0 && lo <= code && code <= (codes[i + 1] as number))).toBe(
          true,
        )
      }
    }),
    { numRuns: 1500 },
  )
})
