/**
 * Registration: the merge table of rule-files.md section 6, and decisions 10 to
 * 12 of section 9. Rules are told by their codes, in the order they are tried.
 */
import { describe, expect, test } from "vitest"
import { custom, type Loaded, load, system } from "./loading.js"

const rules = (...codes: string[]): string =>
  `responses = { ${codes.map((code) => `{ code = "^${code}$", trigger = "1", action = {"suspend", "1 hour"} }`).join(", ")} }`

const SYSTEM = `{
  ["a.test"] = { ${rules("s1", "s2")}, configuration = { max_outbound_connections = {2, 9} } },
  ["b.test"] = "a.test",
  ["c.test"] = { ${rules("s3")}, configuration = { max_retries = 5 } },
  ["d.test"] = "c.test",
}`

/** What a domain's replies are held against: `KEY: code code …`. */
function answers({ rules: set }: Loaded, domain: string): string {
  const key = set.resolve(domain)
  const codes = set.listOf(key).rules.map(({ code }) => code.slice(1, -1))
  return `${key ?? "-"}: ${codes.join(" ")}`.trim()
}

/** A domain's options: `option=value@FILE`. */
function options({ rules: set }: Loaded, domain: string, ...names: string[]): string[] {
  return names.map((option) => {
    const found = set.configured(set.resolve(domain), option)
    if (found === null) return `${option}=-`
    const { value } = found
    const shown =
      value.kind === "number"
        ? value.value
        : value.kind === "range"
          ? `${value.low}..${value.high}`
          : "function"
    return `${option}=${shown}@${found.file}`
  })
}

const codesOf = ({ findings }: Loaded): string[] => findings.map(({ code }) => code)

/** Loads the system set and scripts in order. */
function merged(...scripts: string[]): Loaded {
  const files = scripts.map((text, i) => [`custom${i + 1}.lua`, text] as const)
  return load({ "adaptive_rules.lua": system(SYSTEM), ...Object.fromEntries(files) })
}

const sweeps = (...names: string[]): string =>
  `sweep_rules = { ${names.map((name) => `{ name = "${name}", codes = "bc:10", enabled = ${!name.endsWith("0")} }`).join(", ")} }`

/** A domain's sweep rules, with the scope that each names. */
function swept({ rules: set }: Loaded, domain: string): string[] {
  return set.sweepsOf(set.resolve(domain)).rules.map(({ name, scope, line }) => `${name}@${scope}:${line}`)
}

describe("sweep rules", () => {
  const base = `{ ["a.test"] = {\n ${sweeps("s1", "s2")} }, ["b.test"] = "a.test",\n ["*"] = { ${sweeps("s2", "s3")} } }`

  test("custom ones go first and win by name, the others stay; so do those of *", () => {
    const { rules: set, findings } = load({
      "adaptive_rules.lua": system(base),
      "custom1.lua": custom(`{ ["a.test"] = { ${sweeps("c1", "s2")} } }`),
      "custom2.lua": custom(`{ ["a.test"] = { ${sweeps("c2", "c1")} }, ["c.test"] = { ${rules("x")} } }`),
    })
    expect(findings).toEqual([])
    const named = (domain: string) =>
      set.sweepsOf(set.resolve(domain)).rules.map(({ name, file }) => `${name} ${file}`)
    expect(named("a.test")).toEqual([
      "c2 custom2.lua",
      "c1 custom2.lua",
      "s2 custom1.lua",
      "s1 adaptive_rules.lua",
      "s3 adaptive_rules.lua",
    ])
    expect(named("c.test")).toEqual(["s2 adaptive_rules.lua", "s3 adaptive_rules.lua"])
  })

  test("a table on an aliased key gets the target's, under its own name", () => {
    const loaded = load({
      "adaptive_rules.lua": system(base),
      "custom.lua": custom(`{ ["b.test"] = { ${sweeps("c1")} } }`),
    })
    expect(swept(loaded, "b.test")).toEqual([
      "c1@domain b.test:2",
      "s1@domain b.test:3",
      "s2@domain b.test:3",
      "s3@:4",
    ])
    expect(swept(loaded, "a.test")).toEqual(["s1@domain a.test:3", "s2@domain a.test:3", "s3@:4"])
  })

  test("replace leaves none", () => {
    const loaded = load({ "adaptive_rules.lua": system(base), "custom.lua": custom("{}", "replace") })
    expect(swept(loaded, "a.test")).toEqual([])
    expect(loaded.rules.hasSweepRules).toBe(false)
  })

  test("an id hashes name, scope and codes: what is done may change", () => {
    const id = (fields: string, domain = "a.test"): string | undefined =>
      load({ "custom.lua": custom(`{ ["${domain}"] = { sweep_rules = { { ${fields} } } } }`) }).rules
        .sweepRules[0]?.id
    const one = id('name = "x", codes = "bc:10"')
    expect(one).toMatch(/^[0-9a-f]{12}$/)
    expect(id('name = "x", codes = "bc:10", low_threshold = 1, high_action = {"suspend", "1 hour"}')).toBe(
      one,
    )
    const others = [
      id('name = "y", codes = "bc:10"'),
      id('name = "x", codes = "bc:20"'),
      id('name = "x", codes = "bc:10"', "*"),
    ]
    expect(new Set([one, ...others]).size).toBe(4)
  })
})

describe("augment", () => {
  test("custom rules go before the system's, order kept within each", () => {
    const loaded = merged(custom(`{ ["a.test"] = { ${rules("c1", "c2")} } }`))
    expect(answers(loaded, "a.test")).toBe("a.test: c1 c2 s1 s2")
    expect(answers(loaded, "c.test")).toBe("c.test: s3")
  })

  test("an alias sees the rules added to its target", () => {
    const loaded = merged(custom(`{ ["a.test"] = { ${rules("c1")} } }`))
    expect(answers(loaded, "b.test")).toBe("a.test: c1 s1 s2")
  })

  test.each([
    [
      "in one script",
      [custom(`{ ["a.test"] = { ${rules("c1")} } }`) + custom(`{ ["a.test"] = { ${rules("c2")} } }`)],
    ],
    [
      "in two scripts",
      [custom(`{ ["a.test"] = { ${rules("c1")} } }`), custom(`{ ["a.test"] = { ${rules("c2")} } }`)],
    ],
    [
      "by name",
      [
        custom(`{ ["a.test"] = { ${rules("c1")} } }`, "augment"),
        custom(`{ ["a.test"] = { ${rules("c2")} } }`),
      ],
    ],
  ])("repeated %s: the newest goes first (decision 11)", (_title, scripts) => {
    expect(answers(merged(...scripts), "a.test")).toBe("a.test: c2 c1 s1 s2")
  })

  test("a table registered twice, changed in between, is taken as it was each time", () => {
    const script = `local t = { ["a.test"] = { ${rules("c1")} } }
      ${custom("t")}
      t["a.test"].responses[1].code = "^c2$"
      ${custom("t")}`
    expect(answers(merged(script), "a.test")).toBe("a.test: c2 c1 s1 s2")
  })

  test("a change after the registration has no effect", () => {
    const script = `local t = { ["a.test"] = { ${rules("c1")} } }
      ${custom("t")}
      t["a.test"] = nil`
    expect(answers(merged(script), "a.test")).toBe("a.test: c1 s1 s2")
  })

  test("configuration is added per missing option", () => {
    const loaded = merged(
      custom(`{ ["a.test"] = { configuration = { max_retries = 3, max_outbound_connections = 1 } } }`),
    )
    expect(options(loaded, "a.test", "max_retries", "max_outbound_connections", "retry_interval")).toEqual([
      "max_retries=3@custom1.lua",
      "max_outbound_connections=2..9@adaptive_rules.lua",
      "retry_interval=-",
    ])
    expect(codesOf(loaded)).toEqual(["E_CONFIG_KEPT"])
    expect(answers(loaded, "a.test")).toBe("a.test: s1 s2")
  })

  test("the first of two scripts that set the same option wins, as the existing value", () => {
    const loaded = merged(
      custom(`{ ["a.test"] = { configuration = { max_retries = 3 } } }`),
      custom(`{ ["a.test"] = { configuration = { max_retries = 4 } } }`),
    )
    expect(options(loaded, "a.test", "max_retries")).toEqual(["max_retries=3@custom1.lua"])
    expect(codesOf(loaded)).toEqual(["E_CONFIG_KEPT"])
  })

  test.each(["configuration = {}", "responses = {}", ""])("{ %s } changes nothing", (fields) => {
    const loaded = merged(custom(`{ ["a.test"] = { ${fields} } }`))
    expect(answers(loaded, "a.test")).toBe("a.test: s1 s2")
    expect(options(loaded, "a.test", "max_outbound_connections")).toEqual([
      "max_outbound_connections=2..9@adaptive_rules.lua",
    ])
    expect(loaded.findings).toEqual([])
  })

  test("an empty table changes nothing", () => {
    const loaded = merged(custom("{}"))
    expect(loaded.data.counts).toEqual(load({ "adaptive_rules.lua": system(SYSTEM) }).data.counts)
    expect(loaded.findings).toEqual([])
  })

  test("keys are compared in lower case", () => {
    const loaded = merged(custom(`{ ["A.TEST"] = { ${rules("c1")} } }`))
    expect(answers(loaded, "a.test")).toBe("a.test: c1 s1 s2")
    expect(codesOf(loaded)).toEqual(["E_DOMAIN_CASE"])
  })

  test("without a system file, scripts stand alone", () => {
    const loaded = load({ "custom.lua": custom(`{ ["x.test"] = { ${rules("c1")} } }`) })
    expect(answers(loaded, "x.test")).toBe("x.test: c1")
  })

  test("the system file comes first wherever it stands in the list of files", () => {
    const files = {
      "custom.lua": custom(`{ ["a.test"] = { ${rules("c1")} } }`),
      "adaptive_rules.lua": system(SYSTEM),
    }
    expect(answers(load(files), "a.test")).toBe("a.test: c1 s1 s2")
  })

  test("a script that reaches into the system table changes the system set", () => {
    const script = `require('msys.adaptive')
      table.insert(msys.adaptive_rules.Rules["a.test"].responses, 1, { code = "^x1$", trigger = "1", action = {"suspend", "1 hour"} })
      ${custom(`{ ["a.test"] = { ${rules("c1")} } }`)}`
    expect(answers(merged(script), "a.test")).toBe("a.test: c1 x1 s1 s2")
  })
})

describe("aliases in a merge", () => {
  // Custom key is … | system has … | result: rule-files.md section 6.
  test.each([
    ["table", "alias", `["b.test"] = { ${rules("c1")} }`, "b.test", "b.test: c1 s1 s2", ["E_ALIAS_COPY"]],
    ["alias", "table", `["c.test"] = "a.test"`, "c.test", "c.test: s3", ["E_ALIAS_KEPT"]],
    ["alias", "other alias", `["d.test"] = "a.test"`, "d.test", "c.test: s3", ["E_ALIAS_KEPT"]],
    ["alias", "same alias", `["d.test"] = "c.test"`, "d.test", "c.test: s3", []],
    ["alias", "same alias in upper case", `["d.test"] = "C.test"`, "d.test", "c.test: s3", ["E_DOMAIN_CASE"]],
    ["alias", "nothing", `["e.test"] = "a.test"`, "e.test", "a.test: s1 s2", []],
    ["table", "nothing", `["e.test"] = { ${rules("c1")} }`, "e.test", "e.test: c1", []],
    ["alias of an alias", "nothing", `["e.test"] = "b.test"`, "e.test", "-:", ["E_ALIAS_CHAIN"]],
  ])("%s over %s", (_custom, _system, entry, domain, expected, codes) => {
    const loaded = merged(custom(`{ ${entry} }`))
    expect(answers(loaded, domain)).toBe(expected)
    expect(codesOf(loaded)).toEqual(codes)
  })

  test("a private copy leaves target and other aliases alone, and keeps the target's options", () => {
    const loaded = merged(
      custom(
        `{ ["b.test"] = { ${rules("c1")}, configuration = { max_retries = 1 } }, ["e.test"] = "a.test" }`,
      ),
    )
    expect(answers(loaded, "b.test")).toBe("b.test: c1 s1 s2")
    expect(answers(loaded, "a.test")).toBe("a.test: s1 s2")
    expect(answers(loaded, "e.test")).toBe("a.test: s1 s2")
    expect(options(loaded, "b.test", "max_retries", "max_outbound_connections")).toEqual([
      "max_retries=1@custom1.lua",
      "max_outbound_connections=2..9@adaptive_rules.lua",
    ])
    expect(options(loaded, "a.test", "max_retries")).toEqual(["max_retries=-"])
  })

  test("the copied rules count for themselves: their ids are of the new domain", () => {
    const { rules: set } = merged(custom(`{ ["b.test"] = { ${rules("c1")} } }`))
    const copied = set.listOf("b.test").rules.slice(1)
    const original = set.listOf("a.test").rules
    expect(copied.map(({ code }) => code)).toEqual(original.map(({ code }) => code))
    expect(copied.map(({ line }) => line)).toEqual(original.map(({ line }) => line))
    expect(copied.map(({ domain }) => domain)).toEqual(["b.test", "b.test"])
    for (const [i, rule] of copied.entries()) expect(rule.id).not.toBe(original[i]?.id)
  })

  test("a table over an alias whose target is missing stands alone", () => {
    const loaded = load({
      "adaptive_rules.lua": system('{ ["b.test"] = "nowhere.test" }'),
      "custom.lua": custom(`{ ["b.test"] = { ${rules("c1")} } }`),
    })
    expect(answers(loaded, "b.test")).toBe("b.test: c1")
    expect(codesOf(loaded)).toEqual([])
  })
})

describe("replace", () => {
  const only = custom(`{ ["e.test"] = { ${rules("r1")} } }`, "replace")

  test("drops all rules of all domains, not only the listed ones", () => {
    const loaded = merged(custom(`{ ["f.test"] = { ${rules("c1")} } }`), only)
    for (const domain of ["a.test", "b.test", "c.test", "d.test", "f.test"])
      expect(answers(loaded, domain)).toBe("-:")
    expect(answers(loaded, "e.test")).toBe("e.test: r1")
    expect(loaded.data.counts).toEqual({ domains: 1, aliases: 0, responses: 1, configurations: 0 })
  })

  test("is itself augmented by what comes later", () => {
    const loaded = merged(only, custom(`{ ["e.test"] = { ${rules("c1")} } }`))
    expect(answers(loaded, "e.test")).toBe("e.test: c1 r1")
  })

  test("with an empty table leaves nothing", () => {
    const loaded = merged(custom("{}", "replace"))
    expect(loaded.data.counts).toEqual({ domains: 0, aliases: 0, responses: 0, configurations: 0 })
  })

  test("the last of several wins", () => {
    const loaded = merged(only, custom(`{ ["g.test"] = { ${rules("r2")} } }`, "replace"))
    expect(answers(loaded, "e.test")).toBe("-:")
    expect(answers(loaded, "g.test")).toBe("g.test: r2")
  })

  test("a refused registration replaces nothing", () => {
    const loaded = merged('require("msys.adaptive")\nmsys.adaptive.registerRules(nil, "replace")')
    expect(answers(loaded, "a.test")).toBe("a.test: s1 s2")
    expect(codesOf(loaded)).toEqual(["E_LUA_RUNTIME"])
  })
})

describe("collisions and counts", () => {
  test.each([
    ["before it", `["A.test"] = { ${rules("u1")} }, ["a.test"] = { ${rules("l1")} }`],
    ["after it", `["a.test"] = { ${rules("l1")} }, ["A.test"] = { ${rules("u1")} }`],
  ])("the key in lower case wins over one %s", (_where, entries) => {
    const loaded = load({ "custom.lua": custom(`{ ${entries} }`) })
    expect(answers(loaded, "a.test")).toBe("a.test: l1")
    expect(answers(loaded, "A.TEST")).toBe("a.test: l1")
    expect(codesOf(loaded).sort()).toEqual(["E_DOMAIN_CASE", "E_DOMAIN_COLLISION"])
  })

  test("domains are keys that hold a table, aliases keys that hold a text, as written", () => {
    const loaded = load({
      "custom.lua": custom(`{
        ["A.test"] = { ${rules("x1")} },
        ["a.test"] = { ${rules("x2", "x3")}, configuration = {} },
        ["b.test"] = "a.test",
        ["c.test"] = "nowhere.test",
        ["d.test"] = { configuration = { max_retries = 1 } },
        ["mx:.e.test"] = "a.test",
        ["*"] = { ${rules("x4")} },
      }`),
    })
    expect(loaded.data.counts).toEqual({ domains: 4, aliases: 3, responses: 3, configurations: 2 })
  })

  test("disabled rules count as responses, and keep their position", () => {
    const loaded = load({
      "custom.lua": custom(`{ ["a.test"] = { responses = {
        { code = "^(", trigger = "1", action = {"suspend", "1 hour"} },
        { code = "^421", trigger = "1", action = {"suspend", "1 hour"} },
      } } }`),
    })
    expect(loaded.data.counts.responses).toBe(2)
    expect(loaded.rules.listOf("a.test").rules.map(({ index }) => index)).toEqual([2])
  })
})
