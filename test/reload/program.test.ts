/** Running the scripts of a rule set: order, sharing, failures, output, identity. */
import { describe, expect, test } from "vitest"
import { revisionOf, runProgram } from "../../src/reload/program.js"
import { custom, load, NOW_SEC, places, system, TEST_LIMITS } from "../rules/loading.js"

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

function run(files: Readonly<Record<string, string>>, modules: Readonly<Record<string, string>> = {}) {
  const ran: string[] = []
  const program = runProgram(
    Object.entries(files).map(([file, text]) => ({ file, bytes: bytes(text) })),
    {
      limits: TEST_LIMITS,
      nowSec: NOW_SEC,
      onRun: (file) => ran.push(file),
      readFile: (path) => ({ reason: `no file ${path}` }),
      findModule: (name) => {
        const text = modules[name]
        return text === undefined ? null : { path: `${name}.lua`, source: bytes(text) }
      },
    },
  )
  return { ...program, ran }
}

const empty = custom("{}")

describe("order", () => {
  test("system files run first, the others as given", () => {
    const { ran } = run({ "b.lua": empty, "rules.lua": system("{}"), "a.lua": empty })
    expect(ran).toEqual(["rules.lua", "b.lua", "a.lua"])
  })

  test("a script that fails does not stop the next one, and keeps what it registered", () => {
    const { findings, registrations } = run({
      "a.lua": `${empty}error("no")`,
      "b.lua": "syntax error",
      "c.lua": empty,
    })
    expect(findings.map(({ file, code }) => `${file} ${code}`)).toEqual([
      "a.lua E_LUA_RUNTIME",
      "b.lua E_LUA_SYNTAX",
    ])
    expect(registrations.map(({ place }) => `${place.file}:${place.line}`)).toEqual(["a.lua:2", "c.lua:2"])
  })

  test("all scripts share one global environment and the system file's module", () => {
    const { output } = run({
      "rules.lua": `${system("{}")}secret = 41`,
      "a.lua": `shared = 1 ${empty}`,
      "b.lua": `print(shared, msys.adaptive_rules.secret + 1, secret) ${empty}`,
    })
    expect(output).toEqual(["1\t42\tnil"])
  })

  test("a module is run once, and is known to the build", () => {
    const { output, modules } = run(
      { "a.lua": `require("helpers") require("helpers") print(require("helpers").x) ${empty}` },
      { helpers: 'print("once") return { x = 7 }' },
    )
    expect(output).toEqual(["once", "7"])
    expect([...modules.keys()]).toEqual(["helpers"])
  })

  test("the clock stands still and is the host's", () => {
    const { output } = run({ "a.lua": `print(os.time(), os.date("!%Y-%m-%d", os.time())) ${empty}` })
    expect(output).toEqual([`${NOW_SEC}\t2026-09-21`])
  })
})

describe("failures", () => {
  test("a file may have more findings than a call may have arguments", () => {
    const { findings } = run({ "a.lua": `${empty}local t = { ${"a=1,".repeat(150_001)} }` })
    expect(findings.length).toBe(150_000)
  })

  test.each([
    [
      "at its line",
      "\n\nlocal x = nil + 1",
      "a.lua 3:1 attempt to perform arithmetic on a nil value: the rest of this script is not run",
    ],
    ["with a table for a message", "error({})", "a.lua 1:1 "],
    [
      "in a module: at the script's first line",
      'require("helpers")',
      "a.lua 1:1 helpers.lua:2: deep: the rest of this script is not run",
    ],
    [
      "with a line that looks like another file",
      'error("b.lua:7: x", 0)',
      "a.lua 1:1 b.lua:7: x: the rest of this script is not run",
    ],
    ["without a message", "error()", "a.lua 1:1 "],
  ])("%s", (_title, text, start) => {
    const { findings } = run({ "a.lua": text }, { helpers: '\nerror("deep")' })
    const [finding] = findings
    expect(findings).toHaveLength(1)
    expect(finding?.code).toBe("E_LUA_RUNTIME")
    expect(`${finding?.file} ${finding?.line}:${finding?.column} ${finding?.message}`.startsWith(start)).toBe(
      true,
    )
  })

  test("a deadline ends a script that its instructions would let run", () => {
    const limits = { ...TEST_LIMITS, instructions: Number.POSITIVE_INFINITY, deadlineMs: 20 }
    const { findings } = load({ "a.lua": "while true do end" }, { limits })
    expect(findings.map(({ code, message }) => `${code} ${message}`)).toEqual([
      "E_LUA_DEADLINE the script ran longer than 20 milliseconds: it is left out",
    ])
  })

  test.each([
    ["a loop", "while true do end", "E_LUA_BUDGET"],
    [
      "a loop in pcall in a loop",
      "while true do pcall(function() while true do end end) end",
      "E_LUA_BUDGET",
    ],
    [
      "a loop in xpcall with a handler that loops",
      "xpcall(function() while true do end end, function() while true do end end)",
      "E_LUA_BUDGET",
    ],
    ["a loop in a coroutine", "coroutine.wrap(function() while true do end end)()", "E_LUA_BUDGET"],
    [
      "coroutines without end",
      "while true do coroutine.resume(coroutine.create(function() end)) end",
      "E_LUA_BUDGET",
    ],
    ["endless tail calls", "local function f() return f() end f()", "E_LUA_BUDGET"],
    [
      "recursion through a metamethod",
      "local t = {} setmetatable(t, { __index = function(_, k) return t[k .. 'x'] end }) local x = t.a",
      null,
    ],
    ["a string that doubles", "local s = 'x' while true do s = s .. s end", "E_LUA_MEMORY"],
    ["string.rep", "local s = ('x'):rep(1e9)", "E_LUA_RUNTIME"],
    [
      "table.concat",
      "local t = {} for i = 1, 1e4 do t[i] = ('x'):rep(1000) end local s = table.concat(t)",
      null,
    ],
    [
      "a Lua pattern that backtracks",
      "local s = ('a'):rep(30) string.find(s, ('a?'):rep(28) .. ('a'):rep(28) .. 'b')",
      "E_LUA_BUDGET",
    ],
    ["gsub over and over", "local s = ('a'):rep(1e5) while true do s:gsub('a', 'b') end", "E_LUA_BUDGET"],
    ["loadstring of a loop", "loadstring('while true do end')()", "E_LUA_BUDGET"],
    [
      "sorting with a bad order",
      "local t = {} for i = 1, 1000 do t[i] = i end table.sort(t, function() return true end)",
      null,
    ],
  ])("%s ends", (_title, text, code) => {
    const { findings } = load({ "a.lua": text, "b.lua": custom('{ ["a.test"] = {} }') })
    const codes = findings
      .filter(({ file, severity }) => file === "a.lua" && severity === "error")
      .map((f) => f.code)
    if (code === null) expect(codes).toHaveLength(1)
    else expect(codes).toEqual([code])
    expect(findings.filter(({ file }) => file === "b.lua")).toEqual([])
  })

  test("of output without end, the first thousand lines are kept, and of each the first 2,000 characters", () => {
    const { output } = run({ "a.lua": `print(("é"):rep(5000)) for i = 2, 5000 do print(i) end ${empty}` })
    expect(output).toHaveLength(1001)
    expect(output[0]).toBe("é".repeat(2000))
    expect(output.slice(998)).toEqual(["999", "1000", "… further output is dropped"])
  })

  test("what print and msys.log write is kept line by line", () => {
    const { output } = run({ "a.lua": `print("one", 2, nil) print() ${empty}` })
    expect(output).toEqual(["one\t2\tnil", ""])
  })
})

describe("what a script registers", () => {
  test("a script that calls module() for itself keeps its globals to itself, unblamed", () => {
    const { findings } = load({ "a.lua": `module("ours", package.seeall)\nx = 1\n${empty}` })
    expect(findings).toEqual([])
  })

  test("a global set in a function, a loop or a branch is told once, at its first place", () => {
    const text = `local function f() for i = 1, 2 do if i then count = i else count = 0 end end end\nlimit, local_too = 1, 2\nf()\n${empty}`
    expect(places(load({ "a.lua": text }).findings)).toEqual([
      "E_SCRIPT_GLOBAL 1:46",
      "E_SCRIPT_GLOBAL 2:1",
      "E_SCRIPT_GLOBAL 2:8",
    ])
  })

  test("two system files: the last one's Rules count", () => {
    const { rules } = load({
      "one.lua": system('{ ["a.test"] = {} }'),
      "two.lua": system('{ ["b.test"] = {} }'),
    })
    expect([rules.resolve("a.test"), rules.resolve("b.test")]).toEqual([null, "b.test"])
  })
})

test.each([
  ['module("msys.adaptive_rules", package.seeall)', true],
  ["module('msys.adaptive_rules')", true],
  ['module "msys.adaptive_rules"', true],
  ['local x = 1; module( "msys.adaptive_rules", package.seeall )', true],
  ['\r\n-- ours\r\n  module("msys.adaptive_rules")', true],
  ['-- not module("msys.adaptive_rules")', false],
  ['local x = 1 -- module("msys.adaptive_rules")', false],
  ['module("ours")', false],
])("%j makes a system file: %s", (text, isSystem) => {
  const files = { "custom.lua": "order = 'custom'", "a.lua": `${text}\n` }
  expect(run(files).ran).toEqual(isSystem ? ["a.lua", "custom.lua"] : ["custom.lua", "a.lua"])
})

describe("revision", () => {
  const rev = (...texts: string[]): string =>
    revisionOf(texts.map((text, i) => ({ file: `${i}.lua`, bytes: bytes(text) })))

  test("depends on the texts alone", () => {
    expect(revisionOf([{ file: "x.lua", bytes: bytes("a") }])).toBe(
      revisionOf([{ file: "y.lua", bytes: bytes("a") }]),
    )
    expect(rev("a")).toMatch(/^[0-9a-f]{12}$/)
  })

  test("changes with a text, the order, and where one file ends", () => {
    const all = [
      rev(),
      rev("a"),
      rev("b"),
      rev("a", "b"),
      rev("b", "a"),
      rev("ab"),
      rev("a", ""),
      rev("", "a"),
    ]
    expect(new Set(all).size).toBe(all.length)
  })
})
