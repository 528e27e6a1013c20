/** lua-dialect.md section D: what a script cannot reach, and what it cannot change. */
import { describe, expect, test } from "vitest"
import { LOAD_LIMITS } from "../../src/lua/budget.js"
import { makeVm } from "./vm.js"

describe("absent", () => {
  test.each([
    "io",
    "debug",
    "dofile",
    "loadfile",
    "string.dump",
    "package.loadlib",
    "package.searchers",
    "os.execute",
    "os.exit",
    "os.remove",
    "os.rename",
    "os.tmpname",
    "os.setlocale",
    "fengari",
    "process",
  ])("%s", (name) => {
    expect(makeVm().run(`print(${name})`)).toBe("nil")
  })

  test("the environment is empty", () => {
    expect(makeVm().run("print(os.getenv('PATH'), os.getenv('HOME'))")).toBe("nil\tnil")
  })

  test("compiled chunks are refused", () => {
    expect(makeVm().run("print(loadstring('\\27Lua'))")).toContain("nil\t")
  })
})

describe("read-only", () => {
  test.each([
    ["assignment", "string.trim = print"],
    ["rawset", "rawset(table, 'insert', nil)"],
    ["a new field", "math.e = 2.7"],
    ["removal", "os.time = nil"],
    ["coroutine", "coroutine.wrap = nil"],
  ])("%s", (_how, code) => {
    expect(makeVm().run(`print(pcall(function() ${code} end))`)).toMatch(/^false\t.*library table/)
  })
})

test("the clock is the host's, and the random sequence repeats", () => {
  const script = "print(os.time(), math.random(1000), math.random(1000))"
  const first = makeVm({ nowSec: 1_700_000_000 }).run(script)
  expect(first).toMatch(/^1700000000\t/)
  expect(makeVm({ nowSec: 1_700_000_000 }).run(script)).toBe(first)
})

/** Small enough for a test, large enough for the host's own work. */
const TIGHT = { ...LOAD_LIMITS, instructions: 300_000, stringBytes: 1 << 20, memoryBytes: 8 << 20 }

describe("budget", () => {
  test.each([
    ["a loop", "while true do end", "E_LUA_BUDGET"],
    ["a loop inside pcall", "while true do pcall(function() while true do end end) end", "E_LUA_BUDGET"],
    [
      "a loop inside xpcall's handler",
      "xpcall(error, function() while true do end end) while true do end",
      "E_LUA_BUDGET",
    ],
    [
      "a loop inside a coroutine",
      "coroutine.resume(coroutine.create(function() while true do end end)) while true do end",
      "E_LUA_BUDGET",
    ],
    [
      "coroutine.wrap in a for",
      "for _ in coroutine.wrap(function() while true do coroutine.yield(1) end end) do end",
      "E_LUA_BUDGET",
    ],
    ["a gsub callback", "local f f = function() while true do end end ('x'):gsub('x', f)", "E_LUA_BUDGET"],
    ["a sort comparison", "table.sort({3,2,1}, function() while true do end end)", "E_LUA_BUDGET"],
    [
      "__index",
      "local t = setmetatable({}, {__index = function() while true do end end}) print(t.x)",
      "E_LUA_BUDGET",
    ],
    ["tostring", "print(setmetatable({}, {__tostring = function() while true do end end}))", "E_LUA_BUDGET"],
    ["endless tail calls", "local function f() return f() end f()", "E_LUA_BUDGET"],
    ["a Lua pattern", "('a'):rep(28):find(('a?'):rep(28) .. ('a'):rep(28))", "E_LUA_BUDGET"],
    ["a string that doubles", "local s = 'x' while true do s = s .. s end", "E_LUA_MEMORY"],
    [
      "a string that doubles inside pcall",
      "local s = 'x' while true do pcall(function() s = s .. s end) end",
      "E_LUA_MEMORY",
    ],
    ["many strings held", "local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(2^19) .. i end", "E_LUA_MEMORY"],
  ])("%s", (_what, code, expected) => {
    const { vm, run, last } = makeVm({ limits: TIGHT })
    run(code)
    expect(last()).toMatchObject({ ok: false, code: expected })
    expect(vm.budget.halted).not.toBeNull()
    expect(run("print('still here')")).toBe("still here")
  })

  test.each([
    ["recursion", "local function f() return 1 + f() end f()"],
    [
      "recursion through metamethods",
      "local t = setmetatable({}, {}) getmetatable(t).__index = function(_, k) return t[k .. 'x'] end print(t.a)",
    ],
    [
      "recursion through pcall",
      "local function f() local ok, e = pcall(f) if not ok then error(e) end end f()",
    ],
    ["recursion through gsub", "local function f() return (('x'):gsub('x', f)) end f()"],
    ["rep", "('x'):rep(1e9)"],
    ["concat", "local t = {} for i = 1, 3000 do t[i] = ('x'):rep(1000) end table.concat(t)"],
    ["unpack", "unpack({}, 1, 1e8)"],
    ["a format", "string.format('%99.999f', 1)"],
  ])("an ordinary error: %s", (_what, code) => {
    const { run, last } = makeVm({ limits: TIGHT })
    run(code)
    expect(last().ok).toBe(false)
    expect(run("print('still here')")).toBe("still here")
  })

  test("the deadline counts the host's milliseconds", () => {
    let now = 0
    const { run, last } = makeVm({
      limits: { ...TIGHT, instructions: 1e12, deadlineMs: 50 },
      monotonicMs: () => now++,
    })
    run("while true do end")
    expect(last()).toMatchObject({ ok: false, code: "E_LUA_DEADLINE" })
  })
})
