/**
 * Scripts that want to run, grow or recurse without end: each is stopped by the
 * budget or by an ordinary error, and the same VM runs a good script afterwards.
 * What only the end of a worker can stop is in test/integration/hostile.test.ts.
 * Source: lua-dialect.md, Limits.
 */
import { describe, expect, test } from "vitest"
import { LOAD_LIMITS } from "../../src/lua/budget.js"
import { makeVm } from "./vm.js"

/** Small enough for a test, large enough for the host's own work. */
const TIGHT = { ...LOAD_LIMITS, instructions: 300_000, stringBytes: 1 << 20, memoryBytes: 8 << 20 }

const GOOD = "local t = {3, 1, 2} table.sort(t) print(table.concat(t, ' '), ('x'):rep(3))"

function expectAlive(run: (source: string) => string): void {
  expect(run(GOOD)).toBe("1 2 3\txxx")
}

const ENDLESS = "while true do end"
const endless = `function() ${ENDLESS} end`

describe("too many instructions", () => {
  test.each([
    ["a loop", ENDLESS],
    ["an empty repeat", "repeat until false"],
    ["a numeric loop", "for i = 1, math.huge do end"],
    ["inside pcall", `while true do pcall(${endless}) end`],
    ["inside the handler of xpcall", `while true do xpcall(error, ${endless}) end`],
    ["inside xpcall and its handler", `xpcall(${endless}, ${endless})`],
    ["inside a coroutine", `while true do coroutine.resume(coroutine.create(${endless})) end`],
    [
      "inside nested coroutines",
      "local function f() while true do coroutine.resume(coroutine.create(f)) end end f()",
    ],
    [
      "a generator without end",
      "for _ in coroutine.wrap(function() while true do coroutine.yield(1) end end) do end",
    ],
    ["inside a wrapped coroutine, caught", `while true do pcall(coroutine.wrap(${endless})) end`],
    ["inside a gsub callback", `('x'):gsub('x', ${endless})`],
    ["inside a caught gsub callback", `while true do pcall(string.gsub, 'x', 'x', ${endless}) end`],
    ["inside a sort comparison", `table.sort({3, 2, 1}, ${endless})`],
    [
      "sorting without end",
      "while true do pcall(table.sort, {5, 4, 3, 2, 1}, function() return true end) end",
    ],
    ["inside __index", `print(setmetatable({}, {__index = ${endless}}).x)`],
    ["inside __newindex", `setmetatable({}, {__newindex = ${endless}}).x = 1`],
    ["inside __call", `setmetatable({}, {__call = ${endless}})()`],
    ["inside __iter", `for _ in setmetatable({}, {__iter = ${endless}}) do end`],
    ["inside tostring", `print(setmetatable({}, {__tostring = ${endless}}))`],
    ["inside a global's __index", `setmetatable(_G, {__index = ${endless}}) print(unknown)`],
    ["inside foreach", `table.foreach({1}, ${endless})`],
    ["inside a reader", `load(${endless})`],
    ["a reader without end", "load(function() return 'x = 1 ' end)"],
    ["tail calls", "local function f() return f() end f()"],
    ["tail calls of two", "local f, g function f() return g() end function g() return f() end f()"],
    ["coroutines", "while true do coroutine.resume(coroutine.create(function() coroutine.yield() end)) end"],
    ["a growing table", "local t = {} for i = 1, math.huge do t[i] = i end"],
    ["inserting at the front", "local t = {} for i = 1, 1e6 do table.insert(t, 1, i) end"],
    [
      "removing at the front",
      "local t = {} for i = 1, 2000 do t[i] = i end while true do table.remove(t, 1) t[#t + 1] = 1 end",
    ],
    ["unpacking", "while true do select('#', unpack({}, 1, 5000)) end"],
    ["bytes", "local s = ('x'):rep(5000) while true do s:byte(1, -1) end"],
    ["formatting", "while true do string.format('%99.99f%99.99f', 1e308, 1e-308) end"],
    ["compiling", "local s = ('x = 1 '):rep(1000) while true do loadstring(s) end"],
    ["28 optional items before as many letters", "('a'):rep(28):find(('a?'):rep(28) .. ('a'):rep(28))"],
    [
      "the same, caught",
      "while true do pcall(string.find, ('a'):rep(28), ('a?'):rep(28) .. ('a'):rep(28)) end",
    ],
    ["many short runs", "('a'):rep(1e5):find('.-.-.-.-b')"],
    ["a pattern that nearly matches", "('a'):rep(1e5):gsub('a*b', 'x')"],
    ["balanced", "('('):rep(1e5):find('%b()')"],
  ])("%s", (_what, code) => {
    const { vm, run, last } = makeVm({ limits: TIGHT })
    run(code)
    expect(last()).toMatchObject({ ok: false, code: "E_LUA_BUDGET" })
    expect(vm.budget.halted).not.toBeNull()
    expectAlive(run)
  })
})

describe("too much text", () => {
  test.each([
    ["doubling", "local s = 'x' while true do s = s .. s end"],
    ["doubling inside pcall", "local s = 'x' while true do pcall(function() s = s .. s end) end"],
    [
      "doubling inside a coroutine",
      "local s = 'x' while true do coroutine.wrap(function() s = s .. s end)() end",
    ],
    ["held at once", "local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(2^19) .. i end"],
    ["as keys", "local t = {} for i = 1, 1e9 do t[('x'):rep(2^19) .. i] = 1 end"],
  ])("%s", (_what, code) => {
    const { run, last } = makeVm({ limits: { ...TIGHT, instructions: 1e9 } })
    run(code)
    expect(last()).toMatchObject({ ok: false, code: "E_LUA_MEMORY" })
    expectAlive(run)
  })

  test.each([
    ["rep", "('x'):rep(1e9)"],
    ["concat", "local t = {} for i = 1, 3000 do t[i] = ('x'):rep(1000) end table.concat(t)"],
    ["a separator", "table.concat({1, 2, 3, 4}, ('x'):rep(2^19))"],
    ["gsub", "('x'):rep(2^11):gsub('x', ('y'):rep(2^11))"],
  ])("refused before it is made: %s", (_what, code) => {
    const { run, last } = makeVm({ limits: TIGHT })
    run(code)
    expect(last()).toMatchObject({ ok: false, message: expect.stringContaining("too large") })
    expectAlive(run)
  })
})

describe("too deep, or too many", () => {
  test.each([
    ["recursion", "local function f() return 1 + f() end f()", "stack overflow"],
    [
      "__index",
      "local t t = setmetatable({}, {__index = function(_, k) return t[k .. 'x'] end}) print(t.a)",
      "stack overflow",
    ],
    [
      "__add",
      "local t t = setmetatable({}, {__add = function(a, b) return a + b end}) print(t + 1)",
      "stack overflow",
    ],
    [
      "__tostring",
      "local t t = setmetatable({}, {__tostring = function() return tostring(t) end}) print(t)",
      "stack overflow",
    ],
    ["gsub", "local function f() return (('x'):gsub('x', f)) end f()", "stack overflow"],
    ["sort", "local function f() table.sort({1, 2, 3}, f) end f()", "stack overflow"],
    ["coroutines", "local function f() return coroutine.wrap(f)() end f()", "stack overflow"],
    [
      "loadstring",
      "local function f() return loadstring('return (...)(...) + 1')(f) end f()",
      "stack overflow",
    ],
    [
      "a chain of __index",
      "local t = setmetatable({}, {}) getmetatable(t).__index = t print(t.x)",
      "loop in gettable",
    ],
    [
      "a chain of __newindex",
      "local t = setmetatable({}, {}) getmetatable(t).__newindex = t t.x = 1",
      "loop in settable",
    ],
    ["unpack", "unpack({}, 1, 1e8)", "too many results to unpack"],
    ["optional items", "('a'):rep(3000):find(('a?'):rep(3000) .. 'b')", "pattern too complex"],
    ["captures", "('x'):find(('('):rep(100))", "too many captures"],
    ["parentheses", "assert(loadstring('return ' .. ('('):rep(1e5)))", "t.lua"],
    ["braces", "assert(loadstring('return ' .. ('{'):rep(1e5)))", "t.lua"],
    ["blocks", "assert(loadstring(('do '):rep(1e5)))", "t.lua"],
    ["signs", "assert(loadstring('return ' .. ('- '):rep(1e5) .. '1'))", "t.lua"],
    ["concatenations", "assert(loadstring('return ' .. ('a..'):rep(1e5) .. 'a'))", "t.lua"],
  ])("%s", (_what, code, message) => {
    const { run, last } = makeVm({ limits: { ...TIGHT, instructions: 20_000_000 } })
    run(code)
    expect(last()).toMatchObject({
      ok: false,
      code: "E_LUA_RUNTIME",
      message: expect.stringContaining(message),
    })
    expectAlive(run)
  })

  test("recursion that pcall catches on the way", () => {
    const { run, last } = makeVm({ limits: TIGHT })
    run("local function f() local ok, e = pcall(f) if not ok then error(e, 0) end end f()")
    expect(last().ok).toBe(false)
    expectAlive(run)
  })

  test("a deep pattern at the bottom of a deep stack", () => {
    const { run } = makeVm({ limits: { ...TIGHT, instructions: 20_000_000 } })
    const code = `
      local subject, pattern = ('a'):rep(1900), ('a?'):rep(1900)
      local function f(n)
        if n == 0 then print(pcall(string.find, subject, pattern)) return end
        return (('x'):gsub('x', function() f(n - 1) end))
      end
      f(150)`
    expect(run(code)).toMatch(/^(true\t1\t1900|false\t.*stack overflow.*)$/)
    expectAlive(run)
  })
})

describe("an error object", () => {
  test.each([
    ["whose __tostring loops", `error(setmetatable({}, {__tostring = ${endless}}))`],
    ["whose __tostring fails", "error(setmetatable({}, {__tostring = error}))"],
    ["whose __index loops", `error(setmetatable({}, {__index = ${endless}}))`],
    ["that is a function", "error(print)"],
    ["that is nil", "error(nil)"],
    ["that is a number", "error(42)"],
  ])("%s", (_what, code) => {
    const { run, last } = makeVm({ limits: TIGHT })
    run(code)
    expect(last()).toMatchObject({ ok: false, code: "E_LUA_RUNTIME" })
    expectAlive(run)
  })
})

describe("the deadline", () => {
  test.each([
    ["a loop", ENDLESS],
    ["inside pcall", `while true do pcall(${endless}) end`],
    ["inside a pattern", "('a'):rep(30):find(('a?'):rep(30) .. ('a'):rep(30))"],
  ])("counts the host's milliseconds: %s", (_what, code) => {
    let now = 0
    const { run, last } = makeVm({
      limits: { ...TIGHT, instructions: 1e12, deadlineMs: 50 },
      monotonicMs: () => now++,
    })
    run(code)
    expect(last()).toMatchObject({ ok: false, code: "E_LUA_DEADLINE" })
    expectAlive(run)
  })
})

test("a tostring of the script's own, called by print", () => {
  const { run, last } = makeVm({ limits: TIGHT })
  run(`local before = tostring tostring = ${endless} pcall(print, 1) tostring = before`)
  expect(last()).toMatchObject({ ok: false, code: "E_LUA_BUDGET" })
})

test("each script has an account of its own", () => {
  const { vm, run, last } = makeVm({ limits: TIGHT })
  for (let i = 0; i < 5; i++) {
    run("for i = 1, 50000 do end")
    expect(last().ok).toBe(true)
  }
  expect(vm.budget.used).toBeLessThan(TIGHT.instructions)
})
