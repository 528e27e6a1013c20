/** Words to a line and back: what a shell has taken apart, the console has to take apart alike. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { lineOf, unquoted, wordsOf } from "../../src/console/words.js"

test.each([
  [["adaptive", "list"], "adaptive list"],
  [["--binding", "my binding"], '--binding "my binding"'],
  [["--binding", '"my binding"'], '--binding "my binding"'],
  [["--domain", ""], '--domain ""'],
  [["a\u00a0b"], '"a\u00a0b"'],
  [['a"b'], null],
  [['"'], null],
  [['a "b" c'], null],
  [['"a" "b"'], null],
])("%j", (words, line) => {
  expect(lineOf(words)).toBe(line)
})

test("what has a line comes back from it", () => {
  const word = fc.oneof(fc.string({ unit: "binary", maxLength: 6 }), fc.stringMatching(/^[ "a\n]{0,6}$/))
  let count = 0
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), (words) => {
      const line = lineOf(words)
      if (line === null) return
      count++
      expect(wordsOf(line).map(unquoted)).toEqual(words.map(unquoted))
    }),
    { numRuns: 2000, seed: 20_260_101 },
  )
  expect(count).toBeGreaterThan(200)
})
