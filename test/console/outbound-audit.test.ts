/** The console of outbound_audit, to the letter. Source: seed "outbound_audit"; console.md section 3. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { consoleReply } from "../../src/console/console.js"
import { TYPE_NUMBER } from "../../src/model/event.js"
import { Store } from "../../src/store/store.js"

const FIVE = { sizeSec: 300, count: 6 }
const THIRTY = { sizeSec: 1800, count: 4 }
/** The begin of a window of both sizes, and 129 s into it. */
const WINDOW = 1_789_999_200e6
const NOW = WINDOW + 129e6

/** The session of the manual. */
const SAMPLE = `aol.com 300/0: r: 107 d: 111 dt: 8.20 t: 2 f: 0
aol.com 300/1: r: 190 d: 168 dt: 8.65 t: 1 f: 0
aol.com 300/2: r: 143 d: 154 dt: 8.91 t: 0 f: 0
aol.com 300/3: r: 264 d: 283 dt: 8.87 t: 1 f: 1
aol.com 300/4: r: 240 d: 216 dt: 9.16 t: 3 f: 0
aol.com 300/5: r: 194 d: 207 dt: 6.60 t: 0 f: 0
aol.com 300/6: r: 264 d: 248 dt: 7.78 t: 3 f: 0`

type Kind = "reception" | "delivery" | "transient" | "permanent"

interface Seen {
  readonly atMicros: number
  readonly kind: Kind
  readonly domain: string
  readonly seconds?: number
}

/** Events that make up a session, in order of time, deliveries taking each another time around the mean. */
function eventsOf(session: string): Seen[] {
  const events: Seen[] = []
  for (const line of session.split("\n")) {
    const form = /^(\S+) (\d+)\/(\d+): r: (\d+) d: (\d+) dt: ([\d.]+) t: (\d+) f: (\d+)$/
    const [, domain = "", size, offset, r, d, dt, t, f] = form.exec(line) ?? []
    const from = WINDOW - Number(offset) * Number(size) * 1e6
    const add = (kind: Kind, count: number, seconds?: (i: number) => number): void => {
      for (let i = 0; i < count; i++) {
        const atMicros = from + Math.floor((i * 128e6) / count)
        events.push({ atMicros, kind, domain, ...(seconds === undefined ? {} : { seconds: seconds(i) }) })
      }
    }
    const deliveries = Number(d)
    const spread = (i: number): number =>
      i === deliveries - 1 && deliveries % 2 === 1 ? 0 : i % 2 === 0 ? 1.25 : -1.25
    add("reception", Number(r))
    add("delivery", deliveries, (i) => Number(dt) + spread(i))
    add("transient", Number(t))
    add("permanent", Number(f))
  }
  return events.sort((a, b) => a.atMicros - b.atMicros)
}

function record(store: Store, events: readonly Seen[]): void {
  for (const { atMicros, kind, domain, seconds } of events) {
    const pair = store.pairs.of("b1", domain)
    const micros = seconds === undefined ? -1 : Math.round(seconds * 1e6)
    store.audits.record(store.pairs, pair, TYPE_NUMBER[kind], atMicros, micros)
  }
  store.nowMicros = NOW
}

function audited(events: readonly Seen[], options = {}): Store {
  const store = new Store()
  store.audits.define("outbound_audit1", { monitors: [FIVE, THIRTY], ...options })
  record(store, events)
  return store
}

const ask = (store: Store, command: string): string => {
  const { ok, text } = consoleReply(`outbound_audit:outbound_audit1 ${command}`, store)
  return ok ? text : `refused: ${text}`
}
const some = (domain: string, kind: Kind, count: number, at = NOW): Seen[] =>
  Array.from({ length: count }, () => ({ atMicros: at, kind, domain, seconds: 1 }))

test("the session of the manual, to the letter", () => {
  const store = audited(eventsOf(SAMPLE), { monitors: [FIVE] })
  expect(ask(store, "show domain aol.com")).toBe(SAMPLE)
})

test("monitors in their order, the global lines under their name", () => {
  const store = audited(eventsOf(SAMPLE))
  const lines = ask(store, "show global").split("\n")
  expect(lines.slice(0, 7)).toEqual(SAMPLE.replace(/^aol.com/gm, "global").split("\n"))
  // The half hour holds the running five minutes alone; the one before it the six before.
  expect(lines.slice(7)).toEqual([
    "global 1800/0: r: 107 d: 111 dt: 8.20 t: 2 f: 0",
    "global 1800/1: r: 1295 d: 1276 dt: 8.31 t: 8 f: 1",
    "global 1800/2: r: 0 d: 0 dt: 0.00 t: 0 f: 0",
    "global 1800/3: r: 0 d: 0 dt: 0.00 t: 0 f: 0",
    "global 1800/4: r: 0 d: 0 dt: 0.00 t: 0 f: 0",
  ])
})

test("domains in order, in lower case, one block after the other", () => {
  const events = [
    ...some("Yahoo.com", "delivery", 2),
    ...some("aol.com", "transient", 1),
    ...some("b.test", "permanent", 1),
  ]
  const store = audited(events, { monitors: [{ sizeSec: 300, count: 1 }] })
  expect(ask(store, "show domains")).toBe("aol.com\nb.test\nyahoo.com")
  expect(ask(store, "show all")).toBe(
    [
      "aol.com 300/0: r: 0 d: 0 dt: 0.00 t: 1 f: 0",
      "aol.com 300/1: r: 0 d: 0 dt: 0.00 t: 0 f: 0",
      "b.test 300/0: r: 0 d: 0 dt: 0.00 t: 0 f: 1",
      "b.test 300/1: r: 0 d: 0 dt: 0.00 t: 0 f: 0",
      "yahoo.com 300/0: r: 0 d: 2 dt: 1.00 t: 0 f: 0",
      "yahoo.com 300/1: r: 0 d: 0 dt: 0.00 t: 0 f: 0",
    ].join("\n"),
  )
  expect(ask(store, "SHOW Domain AOL.COM")).toBe(ask(store, "show domain aol.com"))
  expect(ask(store, "show domain aol.com.")).toBe(ask(store, "show domain aol.com"))
})

test("nothing seen: nothing listed, and the global lines are all zero", () => {
  const store = audited([])
  expect(ask(store, "show domains")).toBe("")
  expect(ask(store, "show all")).toBe("")
  expect(ask(store, "show global").split("\n")).toHaveLength(12)
})

describe("the mean delivery time is printed as C prints it", () => {
  test.each([
    [[8.2], "8.20"],
    [[0.125], "0.12"],
    [[0.375], "0.38"],
    [[0.625], "0.62"],
    [[1.005], "1.00"],
    [[1, 2], "1.50"],
    [[0.001], "0.00"],
    [[86_400, 0], "43200.00"],
  ])("%j", (times, want) => {
    const events = times.map((seconds) => ({
      atMicros: NOW,
      kind: "delivery" as const,
      domain: "a.test",
      seconds,
    }))
    expect(ask(audited(events), "show domain a.test")).toContain(`dt: ${want} `)
  })

  test("a delivery of unknown time is counted, and left out of the mean", () => {
    const store = audited([
      { atMicros: NOW, kind: "delivery", domain: "a.test", seconds: 3 },
      { atMicros: NOW, kind: "delivery", domain: "a.test" },
    ])
    expect(ask(store, "show domain a.test")).toContain("300/0: r: 0 d: 2 dt: 3.00 ")
  })
})

describe("at run time", () => {
  test("a threshold keeps domains after more messages than that", () => {
    const store = audited([...some("big.test", "reception", 101), ...some("small.test", "reception", 100)], {
      threshold: 100,
    })
    expect(ask(store, "show domains")).toBe("big.test")
    expect(ask(store, "show domain small.test")).toBe("refused: No data for domain small.test")
    record(store, some("small.test", "delivery", 5))
    expect(ask(store, "show domains")).toBe("big.test")
    record(store, some("small.test", "reception", 1))
    expect(ask(store, "show domain small.test")).toContain("300/0: r: 1 d: 0 ")
    expect(ask(store, "show global")).toContain("300/0: r: 202 d: 5 ")
  })

  test("logs without receptions count messages when they go or come back", () => {
    const store = audited([...some("a.test", "delivery", 60), ...some("a.test", "transient", 500)], {
      threshold: 100,
    })
    expect(ask(store, "show domains")).toBe("")
    record(store, some("a.test", "permanent", 41))
    expect(ask(store, "show domains")).toBe("a.test")
  })

  test("a list overrides the threshold, and can be changed", () => {
    const store = audited([...some("a.test", "reception", 1), ...some("b.test", "reception", 500)], {
      threshold: 100,
      domainList: ["A.test"],
    })
    expect(ask(store, "show domains")).toBe("a.test")
    expect(ask(store, "domain_list add B.test")).toBe("OK")
    record(store, some("b.test", "reception", 1))
    expect(ask(store, "show domains")).toBe("a.test\nb.test")
    expect(ask(store, "domain_list delete a.test")).toBe("OK")
    expect(ask(store, "show domains")).toBe("b.test")
    record(store, some("a.test", "reception", 1))
    expect(ask(store, "show domain a.test")).toBe("refused: No data for domain a.test")
    expect(ask(store, "domain_list add a.test")).toBe("OK")
    record(store, some("a.test", "reception", 1))
    expect(ask(store, "show domain a.test")).toContain("300/0: r: 1 ")
  })

  test("with monitor_domains off only the global lines are kept", () => {
    const store = audited(some("a.test", "delivery", 3), { monitorDomains: false })
    expect(ask(store, "show domains")).toBe("")
    expect(ask(store, "show global")).toContain("300/0: r: 0 d: 3 ")
    store.audits.define("outbound_audit1", { monitorDomains: true })
    record(store, some("a.test", "delivery", 1))
    expect(ask(store, "show domain a.test")).toContain("300/0: r: 0 d: 1 ")
  })

  test("clearing sets counts to 0 and keeps the names", () => {
    const store = audited([...some("a.test", "delivery", 3), ...some("b.test", "delivery", 4)])
    expect(ask(store, "clear domain a.test")).toBe("OK")
    expect(ask(store, "show domains")).toBe("a.test\nb.test")
    expect(ask(store, "show domain a.test")).toContain("300/0: r: 0 d: 0 dt: 0.00 ")
    expect(ask(store, "show global")).toContain("300/0: r: 0 d: 7 ")
    expect(ask(store, "clear all")).toBe("OK")
    expect(ask(store, "show domains")).toBe("a.test\nb.test")
    expect(ask(store, "show global")).toContain("300/0: r: 0 d: 0 ")
  })

  test("other monitors keep what they still look back on", () => {
    const store = audited(eventsOf(SAMPLE), { monitors: [FIVE] })
    store.audits.define("outbound_audit1", {
      monitors: [
        { sizeSec: 60, count: 1 },
        { sizeSec: 300, count: 2 },
      ],
    })
    expect(ask(store, "show domain aol.com").split("\n")).toEqual([
      "aol.com 60/0: r: 0 d: 0 dt: 0.00 t: 0 f: 0",
      "aol.com 60/1: r: 0 d: 0 dt: 0.00 t: 0 f: 0",
      ...SAMPLE.split("\n").slice(0, 3),
    ])
  })

  test("instances do not know of each other", () => {
    const store = audited(some("a.test", "delivery", 1))
    store.audits.define("Other", { domainList: ["b.test"] })
    record(store, some("b.test", "delivery", 1))
    expect(ask(store, "show domains")).toBe("a.test\nb.test")
    expect(consoleReply("outbound_audit:Other show domains", store)).toEqual({ ok: true, text: "b.test" })
    expect(consoleReply("OUTBOUND_AUDIT:Other clear all", store).ok).toBe(true)
    expect(ask(store, "show global")).toContain("300/0: r: 0 d: 2 ")
  })

  test("an event later than a monitor looks back harms nothing", () => {
    const store = audited(eventsOf(SAMPLE))
    record(store, some("aol.com", "delivery", 1, NOW - 7 * 300e6))
    expect(ask(store, "show domain aol.com").startsWith(SAMPLE)).toBe(true)
    expect(ask(store, "show domain aol.com")).toContain("1800/2: r: 0 d: 1 ")
    expect(store.audits.get("outbound_audit1").late).toBe(1)
  })
})

describe("refused", () => {
  test.each([
    ["show domain", "Missing domain\nUsage: outbound_audit:outbound_audit1 show domain DOMAIN"],
    ["show domain nowhere.test", "No data for domain nowhere.test"],
    ["show domain a@b:c", "No data for domain a@b:c"],
    [`show domain ${"x".repeat(1 << 20)}`, `No data for domain ${"x".repeat(60)}…`],
    ["show domain a.test b.test", "Unexpected 'b.test' at the end of the command"],
    [
      "show",
      "Missing command\nUsage: outbound_audit:outbound_audit1 show {domain DOMAIN|global|domains|all}",
    ],
    ["show al", "Unknown command 'al'; did you mean 'all'?"],
    ["show everything", "Unknown command 'everything'; the commands are domain, global, domains, all"],
    ["show global now", "Unexpected 'now' at the end of the command"],
    ["shwo all", "Unknown command 'shwo'; did you mean 'show'?"],
    ["", "Missing command\nUsage: outbound_audit:outbound_audit1 {show|clear|domain_list} …"],
    ["clear", "Missing command\nUsage: outbound_audit:outbound_audit1 clear {domain DOMAIN|all}"],
    ["clear domain nowhere.test", "No data for domain nowhere.test"],
    ["clear all twice", "Unexpected 'twice' at the end of the command"],
    ["domain_list", "Missing command\nUsage: outbound_audit:outbound_audit1 domain_list {add|delete} DOMAIN"],
    ["domain_list add", "Missing domain\nUsage: outbound_audit:outbound_audit1 domain_list add DOMAIN"],
    ["domain_list add user@a.test", "Invalid domain 'user@a.test'; write its name, e.g. example.com"],
    ["domain_list add b1::a.test", "Invalid domain 'b1::a.test'; write its name, e.g. example.com"],
    [
      `domain_list add ${"x".repeat(1 << 20)}`,
      `Invalid domain '${"x".repeat(60)}…'; write its name, e.g. example.com`,
    ],
    ["domain_list delete nowhere.test", "No data for domain nowhere.test"],
    ["domain_list remove a.test", "Unknown command 'remove'; the commands are add, delete"],
  ])("%.60s", (command, want) => {
    const store = audited(some("a.test", "delivery", 1))
    expect(ask(store, command)).toBe(`refused: ${want}`)
    expect(ask(store, "show domains")).toBe("a.test")
  })

  test.each([
    [
      "outbound_audit show all",
      "Missing instance\nUsage: outbound_audit:NAME COMMAND; there is outbound_audit1",
    ],
    ["outbound_audit:other show all", "No such instance 'other'; there is outbound_audit1"],
    [
      "outbond_audit:outbound_audit1 show all",
      "Unknown command 'outbond_audit:outbound_audit1'; did you mean 'outbound_audit'?",
    ],
    ["\u0007rm -rf", "Unknown command '?rm'; try 'help'"],
  ])("%j", (line, want) => {
    expect(consoleReply(line, audited([]))).toEqual({ ok: false, text: want })
  })

  test("no command at all is no fault", () => {
    expect(consoleReply("  ", new Store())).toEqual({ ok: true, text: "" })
    expect(consoleReply("help", new Store()).text).toContain("show domain DOMAIN")
    expect(ask(audited([]), "help")).toContain("clear all")
  })
})

test("whatever is typed, there is an answer, and what is refused changes nothing", () => {
  const word = fc.oneof(
    fc.constantFrom(
      "outbound_audit:outbound_audit1",
      "outbound_audit",
      "config",
      "help",
      "show",
      "clear",
      "domain_list",
    ),
    fc.constantFrom(
      "domain",
      "all",
      "global",
      "domains",
      "add",
      "delete",
      "get",
      "set",
      "eval",
      "unset",
      "=",
      "a.test",
    ),
    fc.constantFrom(
      "outbound_audit1",
      "threshold",
      "monitors",
      "domainlist",
      "monitor_domains",
      "300,6",
      "7",
      "on",
    ),
    fc.string({ maxLength: 12, unit: "binary" }),
  )
  const store = audited(some("a.test", "delivery", 3))
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (words) => {
      const before = [...store.parts()]
      const fork = store.fork()
      const { ok, text } = consoleReply(words.join(" "), fork)
      expect(typeof text).toBe("string")
      expect(text.endsWith("\n")).toBe(false)
      if (!ok) expect([...fork.parts()]).toEqual(before)
      expect([...store.parts()]).toEqual(before)
    }),
    { numRuns: 400 },
  )
})
