/** `cache` and `module`, to the letter. Source: console.md section 5. */
import { describe, expect, test } from "vitest"
import { consoleReply } from "../../src/console/console.js"
import { type CacheFacts, type ConsoleTarget, consoleTarget } from "../../src/console/target.js"
import { NamedThrottles } from "../../src/store/named-throttles.js"
import { Store } from "../../src/store/store.js"
import { drive } from "../engine/driving.js"

const NOW = 1_790_000_000e6
const nothing = { hits: 0, misses: 0, stores: 0, expired: 0, evicted: 0 }

/** The caches of the manual's samples. */
const SAMPLES: readonly CacheFacts[] = [
  { ...nothing, name: "alerting_data", capacity: 262_144, entries: 10_179, hits: 41_888, stores: 10_179 },
  {
    ...nothing,
    name: "core:bounce_classify",
    capacity: 16_384,
    entries: 10_238,
    hits: 1527,
    misses: 18_949,
    stores: 18_949,
    evicted: 8711,
  },
  { ...nothing, name: "ds_core:ecdb", capacity: 1024, entries: 2, hits: 43, misses: 40, stores: 2 },
]

function sampled(): ConsoleTarget {
  return { ...consoleTarget(new Store()), caches: () => SAMPLES }
}

const ask = (line: string, target: ConsoleTarget | Store = sampled()): string => {
  const { ok, text } = consoleReply(line, target)
  return ok ? text : `refused: ${text}`
}

describe("formats", () => {
  test.each([
    [
      "cache list",
      ` alerting_data
 core:bounce_classify
 ds_core:ecdb

 3 caches listed.`,
    ],
    [
      "cache list entries workload",
      `     10179  80.45% alerting_data
     10238  51.94% core:bounce_classify
         2  97.65% ds_core:ecdb

 3 caches listed.`,
    ],
    [
      "CACHE List hitratio LRU",
      `100.00%          0 alerting_data
  7.46%       8711 core:bounce_classify
 51.81%          0 ds_core:ecdb

 3 caches listed.`,
    ],
    [
      "cache list summary",
      `CAPACITY    ENTRIES     USED    HT/TL   RD/WR CACHE
262144        10179    3.88%  100.00%  80.45% alerting_data
16384         10238   62.49%    7.46%  51.94% core:bounce_classify
1024          2        0.20%   51.81%  97.65% ds_core:ecdb

 3 caches listed.`,
    ],
    [
      "cache stat core:bounce_classify",
      `Name          : core:bounce_classify
Capacity      : 16384
Entries       : 10238
Utilization   :  62.49%
Query Rate    : 0 q/s
Loads         : 20476
  Hits        : 1527
  Misses      : 18949
  Pending     : 0
Stores        : 18949
Invalidations : 8711
  Forced      : 0
  Expired     : 0
  Capacity    : 8711
Hit Rate      :   7.46%
Workload (R/W):  51.94%
  Reads       : 20476
  Writes      : 18949`,
    ],
    [
      "cache stats ds_core:ecdb",
      `cache name                      lookups %                  deletions %
                       elts  hit miss pend  total  inserts man ttl lru  total
---------------------- ----- -------------------- -------- ------------------

ds_core:ecdb              2  52  48   0       83        2   0   0   0        0`,
    ],
    [
      "cache stats ds_core:ecdb core:bounce_classify",
      `cache name                      lookups %                  deletions %
                       elts  hit miss pend  total  inserts man ttl lru  total
---------------------- ----- -------------------- -------- ------------------

ds_core:ecdb              2  52  48   0       83        2   0   0   0        0
core:bounce_classify  10238   7  93   0    20476    18949   0   0 100     8711`,
    ],
  ])("%s", (line, want) => {
    expect(ask(line)).toBe(want)
  })

  test("all attributes of each, in the order in which they are named", () => {
    expect(ask("cache list all").split("\n")[1]).toBe(
      "     16384      10238  62.49%      20476      18949       1527      18949          0          0       8711   7.46%  51.94%          0 core:bounce_classify",
    )
    for (const word of ["used", "replaced", "queryrate", "forced", "expired", "capacity", "loads", "stores"])
      expect(ask(`cache list ${word}`).split("\n")).toHaveLength(5)
  })
})

describe("refused", () => {
  const ATTRIBUTES = `Valid attributes are [capacity,entries,utilization,loads,stores,hits,misses,
 forced,expired,lru,hit-rate,workload,query-rate]`
  test.each([
    ["cache", "Missing command\nUsage: cache {list|stat|stats|help} …"],
    ["cache lst", "Unknown command 'lst'; did you mean 'list'?"],
    ["cache list xxx", ATTRIBUTES],
    ["cache list entries hits hitrate", ATTRIBUTES],
    ["cache list constructor", ATTRIBUTES],
    ["cache stat", "Missing name\nUsage: cache stat NAME"],
    ["cache stat alerting", "No such cache 'alerting'; cache list tells the names"],
    ["cache stat alertingdata", "No such cache 'alertingdata'; did you mean 'alerting_data'?"],
    ["cache stat alerting_data now", "Unexpected 'now' at the end of the command"],
    [
      "cache stats alerting_data nosuch:cache:at:all",
      "No such cache 'nosuch:cache:at:all'; cache list tells the names",
    ],
    ["module", "Missing command\nUsage: module list"],
    ["module lsit", "Unknown command 'lsit'; did you mean 'list'?"],
    ["module list adaptive", "Unexpected 'adaptive' at the end of the command"],
  ])("%s", (line, want) => {
    expect(ask(line)).toBe(`refused: ${want}`)
  })
})

describe("figures of what there is", () => {
  const DOWN = `["a.test"] = { responses = {
    { code = "slow", trigger = "1", action = {"throttle", "down"} },
    { code = "busy", trigger = "1", action = {"suspend", "1 minutes"} } },
    configuration = { outbound_throttle_messages = 1000 } }`

  test("known pairs, answers kept of options, alerts that were sent or not", () => {
    const { engine } = drive({ table: DOWN, set: ["adaptive_adjustment_interval=0"] }, [
      [0, "450 slow"],
      [1, "450 slow"],
      [2, "450 slow"],
      [3, "421 busy"],
      [3, "ok", "b.test"],
    ])
    const target = consoleTarget(engine)
    expect(ask("cache list entries loads hits misses stores", target)).toBe(
      [
        "         0          0          0          0          0 adaptive_lookup:max_deliveries_per_connection",
        "         0          0          0          0          0 adaptive_lookup:max_outbound_connections",
        "         0          0          0          0          0 adaptive_lookup:max_retries",
        "         0          0          0          0          0 adaptive_lookup:max_retry_interval",
        "         1          0          0          0          1 adaptive_lookup:outbound_throttle_messages",
        "         0          0          0          0          0 adaptive_lookup:retry_interval",
        "         2          0          0          0          2 adaptive_bd_cache",
        "         0          0          0          0          0 core:named_throttles",
        "         2          4          2          2          2 alerting_data",
        "",
        " 9 caches listed.",
      ].join("\n"),
    )
    // Of a state alone it is not known which options are managed.
    expect(ask("cache list", engine.store)).toBe(
      " adaptive_bd_cache\n core:named_throttles\n alerting_data\n\n 3 caches listed.",
    )
  })

  test("named throttles", () => {
    const store = new Store(undefined, { namedThrottles: 2 })
    const { throttles } = store
    throttles.create("a", "1/60", NOW)
    throttles.increment("a", NOW)
    throttles.create("a", "1/60", NOW)
    throttles.create("b", "1/1", NOW)
    throttles.create("c", "1/60", NOW)
    expect(throttles.has("a", NOW)).toBe(false)
    expect(throttles.has("b", NOW + 3e6)).toBe(false)
    expect(ask("cache stats core:named_throttles", store).split("\n")[4]).toBe(
      "core:named_throttles      1  29  71   0        7        3   0  50  50        2",
    )
    expect(ask("cache list capacity utilization", store)).toContain("         2  50.00% core:named_throttles")
  })
})

describe("R4, MO-4845: named throttles have room again after a resize from 0", () => {
  const filledWith = (capacity: number, ...names: string[]): NamedThrottles => {
    const throttles = new NamedThrottles(capacity)
    for (const name of names) throttles.create(name, "1/60", NOW)
    return throttles
  }
  const names = (throttles: NamedThrottles): string[] => throttles.state().map(({ name }) => name)

  test("from 0", () => {
    const throttles = filledWith(0, "a", "b")
    // The one just made is there for whoever made it.
    expect(names(throttles)).toEqual(["b"])
    throttles.increment("b", NOW)
    throttles.resize(3)
    for (const name of ["c", "d", "e"]) throttles.create(name, "1/60", NOW)
    expect(names(throttles)).toEqual(["c", "d", "e"])
  })

  test("to fewer: those used longest ago go at once, and to 0 all", () => {
    const throttles = filledWith(4, "a", "b", "c", "d")
    throttles.increment("a", NOW)
    throttles.resize(2)
    expect(names(throttles)).toEqual(["d", "a"])
    expect(throttles.counts.evicted).toBe(2)
    throttles.resize(0)
    expect(throttles.size).toBe(0)
    throttles.restore(filledWith(4, "x", "y").state())
    expect(names(throttles)).toEqual(["y"])
  })
})

test("modules: those there are, instances by name", () => {
  const store = new Store()
  store.audits.define("outbound_audit1")
  expect(ask("module list", store)).toBe(`Module: adaptive
  Scope_Name: adaptive
  Enabled: enabled
  API: Singleton
  Name: adaptive
  Description: Adaptive Delivery: adjusts delivery to what receivers answer
Module: outbound_audit:outbound_audit1
  Scope_Name: outbound_audit
  Instance_Name: outbound_audit1
  Enabled: enabled
  API: Logger
  Name: outbound_audit
  Description: Outbound traffic analytics: deliveries and failures of domains over time`)
  expect(ask("module help", store)).toContain("list")
  expect(ask("cache help", store)).toContain("stat NAME")
})
