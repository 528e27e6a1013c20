/**
 * A daemon whose process ends at any moment is the same daemon when it starts again:
 * whatever was done to it before, its state and all that it decides from then on are
 * those of one that has gone on. Both are held against each other, and so is what
 * was decided, number by number.
 */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import { afterAll, beforeAll, expect, test } from "vitest"
import { loadConfiguration } from "../../src/config/configuration.js"
import type { Numbered } from "../../src/daemon/core.js"
import type { Daemon } from "../../src/daemon/daemon.js"
import { EntryWriter, type JournalEvent } from "../../src/daemon/entries.js"
import { recover } from "../../src/daemon/recovery.js"
import { NOT_TOLD, TYPE_NUMBER } from "../../src/model/event.js"
import { CONF_FILES, type GivenConfiguration } from "../../src/reload/conf-files.js"
import { decisionJson } from "../../src/report/json.js"
import { Journal } from "../../src/store/backing/journal.js"
import { StateDirectory } from "../../src/store/backing/state-directory.js"
import { Store } from "../../src/store/store.js"
import { load } from "../rules/loading.js"

// What loads rules has a worker, which is there when it has been built.
const built = <T>(path: string): Promise<T> => import(new URL(`../../dist/${path}`, import.meta.url).href)
const Program = await built<typeof import("../../src/daemon/daemon.js")>("daemon/daemon.js")
const { Effects } = await built<typeof import("../../src/daemon/effects.js")>("daemon/effects.js")
const { DaemonMetrics } = await built<typeof import("../../src/daemon/metrics.js")>("daemon/metrics.js")
const { decisionOf } = await built<typeof import("../../src/daemon/answers.js")>("daemon/answers.js")

const START = 1_790_000_000e6
const RULES = `require('msys.adaptive')
msys.adaptive.registerRules({
  ["*"] = {
    responses = {
      { code = "^421", trigger = "1/600", action = {"suspend", "5 minutes"} },
      { code = "^450", trigger = "1", action = {"reduce_connections", 2} },
      { code = "^550", trigger = "2/3600", action = {"blackhole", "10 minutes"} },
    },
    configuration = { max_outbound_connections = {1, 1000} },
  },
}, "replace")
`

/** Configurations that decide otherwise, one from the other. */
const ADAPTIVE = 'inbound_audit { monitors = ("300,6") }\nadaptive {}\nadaptive_enabled = "true"\n'
const CONFS = [
  `suspend_sweep_interval = 1\n${ADAPTIVE}`,
  `suspend_sweep_interval = 60\n${ADAPTIVE}binding "b1" { adaptive_enabled = "false" }\n`,
  `max_outbound_connections = 40\n${ADAPTIVE}outbound_audit "a" { monitors = ( "60,10" ) }\nbinding "b2" { domain "d1.test" { max_outbound_connections = 7 } }\n`,
]
const COMMANDS = [
  "config set binding b1 adaptive_enabled = false",
  "config set binding b1 adaptive_enabled = true",
  "config set suspend_sweep_interval = 30",
  "config set binding b2 max_outbound_connections = 12",
  "config unset binding b2 max_outbound_connections",
  "adaptive override suspend 900 --binding b2 --domain d2.test",
  "adaptive override ttl 200 --binding b1",
  "adaptive override ttl 0 --domain d1.test",
  "adaptive override --binding b3",
  "adaptive override enable",
  "adaptive warmup b2 30",
  "adaptive reset --binding b1",
  "adaptive rules b9 unheard.test",
  "config reload",
]

const dir = mkdtempSync(join(tmpdir(), "adaptive-again-"))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
let confs: GivenConfiguration[] = []
beforeAll(() => {
  writeFileSync(join(dir, "rules.lua"), RULES)
  confs = CONFS.map((text, i) => {
    const path = join(dir, `${i}.conf`)
    writeFileSync(path, text)
    const { ok, diagnostics, recorded } = loadConfiguration(path, CONF_FILES, { hasRules: true })
    expect([ok, diagnostics.filter(({ severity }) => severity === "error")]).toEqual([true, []])
    return { recorded, assignments: [], followsGuide: false }
  })
})

interface Run {
  readonly daemon: Daemon
  /** Decisions that were told, in order. */
  readonly told: string[]
}

/** Each starts two daemons. */
const RUNS = Number(process.env.ADAPTIVE_AGAIN ?? 12)
let states = 0
async function begin(stateDirectory: string, given: GivenConfiguration, read: () => GivenConfiguration) {
  const told: string[] = []
  const effects = new Effects()
  const add = effects.add.bind(effects)
  effects.add = (decided: readonly Numbered[]) => {
    for (const { id, decision } of decided)
      told.push(`${id} ${decisionJson(decision, null, { sources: false })}`)
    add(decided)
  }
  const daemon = await Program.Daemon.start({
    stateDirectory,
    given,
    readConfiguration: () => ({ given: read(), text: "" }),
    rulePaths: () => [join(dir, "rules.lua")],
    follow: [],
    host: "test",
    alertServer: null,
    logDirectory: join(dir, "logs"),
    nowMicros: () => START,
    nowMs: () => START / 1000,
    utcOffsetMinutes: 0,
    // Nothing happens by itself.
    timer: (_, signal) => new Promise((resolve) => signal.addEventListener("abort", resolve)),
    log: { info() {}, warn() {}, error() {} },
    effects,
    metrics: new DaemonMetrics(),
    snapshotSec: 1000,
    canaryPercent: null,
  })
  return { daemon, told }
}

function event({ daemon }: Run, atMicros: number, binding: number, domain: number, reply: number) {
  const type = reply === 0 ? "delivery" : reply === 3 ? "permanent" : "transient"
  const event: JournalEvent = {
    atMicros,
    type,
    typeNumber: TYPE_NUMBER[type],
    pair: daemon.core.store.pairs.of(`b${binding}`, `d${domain}.test`),
    mx: null,
    phase: null,
    response: ["250 ok", "421 busy", "450 slow", "550 no"][reply] as string,
    local: false,
    bounceClass: null,
    fblType: null,
    group: binding === 2 ? "g" : null,
    deliveryMicros: NOT_TOLD,
  }
  return daemon.ledger.take([event])
}

function ask({ daemon }: Run, asked: Omit<Parameters<typeof decisionOf>[1], "take">): void {
  decisionOf(daemon.core, { ...asked, take: false })
}

/** All that the state says, and the configuration. */
async function whole({ daemon }: Run): Promise<unknown> {
  const { core } = daemon
  const parts = [...core.store.parts()].map(({ name, facts, columns }) => [
    name,
    facts,
    Object.entries(columns).map(([column, values]) => [column, Array.from(values as ArrayLike<unknown>)]),
  ])
  return [
    parts,
    core.lastId,
    (await daemon.ledger.command("config showrecurse")).text,
    (await daemon.ledger.command("adaptive list")).text,
    (await daemon.ledger.command("adaptive suspensions")).text,
  ]
}

const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant("event" as const),
      after: fc.integer({ min: 0, max: 90 }),
      binding: fc.integer({ min: 1, max: 3 }),
      domain: fc.integer({ min: 1, max: 4 }),
      reply: fc.integer({ min: 0, max: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("tick" as const), after: fc.integer({ min: 1, max: 700 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("command" as const),
      line: fc.constantFrom(...COMMANDS),
      /** Seconds that it is given later than the state's time. */
      ahead: fc.integer({ min: 0, max: 400 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("file" as const),
      conf: fc.integer({ min: 0, max: CONFS.length - 1 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("ask" as const),
      binding: fc.integer({ min: 1, max: 4 }),
      domain: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("snapshot" as const) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Does steps, beginning at a time. @returns the time then, and the configuration that the file holds */
async function perform(run: Run, steps: readonly Step[], sec: number, file: { conf: number }) {
  let at = sec
  for (const one of steps) {
    if ("after" in one) at += one.after
    const atMicros = START + at * 1e6
    if (one.do === "event") await event(run, atMicros, one.binding, one.domain, one.reply)
    else if (one.do === "tick") await run.daemon.ledger.tick(atMicros)
    else if (one.do === "command") await run.daemon.ledger.command(one.line, atMicros + one.ahead * 1e6)
    else if (one.do === "file") file.conf = one.conf
    else if (one.do === "ask")
      ask(run, { binding: `b${one.binding}`, domain: `d${one.domain}.test`, atMicros })
    else await run.daemon.copies.take()
  }
  // A pair that was only asked for is known to the disk with the next entry; until then nothing depends on it.
  await run.daemon.ledger.take([])
  await run.daemon.ledger.settled()
  return at
}

test("a command that an earlier version wrote, without when it was given, is done again at the state's time", async () => {
  const path = join(dir, "old")
  const state = await StateDirectory.open(path)
  const journal = await Journal.begin(path)
  const { pairs } = new Store()
  const writer = new EntryWriter(pairs)
  const busy: JournalEvent = {
    ...{
      atMicros: START,
      type: "transient",
      typeNumber: TYPE_NUMBER.transient,
      pair: pairs.of("b1", "a.test"),
    },
    ...{ mx: null, phase: null, response: "421 busy", local: false, bounceClass: null, fblType: null },
    ...{ group: null, deliveryMicros: NOT_TOLD },
  }
  for (const sec of [0, 1]) writer.event({ ...busy, atMicros: START + sec * 1e6 })
  writer.note("command", "adaptive override ttl 200")
  journal.append(writer.take() as Buffer)
  await journal.close()
  const { rules } = load({ "rules.lua": RULES })
  const { core } = await recover(state, {
    rulesOf: async () => null,
    fallback: { rules, ask: () => ({ ok: false, reason: "there is none", isNil: false }) },
    given: confs[0] as GivenConfiguration,
    listener: { matched() {}, unmatched() {} },
    failed: (error) => expect(error).toBeNull(),
  })
  await state.close()
  const { store } = core
  expect(store.suspendedUntil(store.pairs.of("b1", "a.test"))).toBe(START + 201e6)
})

test("a daemon that starts again is the one that was", { timeout: 30_000 + RUNS * 5_000 }, async () => {
  let decisions = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 60 }),
      fc.array(step, { maxLength: 30 }),
      fc.integer({ min: 0, max: CONFS.length - 1 }),
      async (before, after, conf) => {
        const state = join(dir, `state-${states++}`)
        const file = { conf: 0 }
        const read = (): GivenConfiguration => confs[file.conf] as GivenConfiguration
        const first = await begin(state, confs[0] as GivenConfiguration, read)
        const at = await perform(first, before, 0, file)
        // The process ends here: what is on the disk is what there is.
        const copy = `${state}-again`
        cpSync(state, copy, { recursive: true, filter: (path) => !path.endsWith(".socket") })
        // Another configuration than the file's stands in force from here on in both.
        const fresh = confs[conf] as GivenConfiguration
        const second = await begin(copy, fresh, read)
        try {
          // What may not have been told is told once more, and as it was.
          const again = second.told.length
          expect(second.told).toEqual(first.told.slice(first.told.length - again))
          await first.daemon.ledger.configure(fresh)
          // Time that brought nothing about is not on the disk.
          await second.daemon.ledger.tick(first.daemon.core.store.nowMicros)
          expect(await whole(second)).toEqual(await whole(first))
          const from = first.told.length
          await perform(first, after, at, { ...file })
          await perform(second, after, at, file)
          expect(second.told.slice(again)).toEqual(first.told.slice(from))
          expect(await whole(second)).toEqual(await whole(first))
          decisions += second.told.length
        } finally {
          await first.daemon.close()
          await second.daemon.close()
          rmSync(state, { recursive: true, force: true })
          rmSync(copy, { recursive: true, force: true })
        }
      },
    ),
    { numRuns: RUNS },
  )
  expect(decisions).toBeGreaterThan(0)
})
