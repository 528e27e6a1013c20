/** `adaptive`, to the letter. Source: seed "adaptive", Console Commands; console.md sections 1 and 2. */
import { describe, expect, test } from "vitest"
import { consoleReply } from "../../src/console/console.js"
import { type ConsoleTarget, consoleTarget } from "../../src/console/target.js"
import { Store } from "../../src/store/store.js"
import { drive } from "../engine/driving.js"

const NOW = 1_790_000_000e6

function answer(line: string, on: Store | ConsoleTarget): string {
  const { ok, text } = consoleReply(line, on)
  return ok ? text : `refused: ${text}`
}

/** A store with suspensions: binding, domain, seconds left, group. */
function suspended(...rows: readonly (readonly [string, string, number, string?])[]): Store {
  const store = new Store()
  store.startMicros = NOW - 1e6
  store.nowMicros = NOW
  for (const [binding, domain, leftSec, group] of rows) {
    const pair = store.pairs.of(binding, domain)
    if (group !== undefined) store.pairs.noteGroup(store.pairs.bindingOf(pair), group)
    store.touch(pair, NOW - 1e6)
    store.suspend(pair, NOW + leftSec * 1e6)
  }
  return store
}

const HEAD = `Group/Binding                                     Domain       TTL  Enable
--------------------------------------------------------------------------`

describe("the sessions of the manual, to the letter", () => {
  const store = suspended(["default", "test.messagesystems.com", 14_319], ["default", "gmail.com", 14_319])
  const later = (seconds: number): void => {
    store.nowMicros = NOW + seconds * 1e6
  }

  test("what is suspended", () => {
    expect(
      answer("adaptive suspensions --all", store),
    ).toBe(`Group/Binding                                     Domain       TTL  Enable
--------------------------------------------------------------------------
default                                        gmail.com     14319       1
default                          test.messagesystems.com     14319       1`)
  })

  test("one of them overridden", () => {
    expect(answer("adaptive override --domain gmail.com --binding default", store)).toBe("Overrode 1 entries")
    later(63)
    expect(
      answer("adaptive suspensions --all", store),
    ).toBe(`Group/Binding                                     Domain       TTL  Enable
--------------------------------------------------------------------------
default                                        gmail.com     14256       0
default                          test.messagesystems.com     14256       1`)
  })

  test("and enabled again, with the line broken as the manual has it", () => {
    expect(answer("adaptive override --domain gmail.com --binding default\nenable", store)).toBe(
      "Overrode 1 entries",
    )
    later(181)
    expect(
      answer("adaptive suspensions --all", store),
    ).toBe(`Group/Binding                                     Domain       TTL  Enable
--------------------------------------------------------------------------
default                                        gmail.com     14138       1
default                          test.messagesystems.com     14138       1`)
  })
})

test("the manual's example of another time to live", () => {
  const store = suspended(["default", "yahoo.com", 9000], ["default", "gmail.com", 9000])
  expect(answer("adaptive override --binding default --domain yahoo.com ttl 10", store)).toBe(
    "Overrode 1 entries",
  )
  expect(answer("adaptive suspensions", store)).toBe(`${HEAD}
default                                        gmail.com      9000       1
default                                        yahoo.com        10       1`)
  expect(store.nextDueMicros).toBe(NOW + 10e6)
  expect(answer("adaptive override ttl 20000", store)).toBe("Overrode 2 entries")
  expect(store.nextDueMicros).toBe(NOW + 20_000e6)
})

test("the manual's listing of adjusted options", () => {
  const store = suspended()
  store.adjust(store.pairs.of("default", "gmail.com"), "max_outbound_connections", 32, 30, NOW - 90.5e6)
  expect(answer("adaptive list", store)).toBe(`Group/Binding               Domain               Opt   Value
--------------------------------------------------------------------------
default                  gmail.com  max_outbound_connections      30`)
  expect(
    answer("adaptive list --age", store),
  ).toBe(`Group/Binding               Domain               Opt   Value   Age
--------------------------------------------------------------------------
default                  gmail.com  max_outbound_connections      30    90`)
})

describe("what is listed", () => {
  const store = suspended(
    ["gmail", "b.test", 59.9],
    ["default", "z.test", -3],
    ["default", "a.test", 0],
    ["b1", "x.test", 1, "pool"],
    ["a-binding-with-a-long-name", "a.domain.with.a.rather.long.name.example.org", 123_456_789],
  )

  test("by group and binding, then by domain; what is long widens its column; whole seconds, none below 0", () => {
    expect(answer("adaptive suspensions", store)).toBe(`${HEAD}
default                                           a.test         0       1
default                                           z.test         0       1
default/a-binding-with-a-long-name a.domain.with.a.rather.long.name.example.org 123456789       1
default/gmail                                     b.test        59       1
pool/b1                                           x.test         1       1`)
  })

  test.each([
    ["--binding gmail", ["b.test"]],
    ["--binding gmail --binding b1", ["b.test", "x.test"]],
    ["--domain X.test --domain z.TEST.", ["z.test", "x.test"]],
    ["--binding default --domain a.test --domain b.test", ["a.test"]],
    ["--binding gmail --binding default --domain b.test --domain z.test", ["z.test", "b.test"]],
    ["--binding gmail --domain a.test", []],
    ["--domain nowhere.test", []],
    ["\u2013binding gmail", ["b.test"]],
    ["\u2014binding gmail \u2013domain b.test", ["b.test"]],
    ["\u2013-BINDING gmail", ["b.test"]],
  ])("filters: %s", (filters, domains) => {
    const lines = answer(`ADAPTIVE Suspensions ${filters}`, store).split("\n")
    expect(lines.slice(0, 2).join("\n")).toBe(HEAD)
    expect(lines.slice(2).map((line) => line.split(/\s+/)[1])).toEqual(domains)
  })

  test("nothing: the head alone", () => {
    expect(answer("adaptive suspensions", new Store())).toBe(HEAD)
    expect(answer("adaptive list", new Store()).split("\n")).toHaveLength(2)
    expect(answer("adaptive warmup", new Store()).split("\n")).toHaveLength(2)
  })

  test("blackholes are no suspensions", () => {
    const holed = suspended(["default", "a.test", 60])
    holed.blackhole(holed.pairs.of("default", "b.test"), NOW + 60e6)
    expect(answer("adaptive suspensions", holed).split("\n")).toHaveLength(3)
    expect(answer("adaptive override", holed)).toBe("Overrode 1 entries")
    expect(holed.isHeld(holed.pairs.of("default", "b.test"))).toBe(true)
  })

  test("names from traffic cannot write to the terminal", () => {
    const hostile = suspended(["default", "\u001b[2J.test", 60])
    expect(answer("adaptive suspensions", hostile)).toContain(" ?[2j.test ")
  })
})

describe("override", () => {
  const commands: readonly (readonly [line: string, count: number, after: string])[] = [
    ["override --binding b1", 2, "60/0 60/0 60/1"],
    ["override", 3, "60/0 60/0 60/0"],
    ["override --all", 3, "60/0 60/0 60/0"],
    ["override --domain nowhere.test", 0, "60/1 60/1 60/1"],
    ["override ttl 5 --domain a.test", 2, "5/1 60/1 5/1"],
    ["override --domain a.test ttl 5", 2, "5/1 60/1 5/1"],
    ["override --domain a.test TTL 0 --binding b2", 1, "60/1 60/1 0/1"],
    ["override ttl 2147483647 --all", 3, "2147483647/1 2147483647/1 2147483647/1"],
  ]
  const three = (): Store => suspended(["b1", "a.test", 60], ["b1", "b.test", 60], ["b2", "a.test", 60])
  const state = (store: Store): string =>
    answer("adaptive suspensions", store)
      .split("\n")
      .slice(2)
      .map((line) => line.split(/\s+/).slice(2).join("/"))
      .join(" ")

  test.each(commands)("%s", (line, count, after) => {
    const store = three()
    expect(answer(`adaptive ${line}`, store)).toBe(`Overrode ${count} entries`)
    expect(state(store)).toBe(after)
  })

  test.each(["enable --domain b.test", "--domain b.test enable", "--domain b.test Enable --binding b1"])(
    "%s",
    (words) => {
      const store = three()
      answer("adaptive override", store)
      expect(answer(`adaptive override ${words}`, store)).toBe("Overrode 1 entries")
      expect(state(store)).toBe("60/0 60/1 60/0")
      expect(answer("adaptive override enable", store)).toBe("Overrode 3 entries")
      expect(state(store)).toBe("60/1 60/1 60/1")
    },
  )
})

describe("adjusted options", () => {
  const TABLE = `["a.test"] = { responses = {
    { code = "slow", trigger = "1", action = {"throttle", "down"} },
    { code = "many", trigger = "1", action = {"reduce_connections", 2} },
    { code = "late", trigger = "1", action = {"greylisted", "15 minutes"} } },
    configuration = { outbound_throttle_messages = 0.77 } }`

  test("in order, with what they are in effect, throttles per hour", () => {
    const set = ["max_outbound_connections=10", "adaptive_adjustment_interval=0"]
    const { engine } = drive({ table: TABLE, set }, [
      [0, "450 late"],
      [10, "450 many"],
      [30, "450 slow", "a.test", "default"],
      [40, "450 many", "a.test", "default"],
    ])
    const target = consoleTarget(engine)
    expect(answer("adaptive list", target)).toBe(`Group/Binding               Domain               Opt   Value
--------------------------------------------------------------------------
default                     a.test  max_outbound_connections       8
default/b1                  a.test  max_outbound_connections       8
default/b1                  a.test            retry_interval     900`)
    // Other bounds hold at once: what is shown is what is in effect.
    const bounded = drive(
      { table: TABLE, set: [...set, "adaptive_max_outbound_connections=(9 20)"], store: engine.store },
      [],
    )
    expect(answer("adaptive list --binding default", consoleTarget(bounded.engine)).split("\n")[2]).toBe(
      "default                     a.test  max_outbound_connections       9",
    )
    expect(answer("adaptive list --binding default", engine.store).split("\n")[2]).toContain("       8")
    expect(answer("adaptive list --age --binding b1", target).split("\n").slice(2)).toEqual([
      "default/b1                  a.test  max_outbound_connections       8    30",
      "default/b1                  a.test            retry_interval     900    40",
    ])
    expect(answer("adaptive reset --binding b1", target)).toBe("Reset 2 entries")
    expect(answer("adaptive list", target).split("\n")).toHaveLength(3)
    expect(answer("adaptive reset", target)).toBe("Reset 1 entries")
    expect(answer("adaptive reset --all", target)).toBe("Reset 0 entries")
  })

  test.each([
    [800, "800"],
    [66.6666, "66.67"],
    [0.5, "0.5"],
    [0.001234, "0.0012"],
    [1_234_567.5, "1234567.5"],
  ])("a throttle of %d is shown as %s", (value, want) => {
    const store = suspended()
    store.adjust(store.pairs.of("default", "a.test"), "outbound_throttle_messages", 1000, value, NOW)
    expect(answer("adaptive list", store).split("\n")[2]).toBe(
      `default                     a.test outbound_throttle_messages ${want.padStart(7)}`,
    )
  })

  test("suspensions and ages stay when they are dropped", () => {
    const store = suspended(["b1", "a.test", 60])
    store.adjust(store.pairs.of("b1", "a.test"), "retry_interval", 1200, 900, NOW)
    expect(answer("adaptive reset --domain a.test", store)).toBe("Reset 1 entries")
    expect(answer("adaptive suspensions", store).split("\n")).toHaveLength(3)
    expect(answer("adaptive warmup", store).split("\n")[2]).toMatch(/^default\/b1 +1$/)
  })
})

test("ages of bindings", () => {
  const store = suspended(["b1", "a.test", 60], ["b2", "a.test", 60, "pool"])
  expect(
    answer("adaptive warmup", store),
  ).toBe(`Group/Binding                                                          Age
--------------------------------------------------------------------------
default/b1                                                               1
pool/b2                                                                  1`)
  expect(answer("adaptive warmup b1 86400", store)).toBe("Age of b1 set to 86400")
  expect(answer("adaptive warmup b2", store)).toBe("Age of b2 set to 0")
  expect(answer("adaptive warmup default 5", store)).toBe("Age of default set to 5")
  expect(
    answer("adaptive warmup", store),
  ).toBe(`Group/Binding                                                          Age
--------------------------------------------------------------------------
default                                                                  5
default/b1                                                           86400
pool/b2                                                                  0`)
  // For all domains of the binding, also one that comes later.
  expect(store.ageSec(store.pairs.of("b1", "new.test"), NOW + 9e6)).toBe(86_409)
})

test("help names every command, rules too", () => {
  for (const line of ["adaptive help", "help", "HELP"])
    for (const word of ["suspensions", "list", "override", "reset", "rules --binding", "warmup"])
      expect(answer(line, new Store())).toContain(word)
  for (const word of ["show domain", "config set", "stat NAME", "after module"])
    expect(answer("help", new Store())).toContain(word)
})
