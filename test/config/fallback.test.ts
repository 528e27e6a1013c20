/**
 * Options and sweep rules of a scope against a model that knows nothing of the
 * tree (test/config/model.ts), over random configurations in random spellings.
 * `CONFIG_CASES=100000 npx vitest run test/config` asks for more of them.
 */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { loadText, MODULES } from "./loading.js"
import { type Fact, modelDeclaration, modelLookup, modelRules, type Query } from "./model.js"
import { type Choose, choices, OPTIONS, optionFacts, query, ruleFacts, written } from "./writing.js"

const CASES = Number(process.env.CONFIG_CASES ?? 3000)
const TIMEOUT_MS = 120_000

function configurationOf(facts: readonly Fact[], choose: Choose) {
  const files = written(facts, choose)
  const { diagnostics, configuration } = loadText({
    ...files,
    "ecelerity.conf": `${MODULES}${files["ecelerity.conf"]}`,
  })
  const errors = diagnostics.filter(({ severity }) => severity === "error")
  expect(errors, JSON.stringify(files, null, 1)).toEqual([])
  return configuration
}

/** The same scope as the traffic may spell it. */
const spelled = ({ domain, ...rest }: Query, choose: Choose): Query => ({
  ...rest,
  domain: choose([domain, domain.toUpperCase(), `${domain}.`]),
})

describe("against the model", () => {
  test("an option falls back as configuration.md section 2 says", { timeout: TIMEOUT_MS }, () => {
    fc.assert(
      fc.property(
        optionFacts,
        fc.array(query, { minLength: 3, maxLength: 6 }),
        choices,
        (facts, queries, choose) => {
          const configuration = configurationOf(facts, choose)
          for (const one of queries)
            for (const option of OPTIONS)
              expect(configuration.lookup(spelled(one, choose), option)).toBe(modelLookup(facts, one, option))
        },
      ),
      { numRuns: CASES },
    )
  })

  test("scopes share a declaration when one stanza answers both", { timeout: TIMEOUT_MS }, () => {
    fc.assert(
      fc.property(
        optionFacts,
        fc.array(query, { minLength: 2, maxLength: 6 }),
        choices,
        (facts, queries, choose) => {
          const configuration = configurationOf(facts, choose)
          for (const option of OPTIONS) {
            const real = queries.map((one) => configuration.declaration(spelled(one, choose), option))
            const model = queries.map((one) => modelDeclaration(facts, one, option))
            const partition = (names: readonly string[]): number[] => names.map((one) => names.indexOf(one))
            expect(partition(real)).toEqual(partition(model))
          }
        },
      ),
      { numRuns: CASES },
    )
  })

  test("scopes that are alike get the same answers", { timeout: TIMEOUT_MS }, () => {
    let alike = 0
    fc.assert(
      fc.property(optionFacts, query, query, choices, (facts, a, b, choose) => {
        const configuration = configurationOf(facts, choose)
        if (configuration.likeness(a) !== configuration.likeness(b)) return
        alike++
        for (const option of OPTIONS) {
          expect(configuration.lookup(a, option)).toBe(configuration.lookup(b, option))
          expect(configuration.declaration(a, option)).toBe(configuration.declaration(b, option))
        }
        expect(configuration.sweepRules(a)).toEqual(configuration.sweepRules(b))
      }),
      { numRuns: CASES },
    )
    expect(alike).toBeGreaterThan(CASES / 20)
  })

  test("sweep rules are those of engine.md section 7, steps 1 to 4", { timeout: TIMEOUT_MS }, () => {
    fc.assert(
      fc.property(
        ruleFacts,
        fc.array(query, { minLength: 3, maxLength: 6 }),
        choices,
        (facts, queries, choose) => {
          const configuration = configurationOf(facts, choose)
          for (const one of queries) {
            const real = configuration
              .sweepRules(spelled(one, choose))
              .map(({ name, scope, enabled, codes }) => ({ name, scope, enabled, codes }))
            expect(real).toEqual(modelRules(facts, one))
          }
        },
      ),
      { numRuns: CASES },
    )
  })
})

describe("corners", () => {
  const lookup = (text: string, binding: string, domain: string, group = "") =>
    loadText(text).configuration.lookup({ group, binding, domain }, "retry_interval")

  test.each([
    [
      "a throttle of binding default is that of no other binding",
      'binding "default" { retry_interval = 5 }',
      "b",
      "a.test",
      null,
    ],
    [
      "nor that of group default, through it",
      'binding_group "default" { binding "default" { retry_interval = 5 } }',
      "b",
      "a.test",
      null,
    ],
    [
      "a binding declared outside of groups inherits from group default",
      'binding_group "default" { retry_interval = 5 } binding "b" {}',
      "b",
      "a.test",
      "5",
    ],
    [
      "one declared nowhere does so too",
      'binding_group "default" { retry_interval = 5 }',
      "b",
      "a.test",
      "5",
    ],
    [
      "one declared in a group does not",
      'binding_group "default" { retry_interval = 5 } binding_group "g" { binding "b" {} }',
      "b",
      "a.test",
      null,
    ],
    ["names of bindings have their case", 'binding "B" { retry_interval = 5 }', "b", "a.test", null],
    [
      "an option missing from the plain stanza comes from the pattern",
      'domain "a.test" { max_retries = 1 } domain "/a/" { retry_interval = 5 }',
      "b",
      "a.test",
      "5",
    ],
    [
      "the plain stanza is asked before patterns that stand before it",
      'domain "/a/" { retry_interval = 5 } domain "a.test" { retry_interval = 6 }',
      "b",
      "a.test",
      "6",
    ],
    [
      "patterns are asked in their order",
      'domain "/a/" { retry_interval = 5 } domain "/a\\.test/" { retry_interval = 6 }',
      "b",
      "a.test",
      "5",
    ],
    [
      "a pattern need not match from the beginning",
      'domain "/\\.test/" { retry_interval = 5 }',
      "b",
      "a.test",
      "5",
    ],
    [
      "alternatives in a pattern ignore case too",
      'domain "/^x|A\\.TEST$/" { retry_interval = 5 }',
      "b",
      "a.test",
      "5",
    ],
    [
      "an address is a domain like any other",
      'domain "[192.0.2.1]" { retry_interval = 5 }',
      "b",
      "[192.0.2.1]",
      "5",
    ],
    ["a host is no domain", 'host "a.test" { retry_interval = 5 }', "b", "a.test", null],
    [
      "the later assignment replaces the earlier",
      "retry_interval = 5 retry_interval = 6",
      "b",
      "a.test",
      "6",
    ],
  ])("%s", (_, text, binding, domain, value) => expect(lookup(text, binding, domain)).toBe(value))

  test("a module that is loaded and not enabled acts nowhere", () => {
    const on = loadText(`adaptive_enabled = on\n${MODULES}`).configuration
    const off = loadText(`adaptive_enabled = on\n${MODULES}adaptive { enabled = no }`).configuration
    const scope = { group: "", binding: "b", domain: "a.test" }
    expect([on, off].map((one) => one.lookup(scope, "adaptive_enabled"))).toEqual(["on", "false"])
  })
})
