/** `configuration` functions: arguments, every kind of answer, and a budget for each call. */
import { describe, expect, test } from "vitest"
import { ConfigurationFunctions, type FunctionArguments } from "../../src/reload/functions.js"
import { custom, load, NOW_SEC } from "../rules/loading.js"

/** Which of a call's two budgets is spent first depends on the machine. */
const SPENT = /more than 200000 instructions|longer than 500 milliseconds/

const ARGS: FunctionArguments = { current: 100, last: 90, ageSec: 50_000, count: 0, atSec: null }

function call(body: string, args = ARGS) {
  const { functions } = load({
    "a.lua": custom(`{ ["a.test"] = { configuration = { retry_interval = ${body} } } }`),
  })
  return functions.call(1, args)
}

describe("answers", () => {
  test.each([
    ["a number", "function() return 12 end", 12],
    ["a fraction", "function() return 0.5 end", 0.5],
    ["zero", "function() return 0 end", 0],
    ["a numeric text", 'function() return "12" end', 12],
    ["a numeric text with blanks", 'function() return " 12 " end', 12],
    ["a hexadecimal text", 'function() return "0x10" end', 16],
    ["curr", "function(curr) return curr end", 100],
    ["last", "function(_, last) return last end", 90],
    ["age beyond 32 bits", "function(_, _, age) return age * 86400 end", 4_320_000_000],
    ["mc", "function(_, _, _, mc) return mc end", 0],
    ["the number of arguments", "function(...) return select('#', ...) end", 4],
    ["the first of several values", "function() return 1, 2 end", 1],
    [
      "a value kept between calls",
      "(function() local n = 0 return function() n = n + 1 return n end end)()",
      1,
    ],
  ])("%s", (_title, body, value) => {
    expect(call(body)).toEqual({ ok: true, value })
  })

  test.each([
    ["nil", "function() return nil end", "the function returned nil", true],
    ["nothing", "function() end", "the function returned nil", true],
    ["NaN", "function() return 0/0 end", "the function returned nan", false],
    ["infinity", "function() return 1/0 end", "the function returned inf", false],
    ["minus infinity", "function() return -1/0 end", "the function returned inf", false],
    ["a negative number", "function() return -1 end", "the function returned -1, which is negative", false],
    ["a table", "function() return {} end", "the function returned a table, not a number", false],
    ["a function", "function() return print end", "the function returned a function, not a number", false],
    ["a boolean", "function() return true end", "the function returned true, not a number", false],
    [
      "a coroutine",
      "function() return coroutine.create(function() end) end",
      "the function returned a thread, not a number",
      false,
    ],
    ["a text", 'function() return "many" end', 'the function returned "many", not a number', false],
    ["an empty text", 'function() return "" end', 'the function returned "", not a number', false],
  ])("%s keeps the current value", (_title, body, reason, isNil) => {
    expect(call(body)).toEqual({ ok: false, reason, isNil })
  })

  test.each([
    [
      "index of nil",
      "function(curr) return curr.x.y end",
      "a.lua:2: attempt to index local 'curr' (a number value)",
    ],
    ["error", 'function() error("no plan") end', "a.lua:2: no plan"],
    ["error with a table", "function() error({}) end", "error object is not a string"],
    ["a loop", "function() while true do end end", SPENT],
    ["a loop in pcall", "function() while true do pcall(error) end end", SPENT],
    [
      "a large string",
      'function() local s = "x" while true do s = s .. s end end',
      "the script built a string of 2097152 bytes",
    ],
    [
      "recursion",
      "(function() local function f() return 1 + f() end return f end)()",
      /stack overflow|more than 200000 instructions|longer than 500 milliseconds/,
    ],
  ])("%s keeps the current value, and says why", (_title, body, reason) => {
    const answer = call(body)
    expect(answer.ok).toBe(false)
    expect(answer.ok ? "" : answer.reason).toMatch(reason)
  })

  test("a call that failed does not spoil the next one", () => {
    const { functions } = load({
      "a.lua": custom(`{ ["a.test"] = { configuration = {
        retry_interval = function() while true do end end,
        max_retries = function(curr) return curr + 1 end,
      } } }`),
    })
    expect(functions.call(1, ARGS).ok).toBe(false)
    expect(functions.call(2, ARGS)).toEqual({ ok: true, value: 101 })
    expect(functions.call(1, ARGS).ok).toBe(false)
    expect(functions.call(2, ARGS)).toEqual({ ok: true, value: 101 })
  })
})

describe("the time", () => {
  test.each([
    ["os.time", "function() return os.time() end", 86_400 + 3600],
    ["os.date", 'function() return os.date("!%H") end', 1],
    ["msys.core.get_now_ts", "function() return msys.core.get_now_ts() end", 90_000],
  ])("of a call is what %s tells", (_title, body, value) => {
    expect(call(body, { ...ARGS, atSec: 90_000.5 })).toEqual({ ok: true, value })
  })

  test("without one it is that of loading, which a call does not move", () => {
    const { functions } = load({
      "a.lua": custom(`{ ["a.test"] = { configuration = { retry_interval =
        (function() local loaded = os.time() return function(curr)
          if curr == 0 then return loaded end
          if curr == 1 then error("no") end
          return os.time()
        end end)() } } }`),
    })
    const asked = (current: number, atSec: number | null) => functions.call(1, { ...ARGS, current, atSec })
    expect(asked(2, null)).toEqual({ ok: true, value: NOW_SEC })
    expect(asked(0, 5)).toEqual({ ok: true, value: NOW_SEC })
    expect(asked(2, 5)).toEqual({ ok: true, value: 5 })
    expect(asked(1, 7)).toMatchObject({ ok: false })
    expect(asked(2, null)).toEqual({ ok: true, value: NOW_SEC })
  })
})

describe("the second run", () => {
  test("uses the modules of the first, not the files as they are now", () => {
    const sources = [
      {
        file: "a.lua",
        bytes: new TextEncoder().encode(
          `local plan = require("plan")\n${custom('{ ["a.test"] = { configuration = { retry_interval = plan } } }')}`,
        ),
      },
    ]
    const module = { file: "plan.lua", bytes: new TextEncoder().encode("return function() return 7 end") }
    const functions = new ConfigurationFunctions({
      sources,
      modules: new Map([["plan", module]]),
      files: new Map(),
      functionCount: 1,
      nowSec: NOW_SEC,
    })
    expect(functions.call(1, ARGS)).toEqual({ ok: true, value: 7 })
  })

  test("refuses to answer when it made other functions than the first", () => {
    const functions = new ConfigurationFunctions({
      sources: [],
      modules: new Map(),
      files: new Map(),
      functionCount: 3,
      nowSec: NOW_SEC,
    })
    expect(() => functions.call(1, ARGS)).toThrow(
      "the rule scripts made 3 functions when they were checked and 0 now",
    )
  })

  test("a function shared by two domains is one plan for both", () => {
    const { rules, functions } = load({
      "a.lua": `local function plan() return 5 end\n${custom(`{
        ["a.test"] = { configuration = { retry_interval = plan } },
        ["b.test"] = { configuration = { retry_interval = plan, max_retries = plan } },
      }`)}`,
    })
    for (const [key, option] of [
      ["a.test", "retry_interval"],
      ["b.test", "retry_interval"],
      ["b.test", "max_retries"],
    ] as const) {
      const value = rules.configured(key, option)?.value
      expect(value?.kind === "function" ? functions.call(value.id, ARGS) : value).toEqual({
        ok: true,
        value: 5,
      })
    }
  })
})
