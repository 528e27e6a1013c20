/** One case and more for every row of lua-dialect.md, section B, run in the VM. */
import { describe, expect, test } from "vitest"
import { run, textOf, translated, type Value } from "./vm.js"

const cases = (table: readonly (readonly [string, readonly Value[]])[]): void => {
  for (const [source, values] of table) {
    test(source, () => expect(run(source)).toMatchObject({ values, error: null }))
  }
}

describe("precedence is the vendor's", () => {
  cases([
    ["return 6 & 3 + 1", [3]],
    ["return 1 << 2 + 1", [5]],
    ["return 8 >> 1 + 1", [5]],
    ["return 1 .. 2 | 4", ["16"]],
    ["return 2 + 1 & 2, 2 | 1 + 4, 6 ^^ 3 * 2", [2, 7, 0]],
    ["return 1 << 2 * 3, 2 * 3 << 1", [12, 12]],
    ["return 7 & 3 == 3, not 1 == 2", [true, false]],
    ["return ~1 + 1, ~2 ^ 2, -2 ^ 2, 2 ^ -1", [-1, -5, -4, 0.5]],
    ["return 2 ^ 3 ^ 2, 'a' .. 'b' .. 'c' == 'abc'", [512, true]],
    ["return 2 ^ ~0, -3 \\ 2, - 3 \\ 2 ^ 1", [0.5, -2, -2]],
    ["return 8 - 3 - 2, 8 / 4 / 2, 8 \\ 3 \\ 2, 7 % 4 % 2", [3, 1, 1, 1]],
  ])
})

describe("operators that 5.3 lacks", () => {
  cases([
    ["return 1 != 2, 1 ~= 1, !nil, !1", [true, false, true, false]],
    ["return 5 ^^ 3, -7 \\ 2, 7 \\ 2, 7 \\ 0", [6, -4, 3, Number.POSITIVE_INFINITY]],
    ["return 5.7 & 3, 1 << 40, -8 >> 1, 2^31 | 0, ~5", [1, 1099511627776, -4, 2147483648, -6]],
    ["local function f() return 6, 9 end return f() & f(), ~f(), (f() | 1)", [6, -7, 7]],
    ["local function f(...) return 6 & ..., ~... end return f(3, 9)", [2, -4]],
    ["local t = {6 | 1, 2} return t[1], #t", [7, 2]],
  ])

  test("a right operand that yields nothing is nil to the helper, not missing", () => {
    expect(textOf(translated("return a & f()"))).toContain("__adh.band(a,(f()))")
  })
})

describe("goto is an ordinary name", () => {
  cases([
    ["goto = 1 return goto, _G['goto']", [1, 1]],
    ["local goto = 2 goto = goto + 1 return goto, _G['goto']", [3, null]],
    ["local t = {goto = 1, ['x'] = 2} return t.goto, t['goto']", [1, 1]],
    ["local t = {} t.goto = 4 t.goto = t.goto + 1 return t.goto", [5]],
    ["local t = {goto = {goto = 7}} return t.goto.goto", [7]],
    ["local o = {x = 5} function o:goto(a, b) return self.x, a, b end return o:goto(1, 2)", [5, 1, 2]],
    ["local o = {} function o:goto() return self == o end return o:goto()", [true]],
    ["local o = {} function o:goto(...) return ... end return o:goto(1, 2)", [1, 2]],
    ["local o = {goto = function(self, a) return a end} return o:goto'x', o:goto[[y]]", ["x", "y"]],
    ["local o = {goto = function(self, a) return a[1] end} return o:goto{3}", [3]],
    [
      "local n, o = 0 o = {goto = function() return o end} local function f() n = n + 1 return o, 9 end f():goto():goto() return n",
      [1],
    ],
    [
      "local o = {goto = function(self, ...) return select('#', ...) end} local function f() return o, 1 end return f():goto()",
      [0],
    ],
    ["function goto(a) return a end return goto(3)", [3]],
    ["a = {} function a.goto(x) return x end return a.goto(1)", [1]],
    ["a = {goto = {}} function a.goto.b(x) return x end return a.goto.b(2)", [2]],
    ["a = {goto = {}} function a.goto:b(x) return self == a.goto, x end return a.goto:b(2)", [true, 2]],
    ["local goto = {} function goto.x() return 4 end return goto.x()", [4]],
    ["goto = {} function goto.x() return 4 end return goto.x()", [4]],
    ["goto = {} function goto:x() return self == goto end return goto:x()", [true]],
    ["local function goto(n) return n == 0 and 'end' or goto(n - 1) end return goto(3)", ["end"]],
    ["for goto = 1, 2 do x = goto end for _, goto in pairs{5} do y = goto end return x, y", [2, 5]],
    ["local function f(goto, ...) return goto, ... end return f(1, 2)", [1, 2]],
  ])
})

describe("_ENV and our own prefix are ordinary names", () => {
  cases([
    ["_ENV = 5 return _ENV, _G._ENV, print ~= nil", [5, 5, true]],
    ["local _ENV = {x = 1} return _ENV.x, x, print ~= nil", [1, null, true]],
    ["local function f(_ENV) y = 2 return _ENV end return f(7), y", [7, 2]],
    ["local t = {_ENV = 3} return t._ENV", [3]],
    ["__adh, __adhx = 1, 2 return __adh, _G.__adhx, 6 & 3", [1, 2, 2]],
    ["local __adh, __adh_goto, goto = 1, 2, 3 return __adh, __adh_goto, goto, 6 & 3", [1, 2, 3, 2]],
    ["function _ENV() return 1 end function __adhf() return 2 end return _ENV(), __adhf()", [1, 2]],
  ])
})

describe("arg in a vararg function", () => {
  cases([
    ["local function f(...) return arg.n, arg[1], arg[2] end return f('a', nil, 'c')", [3, "a", null]],
    ["local function f(...) local x = ... return arg end arg = 1 return f(2)", [null]],
    ["arg = 1 local function f(...) return function() return arg.n end end return f(1, 2)()", [2]],
    ["arg = 1 local function f() return arg end return f(2)", [1]],
    ["arg = 1 local function f(...) return (function(...) return arg.n end)(1) end return f(1, 2)", [1]],
    ["local function f(arg, ...) return arg[1] end return f(1, 2)", [2]],
    ["local function f(...) local arg = 5 return arg end return f(1)", [5]],
    ["local function f(...) arg = 5 return arg end return f(1), arg", [5, null]],
    ["return arg", [null]],
    ["local function f(...)\n  return arg.n end\nreturn f(1)", [1]],
  ])

  test("is not built when nobody asks for it", () => {
    expect(textOf(translated("function f(...) return 1 end"))).not.toContain("vararg")
  })
})

describe("generic for", () => {
  cases([
    ["local s = 0 for _, v in pairs{1, 2} do s = s + v end return s", [3]],
    ["local s = 0 for _, v in next, {1, 2} do s = s + v end return s", [3]],
    [
      "local o = setmetatable({}, {__iter = function(o) return next, {a = 1} end}) for k, v in o do return k, v end",
      ["a", 1],
    ],
    ["local function each(t) return next, t, nil end for k, v in each{4} do return k, v end", [1, 4]],
    ["local pairs = function() return next, {9} end for _, v in pairs() do return v end", [9]],
  ])

  for (const [list, wrapped] of [
    ["pairs(t)", false],
    ["ipairs(t)", false],
    ["t", true],
    ["next, t", true],
    ["(pairs(t))", true],
    ["pairs(t), 1", true],
    ["x.pairs(t)", true],
  ] as const) {
    test(`${list} is ${wrapped ? "" : "not "}handed to the helper`, () => {
      expect(textOf(translated(`for k in ${list} do end`)).includes("__adh.iter(")).toBe(wrapped)
    })
  }
})

describe("statements keep apart what 5.1 keeps apart", () => {
  cases([
    ["local function f() return 1 end\nlocal x = 5 (f)()\nreturn x", [5]],
    ["local b, x = function() end x = 6 & 3 (b)() return x", [2]],
    ["local f, x = function(v) return v end\nx = f;(f)(1)\nreturn x == f", [true]],
    ["do local a = 1; (print or a)(); end return 1", [1]],
    ["repeat local x = 1 until x == 1 return 2", [2]],
    ["local t = {f = function(s) return s end} return t.f'a' .. t.f[[b]], (t.f('c', 'd'))", ["ab", "c"]],
    ["local a, b = 1, 2 a, b = b, a return a, b", [2, 1]],
    ["local i, t = 1, {} i, t[i] = i + 1, 20 return i, t[1], t[2]", [2, 20, null]],
    ["local n = 0 for i = 2147483646, 2147483648 do n = n + 1 end return n", [3]],
    ["return 5 % 0 ~= 5 % 0, 2^53", [true, 9007199254740992]],
  ])

  for (const [source, message] of [
    ["::l:: x = 1", "unexpected symbol near ':'"],
    ["return 7 // 2", "unexpected symbol near '/'"],
    ["goto done", "'=' expected near 'done'"],
    ["x = 1;; y = 2", "unexpected symbol near ';'"],
    [";", "unexpected symbol near ';'"],
    ["while 1 do break x = 1 end", "'end' expected near 'x'"],
    ["local f = print\nf\n(1)", "ambiguous syntax (function call x new statement) near '('"],
    ["local x <const> = 1", "unexpected symbol near '<'"],
    ["return 1 ~ 2", "'<eof>' expected near '~'"],
  ] as const) {
    test(`${JSON.stringify(source)} is refused`, () => {
      expect(translated(source)).toMatchObject({ ok: false, syntaxError: { message } })
      expect(translated(source).code).toHaveLength(0)
    })
  }

  test("Lua reads one token ahead in a table and does not mind the line break there", () => {
    expect(run("local function f(x) return x end local t = {f\n(3)} return t[1]").values).toEqual([3])
  })
})

test("line ends of every kind count as one line each", () => {
  expect(run("local a = 1\r\nlocal b = 2\rlocal c = 3\n\rerror('x')").error).toBe("test:4: x")
})
