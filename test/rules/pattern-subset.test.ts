/** Which patterns are told apart as general and specific; and that the answer "always beaten" is never wrong. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { compilePattern } from "../../src/pcre/index.js"
import { alwaysBeats, plainStart } from "../../src/rules/pattern-subset.js"

const beats = (earlier: string, later: string): boolean => alwaysBeats(plainStart(earlier), plainStart(later))

test.each([
  ["554", { anchored: false, text: "554", whole: true }],
  ["^421 busy", { anchored: true, text: "421 busy", whole: true }],
  ["^421 4\\.7\\.0", { anchored: true, text: "421 4.7.0", whole: true }],
  ["^421 4\\.7\\.\\d", { anchored: true, text: "421 4.7.", whole: false }],
  ["^421[ -]", { anchored: true, text: "421", whole: false }],
  ["^421 .*busy", { anchored: true, text: "421 ", whole: false }],
  ["^421 x?", { anchored: true, text: "421 ", whole: false }],
  ["^421 x+", { anchored: true, text: "421 ", whole: false }],
  ["^421 x{0,2}", { anchored: true, text: "421 ", whole: false }],
  ["^421 (a|b)", { anchored: true, text: "421 ", whole: false }],
  ["^421 [|]", { anchored: true, text: "421 ", whole: false }],
  ["^421 \\|", { anchored: true, text: "421 |", whole: true }],
  ["^421|^450", { anchored: false, text: "", whole: false }],
  ["(^421|x)", { anchored: false, text: "", whole: false }],
  ["(?i)421", { anchored: false, text: "", whole: false }],
  ["\\Q421|\\E", { anchored: false, text: "", whole: false }],
  ["421$", { anchored: false, text: "421", whole: false }],
  ["421\\", { anchored: false, text: "421", whole: false }],
  ["", { anchored: false, text: "", whole: true }],
  ["^", { anchored: true, text: "", whole: true }],
])("%j begins with %o", (code, start) => {
  expect(plainStart(code)).toEqual(start)
})

test.each([
  ["554", "554 spam", true],
  ["554", "^554 .*spam", true],
  ["54", "554 spam", true],
  ["554 spam", "554", false],
  ["^554", "554 spam", false],
  ["^554", "^554 spam", true],
  ["^554", "^55", false],
  ["554", "x|554", false],
  ["(?i)spam", "spam", false],
  ["spam", "(?i)spam", false],
  ["554", "5545?", true],
  ["5545", "5545?", false],
  ["", "anything", true],
  ["^", "anything", false],
  ["^", "^anything", true],
])("%j before %j: beaten %s", (earlier, later, expected) => {
  expect(beats(earlier, later)).toBe(expected)
})

describe("an answer of yes", () => {
  const piece = fc.constantFrom(
    "4",
    "2",
    "1",
    " ",
    "a",
    "b",
    "\\.",
    "\\d",
    ".",
    "?",
    "*",
    "+",
    "{2}",
    "^",
    "$",
    "|",
    "(",
    ")",
    "[ab]",
    "[^a]",
    "(?i)",
    "\\Qa\\E",
  )
  const code = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(""))
  const subject = fc
    .array(fc.constantFrom("4", "2", "1", " ", "a", "b", "B", ".", "\n"), { maxLength: 8 })
    .map((parts) => parts.join(""))

  test("is right for every reply", () => {
    let told = 0
    fc.assert(
      fc.property(
        code,
        code,
        fc.array(subject, { minLength: 5, maxLength: 20 }),
        (earlier, later, subjects) => {
          const [general, specific] = [compilePattern(earlier), compilePattern(later)]
          if (!general.ok || !specific.ok || !beats(earlier, later)) return
          told++
          for (const text of subjects) {
            if (specific.pattern.test(text) === true) expect(general.pattern.test(text)).toBe(true)
          }
        },
      ),
      { numRuns: 5000 },
    )
    expect(told).toBeGreaterThan(50)
  })
})
