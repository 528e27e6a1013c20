/** Numerals, strings and comments: what they mean, and how they fail. */
import { describe, expect, test } from "vitest"
import { bytes, run, textOf, translated, type Value } from "./vm.js"

const codesOf = (source: string) => translated(source).findings.map(({ code }) => code)

describe("numerals", () => {
  for (const [literal, value] of [
    ["86400", 86400],
    ["0", 0],
    ["0.5", 0.5],
    [".5", 0.5],
    ["3.", 3],
    ["1e3", 1000],
    ["1E+3", 1000],
    ["1e-7", 1e-7],
    ["5e-324", 5e-324],
    ["1e400", Number.POSITIVE_INFINITY],
    ["1e21", 1e21],
    ["123456789012345680000", 123456789012345680000],
    ["0.1", 0.1],
    ["010", 8],
    ["0660", 432],
    ["00", 0],
    ["0x10", 16],
    ["0XfF", 255],
    ["0xFFFFFFFF", 4294967295],
    ["0x1FFFFFFFFFFFFF", 9007199254740991],
    ["0xFFFFFFFFFFFFFFFFFF", 2 ** 63],
  ] as const) {
    test(literal, () => expect(run(`return ${literal}`).values).toEqual([value]))
  }

  for (const literal of [
    "08",
    "0e1",
    "00.5",
    "019",
    "3..2",
    "1e",
    "1e+",
    "1.2.3",
    "12abc",
    "0x",
    "0xg",
    "0x10p2",
  ]) {
    test(`${literal} is malformed`, () => {
      const { syntaxError, findings } = translated(`return ${literal}`)
      expect(syntaxError).toEqual({ line: 1, message: `malformed number near '${literal}'` })
      expect(findings).toMatchObject([{ code: "E_LUA_NUMBER", line: 1, column: 8 }])
    })
  }

  test("a hexadecimal fraction falls apart at its point, as it does for Lua", () => {
    expect(translated("return 0x1.8").syntaxError?.message).toBe("'<eof>' expected near '.8'")
  })

  test("every numeral is a float to the VM, so products do not wrap", () => {
    expect(run("return 86400*28*1000, 50000*86400, 2147483647+1").values).toEqual([
      2419200000, 4320000000, 2147483648,
    ])
  })
})

describe("strings", () => {
  for (const [literal, value] of [
    [`"a'b"`, "a'b"],
    [`'a"b'`, 'a"b'],
    [String.raw`"\a\b\f\n\r\t\v\\\"\'"`, "\x07\b\f\n\r\t\v\\\"'"],
    [String.raw`"\065\10\0001"`, "A\n\x001"],
    [String.raw`"\255"`, "\xff"],
    [String.raw`"\x41\x4a\xFf"`, "AJ\xff"],
    [String.raw`"\u0041\u00e9"`, "A\xc3\xa9"],
    [String.raw`"\u20ac."`, "\xe2\x82\xac."],
    [String.raw`"\u01F600"`, "\xf0\x9f\x98\x80"],
    [String.raw`"\u0001F600"`, "\xf0\x9f\x98\x80"],
    [String.raw`"\uD83D"`, "\xed\xa0\xbd"],
    [String.raw`"\u308000"`, "\xf8\x8c\x88\x80\x80"],
    [String.raw`"\u70008000"`, "\xfd\xb0\x80\x88\x80\x80"],
    ['"a\\\nb"', "a\nb"],
    ['"a\\\r\nb"', "a\nb"],
    ["[[a\nb]]", "a\nb"],
    ["[[\r\na\rb\r\n]]", "a\nb\n"],
    ["[==[a]]b]=]c]==]", "a]]b]=]c"],
    [String.raw`[[\n]]`, "\\n"],
    ['"caf\xe9 \x80\xff"', "caf\xe9 \x80\xff"],
    ['"\x01\x7f\x00"', "\x01\x7f\x00"],
    [`""`, ""],
  ] as const) {
    test(JSON.stringify(literal), () => {
      expect(run(`return ${literal}`).values).toEqual([value])
      expect(codesOf(`return ${literal}`)).toEqual([])
    })
  }

  for (const [literal, message, column] of [
    ['"abc', `unfinished string near '<eof>'`, 8],
    ['"abc\nx = 1', `unfinished string near '"abc'`, 8],
    ["'a\\065b\n", `unfinished string near ''aAb'`, 8],
    [String.raw`"a\256"`, `escape sequence too large near '"a'`, 10],
    [String.raw`"a\x4g"`, `expected hex digit near '"a'`, 10],
    [String.raw`"a\u00g0"`, `expected either 4, 6 or 8 hex digits for unicode escape near '"a'`, 10],
    [String.raw`"a\u01234"`, `expected either 4, 6 or 8 hex digits for unicode escape near '"a'`, 10],
    [String.raw`"a\u80000000"`, `unicode escape sequence too large near '"a'`, 10],
    ["[[abc", "unfinished long string near '<eof>'", 8],
    ["[=abc", "invalid long string delimiter near '[='", 8],
    ["[[a [[ b]]", "nesting of [[...]] is deprecated near '['", 12],
  ] as const) {
    test(`${JSON.stringify(literal)}: ${message}`, () => {
      const { syntaxError, findings } = translated(`return ${literal}`)
      expect(syntaxError?.message).toBe(message)
      expect(findings).toMatchObject([{ code: "E_LUA_SYNTAX", column }])
    })
  }

  for (const [literal, value, escapes] of [
    [String.raw`"421 4\.7\.0"`, "421 4.7.0", "\\."],
    [String.raw`"\d+\["`, "d+[", "\\d, \\["],
    [String.raw`"\z  x"`, "z  x", "\\z"],
  ] as const) {
    test(`${literal} loses backslashes and says so once`, () => {
      expect(run(`return ${literal}`).values).toEqual([value])
      const { ok, findings } = translated(`return ${literal}`)
      expect(ok).toBe(true)
      expect(findings).toHaveLength(1)
      expect(findings[0]).toMatchObject({ code: "E_LUA_ESCAPE", severity: "warning", line: 1 })
      expect(findings[0]?.message).toContain(`the backslash of ${escapes};`)
    })
  }

  test("a dropped backslash is placed at the first one", () => {
    expect(translated('x = "a\\\n\\n \\. \\d"').findings).toMatchObject([{ line: 2, column: 4 }])
  })
})

describe("comments and blanks", () => {
  for (const [source, value] of [
    ["-- a\nreturn 1 -- b", 1],
    ["--[[ a\nb ]] return 1", 1],
    ["--[==[ ]] ]==] return 1", 1],
    ["--[=x\nreturn 1", 1],
    ["return --[[x]] 1 --", 1],
    ["\t\v\f return\r\n1", 1],
    ["#!/usr/bin/lua \x00 anything\nreturn 1", 1],
    ["return 1 - -1, 1 -- -1", 2],
  ] as const) {
    test(JSON.stringify(source), () => expect(run(source).values[0]).toBe(value))
  }

  test("a long comment ends at the first ]], and the original would refuse it", () => {
    const source = "--[[ a\n [[ b ]] return 1"
    expect(run(source).values).toEqual([1])
    expect(translated(source).findings).toMatchObject([
      { code: "E_LUA_COMMENT", severity: "warning", line: 2, column: 2 },
    ])
  })

  test("an unfinished long comment is reported where it opens", () => {
    const { syntaxError, findings } = translated("x = 1\n--[[ abc\n")
    expect(syntaxError).toEqual({ line: 3, message: "unfinished long comment near '<eof>'" })
    expect(findings).toMatchObject([{ code: "E_LUA_SYNTAX", line: 2, column: 1 }])
  })
})

test("the output is printable ASCII, whatever the strings hold", () => {
  const all = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i)).join("")
  const source = bytes(`return [=[\n${all}]=]`)
  const { code } = translated(source)
  expect([...code].every((byte) => byte === 10 || (byte >= 32 && byte < 127))).toBe(true)
  const kept: Value = all.replace("\r", "\n")
  expect(run(source).values).toEqual([kept])
})

test("tokens that would run together are kept apart", () => {
  const source = "local a,b={5},2 return a[ [[1]] ],1 ..b,- -b,a[1]..'x'..- -b,not(b),b-(-b)"
  expect(run(source).values).toEqual([null, "12", 2, "5x2", false, 4])
  expect(textOf(translated("return 1 ..x"))).toContain("1.0 ..x")
})
