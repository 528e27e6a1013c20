/** `configuration` functions in a thread of their own answer what they answer on the thread that asks; and end when they must. */
import { afterEach, expect, test } from "vitest"
import type { LoadedRules } from "../../src/reload/load.js"
import { Workplace } from "./command.js"

type Load = typeof import("../../src/reload/load.js")
type Threads = typeof import("../../src/reload/function-thread.js")
type Thread = Awaited<ReturnType<Threads["FunctionThread"]["start"]>>

const built = (path: string): Promise<unknown> => import(new URL(`../../dist/${path}`, import.meta.url).href)
const { loadRules } = (await built("reload/load.js")) as Load
const { FunctionThread } = (await built("reload/function-thread.js")) as Threads
const SHIPPED = new URL("../../rules/adaptive_rules.lua", import.meta.url).pathname

const place = new Workplace()
let thread: Thread = null
afterEach(async () => {
  await thread?.close()
  thread = null
})

const faults: string[] = []
async function hosted(path: string, signal = new AbortController().signal): Promise<LoadedRules> {
  const loaded = await loadRules([path])
  expect(loaded.diagnostics.filter(({ severity }) => severity === "error")).toEqual([])
  thread = await FunctionThread.start(loaded.functions, {
    signal,
    failed: ({ code, message }) => faults.push(`${code}: ${message}`),
  })
  return loaded
}

function odd(bodies: readonly string[]): string {
  const domains = bodies.map((body, i) => `["d${i}.test"] = { configuration = { retry_interval = ${body} } }`)
  place.write({ "odd.lua": `msys.adaptive.registerRules({ ${domains.join(",\n")} }, "replace")\n` })
  return place.path("odd.lua")
}

const ARGUMENTS = [
  { current: 0, last: 0, ageSec: 0, count: 0, atSec: 0 },
  { current: 100, last: 90, ageSec: 50_000.5, count: 0, atSec: 1_790_000_000.25 },
  { current: 2 ** 40, last: 0.1, ageSec: 2 ** 31 - 1, count: 0, atSec: null },
]

// path | which functions
test.each<[string, () => string]>([
  ["of the shipped rules", () => SHIPPED],
  [
    "that are odd",
    () =>
      odd([
        "function(curr, last, age, mc) return curr + last * 3 + age / 7 - mc end",
        "function() return nil end",
        "function() end",
        'function() return "12" end',
        'function() return "many ünïcodes 🐢" end',
        "function() return {} end",
        "function() return true end",
        "function() return -1 end",
        "function() return 0/0 end",
        "function() return 1/0 end",
        'function() error("no plan") end',
        "function() error({}) end",
        'function() error(("🐢"):rep(5000)) end',
        "function(curr) return curr.x.y end",
        'function() local s = "x" while true do s = s .. s end end',
        "(function() local n = 0 return function() n = n + 1 return n end end)()",
        "function() return os.time() end",
      ]),
  ],
])("functions %s", async (_, path) => {
  const { functions } = await hosted(path())
  const { functionCount } = functions.source
  expect(functionCount).toBeGreaterThan(10)
  for (let id = 1; id <= functionCount; id++)
    for (const args of ARGUMENTS) expect([id, thread?.call(id, args)]).toEqual([id, functions.call(id, args)])
  expect(faults).toEqual([])
})

test("the clock of the scripts shows the time of the call", async () => {
  await hosted(odd(["function() return os.time() end"]))
  const args = { current: 1, last: 0, ageSec: 0, count: 0 }
  for (const atSec of [1_790_000_000, 1_790_003_600.5, 0])
    expect(thread?.call(1, { ...args, atSec })).toEqual({ ok: true, value: Math.floor(atSec) })
})

test("a loop without end is cut off there, and the next call is answered", async () => {
  await hosted(odd(["function() while true do end end", "function(curr) return curr + 1 end"]))
  const args = { current: 1, last: 0, ageSec: 0, count: 0, atSec: null }
  for (let i = 0; i < 3; i++) {
    expect(thread?.call(1, args)).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/more than|longer than/),
    })
    expect(thread?.call(2, args)).toEqual({ ok: true, value: 2 })
  }
})

test("one that is ended answers no more, and keeps no value from being as it was", async () => {
  await hosted(odd(["function() return 1 end"]))
  await thread?.close()
  expect(thread?.call(1, { current: 1, last: 0, ageSec: 0, count: 0, atSec: null })).toEqual({
    ok: false,
    reason: "the functions of these rules answer no more",
    isNil: false,
  })
  expect(faults).toEqual([])
})

test("rules without functions need none; one that is not wanted any more does not start", async () => {
  place.write({
    "plain.lua": 'msys.adaptive.registerRules({ ["a.test"] = { responses = {} } }, "replace")\n',
  })
  const { functions } = await loadRules([place.path("plain.lua")])
  const ending = new AbortController()
  const options = { signal: ending.signal, failed() {} }
  expect(await FunctionThread.start(functions, options)).toBeNull()
  const loaded = await loadRules([SHIPPED])
  const starting = FunctionThread.start(loaded.functions, options)
  ending.abort(new Error("the end"))
  await expect(starting).rejects.toThrow("the end")
})

test("scripts that make other functions than before are no revision to serve", async () => {
  const { functions } = await loadRules([odd(["function() return 1 end"])])
  const others = new (Object.getPrototypeOf(functions).constructor)({ ...functions.source, functionCount: 7 })
  const options = { signal: new AbortController().signal, failed() {} }
  await expect(FunctionThread.start(others, options)).rejects.toMatchObject({
    code: "E_RULES_WORKER",
    message: expect.stringMatching(/made 7 functions when they were checked and 1 now/),
  })
})
