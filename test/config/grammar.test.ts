/** The grammar of configuration.md section 1, form by form: what is written, and the value that is read. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { type Item, type Value, valueText } from "../../src/config/syntax/conf-ast.js"
import { parseConf } from "../../src/config/syntax/conf-parser.js"
import { ConfReport } from "../../src/config/syntax/conf-report.js"
import { ConfSource } from "../../src/config/syntax/conf-source.js"
import { type Content, loadText } from "./loading.js"

function parse(content: Content): { items: readonly Item[]; codes: string[] } {
  const report = new ConfReport()
  const items = parseConf(new ConfSource("c.conf", new Uint8Array(Buffer.from(content))), report)
  return { items, codes: report.findings.map(({ code }) => code) }
}

/** An item without its places. */
function plain(item: Item): unknown {
  switch (item.kind) {
    case "assignment":
      return [item.name, value(item.value)]
    case "include":
      return { include: item.path.text }
    case "stanza":
      return { [item.name]: item.argument?.text ?? null, items: item.items.map(plain) }
  }
}

function value(one: Value): unknown {
  switch (one.kind) {
    case "scalar":
      return one.text
    case "list":
      return one.elements.map(value)
    case "dictionary":
      return { pairs: one.entries.map(({ key, value: inner }) => [key.text, value(inner)]) }
  }
}

describe("values", () => {
  test.each<[string, string, unknown]>([
    ["a word", "a = b", "b"],
    ["a quoted text", 'a = "b c"', "b c"],
    ["single quotes, raw", String.raw`a = 'b \" \\ c'`, String.raw`b \" \\ c`],
    ["an escaped quote and backslash", String.raw`a = "b \" \\ c"`, String.raw`b " \ c`],
    ["other backslashes stay", String.raw`a = "\.test\d"`, String.raw`\.test\d`],
    ["an escaped backslash before the end", String.raw`a = "b\\"`, "b\\"],
    ["nothing", 'a = ""', ""],
    ["signs inside quotes", 'a = "# { } ( ) [ ] = /* , */"', "# { } ( ) [ ] = /* , */"],
    ["variables are plain text", 'a = "$X %{vctx_mess:y}"', "$X %{vctx_mess:y}"],
    ["the other kind of quote inside", `a = "it's"`, "it's"],
    ["letters of any alphabet", 'a = "Ünïcödé 邮件"', "Ünïcödé 邮件"],
    ["typographic quotes close each other", "a = “b” ", "b"],
    ["and the plain ones", 'a = "b”', "b"],
    ["typographic single quotes", "a = ‘b’", "b"],
    ["without blanks", "a=b", "b"],
    ["on the next line", "a =\n\n  b", "b"],
    ["a comma outside of lists is part of the word", "a = b.com,c.com", "b.com,c.com"],
    ["a word ends at a comment", "a = b#c", "b"],
    ["a word ends at a long comment", "a = b/*c*/", "b"],
    ["a path without quotes", "a = /var/log", "/var/log"],
    ["an address with slashes", "a = http://h:80//x", "http://h:80//x"],
    ["a list", "a = ( b c )", ["b", "c"]],
    ["a list with commas", 'a = ("b", "c",d,)', ["b", "c", "d"]],
    ["an empty list", "a = ()", []],
    ["a list in a list", "a = (b (c d) e)", ["b", ["c", "d"], "e"]],
    ["a list over lines, with comments", "a = ( b # c )\n d )", ["b", "d"]],
    [
      "a dictionary",
      'a = [ 99 = "x" y = (z) ]',
      {
        pairs: [
          ["99", "x"],
          ["y", ["z"]],
        ],
      },
    ],
    [
      "a dictionary with commas",
      "a = [ b = c, d = e,f ]",
      {
        pairs: [
          ["b", "c"],
          ["d", "e,f"],
        ],
      },
    ],
    ["a dictionary in a list", "a = ([b = c] d)", [{ pairs: [["b", "c"]] }, "d"]],
    ["an empty dictionary", "a = []", { pairs: [] }],
  ])("%s", (_, text, expected) => {
    const [item, ...rest] = parse(text).items.map(plain)
    expect(item).toEqual(["a", expected])
    expect(rest).toEqual([])
  })
})

describe("items", () => {
  test.each<[string, Content, unknown[]]>([
    [
      "several on a line",
      "a = b c = d e { f = g }",
      [["a", "b"], ["c", "d"], { e: null, items: [["f", "g"]] }],
    ],
    ["a stanza with a name in quotes", 'b "n" {}', [{ b: "n", items: [] }]],
    ["a stanza with a bare name", "b n{}", [{ b: "n", items: [] }]],
    ["a brace on its own line", "b n\n{\n}", [{ b: "n", items: [] }]],
    ["everything on its own line", "b\nn\n{\nc\n=\nd\n}", [{ b: "n", items: [["c", "d"]] }]],
    ["an include", 'include "f" a = b', [{ include: "f" }, ["a", "b"]]],
    ["an include of a bare path", "readonly_include d.conf", [{ include: "d.conf" }]],
    ["an include in a stanza", 'b n { INCLUDE "f" }', [{ b: "n", items: [{ include: "f" }] }]],
    ["a stanza called include", "include x {}", [{ include: "x", items: [] }]],
    [
      "comments of both kinds",
      "# x\na = b # y\n/* z\n * } */ c = d",
      [
        ["a", "b"],
        ["c", "d"],
      ],
    ],
    ["a comment that looks nested ends at the first end", "/* /* */ a = b", [["a", "b"]]],
    [
      "lines that end in CRLF",
      "a = b\r\n# c\r\nd = e\r\n",
      [
        ["a", "b"],
        ["d", "e"],
      ],
    ],
    [
      "lines that end in CR",
      "a = b\r# c\rd = e\r",
      [
        ["a", "b"],
        ["d", "e"],
      ],
    ],
    ["a byte order mark", "\ufeffa = b", [["a", "b"]]],
    ["a Latin-1 comment and value", Buffer.from("# caf\xe9\na = caf\xe9 ", "latin1"), [["a", "café"]]],
    ["nothing at all", "", []],
    ["blanks only", " \n\t\r\n\f\v", []],
  ])("%s", (_, text, expected) => {
    const { items, codes } = parse(text)
    expect({ items: items.map(plain), codes }).toEqual({ items: expected, codes: [] })
  })

  test("what is told about quotes, blanks and slashes stands where it is first", () => {
    const report = new ConfReport()
    parseConf(new ConfSource("c", new Uint8Array(Buffer.from("a\u00a0= “b”\nc = d/e\n"))), report)
    expect(report.findings.map(({ code, line, column }) => [code, line, column])).toEqual([
      ["E_CONF_CURLY", 1, 2],
      ["E_CONF_SLASH", 2, 5],
    ])
  })
})

describe("values of options", () => {
  const read = (option: string, text: string): boolean =>
    loadText(`${option} = ${text}`).diagnostics.every(({ severity }) => severity !== "error")
  const inModule = (option: string, text: string): boolean =>
    !loadText(`adaptive { ${option} = ${text} }`).diagnostics.some(({ code }) => code === "E_CONF_VALUE")

  test.each(["true", "FALSE", "on", '"Off"', "yes", "no", "enabled", "disabled", "1", '"0"'])(
    "switch %s",
    (text) => expect(read("adaptive_enabled", text)).toBe(true),
  )
  test.each(['"20 80"', "20,80", "(20 80)", "(20, 80)", '("20" "80")', "( 20 20 )", '"20,80"'])(
    "bounds %s",
    (text) => expect(read("adaptive_max_outbound_connections", text)).toBe(true),
  )
  test.each(['"14400,6"', "14400,6", "(14400, 6)", "(14400 6)", '("14400" "6")', '("14400,6")', '"14400 6"'])(
    "monitor %s",
    (text) => expect(inModule("fbl_stats_monitor", text)).toBe(true),
  )
  test.each(["10", '"10"', '"10/60"', "10/60", "0", '"0.5"'])("throttle %s", (text) =>
    expect(read("outbound_throttle_messages", text)).toBe(true),
  )
  test.each(['"4 hours"', '"1 hour"', '"90 seconds"', '"2 Days"'])("duration %s", (text) =>
    expect(read("adaptive_default_suspension", text)).toBe(true),
  )
  test.each(["auto", "none", "5"])("retries %s", (text) => expect(read("max_retries", text)).toBe(true))
  test.each(["inline", '"internal"', "true", "off"])("blackhole %s", (text) =>
    expect(read("blackhole", text)).toBe(true),
  )
})

describe("round trip", () => {
  const word = fc.stringMatching(/^[A-Za-z0-9_.:*%$@+-]{1,8}$/)
  const text = fc
    .oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^[a-z"'\\ ]{0,6}$/))
    .map((one) => one.replace(/[\p{Cc}\p{Cs}“”]/gu, ""))
  const scalar = fc.oneof(
    word.map((one) => ({ kind: "scalar" as const, text: one, isQuoted: false })),
    text.map((one) => ({ kind: "scalar" as const, text: one, isQuoted: true })),
  )
  type Tree =
    | { kind: "scalar"; text: string; isQuoted: boolean }
    | { kind: "list"; elements: Tree[] }
    | { kind: "dictionary"; entries: [string, Tree][] }
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      scalar,
      fc.record({ kind: fc.constant("list" as const), elements: fc.array(tie("tree"), { maxLength: 4 }) }),
      fc.record({
        kind: fc.constant("dictionary" as const),
        entries: fc.array(fc.tuple(word, tie("tree")), { maxLength: 3 }),
      }),
    ),
  }))
  type Node =
    | { name: string; value: Tree }
    | { name: string; argument: string | null; items: Node[] }
    | { include: string }
  const name = fc
    .stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/)
    .filter((one) => !/^(readonly_)?include$/i.test(one))
  const { node } = fc.letrec<{ node: Node }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      fc.record({ name, value: tree }),
      fc.record({ include: word }),
      fc.record({ name, argument: fc.option(word), items: fc.array(tie("node"), { maxLength: 4 }) }),
    ),
  }))

  const printed = (one: Tree): string => {
    switch (one.kind) {
      case "scalar":
        return one.isQuoted ? `"${one.text.replace(/["\\]/g, "\\$&")}"` : one.text
      case "list":
        return `( ${one.elements.map(printed).join(" ")} )`
      case "dictionary":
        return `[ ${one.entries.map(([key, inner]) => `${key} = ${printed(inner)}`).join(" ")} ]`
    }
  }
  const print = (one: Node): string => {
    if ("include" in one) return `include "${one.include}"`
    if ("value" in one) return `${one.name} = ${printed(one.value)}`
    const argument = one.argument === null ? "" : ` "${one.argument}"`
    return `${one.name}${argument} {\n${one.items.map(print).join("\n")}\n}`
  }
  const expectedTree = (one: Tree): unknown => {
    switch (one.kind) {
      case "scalar":
        return one.text
      case "list":
        return one.elements.map(expectedTree)
      case "dictionary":
        return { pairs: one.entries.map(([key, inner]) => [key, expectedTree(inner)]) }
    }
  }
  const expected = (one: Node): unknown => {
    if ("include" in one) return { include: one.include }
    if ("value" in one) return [one.name, expectedTree(one.value)]
    return { [one.name]: one.argument, items: one.items.map(expected) }
  }

  test("a printed tree is read as it was", { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.array(node, { maxLength: 6 }), (nodes) => {
        const { items, codes } = parse(nodes.map(print).join("\n"))
        expect(codes).toEqual([])
        expect(items.map(plain)).toEqual(nodes.map(expected))
      }),
      { numRuns: 2000 },
    )
  })

  test("a value in one line is read as the value", () => {
    fc.assert(
      fc.property(tree, (one) => {
        const [first] = parse(`a = ${printed(one)}`).items
        if (first?.kind !== "assignment" || first.value.kind === "scalar") return
        const [again] = parse(`a = ${valueText(first.value)}`).items
        expect(again === undefined ? null : plain(again)).toEqual(plain(first))
      }),
      { numRuns: 1000 },
    )
  })
})
