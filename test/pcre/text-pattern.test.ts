/** A text that is looked for as it stands is found where the pattern that says the same is. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { createFirstMatch, TextPattern } from "../../src/pcre/index.js"

const letters = fc.constantFrom(..."aab1 -.ß", "слиш", "\u{1f4e7}")
const text = fc.string({ minLength: 1, maxLength: 6, unit: letters })
const subject = fc.string({ maxLength: 30, unit: letters })

const quoted = (one: string): string => one.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&")

test("at the beginning of a word, or anywhere; the first of many", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(text, fc.boolean()), { minLength: 1, maxLength: 12 }),
      fc.array(subject, { minLength: 1, maxLength: 8 }),
      (texts, subjects) => {
        const first = createFirstMatch(texts.map(([one, atWordStart]) => new TextPattern(one, atWordStart)))
        const regExps = texts.map(
          ([one, atWordStart]) => new RegExp(`${atWordStart ? "(?<![a-z0-9])" : ""}${quoted(one)}`),
        )
        for (const one of [...subjects, ...texts.map(([text]) => `b ${text}`)])
          expect(first.find(one)).toBe(regExps.findIndex((regExp) => regExp.test(one)))
      },
    ),
    { numRuns: 300 },
  )
})
