/** Where tables and fields were written, and how a table at run time is led back there. */
import { describe, expect, test } from "vitest"
import { compileError, run, textOf, translated } from "./vm.js"

const SOURCE = `Rules = {
  ["a.test"] = {
    responses = { { code = "x" }, f{1} },
    [7] = 1, [k] = 2,
    "p", -- first
    g(),
  },
}`

test("every constructor is listed in the order of its opening brace", () => {
  const sites = translated(SOURCE).tables
  expect(sites.map((t) => [t.line, t.column, t.endLine, t.endColumn])).toEqual([
    [1, 9, 8, 1],
    [2, 16, 7, 3],
    [3, 17, 3, 40],
    [3, 19, 3, 32],
    [3, 36, 3, 38],
  ])
})

test("fields say what they are called and where they and their values stand", () => {
  const [, second] = translated(SOURCE).tables
  const place = (line: number, column: number, valueColumn: number) => ({
    line,
    column,
    valueLine: line,
    valueColumn,
  })
  expect(second?.fields).toMatchObject([
    { kind: "named", key: "responses", ...place(3, 5, 17) },
    { kind: "keyed", key: 7, ...place(4, 5, 11) },
    { kind: "keyed", key: null, ...place(4, 14, 20) },
    { kind: "positional", key: 1, ...place(5, 5, 5) },
    { kind: "positional", key: 2, ...place(6, 5, 5) },
  ])
})

describe("tracked tables", () => {
  for (const [source, values, origins] of [
    ["local t = {{1}, {2}} return #t, t[2][1]", [2, 2], [0]],
    ["local function f(t) return t[1] end return f{5}, f{6}", [5, 6], [0, 1]],
    ["local function f() return 1, 2, 3 end return #{f()}, #{f(), f()}, #{(f())}", [3, 4, 1], [0, 1, 2]],
    ["local o = {m = function(_, t) return t.x end} return o:m{x = 3}", [3], [0, 1]],
    ["local o = {goto = function(_, t) return t.x end} return o:goto{x = 3}", [3], [0, 1]],
    ["for _, v in pairs{4} do return v end", [4], [0]],
    ["local r = {} for i = 1, 2 do r[i] = {} end return r[1] == r[2]", [false], [0, 1, 1]],
    ["local x = {} (type)(1) return type(x)", ["table"], [0]],
  ] as const) {
    test(source, () => expect(run(source, true)).toEqual({ values, error: null, origins }))
  }

  test("without tracking there are no calls", () => {
    expect(textOf(translated(SOURCE))).not.toContain("__adh.t(")
    expect(compileError(translated(SOURCE, true).code)).toBeNull()
  })
})

test("a file that cannot be loaded has no code, no tables and no tree", () => {
  const broken = translated("x = { a = 1 b = 2 }")
  expect(broken).toMatchObject({ ok: false, tables: [], chunk: null })
  expect(broken.code).toHaveLength(0)
})

test("the tree tells locals, upvalues and globals apart", () => {
  const { chunk } = translated("local a = 1 function f(b) a = b c = b end")
  expect(chunk?.body[1]).toMatchObject({
    kind: "functionstat",
    target: { kind: "name", name: "f", scope: "global", line: 1, column: 22 },
    function: {
      params: ["b"],
      body: [
        {
          kind: "assign",
          targets: [{ name: "a", scope: "upvalue" }],
          values: [{ name: "b", scope: "local" }],
        },
        { kind: "assign", targets: [{ name: "c", scope: "global" }] },
      ],
    },
  })
})
