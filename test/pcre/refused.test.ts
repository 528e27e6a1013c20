import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { compilePattern } from "../../src/pcre/index.js"
import { fromTape, randomClass, randomPattern, randomSyntax } from "./random-pattern.js"

const r = String.raw

/** What PCRE2 refuses: pattern, offset, message. Offsets count characters from 0, as PCRE2's do bytes. */
const SYNTAX: readonly (readonly [string, number, string])[] = [
  ["a**", 2, "quantifier does not follow a repeatable item"],
  ["*a", 0, "quantifier does not follow a repeatable item"],
  ["^*", 1, "quantifier does not follow a repeatable item"],
  [r`a\b+`, 3, "quantifier does not follow a repeatable item"],
  ["a(?i)*", 5, "quantifier does not follow a repeatable item"],
  ["a{2}{3}", 6, "quantifier does not follow a repeatable item"],
  ["a{3,2}", 5, "numbers out of order in {} quantifier"],
  ["a{65536}", 7, "number too big in {} quantifier"],
  ["(a", 2, "missing closing parenthesis"],
  ["a)", 1, "unmatched closing parenthesis"],
  ["[a", 2, "missing terminating ] for character class"],
  ["[]", 2, "missing terminating ] for character class"],
  ["[z-a]", 3, "range out of order in character class"],
  [r`[\d-z]`, 3, "invalid range in character class"],
  [r`[a-\d]`, 5, "invalid range in character class"],
  ["[[:foo:]]", 3, "unknown POSIX class name"],
  ["[[.a.]]", 1, "POSIX collating elements are not supported"],
  ["[:alpha:]", 0, "POSIX named classes are supported only within a class"],
  [r`[\B]`, 2, "escape sequence is invalid in character class"],
  [r`[\N]`, 2, r`\N is not supported in a class`],
  ["\\", 1, r`\ at end of pattern`],
  [r`\y`, 2, "unrecognized character follows \\"],
  [r`\U`, 2, r`PCRE2 does not support \F, \L, \l, \N{name}, \U, or \u`],
  [r`\c`, 2, r`\c at end of pattern`],
  ["\\cé", 3, r`\c must be followed by a printable ASCII character`],
  [r`\x{}`, 3, r`digits missing in \x{} or \o{} or \N{U+}`],
  [r`\x{g}`, 3, r`non-hex character in \x{} (closing brace missing?)`],
  [r`\x{110000}`, 9, r`character code point value in \x{} or \o{} is too large`],
  [r`\x{d800}`, 8, "disallowed Unicode code point (>= 0xd800 && <= 0xdfff)"],
  [r`\o1`, 2, r`missing opening brace after \o`],
  [r`\p{Foo}`, 7, r`unknown property after \P or \p`],
  [r`\1`, 1, "reference to non-existent subpattern"],
  [r`(a)\2`, 4, "reference to non-existent subpattern"],
  [r`\k<n>`, 3, "reference to non-existent subpattern"],
  ["(?1)", 3, "reference to non-existent subpattern"],
  ["(?(2)a)(b)", 2, "reference to non-existent subpattern"],
  [r`\g`, 2, r`\g is not followed by a braced, angle-bracketed, or quoted name/number or by a plain number`],
  ["(?+0)", 4, "a relative value of zero is not allowed"],
  ["(?<n>a)(?<n>b)", 12, "two named subpatterns have the same name (PCRE2_DUPNAMES not set)"],
  ["(?<1>a)", 3, "subpattern name must start with a non-digit"],
  ["(?<>a)", 3, "subpattern name expected"],
  ["(?<n-m>a)", 4, "syntax error in subpattern name (missing terminator?)"],
  ["(?z)", 2, "unrecognized character after (? or (?-"],
  ["(?Pz)", 3, "unrecognized character after (?P"],
  ["(?#a", 4, "missing ) after (?# comment"],
  ["(?<=a+)b", 0, "lookbehind assertion is not fixed length"],
  ["(?<=x(a|bc))d", 0, "lookbehind assertion is not fixed length"],
  [r`(?<=\R)d`, 0, "lookbehind assertion is not fixed length"],
  ["(?(1)a|b|c)(x)", 0, "conditional subpattern contains more than two branches"],
  ["(?(DEFINE)a|b)", 0, "DEFINE subpattern contains more than one branch"],
  ["(?(?:a)b)", 2, "assertion expected after (?( or (?(?C)"],
  ["(*FOO)", 2, "(*VERB) not recognized or malformed"],
  ["(*foo:a)", 5, "(*alpha_assertion) not recognized"],
  ["\ud800", 0, "UTF-8 error: isolated surrogate in the pattern"],
]

/** What PCRE2 takes and we will not guess at. */
const UNSUPPORTED: readonly (readonly [string, string])[] = [
  [r`\X`, r`\X (a grapheme cluster) is not supported`],
  [r`\C`, r`\C (a single byte) is not supported`],
  [r`\p{Greek}`, r`the property \p{Greek} is not supported`],
  [r`\p{Xwd}`, r`the property \p{Xwd} is not supported`],
  [r`(?i)\p{Lu}`, r`\p{Lu} under (?i) is not supported`],
  ["(*ACCEPT)", "the verb (*ACCEPT) is not supported"],
  ["a(*COMMIT)b", "the verb (*COMMIT) is not supported"],
  ["a(*SKIP:x)b", "the verb (*SKIP:x) is not supported"],
  ["(*UCP)a", "(*UCP) is not supported"],
  ["(*CRLF)a", "(*CRLF) is not supported"],
  ["(*LIMIT_MATCH=5)a", "(*LIMIT_MATCH=5) is not supported"],
  ["(?J)(?<n>a)(?<n>b)", "(?J), one name for several groups, is not supported"],
  ["(?C1)a", "a callout is not supported"],
  ["(?(VERSION>=10.4)a|b)", "a test of the PCRE version is not supported"],
  ["(?*a)", "a non-atomic lookaround is not supported"],
  ["(*napla:a)", "(*napla: is not supported"],
  ["(*sr:a)", "(*sr: is not supported"],
  ["(?<=(?(DEFINE)a+))b", "(?(DEFINE)…) in a lookbehind is not supported"],
  ["(abc){30000}", "a pattern this large is not supported"],
]

describe("refusals", () => {
  test.each(SYNTAX)("%j at %i: %s", (pattern, offset, message) => {
    const result = compilePattern(pattern)
    expect(result).toMatchObject({ ok: false, error: { code: "E_PATTERN_SYNTAX", offset } })
    if (!result.ok) {
      expect(result.error.message).toBe(message)
      expect(result.error.hint).not.toBe("")
    }
  })

  test.each(UNSUPPORTED)("%j: %s", (pattern, message) => {
    const result = compilePattern(pattern)
    expect(result).toMatchObject({ ok: false, error: { code: "E_PATTERN_UNSUPPORTED", message } })
    if (!result.ok) expect(result.error.hint).not.toBe("")
  })

  test.each([
    ["letters", "ab", "b"],
    ["escapes", "\\d", "1"],
  ])("a class may have more members than a call may have arguments: %s", (_, members, subject) => {
    const result = compilePattern(`[${members.repeat(150_000)}]`)
    expect(result.ok && result.pattern.test(subject)).toBe(true)
  })

  test("250 groups may be nested, not more", () => {
    const nested = (depth: number): string => "(".repeat(depth) + ")".repeat(depth)
    expect(compilePattern(nested(250)).ok).toBe(true)
    expect(compilePattern(nested(251))).toMatchObject({
      error: { message: "parentheses are too deeply nested" },
    })
  })
})

describe("any text", () => {
  const text = fc.oneof(
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: "binary" }),
    fc.array(fc.nat(1000), { maxLength: 60 }).map((tape) => randomSyntax(fromTape(tape))),
    fc.array(fc.nat(1000), { maxLength: 60 }).map((tape) => randomClass(fromTape(tape))),
    fc.array(fc.nat(1000), { maxLength: 200 }).map((tape) => randomPattern(fromTape(tape))),
  )

  test("compiles or is refused at a place inside it, and runs without throwing", () => {
    fc.assert(
      fc.property(text, fc.string({ unit: "grapheme" }), (source, subject) => {
        const result = compilePattern(source)
        if (result.ok) {
          result.pattern.exec(subject)
          result.pattern.test(subject)
        } else {
          expect(result.error.offset).toBeGreaterThanOrEqual(0)
          expect(result.error.offset).toBeLessThanOrEqual(source.length)
        }
      }),
      { numRuns: 3000 },
    )
  })
})
