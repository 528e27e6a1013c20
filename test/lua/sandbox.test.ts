/** lua-dialect.md section D: what a script cannot reach, and what it cannot change. */
import { describe, expect, test } from "vitest"
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
    ["table.insert", "table.insert(string, 'x')"],
    ["module", "module('string')"],
    ["the metatable of strings", "getmetatable('').__index = {}"],
  ])("%s", (_how, code) => {
    expect(makeVm().run(`print(pcall(function() ${code} end))`)).toMatch(/^false\t.*library table/)
  })
})

test("a library table takes no metatable", () => {
  expect(makeVm().run("print(pcall(setmetatable, string, {}))")).toBe(
    "false\tcannot change a protected metatable",
  )
})

describe("require", () => {
  const modules = {
    answer: "return 42",
    silent: "local x = 1",
    loop: "return require('loop')",
    broken: "x = = 1",
    throws: "error('not today')",
  }

  test.each([
    ["the name is handed to the module", "print(require('answer'), require('answer'))", "42\t42"],
    [
      "a module that returns nothing is true",
      "print(require('silent'), package.loaded.silent)",
      "true\ttrue",
    ],
    [
      "preloaded comes first",
      "package.preload.answer = function(n) return n end print(require('answer'))",
      "answer",
    ],
    [
      "a module inside itself",
      "print(pcall(require, 'loop'))",
      /^false\tloop.lua:1: loop or previous error loading module 'loop'$/,
    ],
    [
      "a module that does not compile",
      "print(pcall(require, 'broken'))",
      /^false\terror loading module 'broken' from file 'broken.lua':\n\tbroken.lua:1: unexpected symbol near '='$/,
    ],
    ["a module that fails", "print(pcall(require, 'throws'))", /^false\tthrows.lua:1: not today$/],
    ["a zero byte in the name", "print(pcall(require, 'a\\0b'))", /module name holds a zero byte/],
    ["no name", "print(pcall(require))", /bad argument #1 to '\?' \(string expected, got no value\)/],
    [
      "package.loaders is a table of functions",
      "print(#package.loaders, type(package.loaders[1]))",
      "2\tfunction",
    ],
    [
      "package.loaders taken away",
      "package.loaders = nil print(pcall(require, 'answer'))",
      /'package.loaders' must be a table/,
    ],
    [
      "package.preload taken away",
      "package.preload = nil print(pcall(require, 'answer'))",
      /'package.preload' must be a table/,
    ],
  ])("%s", (_what, code, printed) => {
    const seen = makeVm({ modules }).run(code)
    if (typeof printed === "string") expect(seen).toBe(printed)
    else expect(seen).toMatch(printed)
  })
})

test("the clock is the host's, and the random sequence repeats", () => {
  const script = "print(os.time(), math.random(1000), math.random(1000))"
  const first = makeVm({ nowSec: 1_700_000_000 }).run(script)
  expect(first).toMatch(/^1700000000\t/)
  expect(makeVm({ nowSec: 1_700_000_000 }).run(script)).toBe(first)
})
