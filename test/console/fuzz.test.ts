/** Whatever is typed at the console: an answer, never a throw, and what is refused or only asked changes nothing. */
import { createHash } from "node:crypto"
import fc from "fast-check"
import { expect, test } from "vitest"
import { complete } from "../../src/console/complete.js"
import { consoleReply } from "../../src/console/console.js"
import { consoleTarget } from "../../src/console/target.js"
import { DEFAULT_BOUNCE_RULE } from "../../src/model/sweep-rule.js"
import { Store } from "../../src/store/store.js"
import { drive } from "../engine/driving.js"

const NOW = 1_790_000_000e6
const ASKS = /^\s*(?:adaptive\s+(?:suspensions|list|rules|help)\b|cache\b|module\b|help\b)/i

function filled(): Store {
  const store = new Store()
  store.startMicros = NOW - 60e6
  store.nowMicros = NOW
  for (const [binding, domain] of [
    ["default", "a.test"],
    ["b1", "a.test"],
    ["b1", "\u0000\u001b[31m"],
  ] as const) {
    const pair = store.pairs.of(binding, domain)
    store.touch(pair, NOW - 60e6)
    store.suspend(pair, NOW + 60e6)
    store.adjust(pair, "retry_interval", 1200, 900, NOW - 5e6)
  }
  store.override(1)
  return store
}

/** All of a state, in short. */
function digest(store: Store): string {
  const hash = createHash("sha1")
  for (const { name, facts, columns } of store.fork().parts()) {
    hash.update(JSON.stringify([name, facts, Object.keys(columns)]))
    for (const column of Object.values(columns)) hash.update(column)
  }
  return hash.digest("hex")
}

const word = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...["adaptive", "Adaptive", "adaptive:x", "cache", "module", "help", "outbound_audit:none", "config"],
      ...["suspensions", "list", "override", "reset", "rules", "warmup", "enable", "ttl", "stat", "stats"],
      ...["--binding", "\u2013binding", "\u2014domain", "--domain", "--all", "--age", "--", "b1", "default"],
      ...["a.test", "A.TEST", "0", "10", "2147483648", "-1", "NaN", "all", "summary", "alerting_data"],
      ...["__proto__", "constructor", "toString"],
    ),
  },
  fc.string({ maxLength: 12, unit: "binary" }),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
  fc.constant("x".repeat(70_000)),
)
const line = fc.oneof(
  { weight: 8, arbitrary: fc.array(word, { maxLength: 9 }).map((words) => words.join(" ")) },
  // Half of them come as far as a command's own words.
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        fc.constantFrom("suspensions", "list", "override", "reset", "rules", "warmup"),
        fc.array(word, { maxLength: 5 }),
      )
      .map(([command, words]) => ["adaptive", command, ...words].join(" ")),
  },
  fc.string({ maxLength: 200, unit: "binary" }),
)

test("any line has an answer, and changes nothing unless it is taken and says so", () => {
  const store = filled()
  const before = digest(store)
  const seen = { taken: 0, refused: 0 }
  fc.assert(
    fc.property(line, (text) => {
      const fork = store.fork()
      const reply = consoleReply(text, fork)
      expect(typeof reply.text).toBe("string")
      expect(reply.text.endsWith("\n")).toBe(false)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not come through.
      expect(reply.text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
      if (!reply.ok) expect(reply.text.length).toBeLessThan(400)
      if (!reply.ok || ASKS.test(text)) expect(digest(fork)).toBe(before)
      seen[reply.ok ? "taken" : "refused"]++
    }),
    { numRuns: 1500, seed: 20_260_101 },
  )
  // What is done to a fork is done to it alone.
  expect(digest(store)).toBe(before)
  expect(seen.taken).toBeGreaterThan(100)
  expect(seen.refused).toBeGreaterThan(500)
})

test("asking an engine changes nothing of its state either, nor does completing", () => {
  const { engine } = drive({ table: "", store: filled() }, [])
  const target = consoleTarget(engine, {
    sweepRulesOf: () => [{ rule: DEFAULT_BOUNCE_RULE, count: 1, total: 2 }],
  })
  const before = digest(engine.store)
  fc.assert(
    fc.property(line, (text) => {
      const candidates = complete(text, target)
      expect(candidates.every((one) => /^[\x21-\x7e]+$/.test(one))).toBe(true)
      const { ok } = ASKS.test(text) ? consoleReply(text, target) : { ok: false }
      if (ok) expect(digest(engine.store)).toBe(before)
    }),
    { numRuns: 800, seed: 20_260_101 },
  )
  expect(digest(engine.store)).toBe(before)
})

test("very many options, and a line without an end", () => {
  const store = filled()
  const many = `adaptive suspensions ${"--binding b1 --domain a.test ".repeat(20_000)}`
  expect(consoleReply(many, store).text.split("\n")).toHaveLength(3)
  expect(consoleReply("adaptive ".repeat(200_000), store).ok).toBe(false)
  expect(consoleReply("\u0000".repeat(1 << 20), store)).toEqual({
    ok: false,
    text: `Unknown command '${"?".repeat(60)}…'; try 'help'`,
  })
})
