/**
 * Rule files that loop, recurse, grow and backtrack, through the built loader
 * and its worker: each ends soon, is told of in one finding, takes nothing from
 * the good file beside it, and the process stays small. Two children run the
 * cases one after the other; what they tell is judged here case by case.
 * Source: lua-dialect.md, Limits.
 */
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Code } from "../../src/errors.js"
import type { BudgetLimits } from "../../src/lua/budget.js"
import { Workplace } from "./command.js"

const CHILD = fileURLToPath(new URL("./hostile-child.mjs", import.meta.url))

const MAX_RSS_MB = 512
/** The deadline, its grace, starting a new worker and loading the rest, on a slow machine. */
const MAX_LOAD_MS = 30_000

interface Case {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
  readonly limits: BudgetLimits
  readonly replies?: readonly { readonly text: string; readonly times: number; readonly end: string }[]
  readonly calls?: number
}

interface Told {
  readonly loadMs: number
  readonly callMs: number
  readonly matchMs: number
  readonly findings: readonly { readonly code: Code; readonly file: string; readonly message: string }[]
  readonly good: string | null
  readonly answers: readonly (number | string)[]
  readonly matched: readonly (string | null)[]
  readonly maxRssMb: number
}

const GOOD = `require('msys.adaptive')
msys.adaptive.registerRules({
  ["good.test"] = { responses = { { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} } } },
})`
const SYSTEM = 'module("msys.adaptive_rules", package.seeall)\nRules = { ["sys.test"] = {} }'

/** What a script may use of instructions is small here, so that those that only count instructions end at once. */
const TIGHT = { instructions: 1_000_000, deadlineMs: 5000, stringBytes: 8 << 20, memoryBytes: 96 << 20 }
/** For what must be ended by something else. */
const ENDLESS = { ...TIGHT, instructions: Number.MAX_SAFE_INTEGER }
/** Only the memory cap, however slow the machine. */
const GROWING = { ...ENDLESS, deadlineMs: 60_000 }
const ONE_SECOND = { ...ENDLESS, deadlineMs: 1000 }

const STOPPED = "the script used more than 192 MB: it was stopped, and its rules are not loaded"
const SPENT = "the script ran more than 1000000 instructions: it is left out"
const LATE = "the script ran longer than 1000 milliseconds: it is left out"

// what the script does | its text | limits | code | message
const SCRIPTS: readonly (readonly [string, string, BudgetLimits, Code, string | RegExp])[] = [
  ["loops", "while true do end", TIGHT, "E_LUA_BUDGET", SPENT],
  [
    "loops in pcall",
    "while true do pcall(function() while true do end end) end",
    TIGHT,
    "E_LUA_BUDGET",
    SPENT,
  ],
  [
    "loops in a coroutine",
    "coroutine.wrap(function() while true do end end)()",
    TIGHT,
    "E_LUA_BUDGET",
    SPENT,
  ],
  [
    "loops in the handler of xpcall",
    "xpcall(error, function() while true do end end)",
    TIGHT,
    "E_LUA_BUDGET",
    SPENT,
  ],
  ["loops for longer than it may", "while true do end", ONE_SECOND, "E_LUA_DEADLINE", LATE],
  ["prints without end", 'while true do print(("x"):rep(1e6)) end', ONE_SECOND, "E_LUA_DEADLINE", LATE],
  [
    "backtracks in a Lua pattern",
    'string.find(("a"):rep(30), ("a?"):rep(28) .. ("a"):rep(28) .. "b")',
    TIGHT,
    "E_LUA_BUDGET",
    SPENT,
  ],
  [
    "backtracks in a Lua pattern for longer than it may",
    'string.find(("a"):rep(100000), ".-.-.-.-b")',
    ONE_SECOND,
    "E_LUA_DEADLINE",
    LATE,
  ],
  [
    "sorts with an order that is none",
    "local t = {} for i = 1, 1e5 do t[i] = i end table.sort(t, function() return true end)",
    TIGHT,
    "E_LUA_RUNTIME",
    "invalid order function for sorting: the rest of this script is not run",
  ],
  [
    "asks for a string of a gigabyte",
    'local s = ("x"):rep(1e9)',
    TIGHT,
    "E_LUA_RUNTIME",
    /^resulting string too large/,
  ],
  [
    "doubles a string",
    'local s = "x" while true do s = s .. s end',
    TIGHT,
    "E_LUA_MEMORY",
    /^the script built a string of 16777216 bytes; at most 8388608 are allowed/,
  ],
  [
    "keeps large strings",
    'local t = {} for i = 1, 1e6 do t[i] = ("x"):rep(1e6) .. i end',
    ENDLESS,
    "E_LUA_MEMORY",
    /^the script's strings hold more than 96 MB at once/,
  ],
  ["recurses", "local function f() return 1 + f() end f()", TIGHT, "E_LUA_RUNTIME", /^stack overflow/],
  [
    "raises megabytes",
    'error(("x"):rep(7e6))',
    TIGHT,
    "E_LUA_RUNTIME",
    /^x{1000}…: the rest of this script is not run$/,
  ],
  [
    "nests a table without end in the source",
    `local t = ${"{".repeat(50_000)}${"}".repeat(50_000)}`,
    TIGHT,
    "E_LUA_SYNTAX",
    "function or expression too complex",
  ],
  [
    "nests parentheses without end in the source",
    `local t = ${"(".repeat(50_000)}1${")".repeat(50_000)}`,
    TIGHT,
    "E_LUA_SYNTAX",
    "chunk has too many syntax levels",
  ],
]

// Only the worker's memory cap ends these: E_LUA_MEMORY, and the file is left out.
const GROWTH: readonly (readonly [string, string])[] = [
  ["grows a table", "local t = {} while true do t[#t + 1] = {} end"],
  ["grows a string by gsub", 'local s = ("a"):rep(1e6) while true do s = s:gsub("a", "aa") end'],
  [
    "registers without end",
    'local r = { a = { responses = { { code = "x", trigger = "1", action = { "suspend", "1 hour" } } } } } while true do msys.adaptive.registerRules(r) end',
  ],
  [
    "registers a huge table",
    'local t = {} for i = 1, 1e6 do t["d" .. i] = { responses = {} } end msys.adaptive.registerRules(t)',
  ],
]

/** Patterns that take a backtracking matcher for ever on a reply of 20,000 characters. */
const PATTERNS = [
  "^(a+)+$",
  "^(a|aa)+$",
  "^(a|a?)+$",
  "(.*a){20}!",
  "^(\\\\w+\\\\s?)*!$",
  "(a*)*b",
  "([a-z]+)*\\\\d$",
]

/** Bodies of `configuration` functions, and what they answer with. */
const FUNCTIONS: readonly (readonly [string, number | RegExp])[] = [
  ["while true do end", /the script ran (more|longer) than/],
  ["while true do pcall(error) end", /the script ran (more|longer) than/],
  ["coroutine.wrap(function() while true do end end)()", /the script ran (more|longer) than/],
  [
    "local function f() return 1 + f() end return f()",
    /the script ran more than|the script ran longer than|stack overflow/,
  ],
  ["local s = 'x' while true do s = s .. s end", /the script built a string of/],
  ["local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1e6) end", /the script('s strings hold| ran)/],
  ["error('no plan')", "plan"],
  ["error({})", "error object is not a string"],
  ["return nil", "the function returned nil"],
  ["return 0/0", "the function returned nan"],
  ["return 1/0", "the function returned inf"],
  ["return {}", "the function returned a table, not a number"],
  ["return -5", "the function returned -5, which is negative"],
  ["return '12'", 12],
  ["return ({}).x.y", "attempt to index"],
  ["return string.find(('a'):rep(30), ('a?'):rep(28) .. ('a'):rep(28))", /./],
  ["return 7", 7],
].map(([body, answer]) => [
  body as string,
  typeof answer === "string" ? new RegExp(answer) : (answer as number | RegExp),
])

const one = (name: string, text: string, limits: BudgetLimits, more: Partial<Case> = {}): Case => ({
  name,
  files: { "adaptive_rules.lua": SYSTEM, "hostile.lua": text, "zz-good.lua": GOOD },
  limits,
  ...more,
})

const register = (table: string): string => `msys.adaptive.registerRules({ ["hostile.test"] = ${table} })`
const rule = (code: string): string => `{ code = ${code}, trigger = "1", action = {"suspend", "1 hour"} }`

const FIRST: readonly Case[] = [
  ...SCRIPTS.map(([name, text, limits]) => one(name, text, limits)),
  one("breaks the environment", "package = nil module = nil", TIGHT),
  one(
    "makes package.loaded a trap",
    "setmetatable(package, { __index = function() while true do end end }) package.loaded = nil",
    TIGHT,
  ),
  one(
    "patterns",
    register(`{ responses = { ${PATTERNS.map((code) => rule(`"${code}"`)).join(", ")} } }`),
    TIGHT,
    {
      replies: [
        { text: "a", times: 20_000, end: "" },
        { text: "a", times: 20_000, end: "!" },
        { text: "aaaa ", times: 4000, end: "?" },
      ],
    },
  ),
  one(
    "patterns too large to compile in time",
    `local t = {} for i = 1, 500 do t[i] = ${rule('("(a|b)*c"):rep(8000) .. i')} end ${register("{ responses = t }")}`,
    { ...ONE_SECOND, deadlineMs: 200 },
  ),
  one(
    "functions",
    `local plans = { ${FUNCTIONS.map(([body]) => `function(curr) ${body} end`).join(",\n")} }
     local t = {}
     for i, plan in ipairs(plans) do t["f" .. i .. ".test"] = { configuration = { max_retries = plan } } end
     msys.adaptive.registerRules(t)`,
    TIGHT,
    { calls: FUNCTIONS.length },
  ),
  one("afterwards", "local x = 1", TIGHT),
]

const SECOND: readonly Case[] = [
  ...GROWTH.map(([name, text]) => one(name, text, GROWING)),
  one("after growth", "local x = 1", TIGHT),
]

const place = new Workplace()
const told = new Map<string, Told>()

async function runCases(name: string, cases: readonly Case[]): Promise<void> {
  place.write({ [name]: JSON.stringify(cases) })
  const ended = await place.run(process.execPath, [CHILD, place.path(name)])
  expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: "" })
  for (const line of ended.stdout.toString("utf8").trimEnd().split("\n")) {
    const { name, ...rest } = JSON.parse(line) as Told & { name: string }
    told.set(name, rest)
  }
}

beforeAll(async () => {
  await runCases("first.json", FIRST)
  await runCases("second.json", SECOND)
}, 240_000)
afterAll(() => place.remove())

const of = (name: string): Told => told.get(name) as Told
const errorsOf = (name: string): string[] =>
  of(name)
    .findings.filter(({ code }) => code !== "E_RULES_SHAPE")
    .map(({ code, file, message }) => `${file} ${code} ${message}`)

describe("a script that", () => {
  test.each(SCRIPTS.map(([name, , , code, message]) => [name, code, message] as const))(
    "%s",
    (name, code, message) => {
      const { findings } = of(name)
      expect(findings.map((finding) => `${finding.file} ${finding.code}`)).toEqual([`hostile.lua ${code}`])
      expect(findings[0]?.message).toMatch(message instanceof RegExp ? message : new RegExp(`^${message}`))
    },
  )

  test.each(GROWTH)("%s", (name) => {
    expect(errorsOf(name)).toEqual([`hostile.lua E_LUA_MEMORY ${STOPPED}`])
  })

  test("breaks the environment that all scripts share: the system file's rules stay", () => {
    const codes = of("breaks the environment").findings.map(({ code, file }) => `${file} ${code}`)
    expect(codes).toContain("hostile.lua E_RULES_SHAPE")
    expect(of("breaks the environment").good).toBeNull()
    expect(errorsOf("makes package.loaded a trap")).toEqual([])
  })

  test("registers patterns without measure is named, not the file that ran last", () => {
    // Whether it is ended from inside or from outside depends on how busy the machine is.
    expect(errorsOf("patterns too large to compile in time")).toEqual([
      expect.stringMatching(/^hostile\.lua E_LUA_DEADLINE the script ran longer than 200 milliseconds: it /),
    ])
  })
})

describe("whatever a script did", () => {
  const all = [...FIRST, ...SECOND].map(({ name }) => name)

  test.each(all)("%s: it ended soon, and the process stayed small", (name) => {
    const { loadMs, maxRssMb } = of(name)
    expect(loadMs).toBeLessThan(MAX_LOAD_MS)
    expect(maxRssMb).toBeLessThan(MAX_RSS_MB)
  })

  test.each(all.filter((name) => name !== "breaks the environment"))(
    "%s: the good file beside it serves",
    (name) => {
      expect(of(name).good).toBe("^421 busy")
    },
  )

  test.each(["afterwards", "after growth"])("the loader still works: %s", (name) => {
    expect(errorsOf(name)).toEqual([])
  })
})

describe("patterns that backtrack", () => {
  test("are named when they are loaded", () => {
    const { findings } = of("patterns")
    expect(new Set(findings.map(({ code }) => code))).toEqual(new Set(["E_CODE_COST"]))
    expect(findings).toHaveLength(PATTERNS.length)
  })

  test("are held to their limit on replies of 20,000 characters", () => {
    expect(of("patterns").matchMs).toBeLessThan(5000)
    expect(of("patterns").matched[0]).toBe("^(a+)+$")
    expect(of("patterns").matched[2]).toBeNull()
  })
})

describe("configuration functions", () => {
  test.each(FUNCTIONS.map(([body, answer], i) => [body, answer, i] as const))("%s", (_body, answer, i) => {
    const given = of("functions").answers[i]
    if (typeof answer === "number") expect(given).toBe(answer)
    else expect(String(given)).toMatch(answer)
  })

  test("are bounded together", () => {
    expect(of("functions").callMs).toBeLessThan(FUNCTIONS.length * 500)
  })
})
