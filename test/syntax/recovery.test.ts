/** What a person is told: every mistake once, at the place where it is to be corrected. */
import { describe, expect, test } from "vitest"
import { byPlace } from "../../src/model/diagnostic.js"
import { bytes, translated } from "./vm.js"

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

/** "line:column CODE" of each finding. */
const places = (source: Uint8Array): string[] =>
  translated(source).findings.map(({ line, column, code }) => `${line}:${column} ${code}`)

const BROKEN: readonly (readonly [string, string | Uint8Array, readonly string[]])[] = [
  [
    "two missing commas",
    `Rules = {
  ["a"] = {
    { code = "x", trigger = "1" action = {"suspend"} },
    { code = "y" }
    { code = "z" },
  }
}`,
    ["3:32 E_LUA_SEPARATOR", "4:19 E_LUA_SEPARATOR"],
  ],
  ["a missing comma after a long string", "x = { a = [[\nlong]]\nb = 1 }", ["2:7 E_LUA_SEPARATOR"]],
  [
    "a missing brace, found out by a statement",
    `Rules = {
  a = { x = 1
  },
  b = {
    y = { 1 },
}
registerRules(Rules)
local = 1`,
    ["1:9 E_LUA_SEPARATOR", "8:7 E_LUA_SYNTAX"],
  ],
  ["a missing brace, found out by the end of the file", "x = {\n{ a = 1 },\n", ["1:5 E_LUA_SEPARATOR"]],
  ["several missing braces", "x = { a = { b = { c = 1", ["1:17 E_LUA_SEPARATOR"]],
  [
    "a brace too many",
    `Rules = {
  a = { } } },
  b = { { 1 } },
  c = 1,
}
f(Rules)`,
    ["2:13 E_LUA_SYNTAX"],
  ],
  [
    "a key that needs brackets",
    'x = { a.b = 1, "c" = 2, d = 3 }',
    ["1:11 E_LUA_SYNTAX", "1:20 E_LUA_SYNTAX"],
  ],
  ["a reserved word as a key", "x = { end = 1, a = 2 b = 3 }", ["1:7 E_LUA_SYNTAX", "1:21 E_LUA_SEPARATOR"]],
  ["a colon instead of =", "x = {\n a : { 1 },\n b = 2\n}", ["2:6 E_LUA_SYNTAX"]],
  [
    "a missing value",
    "x = { a = , b = }\ny = = 1",
    ["1:11 E_LUA_SYNTAX", "1:17 E_LUA_SYNTAX", "2:5 E_LUA_SYNTAX"],
  ],
  ["= for ==, and an argument", "if x = 1 then\n y()\nend\nf(1 2)", ["1:6 E_LUA_SYNTAX", "4:5 E_LUA_SYNTAX"]],
  ["an end missing", "function f()\n if x then y()\nend\nz = 1", ["4:6 E_LUA_SYNTAX"]],
  ["a function in a broken statement", "x = = function() a = 1 end\ny = 1", ["1:5 E_LUA_SYNTAX"]],
  ["curly quotes", utf8("x = { a = “421”, b = ‘1’ }"), quotes("1:11", "1:17", "1:26", "1:30")],
  ["curly quote closes a straight one", utf8('x = { a = "421”, b = 1 }\ny = 2'), quotes("1:15")],
  ["straight quote closes a curly one", utf8('x = { a = “421", b = 1 }'), quotes("1:11")],
  ["a lone curly quote", utf8("x = ”\ny = 1"), quotes("1:5")],
  [
    "curly quotes of Windows-1252",
    bytes("x = { a = \x93421\x94, b = \x911\x92 }"),
    quotes("1:11", "1:15", "1:22", "1:24"),
  ],
  [
    "curly quotes and a missing comma",
    utf8("x = { a = “1” b = 2 }"),
    ["1:11 E_LUA_QUOTE", "1:15 E_LUA_QUOTE", "1:18 E_LUA_SEPARATOR"],
  ],
  ["curly quotes inside strings and comments are fine", utf8('x = "“" -- ”\n--[[ ‘ ]]'), []],
  ["a byte order mark", utf8("\ufeffx = 1\ny = = 2"), ["1:1 E_LUA_CHARACTER", "2:5 E_LUA_SYNTAX"]],
  [
    "no-break spaces, once per run",
    utf8("x =\u00a0\u00a01\ny =\u00a02"),
    ["1:4 E_LUA_CHARACTER", "2:4 E_LUA_CHARACTER"],
  ],
  ["a zero-width space", utf8("x = \u200b1"), ["1:5 E_LUA_CHARACTER"]],
  ["a no-break space of Latin-1", bytes("x =\xa01"), ["1:4 E_LUA_CHARACTER"]],
  ["an en dash for a minus", utf8("x = 5 – 3"), ["1:7 E_LUA_CHARACTER"]],
  ["a letter outside ASCII", utf8("naïve = 1"), ["1:3 E_LUA_CHARACTER"]],
  ["a control character", bytes("x = \x00 1"), ["1:5 E_LUA_CHARACTER"]],
  ["UTF-16", Buffer.from("\ufeffx = 1\n", "utf16le"), ["1:1 E_LUA_CHARACTER"]],
  [
    "a string that does not end",
    'x = {\n a = "421,\n b = "1",\n}\ny = = 1',
    ["2:6 E_LUA_SYNTAX", "5:5 E_LUA_SYNTAX"],
  ],
  ["a string that takes the closing brace along", 'x = { ["a] = 1 }\ny = 1', ["1:8 E_LUA_SYNTAX"]],
  ["two malformed numbers", "x = 08\ny = 3..2", ["1:5 E_LUA_NUMBER", "2:5 E_LUA_NUMBER"]],
]

function quotes(...at: string[]): string[] {
  return at.map((place) => `${place} E_LUA_QUOTE`)
}

describe("each mistake is reported once", () => {
  for (const [name, source, expected] of BROKEN) {
    test(name, () => expect(places(typeof source === "string" ? bytes(source) : source)).toEqual(expected))
  }
})

describe("what the sentences say", () => {
  const only = (source: string) => {
    const { findings } = translated(source)
    expect(findings).toHaveLength(1)
    return findings[0]
  }

  test("a missing comma names the field that follows", () => {
    expect(only("x = { a = 1\n b = 2 }")).toMatchObject({
      severity: "error",
      message: "no comma between this field and 'b' on line 2",
      hint: "add a comma here",
    })
  })

  test("a table that is not closed says where reading ended and which one it probably is", () => {
    expect(only('R = {\n  ["a"] = {\n    r = {},\n  ["b"] = {\n  },\n}\nf(R)\n')).toMatchObject({
      message: "this table is not closed; reading gave up at line 7 near 'f'",
      hint: "add a }; judging by the indentation it belongs to the table opened at line 2",
    })
  })

  test("a quote names itself", () => {
    expect(translated(utf8("x = “a”")).findings[1]).toMatchObject({
      message: "a curly quote ” instead of a straight one",
      hint: 'write a straight quote: "',
    })
  })

  test("text quoted from the file is read as UTF-8 and kept short", () => {
    const long = "é".repeat(60)
    expect(translated(utf8(`x = 1 "${long}"`)).findings[0]?.message).toBe(
      `unexpected symbol near '"${"é".repeat(39)}…'`,
    )
  })
})

describe("duplicate keys", () => {
  test("are reported at the second one and leave the file loadable", () => {
    const source = 'x = {\n a = 1,\n b = 2,\n ["a"] = 3,\n [1] = "p",\n [0x1] = "q",\n a = 4,\n}'
    const { ok, findings } = translated(source)
    expect(ok).toBe(true)
    expect(findings).toMatchObject([
      { code: "E_LUA_DUPLICATE_KEY", line: 4, column: 2, severity: "error" },
      { code: "E_LUA_DUPLICATE_KEY", line: 6, column: 2 },
      { code: "E_LUA_DUPLICATE_KEY", line: 7, column: 2 },
    ])
    expect(findings[0]?.message).toContain('"a" is already set on line 2')
  })

  for (const source of [
    'x = { a = 1, A = 2, ["a "] = 3 }',
    'x = { [1] = 1, ["1"] = 2 }',
    "x = { 1, 2, [f()] = 3, [f()] = 4 }",
    "x = { a = { b = 1 }, c = { b = 2 } }",
  ]) {
    test(`${source} has none`, () => expect(places(bytes(source))).toEqual([]))
  }
})

test("findings are in the order of the text", () => {
  const { findings } = translated('x = { a = "\\." a = 08, a = 1 }\ny = = 2\nz = "\\d"')
  expect(findings.length).toBeGreaterThan(4)
  expect(findings).toEqual([...findings].sort(byPlace))
})

test("a file that is no rule file is not reported line by line", () => {
  const { findings, syntaxError } = translated("x = = 1\n".repeat(5000))
  expect(findings).toHaveLength(101)
  expect(findings.at(-1)?.message).toContain("more than 100 errors")
  expect(syntaxError).toEqual({ line: 1, message: "unexpected symbol near '='" })
})
