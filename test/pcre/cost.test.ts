import { describe, expect, test } from "vitest"
import { compilePattern, describePattern, judgePattern } from "../../src/pcre/index.js"

const LENGTH = 20_000
const A = "a".repeat(LENGTH)

function compiled(source: string) {
  const result = compilePattern(source)
  if (!result.ok) throw new Error(`${source}: ${result.error.message}`)
  return result.pattern
}

describe("what a pattern can cost", () => {
  test.each([
    ["^421 busy", "linear"],
    ["^421.*busy", "linear"],
    ["^421 .*unusual rate.*", "linear"],
    ["temporarily deferred", "linear"],
    ["\\[TSS?0[0-9]\\]", "linear"],
    ["^4\\d\\d[ -].*(temporar|defer|later)", "linear"],
    ["^(\\w+) (\\w+)$", "linear"],
    ["^(?:[^,]*,)*end", "linear"],
    ["^[0-9.]+ ", "linear"],
    ["^421.*too many.*connections", 2],
    ["(?i)blocked.*see http.*", 2],
    ["rate.*limit", 2],
    ["blocked.*IP.*see", 3],
    ["([^@]+@)+x", 2],
    ["\\s*\\s*\\s*x", 4],
    ["(?=.*x)a", 2],
    ["(a+)+$", "exponential"],
    ["(a|aa)+$", "exponential"],
    ["(a|a)*b", "exponential"],
    ["(.*a){12}", "exponential"],
    ["^(([a-z])+.)+[A-Z]([a-z])+$", "exponential"],
    ["(?:a?){30}a{30}", "exponential"],
    ["^(\\w+\\s?)*$", "exponential"],
    ["(?:\\s*,?\\s*)*;", "exponential"],
  ] as const)("%s: %s", (source, expected) => {
    const { cost } = compiled(source)
    expect(cost.kind === "polynomial" ? cost.degree : cost.kind).toBe(expected)
    expect(judgePattern(source)).toEqual({ ok: true, exponential: expected === "exponential" })
  })

  test("ordinary rules run as RegExps on long replies", () => {
    for (const source of [
      "^421.*too many.*connections",
      "(?i)blocked.*see http.*",
      "^55[04] .*blocked.*(IP|host)",
      "rate.*limit",
    ]) {
      expect(describePattern(compiled(source)).regExp?.maxLength).toBeGreaterThan(2500)
    }
  })
})

/** Patterns that run away elsewhere: pattern, subject, and the answer; "limit" is an answer too. */
const RUNAWAYS: readonly (readonly [string, string, boolean | "limit"])[] = [
  ["(a+)+$", `${A}!`, false],
  ["(a|aa)+$", `${A}!`, false],
  ["(a|a)*b", A, false],
  ["(.*a){12}", A, true],
  ["(.*a){12}b", A, false],
  ["^(([a-z])+.)+[A-Z]([a-z])+$", A, false],
  ["\\s*\\s*\\s*x", " ".repeat(LENGTH), false],
  ["(?:a?){30}a{30}", A.slice(0, 25), false],
  ["(?:a?){30}a{30}", A, true],
  ["([^@]+@)+x", "a@".repeat(LENGTH / 2), false],
  ["(x+x+)+y", "x".repeat(LENGTH), false],
  ["(.+)+x", A, false],
  ["(a|b|ab)*c", "ab".repeat(LENGTH / 2), false],
  [".*a.*a.*a.*b", A, false],
  ["^(\\w+\\s?)*$", `${"aaa ".repeat(LENGTH / 4)}!`, false],
  ["(?i)([a-z]+)+1", A, false],
  ["(.*?,){11}P", "1,".repeat(LENGTH / 2), false],
  ["(\\d+)?(\\d+)?(\\d+)?(\\d+)?x", "1".repeat(LENGTH), false],
  ["a++b", A, false],
  ["(😀|😀😀)+$", `${"😀".repeat(LENGTH / 2)}!`, false],
  ["(a*)*b", A, "limit"],
  ["(a+)\\1b", A, "limit"],
  ["(?=.*x)a", A, "limit"],
  ["(?(?=a)a+|b)+c", A, "limit"],
  ["(a(?1)?b)", A, "limit"],
  ["(?R)?a", A, "limit"],
  ["(a{1,100}){1,100}b", A, "limit"],
]

describe("no pattern runs away", () => {
  // Fractions of a second, more where the test runner slows calls down; unbounded, most would outlive it.
  test.each(RUNAWAYS)(
    "%s",
    (source, subject, expected) => {
      const pattern = compiled(source)
      expect(pattern.test(subject)).toBe(expected)
      const found = pattern.exec(subject)
      expect(found === "limit" ? found : found !== null).toBe(expected)
    },
    30_000,
  )

  test("nor on short subjects where a RegExp is used", () => {
    for (const [source] of RUNAWAYS) {
      const { regExp } = describePattern(compiled(source))
      if (!regExp) continue
      const subject = A.slice(0, Math.min(regExp.maxLength, LENGTH))
      expect(compiled(source).test(subject)).not.toBe("limit")
    }
  }, 30_000)
})
