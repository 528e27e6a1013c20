/** Random configurations: facts, and a text (of several files) that says them in some spelling. */
import fc from "fast-check"
import type { Content } from "./loading.js"
import type { Fact, Path, Query } from "./model.js"

const GROUPS = ["g", "h", "default"]
const BINDINGS = ["b", "c", "d", "default"]
const DOMAINS = ["a.test", "b.test", "sub.a.test", "other.example"]
const PATTERNS = ["/test/", "/^a\\./", "/\\.test$/", "/sub|b/", "/^(?:A|b)\\.TEST$/", "/no-such/"]
export const OPTIONS = [
  "max_outbound_connections",
  "adaptive_attempt_threshold",
  "retry_interval",
  "foreign_option",
]

const name = (names: readonly string[]) => fc.constantFrom(...names)
const domain = fc.oneof(name(DOMAINS), name(PATTERNS))

const path: fc.Arbitrary<Path> = fc.record({
  group: fc.option(name(GROUPS), { freq: 2 }),
  binding: fc.option(name(BINDINGS), { freq: 2 }),
  domain: fc.option(domain, { freq: 2 }),
})

const value = fc.integer({ min: 1, max: 999 }).map(String)
const option = fc.record({ kind: fc.constant("option" as const), option: name(OPTIONS), value })
const declared = fc.record({ kind: fc.constant("declared" as const) })
const switched = fc.record({
  kind: fc.constant("option" as const),
  option: fc.constant("adaptive_sweep_rule_enabled"),
  value: name(["0", "1"]),
})
const rule = fc.record({
  kind: fc.constant("rule" as const),
  name: name(["r1", "r2", "r3"]),
  codes: fc.option(fc.array(name(["bc:10", "bc:50", "fbl:abuse", "fbl:fraud"]), { maxLength: 2 }), {
    freq: 8,
  }),
  enabled: fc.option(fc.boolean(), { freq: 1 }),
})

/** Few scopes that are all on the way of one pair: much meets much. */
const crowded: fc.Arbitrary<Path> = fc.record({
  group: fc.constantFrom(null, "g"),
  binding: fc.constantFrom(null, "b"),
  domain: fc.constantFrom(null, "a.test", "/a/"),
})

const factsOf = (entry: fc.Arbitrary<Fact["entry"]>): fc.Arbitrary<Fact[]> =>
  fc.constantFrom(path, crowded).chain((path) => fc.array(fc.record({ path, entry }), { maxLength: 24 }))

export const optionFacts = factsOf(fc.oneof({ arbitrary: option, weight: 5 }, declared))
export const ruleFacts = factsOf(
  fc.oneof({ arbitrary: rule, weight: 4 }, { arbitrary: switched, weight: 3 }, declared),
)

export const query: fc.Arbitrary<Query> = fc.oneof(
  fc.record({
    group: name(["", "nowhere", ...GROUPS]),
    binding: name(["unknown", ...BINDINGS]),
    domain: name([...DOMAINS, "unknown.test"]),
  }),
  fc.record({ group: name(["", "g"]), binding: fc.constant("b"), domain: name(["a.test", "b.test"]) }),
)

/** An endless run of choices, told by a seed: how to write what is to be written. */
export type Choose = <T>(of: readonly T[]) => T

export const choices: fc.Arbitrary<Choose> = fc.infiniteStream(fc.nat(1_000_000)).map(
  (stream): Choose =>
    <T>(of: readonly T[]) =>
      of[(stream.next().value as number) % of.length] as T,
)

const BLANKS = [" ", "  ", "\n", "\t", " # a } comment\n", " /* a { comment\n over lines */ ", "\r\n", "\r"]

/** The text of a configuration that states these facts, in this order. */
export function written(facts: readonly Fact[], choose: Choose): Record<string, Content> {
  const files: Record<string, string> = {}
  const blank = (): string => choose(BLANKS)
  const cased = (text: string): string =>
    choose([text, text.toUpperCase(), text.replace(/(^|_)([a-z])/g, (all) => all.toUpperCase())])
  /** Quoted in one way or another; bare if that may be. */
  const quoted = (text: string): string => {
    const raw = choose([`'${text}'`, `‘${text}’`])
    const escaped = text.replaceAll("\\", () => choose(["\\", "\\\\"]))
    return choose([
      `"${escaped}"`,
      `“${escaped}”`,
      `"${escaped}”`,
      raw,
      ...(/^[\w.:-]+$/.test(text) ? [text] : []),
    ])
  }
  const list = (texts: readonly string[]): string =>
    `(${blank()}${texts.map(quoted).join(choose([" ", ", ", ",\n"]))}${blank()})`
  const assignment = (option: string, value: string): string =>
    `${cased(option)}${blank()}=${blank()}${value}`
  const braces = (head: string, inside: string): string => `${head}${blank()}{${blank()}${inside}${blank()}}`

  const entryText = ({ entry }: Fact): string => {
    switch (entry.kind) {
      case "declared":
        return choose(["", "# nothing\n", "other { thing = 1 }"])
      case "option":
        return assignment(entry.option, quoted(entry.value))
      case "rule": {
        const codes = entry.codes === null ? [] : [assignment("codes", list(entry.codes))]
        const own =
          entry.enabled === null
            ? []
            : [assignment("adaptive_sweep_rule_enabled", choose(entry.enabled ? ["1", "on"] : ["0", "no"]))]
        return braces(
          `${cased("adaptive_sweep_rule")}${blank()}${quoted(entry.name)}`,
          [...codes, ...own].join(blank()),
        )
      }
    }
  }

  /** The same, in a file of its own now and then. */
  const perhapsElsewhere = (text: string): string => {
    if (choose([0, 1, 2, 3, 4, 5]) !== 0) return text
    const file = `part${Object.keys(files).length}.conf`
    files[file] = text
    return `${choose(["include", "readonly_include"])} "${file}"`
  }

  const statement = (fact: Fact): string => {
    const { group, binding, domain } = fact.path
    let text = perhapsElsewhere(entryText(fact))
    const around = (kind: string, name: string | null): void => {
      if (name !== null) text = perhapsElsewhere(braces(`${cased(kind)}${blank()}${quoted(name)}`, text))
    }
    around(
      "domain",
      domain === null || domain.startsWith("/")
        ? domain
        : choose([domain, domain.toUpperCase(), `${domain}.`]),
    )
    around("binding", binding)
    around("binding_group", group)
    return text
  }

  const main = facts.map(statement).join("\n")
  return { ...files, "ecelerity.conf": main }
}
