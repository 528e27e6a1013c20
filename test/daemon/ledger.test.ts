/** One thing after the other, on the disk before it is told: with a journal that fails, and a sink that does. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { afterAll, expect, onTestFinished, test } from "vitest"
import { type DecisionAnswer, decisionOf, GroupAnswers } from "../../src/daemon/answers.js"
import { decisionRoutes } from "../../src/daemon/api/decisions.js"
import { Core, type Numbered } from "../../src/daemon/core.js"
import { EntryReader, type JournalEvent } from "../../src/daemon/entries.js"
import { Ledger } from "../../src/daemon/ledger.js"
import type { HttpRequest } from "../../src/http/request.js"
import { NOT_TOLD, TYPE_NUMBER } from "../../src/model/event.js"
import { Journal, readJournal } from "../../src/store/backing/journal.js"
import { Store } from "../../src/store/store.js"
import { custom, load } from "../rules/loading.js"

const START = 1_790_000_000e6
const root = mkdtempSync(join(tmpdir(), "adaptive-ledger-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const { rules } = load({
  "custom.lua": custom(
    `{ ["a.test"] = { responses = { { code = "^421", trigger = "1", action = {"suspend", "1 hours"} } } } }`,
    "replace",
  ),
})

let made = 0
async function begin() {
  const dir = mkdtempSync(join(root, `${made++}-`))
  const journal = await Journal.begin(dir)
  const told: Numbered[] = []
  const failures: unknown[] = []
  const troubles: (string | null)[] = []
  const store = new Store()
  const core = new Core({
    store,
    ruling: { rules, ask: () => ({ ok: false, reason: "there is none", isNil: false }) },
    configuration: { given: { recorded: null, assignments: [], followsGuide: false }, changes: [] },
    lastId: 0,
    causes: [],
    listener: { matched() {}, unmatched() {} },
    failed: (error) => failures.push(error),
  })
  const ledger = new Ledger({
    core,
    journal,
    toldId: 0,
    rules: 1,
    published: async (decided) => void told.push(...decided),
    taken() {},
    configured() {},
    troubled: (fault) => troubles.push(fault?.message ?? null),
    timer: (_, signal) => wait(5, undefined, { signal }),
  })
  onTestFinished(async () => {
    ledger.end()
    await journal.close().catch(() => {})
  })
  return { dir, journal, core, ledger, told, failures, troubles }
}

const event = (core: Core, sec: number, type: "delivery" | "transient", binding = "b1"): JournalEvent => ({
  atMicros: START + sec * 1e6,
  type,
  typeNumber: TYPE_NUMBER[type],
  pair: core.store.pairs.of(binding, "a.test"),
  mx: null,
  phase: null,
  response: type === "delivery" ? "250 ok" : "421 busy",
  local: false,
  bounceClass: null,
  fblType: null,
  group: null,
  deliveryMicros: NOT_TOLD,
})

test("each decision is told once, and not before it is on the disk", async () => {
  const { ledger, core, journal, told } = await begin()
  const commit = journal.commit.bind(journal)
  let open = (): void => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  journal.commit = async () => {
    await gate
    return commit()
  }
  // The first batches decide nothing: what the next ones decide is theirs alone.
  const all = [
    ledger.take([event(core, 0, "delivery")]),
    ledger.take([event(core, 1, "delivery")]),
    ledger.take([event(core, 2, "transient")]),
    ledger.take([event(core, 4, "transient", "b2")]),
  ]
  await wait(20)
  expect(told).toEqual([])
  open()
  await Promise.all(all)
  await ledger.settled()
  expect(told.map(({ id }) => id)).toEqual([1, 2])
  expect(ledger.toldId).toBe(2)
})

test("while the disk takes nothing, what asks is answered, no copy is made, and a stop waits for nobody", async () => {
  const { ledger, core, journal, told, troubles } = await begin()
  const commit = journal.commit.bind(journal)
  let isFull = true
  journal.commit = () => (isFull ? Promise.reject(new Error("no room")) : commit())
  const taken = ledger.take([event(core, 0, "transient")])
  while (troubles.length === 0) await wait(1)
  expect((await ledger.command("adaptive suspensions")).text).toContain("a.test")
  expect(await ledger.atBoundary((segment) => segment)).toBeNull()
  await ledger.settled()
  expect(told).toEqual([])
  // There is room again.
  isFull = false
  await taken
  await ledger.settled()
  expect(told.map(({ id }) => id)).toEqual([1])
  expect(troubles).toEqual(["no room", null])
  expect(await ledger.atBoundary((segment) => segment)).toBe(2)
  isFull = true
  const lost = ledger.take([event(core, 2, "transient", "b3")])
  while (troubles.length < 3) await wait(1)
  ledger.end()
  await expect(lost).rejects.toThrow("no room")
  expect(told.map(({ id }) => id)).toEqual([1])
})

test("while the disk takes nothing, a command that changes something is refused and changes nothing", async () => {
  const { ledger, core, journal, troubles } = await begin()
  const commit = journal.commit.bind(journal)
  let isFull = false
  journal.commit = () => (isFull ? Promise.reject(new Error("no room")) : commit())
  await ledger.take([event(core, 0, "transient")])
  const { pair } = event(core, 0, "transient")
  isFull = true
  const later = ledger.take([event(core, 1, "delivery", "b2")])
  while (troubles.length === 0) await wait(1)
  const waitingBytes = journal.waitingBytes
  for (const line of ["adaptive override", "adaptive warmup b1 60", "config set max_retries 3"])
    expect(await ledger.command(line)).toEqual({
      ok: false,
      text: "E_JOURNAL_WRITE: the journal cannot be written: nothing was changed\nhint: make room on the disk of the state directory, and give the command again",
    })
  expect([core.store.isOverridden(pair), core.configuration.changes, journal.waitingBytes]).toEqual([
    false,
    [],
    waitingBytes,
  ])
  isFull = false
  await later
  expect(await ledger.command("adaptive override")).toEqual({ ok: true, text: "Overrode 1 entries" })
  expect(core.store.isOverridden(pair)).toBe(true)
})

test("a command that the disk does not take any more is answered with what is so, and its mail is held until it does", async () => {
  const { ledger, core, journal, told } = await begin()
  const commit = journal.commit.bind(journal)
  let isFull = false
  journal.commit = () => (isFull ? Promise.reject(new Error("no room")) : commit())
  const { atMicros, pair } = event(core, 0, "transient")
  await ledger.take([event(core, 0, "transient")])
  const [route] = decisionRoutes({ ledger, groups: new GroupAnswers(core), nowMicros: () => atMicros + 1e6 })
  const ask = async () => {
    const query = new URLSearchParams({ binding: "b1", domain: "a.test" })
    return (await route?.route.handle({ query } as HttpRequest)) as { json: DecisionAnswer }
  }
  isFull = true
  const { ok, text } = await ledger.command("adaptive override")
  expect([ok, core.store.isOverridden(pair)]).toEqual([false, true])
  expect(text).toContain("Overrode 1 entries\nE_JOURNAL_WRITE: the journal cannot be written: this is done,")
  expect(text).toContain("is lost if the daemon ends before there is room")
  const held = { allowed: false, reason: "suspended", until: atMicros / 1e6 + 61, by: null }
  expect((await ask()).json).toMatchObject(held)
  expect(told.map(({ id }) => id)).toEqual([1])
  isFull = false
  while (ledger.isTroubled) await wait(1)
  await ledger.settled()
  expect(told.map(({ id }) => id)).toEqual([1, 2])
  expect((await ask()).json).toMatchObject({ allowed: true, until: null, reason: null })
})

test("a configuration that is read again waits for the disk as long as it takes", async () => {
  const { ledger, core, journal, troubles } = await begin()
  const commit = journal.commit.bind(journal)
  let isFull = true
  journal.commit = () => (isFull ? Promise.reject(new Error("no room")) : commit())
  core.readConfiguration = () => ({ given: { ...core.configuration.given }, text: "read" })
  const reread = ledger.reread()
  while (troubles.length === 0) await wait(1)
  isFull = false
  expect(await reread).toMatchObject({ ok: true })
})

test("a command is reckoned from when it was given, and questions and tables say the same of it", async () => {
  const { ledger, core, told } = await begin()
  await ledger.take([event(core, 0, "transient")])
  const { pair } = event(core, 0, "transient")
  // Time goes on by itself so far behind, or a log has older things to tell.
  const given = START + 300e6
  const ask = (atMicros: number) => {
    const { allowed, until } = decisionOf(core, { binding: "b1", domain: "a.test", atMicros, take: false })
    return [allowed, until === null ? null : until - START / 1e6]
  }
  const row = async (atMicros: number) =>
    /^\S+ +a\.test +(\d+) +1$/m.exec((await ledger.command("adaptive suspensions", atMicros)).text)?.[1] ??
    null
  expect([ask(given), await row(given)]).toEqual([[false, 3600], "3300"])
  expect(await ledger.command("adaptive override ttl 200", given)).toMatchObject({ ok: true })
  // Lifts are made by the sweeps, one a minute.
  expect([ask(given), await row(given), core.store.suspendedUntil(pair)]).toEqual([
    [false, 540],
    "200",
    START + 500e6,
  ])
  expect([ask(START + 539e6), await row(START + 539e6)]).toEqual([[false, 540], "0"])
  // What is over is over, before the sweep that lifts it has been made.
  expect([ask(START + 540e6), await row(START + 540e6)]).toEqual([[true, null], null])
  expect((await ledger.command("adaptive override ttl 600", START + 540e6)).text).toBe("Overrode 0 entries")
  await ledger.command("adaptive warmup b1 50", given)
  expect((await ledger.command("adaptive warmup", given + 10e6)).text).toMatch(/b1 +60$/m)
  await ledger.settled()
  expect(told.map(({ decision: { source, atMicros } }) => [source, atMicros])).toEqual([
    ["response", START],
    ["operator", given],
  ])
  // Time did not go on, and a command that names none is given at the state's.
  expect(core.store.nowMicros).toBe(START)
  await ledger.command("adaptive override ttl 70")
  expect(core.store.suspendedUntil(pair)).toBe(START + 70e6)
})

test("a mistake of the program costs what it was about, and is made again by a restart in the same way", async () => {
  const { ledger, core, dir, failures } = await begin()
  const process = core.engine.process.bind(core.engine)
  core.engine.process = (one) => {
    if (one.response === "421 odd") throw new Error("a mistake")
    process(one)
  }
  await ledger.take([
    event(core, 0, "delivery"),
    { ...event(core, 1, "transient"), response: "421 odd" },
    event(core, 2, "transient"),
  ])
  expect(failures).toEqual([new Error("a mistake")])
  expect(core.lastId).toBe(1)
  let events = 0
  const reader = new EntryReader(new Store().pairs)
  for await (const { payload } of readJournal(dir, 1))
    reader.read(payload, { event: () => void events++, clock() {}, note() {} })
  expect(events).toBe(3)
})
