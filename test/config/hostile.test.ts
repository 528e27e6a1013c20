/** Whatever a file holds: the reader ends, in bounds, and every finding has a place inside the file. */
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { type Content, loadText, rendered } from "./loading.js"

const CASES = Number(process.env.CONFIG_CASES ?? 3000)
const TIMEOUT_MS = 120_000

function check(content: Content, files: Readonly<Record<string, Content>> = {}) {
  const startMs = performance.now()
  const loaded = loadText({ ...files, "ecelerity.conf": content })
  const tookMs = performance.now() - startMs
  const lengths = new Map<string, readonly number[]>()
  const linesOf = (file: string): readonly number[] => {
    const source = loaded.sources.find((one) => one.file === file)
    if (source === undefined) throw new Error(`a finding in ${file}, which was not read`)
    const known = lengths.get(file) ?? source.text.split(/\r\n|\n\r|\r|\n/).map(({ length }) => length)
    lengths.set(file, known)
    return known
  }
  for (const { file, line, column, message, hint } of loaded.diagnostics) {
    const lines = linesOf(file)
    expect(line).toBeGreaterThanOrEqual(1)
    expect(line).toBeLessThanOrEqual(lines.length)
    expect(column).toBeGreaterThanOrEqual(1)
    expect(column).toBeLessThanOrEqual((lines[line - 1] as number) + 1)
    expect(message.length).toBeLessThan(1000)
    expect(hint).not.toBe("")
  }
  const count = (isError: boolean): number =>
    loaded.diagnostics.filter(
      ({ severity, code }) => code !== "E_CONF_TOO_MANY" && (severity === "error") === isError,
    ).length
  expect(count(true)).toBeLessThanOrEqual(100)
  expect(count(false)).toBeLessThanOrEqual(100)
  return { ...loaded, tookMs }
}

const FIXTURES = fileURLToPath(new URL("../testdata/config/", import.meta.url))
const fixtures = readdirSync(FIXTURES, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".conf"))
  .map((name) => readFileSync(`${FIXTURES}${name}`, "latin1"))

const TOKENS = [
  ..."={}[](),#\"'/\\*\n\r\0 ",
  "“",
  "”",
  "‘",
  "’",
  "/*",
  "*/",
  "//",
  "\u00a0",
  "\ufeff",
  '"x"',
  '"/re/"',
  '"/(/"',
  '"bc:10"',
  '"4 hours"',
  "1",
  "-1",
  "include",
  "readonly_include",
  "Local_Changes_File",
  "binding",
  "binding_group",
  "domain",
  "host",
  "adaptive",
  "adaptive_sweep_rule",
  "adaptive_enabled",
  "scriptlet",
  "script",
  "source",
  "codes",
  "low_action",
  "custom_classes",
  "bounce_classifier_override",
  "outbound_audit",
  "monitors",
  "inbound_audit",
  "adaptive_retry_interval",
  "ecelerity.conf",
  ".",
]

describe("random input", () => {
  test("bytes", { timeout: TIMEOUT_MS }, () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void check(bytes)),
      { numRuns: CASES },
    )
  })

  test("tokens in any order, also in files that include each other", { timeout: TIMEOUT_MS }, () => {
    const soup = fc
      .array(fc.constantFrom(...TOKENS), { maxLength: 80 })
      .chain((tokens) => fc.constantFrom(" ", "", "\n").map((between) => tokens.join(between)))
    fc.assert(
      fc.property(soup, soup, (one, other) => void check(one, { x: other, "x.d/y": one })),
      { numRuns: CASES },
    )
  })

  test("fixtures with a few bytes changed", { timeout: TIMEOUT_MS }, () => {
    const small = fixtures.filter(({ length }) => length < 8000)
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      remove: fc.nat(5),
      insert: fc.oneof(fc.constantFrom(...TOKENS), fc.string({ maxLength: 3 })),
    })
    const mutated = fc
      .tuple(fc.constantFrom(...small), fc.array(change, { minLength: 1, maxLength: 5 }))
      .map(([text, changes]) => {
        let result = text
        for (const { at, remove, insert } of changes) {
          const from = Math.floor(at * result.length)
          result = result.slice(0, from) + insert + result.slice(from + remove)
        }
        return Buffer.from(result, "latin1")
      })
    fc.assert(
      fc.property(mutated, (bytes) => void rendered(check(bytes))),
      { numRuns: CASES },
    )
  })
})

/** What a slow machine may take, when others use it too: a quadratic reader takes minutes. */
const SOON_MS = 20_000
const MEGABYTE = 1 << 20
/** Enough for what is quadratic to show; `CONFIG_CASES` asks for more of everything. */
const LARGE = (CASES > 3000 ? 10 : 2) * MEGABYTE
/** Every byte in an order that repeats late. */
const GARBAGE = Buffer.from(Array.from({ length: 1088 }, (_, n) => (n * 167 + (n >> 3)) & 0xff))
const filled = (piece: string, bytes: number): string => piece.repeat(Math.ceil(bytes / piece.length))
const numbered = (count: number, piece: (n: number) => string): string =>
  Array.from({ length: count }, (_, n) => piece(n)).join("")

describe("large input ends soon", { timeout: TIMEOUT_MS }, () => {
  test.each<[string, () => Content]>([
    [
      "of stanzas",
      () =>
        numbered(
          120_000,
          (n) =>
            `binding "b${n}" {\n  max_outbound_connections = ${n}\n  domain "a.test" { retry_interval = 5 }\n}\n`,
        ),
    ],
    ["of assignments", () => filled('relay_hosts = ( 10.0.0.1 "10.0.0.2" )\n', LARGE)],
    ["of comments", () => filled("# nothing at all\n/* and nothing */", LARGE)],
    ["of unknown options", () => numbered(LARGE / 25, (n) => `adaptive_nonsense_${n} = 1\n`)],
    ["of unknown stanzas", () => numbered(LARGE / 25, (n) => `adaptive_nonsense_${n} { }\n`)],
    ["of words", () => filled("word ", LARGE)],
    ["of lines of words", () => filled("word\n", LARGE)],
    ["of opening braces", () => filled("{", LARGE)],
    ["of opening stanzas", () => filled("a {\n", LARGE)],
    ["of closing braces", () => filled("}\n", LARGE)],
    ["of opening parentheses", () => `a = ${filled("(", LARGE)}`],
    ["of opening brackets", () => `a = ${filled("[x=", LARGE)}`],
    ["of quotes", () => filled('"', LARGE + 1)],
    ["of quotes that do not end", () => filled('"\n', LARGE)],
    ["of typographic quotes", () => filled("“", LARGE)],
    ["of NUL", () => new Uint8Array(LARGE)],
    ["of NUL and words", () => filled("\0a", LARGE)],
    ["of bytes that are no text", () => new Uint8Array(LARGE).fill(0xfe)],
    [
      "of sweep rules",
      () => numbered(LARGE / 50, (n) => `adaptive_sweep_rule "r${n}" { codes = "bc:98" }\n`),
    ],
    ["of sweep rules of one name", () => filled('adaptive_sweep_rule "r" { codes = "x" }\n', LARGE)],
    ["of one list", () => `codes = (${filled('"bc:10" ', LARGE)})`],
    ["of patterns", () => numbered(LARGE / 100, (n) => `domain "/^d${n}$/" { }\n`)],
    ["of scripts", () => `scriptlet "s" {${filled('script "x" { source = "y" }', MEGABYTE)}}`],
    ["of modules", () => numbered(LARGE / 40, (n) => `outbound_audit "a${n}" { threshold = 5 }\n`)],
    ["of scriptlets", () => numbered(LARGE / 100, (n) => `scriptlet "a${n}" { }\n`)],
    [
      "of bindings of one name",
      () => numbered(LARGE / 50, (n) => `binding_group "g${n}" { binding "b" {} }\n`),
    ],
    ["a line of a megabyte", () => `a = "${filled("x", MEGABYTE)}" b = 5`],
    ["a comment without an end", () => `/*${filled("x\n", LARGE)}`],
    [
      "a name of a megabyte",
      () =>
        `adaptive_${filled("x", MEGABYTE)} = 5\nbinding "${filled(" ", MEGABYTE)}" {}\n${filled("y", MEGABYTE)} {}`,
    ],
  ])("%s", (_, content) => {
    const { tookMs } = check(content())
    expect(tookMs).toBeLessThan(SOON_MS)
  })

  test.each<[string, () => Content]>([
    ["valid", () => filled('binding "b1" {\n  domain "a.test" { retry_interval = 5 }\n}\n', 10 * MEGABYTE)],
    ["garbage", () => Buffer.concat(Array.from({ length: 10 * 1024 }, (_, n) => GARBAGE.subarray(n % 64)))],
  ])("ten megabytes, %s", (_, content) => {
    expect(check(content()).tookMs).toBeLessThan(SOON_MS)
  })

  const blanks = filled(" ", MEGABYTE)
  test.each([
    `adaptive_max_outbound_connections = "1${blanks}x"`,
    `adaptive_max_outbound_connections = "1${blanks}"`,
    `adaptive_default_suspension = "4${blanks}x"`,
    `adaptive_default_suspension = "${blanks}x"`,
    `adaptive { fbl_stats_monitor = "${blanks}x" }`,
    `adaptive { fbl_stats_monitor = "1${blanks}x" }`,
    `outbound_audit "a" { monitors = "300,6${blanks}x" }`,
    `outbound_audit "a" { monitors = ("300,6${blanks}x") }`,
    `outbound_audit "a" { monitors = "${filled("1 ", MEGABYTE)}" }`,
    `outbound_audit "a" { domainlist = "${filled("a,", MEGABYTE)}" }`,
    `adaptive { adaptive_manage_options = "${filled(") ", MEGABYTE)}" }`,
    `adaptive_sweep_rule "r" { codes = "${filled("bc:10,", MEGABYTE)}" }`,
    `outbound_throttle_messages = "1${blanks}/x"`,
  ])("a value of a megabyte (%#)", (text) => {
    expect(check(text).tookMs).toBeLessThan(SOON_MS)
  })

  test("stanzas nested 1,000 and 100,000 deep are told once", () => {
    for (const depth of [1000, 100_000]) {
      const nested = `${"a {".repeat(depth)}${"}".repeat(depth)} adaptive_nonsense = 1`
      const codes = check(nested).diagnostics.map(({ code }) => code)
      expect(codes).toEqual(["E_CONF_DEPTH", "E_CONF_UNKNOWN"])
    }
  })

  test("values nested 1,000 and 100,000 deep are told once", () => {
    for (const [open, close] of [
      ["(", ")"],
      ["[x=", "]"],
    ] as const)
      for (const depth of [1000, 100_000]) {
        const nested = `a = ${open.repeat(depth)}${close.repeat(depth)}\nadaptive_nonsense = 1`
        expect(check(nested).diagnostics.map(({ code }) => code)).toEqual(["E_CONF_DEPTH", "E_CONF_UNKNOWN"])
      }
  })

  test("values as deep as they may be", () => {
    const { ok } = check(`a = ${"(".repeat(200)}x${")".repeat(200)}`)
    expect(ok).toBe(true)
  })

  test("files that include each other in stanzas, deeper than a stack", () => {
    const files = Object.fromEntries(
      Array.from({ length: 150 }, (_, n) => [
        `f${n}`,
        `${"a {".repeat(150)} include "f${n + 1}" ${"}".repeat(150)}`,
      ]),
    )
    const codes = check('include "f0"', files).diagnostics.map(({ code }) => code)
    expect(codes).toEqual(["E_CONF_DEPTH"])
  })

  test("files that include the next one twice", () => {
    const files = Object.fromEntries(
      Array.from({ length: 60 }, (_, n) => [`f${n}`, `include "f${n + 1}" include "f${n + 1}"`]),
    )
    const { diagnostics, tookMs } = check('include "f0"', { ...files, f60: "" })
    expect(tookMs).toBeLessThan(SOON_MS)
    expect(new Set(diagnostics.map(({ code }) => code))).toEqual(new Set(["E_CONF_INCLUDE"]))
  })

  test("a large file that is included again and again", () => {
    const { diagnostics, tookMs } = check(filled('include "large"\n', 3000), {
      large: filled("# a comment\n", LARGE),
    })
    expect(tookMs).toBeLessThan(SOON_MS)
    const [finding] = diagnostics
    expect(finding?.message).toBe(
      "large is not read: with it the configuration has more than 268435456 bytes",
    )
  })
})
