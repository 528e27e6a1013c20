/**
 * The real PCRE2 as judge: what it refuses we refuse, what both take matches at the same
 * place with the same groups. Needs lua5.1 and Debian's lua-rex-pcre2; skipped without.
 * PCRE_ORACLE_CASES=100000 npx vitest run test/pcre/oracle.test.ts runs more cases,
 * PCRE_ORACLE_SEED other ones.
 */
import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import { compilePattern } from "../../src/pcre/index.js"
import { CONSTRUCTS } from "./constructs.js"
import {
  type Choose,
  randomClass,
  randomPattern,
  randomReply,
  randomRule,
  randomSubject,
  randomSyntax,
  seeded,
} from "./random-pattern.js"

type Case = readonly [pattern: string, subject: string]

type Answer =
  | { readonly kind: "refused"; readonly text: string }
  | { readonly kind: "failed" } // a call that never ends
  | { readonly kind: "limit" }
  | { readonly kind: "none" }
  | {
      readonly kind: "match"
      readonly index: number
      readonly end: number
      readonly groups: (string | undefined)[]
    }

const SCRIPT = fileURLToPath(new URL("./oracle.lua", import.meta.url))
/** PCRE2's optimisations give wrong answers in corners (`.+\R` on "a\r"); the meaning is asked for. */
const PLAIN = "(*NO_START_OPT)(*NO_AUTO_POSSESS)"
const CASES = Number(process.env.PCRE_ORACLE_CASES ?? 2000)
const SEED = Number(process.env.PCRE_ORACLE_SEED ?? 1)

const probe = spawnSync("lua5.1", ["-e", 'require("rex_pcre2")'])
const missing = probe.error !== undefined || probe.status !== 0
if (missing) console.log("oracle skipped: needs lua5.1 and lua-rex-pcre2")

function ask(cases: readonly Case[]): Answer[] {
  const hex = (text: string): string => Buffer.from(text).toString("hex")
  const input = cases.map(([pattern, subject]) => `p${hex(PLAIN + pattern)} s${hex(subject)}\n`).join("")
  const { stdout, stderr } = spawnSync("lua5.1", [SCRIPT], { input, encoding: "utf8", maxBuffer: 1 << 30 })
  const lines = stdout.split("\n").slice(0, -1)
  if (lines.length !== cases.length) throw new Error(`oracle stopped after ${lines.length} cases: ${stderr}`)
  return lines.map((line, i) => readAnswer(line, (cases[i] as Case)[1]))
}

function readAnswer(line: string, subject: string): Answer {
  if (line.startsWith("R")) return { kind: "refused", text: line.slice(2) }
  if (line.startsWith("X")) return { kind: line.includes("RECURSELOOP") ? "failed" : "limit" }
  if (line === "N") return { kind: "none" }
  const bytes = Buffer.from(subject)
  const [, first, last, ...spans] = line.split(" ")
  const unit = (byte: string | undefined): number => bytes.subarray(0, Number(byte)).toString().length
  const groups = spans.map((span) => {
    if (span === "-") return undefined
    const [from, to] = span.split("-").map(Number)
    return bytes.subarray(from, to).toString()
  })
  return { kind: "match", index: unit(first), end: unit(last), groups }
}

/** Our answer in the oracle's terms; undefined for what we refuse as unsupported. */
function answer(pattern: string, subject: string): Answer | undefined {
  const result = compilePattern(pattern)
  if (!result.ok) {
    const { code, message } = result.error
    return code === "E_PATTERN_UNSUPPORTED" ? undefined : { kind: "refused", text: message }
  }
  const found = result.pattern.exec(subject)
  if (found === "limit") return { kind: "limit" }
  if (found === null) return { kind: "none" }
  return { kind: "match", index: found.index, end: found.end, groups: found.groups.slice(1) }
}

/**
 * Where PCRE2 10.42 departs from its own documentation, and other releases from it: wide
 * characters in a class that has a negated type and then a POSIX name, or, negated, a
 * property; groups set inside a call that stay visible after it.
 */
function isKnownQuirk(pattern: string): boolean {
  return /(\\[SWD]|\[:\^).*\[:[a-z]+:\]/.test(pattern) || (/\\p/.test(pattern) && pattern.includes("[^"))
}

/** Both have a match limit, ours the lower one; where either gives up there is nothing to compare. */
function same(pattern: string, ours: Answer, theirs: Answer): boolean {
  if (theirs.kind === "failed") return ours.kind === "limit"
  if (ours.kind === "limit" || theirs.kind === "limit") return true
  if (ours.kind !== "match" || theirs.kind !== "match") return ours.kind === theirs.kind
  if (ours.index !== theirs.index || ours.end !== theirs.end) return false
  const calls = /\(\?[0-9&]/.test(pattern)
  return theirs.groups.every(
    (group, i) => group === ours.groups[i] || (calls && ours.groups[i] === undefined),
  )
}

/** Every case on which we and PCRE2 differ, as text; and how often only we gave up. */
function compare(cases: readonly Case[]): { differences: string[]; gaveUp: number } {
  const answers = ask(cases)
  let gaveUp = 0
  const differences = cases.flatMap(([pattern, subject], i) => {
    const theirs = answers[i] as Answer
    const ours = answer(pattern, subject)
    if (ours === undefined) return []
    if (ours.kind === "limit" && (theirs.kind === "none" || theirs.kind === "match")) gaveUp++
    return same(pattern, ours, theirs) ? [] : [JSON.stringify({ pattern, subject, ours, theirs })]
  })
  return { differences, gaveUp }
}

function draw(pattern: (choose: Choose) => string, subject: (choose: Choose) => string): Case[] {
  const choose = seeded(SEED)
  const cases: Case[] = []
  while (cases.length < CASES) {
    const source = pattern(choose)
    if (isKnownQuirk(source) || source.includes("\0")) continue
    for (let i = 0; i < 3; i++) cases.push([source, subject(choose)])
  }
  return cases
}

describe.skipIf(missing)("the real PCRE2 agrees", () => {
  test.each([
    ["any syntax", randomSyntax, (choose: Choose) => randomSubject(choose, 4)],
    ["classes", randomClass, (choose: Choose) => randomSubject(choose, 12)],
    ["every construct", randomPattern, (choose: Choose) => randomSubject(choose, 10)],
    ["rules and replies", randomRule, randomReply],
  ] as const)(
    "on %s",
    (_, pattern, subject) => {
      const { differences, gaveUp } = compare(draw(pattern, subject))
      expect(differences).toEqual([])
      expect(gaveUp).toBeLessThanOrEqual(1 + CASES / 10_000)
    },
    600_000,
  )

  test("on the table of constructs", () => {
    const cases = CONSTRUCTS.map(([pattern, subject]) => [pattern, subject] as const)
    expect(compare(cases)).toEqual({ differences: [], gaveUp: 0 })
  })
})
