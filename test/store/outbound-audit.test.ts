/** outbound_audit against a model that keeps every event, and what its options refuse. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { AuditOptions } from "../../src/model/audit-options.js"
import { TYPE_NUMBER } from "../../src/model/event.js"
import { type Monitor, parseMonitor } from "../../src/model/monitor.js"
import { StoreFault } from "../../src/store/fault.js"
import { Store } from "../../src/store/store.js"
import { rebuilt } from "./rebuilding.js"

/** `STORE_CASES=10000 npx vitest run test/store` tries more. */
const CASES = Number(process.env.STORE_CASES ?? 200)
const DOMAINS = ["a.test", "b.test", "c.test", "d.test"]
const monitors = ["10,3", "60,2"].map((text) => parseMonitor(text) as Monitor)
const NAME = "outbound_audit1"

interface Event {
  readonly domain: string
  readonly type: number
  readonly atMicros: number
  readonly micros: number
}

/** Keeps every event; whether a domain's count is decided as the manual tells it. */
class Model {
  threshold: number
  list: string[]
  events: Event[] = []
  kept: Event[] = []
  stored = new Set<string>()
  readonly #transited = new Map<string, number>()
  #hasReceptions = false

  constructor(threshold: number, list: string[]) {
    this.threshold = threshold
    this.list = list
  }

  record(event: Event): void {
    this.events.push(event)
    const { domain, type } = event
    if (this.list.length > 0 && !this.list.includes(domain)) return
    if (type === 0) this.#hasReceptions = true
    if (!this.stored.has(domain)) {
      if (this.#hasReceptions ? type === 0 : type !== 2)
        this.#transited.set(domain, (this.#transited.get(domain) ?? 0) + 1)
      if (
        this.threshold > 0 &&
        this.list.length === 0 &&
        (this.#transited.get(domain) ?? 0) <= this.threshold
      )
        return
      this.stored.add(domain)
    }
    this.kept.push(event)
  }

  drop(domain: string): void {
    this.kept = this.kept.filter((event) => event.domain !== domain)
    this.stored.delete(domain)
    this.#transited.delete(domain)
    this.list = this.list.filter((one) => one !== domain)
  }

  windows(events: readonly Event[], now: number) {
    return monitors.flatMap(({ sizeSec, count }) =>
      Array.from({ length: count + 1 }, (_, offset) => {
        const window = Math.floor(now / sizeSec / 1e6) - offset
        const of = (type: number) =>
          events.filter(
            (event) => event.type === type && Math.floor(event.atMicros / sizeSec / 1e6) === window,
          )
        const timed = of(1).filter(({ micros }) => micros >= 0)
        return {
          sizeSec,
          offset,
          fromSec: window * sizeSec,
          receptions: of(0).length,
          deliveries: of(1).length,
          deliveryMicros: timed.reduce((sum, { micros }) => sum + micros, 0),
          timed: timed.length,
          transient: of(2).length,
          permanent: of(3).length,
        }
      }),
    )
  }
}

const domain = fc.constantFrom(...DOMAINS)
const step = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      do: fc.constant("event" as const),
      domain,
      binding: fc.constantFrom("b1", "b2"),
      type: fc.integer({ min: 0, max: 5 }),
      micros: fc.oneof(fc.constant(-1), fc.integer({ min: 0, max: 20_000_000 }), fc.constant(5_000_000_000)),
      waitSec: fc.oneof(
        { weight: 5, arbitrary: fc.integer({ min: 0, max: 4 }) },
        fc.integer({ min: 5, max: 90 }),
      ),
    }),
  },
  fc.record({ do: fc.constant("clear" as const), domain }),
  fc.record({ do: fc.constant("clearAll" as const) }),
  fc.record({ do: fc.constant("add" as const), domain }),
  fc.record({ do: fc.constant("delete" as const), domain }),
  fc.record({ do: fc.constant("threshold" as const), threshold: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ do: fc.constantFrom("fork" as const, "restart" as const) }),
)

test("what it shows is what a list of all events says", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 3 }),
      fc.subarray(DOMAINS, { maxLength: 2 }),
      fc.array(step, { maxLength: 60 }),
      (threshold, domainList, steps) => {
        let store = new Store()
        store.audits.define(NAME, { monitors, threshold, domainList })
        const model = new Model(threshold, domainList)
        let now = 1_790_000_005e6
        for (const one of steps) {
          const audit = store.audits.get(NAME)
          switch (one.do) {
            case "event": {
              now += one.waitSec * 1e6
              const pair = store.pairs.of(one.binding, one.domain)
              store.audits.record(store.pairs, pair, one.type, now, one.type === 1 ? one.micros : -1)
              if (one.type < 4) model.record({ ...one, atMicros: now })
              break
            }
            case "clear":
              if (model.stored.has(one.domain)) audit.clearDomain(one.domain)
              else expect(() => audit.clearDomain(one.domain)).toThrow("no data")
              model.kept = model.kept.filter((event) => event.domain !== one.domain)
              break
            case "clearAll":
              audit.clear()
              model.kept = []
              model.events = []
              break
            case "add":
              audit.addDomain(one.domain)
              model.list = [...model.list.filter((name) => name !== one.domain), one.domain]
              break
            case "delete":
              if (model.stored.has(one.domain) || model.list.includes(one.domain)) {
                audit.deleteDomain(one.domain)
                model.drop(one.domain)
              } else expect(() => audit.deleteDomain(one.domain)).toThrow("no data")
              break
            case "threshold":
              audit.configure({ threshold: one.threshold })
              model.threshold = one.threshold
              break
            default:
              store = one.do === "fork" ? store.fork() : rebuilt(store)
          }
          const after = store.audits.get(NAME)
          expect(after.domains()).toEqual([...model.stored].sort())
          expect(after.globalWindows(now)).toEqual(model.windows(model.events, now))
          for (const name of model.stored) {
            const mine = model.kept.filter((event) => event.domain === name)
            expect(after.windows(name, now)).toEqual(model.windows(mine, now))
          }
        }
      },
    ),
    { numRuns: CASES },
  )
})

test("an event without a domain counts globally, reports and out-of-band bounces nowhere", () => {
  const store = new Store()
  store.audits.define(NAME, { monitors })
  store.audits.record(store.pairs, -1, 0, 1e6)
  store.audits.record(store.pairs, store.pairs.of("b", "x.test"), 4, 1e6)
  store.audits.record(store.pairs, store.pairs.of("b", "x.test"), 5, 1e6)
  expect(store.audits.get(NAME).globalWindows(1e6)[0]).toMatchObject({ receptions: 1, deliveries: 0 })
  expect(store.audits.get(NAME).domains()).toEqual([])
})

describe("options refused, with the accepted form", () => {
  test.each<[options: Partial<AuditOptions>, message: string, hint: string]>([
    [{ monitors: [] }, "no monitor", '"300,6"'],
    [{ monitors: [{ sizeSec: 0, count: 6 }] }, "6 windows of 0 seconds", '"300,6"'],
    [{ monitors: [{ sizeSec: 300, count: -1 }] }, "-1 windows of 300", '"300,6"'],
    [{ monitors: [{ sizeSec: Number.NaN, count: 1 }] }, "NaN seconds", '"300,6"'],
    [
      {
        monitors: [
          { sizeSec: 300, count: 6 },
          { sizeSec: 300, count: 4 },
        ],
      },
      "two monitors",
      "more windows",
    ],
    [{ threshold: -1 }, "threshold is -1", "0 for every domain"],
    [{ threshold: Number.NaN }, "threshold is NaN", "whole number"],
    [{ threshold: 1.5 }, "threshold is 1.5", "whole number"],
    [{ domainList: [""] }, "is empty", "1 to 1024"],
    [{ domainList: ["x".repeat(1 << 20)] }, "1048576 characters", "1 to 1024"],
  ])("%#", (options, message, hint) => {
    const store = new Store()
    store.audits.define(NAME, { monitors, threshold: 7 })
    const before = store.audits.get(NAME).options
    for (const name of [NAME, "new"]) {
      try {
        store.audits.define(name, options)
        expect.unreachable()
      } catch (fault) {
        expect(fault).toBeInstanceOf(StoreFault)
        expect(fault).toMatchObject({ code: "E_AUDIT_OPTION", hint: expect.stringContaining(hint) })
        expect((fault as Error).message).toContain(message)
      }
    }
    expect(store.audits.get(NAME).options).toBe(before)
    expect(store.audits.names).toEqual([NAME])
  })

  test("an instance that is not there", () => {
    const store = new Store()
    expect(() => store.audits.get("x")).toThrow('no outbound_audit instance "x"')
    try {
      store.audits.get("x")
    } catch (fault) {
      expect(fault).toMatchObject({ code: "E_AUDIT_UNKNOWN", hint: "there is none" })
    }
    expect(() => store.audits.define("", {})).toThrow("is empty")
  })

  test("a domain of which nothing is known", () => {
    const store = new Store()
    const audit = store.audits.define(NAME)
    for (const act of [
      () => audit.windows("a.test", 0),
      () => audit.clearDomain(""),
      () => audit.deleteDomain("a@b"),
    ])
      expect(act).toThrow(expect.objectContaining({ code: "E_AUDIT_DOMAIN" }))
  })
})

test("instances become what is wanted: what stays keeps its counts, what is not wanted ends", () => {
  const store = new Store()
  const monitors = [{ sizeSec: 300, count: 6 }]
  store.audits.define("stays", { monitors, threshold: 3 })
  store.audits.define("goes")
  const { pairs, audits } = store
  audits.record(pairs, pairs.of("b", "a.test"), TYPE_NUMBER.delivery, 1_790_000_000e6)
  const before = audits.get("stays").domains()
  audits.keepTo([
    { name: "stays", options: { monitors } },
    { name: "comes", options: { threshold: 9 } },
  ])
  expect(audits.names).toEqual(["stays", "comes"])
  expect(audits.get("stays").domains()).toEqual(before)
  expect(audits.get("stays").isSet("threshold")).toBe(false)
  expect(audits.get("comes").options.threshold).toBe(9)
})
