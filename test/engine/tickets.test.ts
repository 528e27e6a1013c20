/**
 * What the original's changelogs tell of faults that were mended, ticket by
 * ticket: each must not be made here. Source: engine.md, tickets in brackets and
 * section 11. Those of the summary, the logs and sweep rules stand beside them.
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"
import { globalOptions } from "../../src/config/global-options.js"
import { Engine } from "../../src/engine/engine.js"
import { Operations } from "../../src/engine/operate.js"
import { Runtime } from "../../src/engine/runtime.js"
import type { Decision } from "../../src/model/decision.js"
import { Store } from "../../src/store/store.js"
import { configured } from "../console/configuring.js"
import { custom, load } from "../rules/loading.js"
import { drive } from "./driving.js"
import { r } from "./explaining.js"

const NO_FUNCTIONS = () => ({ ok: false, reason: "none", isNil: true }) as const
const START = 1_790_000_000
const HOUR = 3600

const rule = (action: string, code = "^421", trigger = "1"): string =>
  `["a.test"] = { responses = { ${r(code, trigger, action)} } }`
const rulesOf = (table: string) => load({ "custom.lua": custom(`{ ${table} }`, "replace") }).rules

function runtime(table: string, conf = "", store = new Store()) {
  const decisions: Decision[] = []
  const text = `adaptive_enabled = on\n${conf}`
  const one = new Runtime(rulesOf(table), NO_FUNCTIONS, configured(text).configuration, store, {
    decision: (decision) => decisions.push(decision),
  })
  const fail = (sec: number, response: string, binding = "b1", domain = "a.test"): void =>
    one.event({ atMicros: (START + sec) * 1e6, type: "transient", binding, domain, response })
  const send = (sec: number, binding = "b1", domain = "a.test") => one.send(binding, domain, START + sec)
  return { one, decisions, fail, send }
}

/** How many of the messages that come each second may go. */
function sent(send: (sec: number) => { readonly allowed: boolean }, seconds: number): number {
  let count = 0
  for (let sec = 0; sec < seconds; sec++) if (send(sec).allowed) count++
  return count
}

describe("where Adaptive Delivery acts", () => {
  test("#5668: never where it is not enabled", () => {
    const { words } = drive({ table: rule('{"suspend", "1 hours"}'), set: ["adaptive_enabled=false"] }, [
      [0, "421 no"],
    ])
    expect(words).toEqual(["0 response a.test[1] 1: suspend 1 hours | not: disabled"])
  })

  test("BZ4353, MR-27: never on the binding #mmove", () => {
    const { words } = drive({ table: rule('{"suspend", "1 hours"}') }, [[0, "421 no", "a.test", "#mmove"]])
    expect(words).toEqual(["0 #mmove::a.test response a.test[1] 1: suspend 1 hours | not: disabled"])
  })

  test("R2, BZ4685, MO-766, SD-1106: a pair whose binding left the configuration goes on", () => {
    const { one, fail, send } = runtime(
      rule('{"suspend", "1 hours"}'),
      'binding_group "g" { binding "gone" { max_retries = 3 } }',
    )
    fail(0, "421 no", "gone")
    const without = configured("adaptive_enabled = on").configuration
    one.engine.reconfigure(without)
    fail(1, "421 no", "gone")
    expect(send(2, "gone")).toMatchObject({ allowed: false, reason: "suspended" })
    new Operations(one.store).setAge("never-seen", 60)
    expect(send(4000, "gone").allowed).toBe(true)
  })

  test("R7, #6036: an aliased domain has the rules of its target", () => {
    const table = `${rule('{"suspend", "1 hours"}')}, ["b.test"] = "a.test"`
    const { words } = drive({ table }, [[0, "421 no", "b.test"]])
    expect(words).toEqual(["0 b1::b.test response a.test[1] 1: suspend 1 hours | until 3600"])
  })

  test("SD-65: augmenting neither overrides an option nor drops one", () => {
    const { rules } = load({
      "adaptive_rules.lua":
        'module("msys.adaptive_rules", package.seeall)\nRules = { ["a.test"] = { configuration = { max_outbound_connections = 9 } } }',
      "custom.lua": custom(
        '{ ["a.test"] = { configuration = { max_outbound_connections = 3, max_retries = 4 } } }',
      ),
    })
    const value = (option: string) => rules.configured("a.test", option)?.value
    expect([value("max_outbound_connections"), value("max_retries")]).toEqual([
      { kind: "number", value: 9 },
      { kind: "number", value: 4 },
    ])
  })
})

describe("suspensions", () => {
  test("#6278, MR-676: of one binding and domain only", () => {
    const { fail, send } = runtime(rule('{"suspend", "1 hours"}'))
    fail(0, "421 no")
    expect(send(1).allowed).toBe(false)
    expect([send(1, "b2").allowed, send(1, "b1", "b.test").allowed]).toEqual([true, true])
  })

  test("#5135: one holds mail, it does not only tell", () => {
    const { decisions, fail, send } = runtime(rule('{"suspend", "1 hours"}'))
    fail(0, "421 no")
    expect(decisions[0]?.alerts).toEqual(["suspension"])
    expect(send(1)).toMatchObject({ allowed: false, reason: "suspended" })
  })

  test("MO-6322, SD-2422, SD-169: a message that comes meanwhile is deferred at once, to one and the same time", () => {
    const { fail, send } = runtime(rule('{"suspend", "1 hours"}'))
    fail(0, "421 no")
    const times = [1, 600, 3599].map((sec) => send(sec).at - START)
    // A time is all it gets: whether it is too old by then is for whoever holds it to see.
    expect(times).toEqual([3600, 3600, 3600])
    expect(send(3600).allowed).toBe(true)
  })

  test("SD-126: never lifted before its end", () => {
    for (const seconds of [1, 59, 60, 61, 3599]) {
      const { fail, send } = runtime(rule(`{"suspend", "${seconds} seconds"}`))
      fail(0, "421 no")
      for (let sec = 1; sec < seconds; sec += 7) expect(send(sec).allowed).toBe(false)
      expect(send(Math.ceil(seconds / 60) * 60).allowed).toBe(true)
    }
  })

  test("#5201: replies of a suspended pair are counted, nothing is adjusted", () => {
    const table = `["a.test"] = { responses = { ${r("^421 a", "1", '{"suspend", "1 hours"}')}, ${r("^421 b", "2/600", '{"reduce_connections", 1}')} } }`
    const events = [
      [0, "421 a"],
      [1, "421 b"],
      [2, "421 b"],
      [3, "421 b"],
    ] as const
    const { words } = drive({ table, holds: false }, events)
    expect(words.at(-1)).toBe(
      "3 response a.test[2] 3: reduce_connections 1 | max_outbound_connections | 32 -> unset | not: suspended",
    )
  })
})

describe("adjustments", () => {
  test("BZ2567, BZ2106: none without a default", () => {
    const { words } = drive({ table: rule('{{"throttle", "down"}, {"reduce_connections", 2}}') }, [
      [0, "421 no"],
    ])
    expect(words).toEqual([
      "0 response a.test[1] 1: throttle down | outbound_throttle_messages | not: no-default; reduce_connections 2 | max_outbound_connections | 32 -> 30",
    ])
  })

  test("MR-801, MO-241: an interval is never 0, and at its bound it is said not to move", () => {
    const set = ["adaptive_retry_interval=(600 900)"]
    const { words } = drive({ table: rule('{"greylisted", "15 minutes"}'), set }, [
      [0, "421 no"],
      [61, "421 no"],
    ])
    expect(words).toEqual([
      "0 response a.test[1] 1: greylisted 15 minutes | retry_interval | 600 -> 900",
      "61 response a.test[1] 1: greylisted 15 minutes | retry_interval | 900 -> 900 | not: at-bound",
    ])
    expect(() => globalOptions(["adaptive_retry_interval=(0 900)"])).toThrow(
      'adaptive_retry_interval cannot be "(0 900)"',
    )
  })

  test("#5141, BZ4226: warmup sets the age of the binding, in seconds, for every domain", () => {
    const { engine } = drive({ table: rule('{"warmup", "86400"}') }, [
      [0, "421 no"],
      [1, "ok", "b.test"],
    ])
    const { store } = engine
    const ages = [60, 3600].map((sec) => store.ageSec(store.pairs.of("b1", "b.test"), (START + sec) * 1e6))
    expect(ages).toEqual([86_460, 90_000])
  })

  test("SD-134, SD-3977: values grow exactly when the interval is over, and are in effect at once", () => {
    const table = `["a.test"] = { responses = { ${r("^421", "1", '{"reduce_connections", 5}')} }, configuration = { max_outbound_connections = 20 } }`
    const { words, engine } = drive({ table }, [
      [0, "421 no"],
      [3599, "ok"],
      [3600, "ok"],
      [7199, "ok"],
      [7200, "ok"],
    ])
    expect(words).toEqual([
      "0 response a.test[1] 1: reduce_connections 5 | max_outbound_connections | 20 -> 15",
      "3600 positive: raise  | max_outbound_connections | 15 -> 16",
      "7200 positive: raise  | max_outbound_connections | 16 -> 17",
    ])
    const pair = engine.store.pairs.of("b1", "a.test")
    expect(engine.parameter(pair, "max_outbound_connections", (START + 7200) * 1e6).value).toBe(17)
  })

  test("SD-1362: a throttle that goes down lets less mail go", () => {
    const table = `["a.test"] = { responses = { ${r("^421", "1", '{"throttle", "down"}')} }, configuration = { outbound_throttle_messages = 1800 } }`
    const before = runtime(table)
    expect(sent(before.send, HOUR)).toBe(1800)
    const after = runtime(table)
    after.fail(0, "421 no")
    expect(sent(after.send, HOUR)).toBe(1440)
  })
})

describe("throttles", () => {
  test.each([
    ["SD-21: below one a second", "720", 1, 720],
    ["SD-3756, SD-987: not a multiple of anything", "1000", 1, 1000],
    ["SD-3758: below one an hour", "0.5", 10, 5],
  ])("%s", (_ticket, perHour, hours, want) => {
    const table = `["a.test"] = { configuration = { outbound_throttle_messages = ${perHour} } }`
    const { send } = runtime(table)
    const count = sent((minute) => send(minute), hours * HOUR)
    expect(Math.abs(count - want)).toBeLessThanOrEqual(1)
  })

  test("TASK-1557, R11, MR-1407: 0 is no limit, and nothing is divided by it", () => {
    const { send } = runtime('["a.test"] = { configuration = { outbound_throttle_messages = 0 } }')
    expect(send(0)).toEqual({ allowed: true, at: START, reason: null, spreadSec: 0, perHour: null })
    const configuredOne = runtime("", 'outbound_throttle_messages = "0"')
    expect(configuredOne.send(0).perHour).toBeNull()
  })

  test("R11, #5909: what pairs share is not less than what is configured", () => {
    const { one } = runtime(
      "",
      'binding_group "g" { outbound_throttle_messages = "1" binding "b1" { } binding "b2" { } }',
    )
    let count = 0
    for (let sec = 0; sec < 600; sec++)
      for (const [binding, domain] of [
        ["b1", "a.test"],
        ["b2", "a.test"],
        ["b2", "b.test"],
      ] as const)
        if (one.send(binding, domain, START + sec).allowed) count++
    expect(count).toBe(600)
  })

  test("R14, MO-6744: of two throttles in nested scopes the inner one counts, and no excess is reported for the other", () => {
    const { send } = runtime(
      "",
      'outbound_throttle_messages = "1/60" binding_group "g" { binding "b1" { outbound_throttle_messages = "1" } }',
    )
    expect(sent((sec) => send(sec), 120)).toBe(120)
    // The outer one has not been used up by it.
    expect(send(120, "b2").allowed).toBe(true)
  })

  test("R13, #5052: a throttle of the binding default is not that of others", () => {
    const { send } = runtime("", 'binding "default" { outbound_throttle_messages = "1/3600" }')
    expect([send(0, "default").allowed, send(1, "default").allowed, send(1, "b1").allowed]).toEqual([
      true,
      false,
      true,
    ])
  })
})

describe("reload", () => {
  const counting = rule('{"suspend", "1 hours"}', "^421", "2/600")

  test("R1, #6324, #7018: counts and values go on, and nothing is counted twice", () => {
    const store = new Store()
    const first = runtime(counting, "", store)
    first.fail(0, "421 no")
    first.fail(1, "421 no")
    const second = runtime(counting, "", store)
    expect(second.decisions).toEqual([])
    second.fail(2, "421 no")
    expect(second.decisions.map(({ count }) => count)).toEqual([3])
    second.one.engine.reconfigure(configured("adaptive_enabled = on").configuration)
    expect(second.send(3)).toMatchObject({ reason: "suspended" })
  })

  test("R6, MO-7154: rules that are no longer in the file have no effect; SD-1569: those of another file stay", () => {
    const store = new Store()
    const own = `["b.test"] = { responses = { ${r("^421", "1", '{"suspend", "1 hours"}')} } }`
    const both = runtime(`${rule('{"suspend", "1 hours"}')}, ${own}`, "", store)
    both.fail(0, "421 no")
    const after = runtime(own, "", store)
    after.fail(HOUR + 60, "421 no")
    expect(after.decisions.filter(({ source }) => source === "response")).toEqual([])
    expect(after.send(HOUR + 61).allowed).toBe(true)
    after.fail(HOUR + 62, "421 no", "b1", "b.test")
    expect(after.decisions.at(-1)).toMatchObject({ source: "response", domain: "b.test" })
  })
})

test("R9, BZ1756: a configuration that activates no rules says so, as CRITICAL", () => {
  const { diagnostics } = configured('adaptive { } alerting { } inbound_audit { monitors = ("300,6") }')
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
    'E_CONF_DISABLED CRITICAL: Adaptive Delivery is effectively disabled: no script has the source "msys.adaptive"',
  ])
})

test("an engine may be asked of pairs that never had mail", () => {
  const engine = new Engine({
    rules: rulesOf(""),
    ask: NO_FUNCTIONS,
    lookup: globalOptions([]),
    store: new Store(),
    listener: { decision() {}, matched() {}, unmatched() {} },
  })
  const pair = engine.store.pairs.of("never", "seen.test")
  expect(engine.isHeld(pair, START * 1e6)).toBe(false)
  expect(engine.parameter(pair, "max_outbound_connections", START * 1e6).value).toBe(32)
})

/** Every ticket of the changelogs that engine.md names, but MR-1433: a mode of which nothing is documented. */
const TICKETS =
  "#5052 #5085 #5087 #5135 #5140 #5141 #5201 #5212 #5619 #5668 #5669 #5909 #6036 #6165 #6278 #6324 #7018 #7129 BZ1752 BZ1756 BZ1904 BZ2106 BZ2567 BZ3400 BZ3741 BZ4065 BZ4226 BZ4353 BZ4685 BZ5104 MO-241 MO-4551 MO-4845 MO-4892 MO-4975 MO-6322 MO-6744 MO-7154 MO-766 MR-1407 MR-27 MR-676 MR-801 SD-1106 SD-126 SD-134 SD-1362 SD-1569 SD-169 SD-21 SD-2422 SD-299 SD-318 SD-3756 SD-3757 SD-3758 SD-3977 SD-65 SD-987 TASK-1557"

test("every ticket and every requirement is named where it is tested", () => {
  const root = fileURLToPath(new URL("../", import.meta.url))
  const texts = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts") && !name.endsWith("tickets.test.ts"))
    .map((name) => readFileSync(join(root, name), "utf8"))
  const own = readFileSync(fileURLToPath(import.meta.url), "utf8").split("const TICKETS")[0] as string
  const all = [...texts, own].join("\n")
  const wanted = [...TICKETS.split(" "), ...Array.from({ length: 18 }, (_, i) => `R${i + 1}`)]
  expect(wanted.filter((ticket) => !new RegExp(`${ticket}(?!\\d)`).test(all))).toEqual([])
})
