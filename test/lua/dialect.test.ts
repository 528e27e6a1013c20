/**
 * lua-dialect.md section C, row by row: what the vendor's Lua prints, ours must
 * print. (Section B, the syntax, is in test/syntax.) Values are the "thrLua" or
 * "Host" column of the document.
 */
import { describe, expect, test } from "vitest"
import { makeVm } from "./vm.js"

const ROWS: readonly (readonly [row: string, code: string, printed: string])[] = [
  ["products beyond 32 bits", "print(86400*28*1000, 50000*86400)", "2419200000\t4320000000"],
  [
    "numbers from the library are doubles",
    'local t = {} for i = 1, 50000 do t[i] = i end print(#t * #t, #("x"):rep(50000) * 86400, tonumber("50000") * 86400, math.floor(50000.5) * 86400, select("#", 1, 2) * 2^31)',
    "2500000000\t4320000000\t4320000000\t4320000000\t4294967296",
  ],
  ["keys from pairs are doubles", "for k in pairs({[100000] = 1}) do print(k * k) end", "10000000000"],
  ["keys from ipairs are doubles", "for i in ipairs({1}) do print(i * 2^31 * 2) end", "4294967296"],
  ["os.time plus twenty years", "print(os.time() + 20 * 365 * 86400)", "2430720000"],
  ["age as an argument", "local function f(age) return age * 50000 end print(f(86400))", "4320000000"],
  ["a loop across 2^31", "local n = 0 for i = 2147483646, 2147483648 do n = n + 1 end print(n)", "3"],
  ["whole numbers print without a fraction", 'print(10/2, 10/2 .. "", 3.0, "10" + 1)', "5\t5\t3\t11"],
  [
    "large, small and odd numbers",
    "print(1e15, 2^53, 1e-5, 1/0, -1/0, 0/0)",
    "1e+15\t9.007199254741e+15\t1e-05\tinf\tinf\tnan",
  ],
  ["modulo zero", "print(5 % 0)", "nan"],
  [
    "string.format",
    'print(string.format("%d|%d|%g|%e|%.0f", 3.5, 3e9, 1e15, 12345.678, 2.5))',
    "3|3000000000|1e+15|1.234568e+04|2",
  ],
  [
    "string.format %s of nil",
    'print(pcall(string.format, "%s", nil))',
    "false\tbad argument #2 to '?' (string expected, got nil)",
  ],
  [
    "tonumber of texts with a leading zero",
    'print(tonumber("010"), tonumber("08"), tonumber("00.5"), "012" + 0)',
    "8\tnil\tnil\t10",
  ],
  ["tonumber of hexadecimal texts", 'print(tonumber("0xFFFFFFFF"))', "4294967295"],
  [
    "fractions serve as integers",
    'print(("x"):rep(2.7), ("abc"):sub(1.9, 2), os.date("!%S", 1.5))',
    "xx\tab\t01",
  ],
  ["random takes a fraction", "print(math.random(1.5))", "1"],
  [
    "strings in arithmetic",
    'print("0xFFFFFFFF" + 0, " 010" + 0, pcall(function() return "08" + 0 end))',
    "4294967295\t10\tfalse\tt.lua:1: attempt to perform arithmetic on a string value",
  ],
  ["huge numbers as integers", 'print(("abc"):sub(1, math.huge) == "", ("x"):rep(2^32 + 2))', "true\txx"],
  ["modulo infinity", "print(5 % math.huge, 5.5 % 0.1)", "nan\t0"],
  [
    "old functions are there",
    "for _, f in ipairs{unpack, loadstring, gcinfo, newproxy, table.getn, table.maxn, table.foreach, table.foreachi, math.pow, math.mod, math.log10, math.sinh, math.cosh, math.tanh, math.atan2, math.frexp, math.ldexp, string.gfind} do assert(type(f) == 'function') end print(type(package.loaders), string.gfind == string.gmatch)",
    "table\ttrue",
  ],
  ["table.setn is obsolete", "print(pcall(table.setn, {}, 1))", "false\t'setn' is obsolete"],
  ["load wants a function", 'print((pcall(load, "return 1")))', "false"],
  [
    "later additions are absent",
    "print(utf8, table.pack, table.unpack, table.move, string.pack, rawlen, math.type, math.tointeger, coroutine.isyieldable, debug, io)",
    "nil\tnil\tnil\tnil\tnil\tnil\tnil\tnil\tnil\tnil\tnil",
  ],
  ["os.time past 2038", "print(os.time{year=2040, month=1, day=1, hour=0})", "2208988800"],
  ["os.date in UTC", 'print(os.date("!%H:%M", 3660), os.date("*t", 0).isdst)', "01:01\tfalse"],
  [
    "os.date past 2^31, os.difftime",
    'print(os.date("!%Y", 2^31 + 86400 * 366), os.difftime(10, 4))',
    "2039\t6",
  ],
  ["collectgarbage", 'print(collectgarbage(), type(collectgarbage("count")))', "0\tnumber"],
  ["table.insert past the end", "local t = {1} table.insert(t, #t + 3, 'v') print(t[4], #t)", "v\t1"],
  ["lists with holes", "print(#{nil,nil,3}, #{1,nil,3}, #{10,2,nil}, table.getn{nil,2})", "3\t3\t2\t2"],
  [
    "pairs walks a list from 1",
    'local o = {} for k in pairs({x = 1, "a", nil, "c", "d"}) do o[#o + 1] = k end print(unpack(o))',
    "1\t3\t4\tx",
  ],
  ["__len of a table is ignored", "print(#setmetatable({1, 2}, {__len = function() return 9 end}))", "2"],
  [
    "__pairs is ignored, ipairs is raw",
    "local t = setmetatable({1}, {__pairs = error, __index = function() return 1 end}) for k in pairs(t) do print(k) end for i in ipairs(t) do print(i) end",
    "1\n1",
  ],
  [
    "__eq and __lt want the same function on both sides",
    "local function yes() return true end local a, b, c = setmetatable({}, {__eq = yes, __lt = yes}), setmetatable({}, {__eq = yes, __lt = yes}), setmetatable({}, {__eq = print}) print(a == b, a == c, a == {}, a < b, pcall(function() return a < 1 end))",
    "true\tfalse\tfalse\ttrue\tfalse\tt.lua:1: attempt to compare table with number",
  ],
  [
    "a pattern ends at its first zero byte",
    'print(("a\\0b"):match("a\\0x"), ("a\\0b"):find("\\0", 1, true))',
    "a\t2\t2",
  ],
  ["gsub replacement %x", 'print((("a"):gsub("a", "%x")))', "x"],
  [
    "xpcall passes no arguments",
    "print(xpcall(function(...) return select('#', ...) end, print, 1, 2))",
    "true\t0",
  ],
  [
    "string and number never compare",
    'print(pcall(function() return "10" < 9 end))',
    "false\tt.lua:1: attempt to compare string with number",
  ],
  ["string and number are never equal", 'print("10" == 10)', "false"],
  [
    "errors name the variable first",
    "print(pcall(function() local x; return x.y end))",
    "false\tt.lua:1: attempt to index local 'x' (a nil value)",
  ],
  [
    "runtime modules",
    "print(pcall(require, 'nothing.here'))",
    "false\tmodule 'nothing.here' not found:\n\tno field package.preload['nothing.here']\n\tno file 'nothing/here.lua' under the script roots",
  ],
]

describe("semantics and libraries", () => {
  test.each(ROWS)("%s", (_row, code, printed) => {
    expect(makeVm().run(code)).toBe(printed)
  })
})

describe("module and environments", () => {
  const MODULE = `
    local before = function() return x end
    module("msys.mine", package.seeall)
    x = 5
    function get() return x end
    outer.before = before`

  test("names go to the module table, nothing leaks, older closures keep their globals", () => {
    const { run } = makeVm()
    expect(run(`outer = {} ${MODULE}`)).toBe("")
    expect(
      run(
        "print(msys.mine.x, msys.mine._NAME, msys.mine._PACKAGE, msys.mine._M == msys.mine, package.loaded['msys.mine'] == msys.mine, rawget(_G, 'x'), msys.mine.get(), outer.before())",
      ),
    ).toBe("5\tmsys.mine\tmsys.\ttrue\ttrue\tnil\t5\tnil")
  })

  test("setfenv changes one closure, not its twins", () => {
    const code =
      "local function make() return function() return v end end local f, g = make(), make() v = 1 setfenv(f, {v = 2}) print(f(), g(), getfenv(g) == _G, f ~= g)"
    expect(makeVm().run(code)).toBe("2\t1\ttrue\ttrue")
  })

  test("a required module sees its name and is cached", () => {
    const { run } = makeVm({
      modules: { m: "count = (count or 0) + 1 return { name = ..., count = count }" },
    })
    expect(run("print(require('m').name, require('m') == require('m'), require('m').count)")).toBe(
      "m\ttrue\t1",
    )
  })
})
