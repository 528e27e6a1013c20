/**
 * A machine whose clock jumps under a daemon: what was a moment's mistake leaves no
 * trace in the state, and what was none is an alarm while it is so. The built daemon
 * in this process, with clocks that the test sets.
 */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { afterAll, expect, onTestFinished, test, vi } from "vitest"
import { Effects } from "../../src/daemon/effects.js"
import { DaemonMetrics } from "../../src/daemon/metrics.js"

type Program = typeof import("../../src/daemon/daemon.js")
// Rules are read by a worker, which there is in what is built only.
const { Daemon } = (await import(new URL("../../dist/daemon/daemon.js", import.meta.url).href)) as Program

const dir = mkdtempSync(join(tmpdir(), "adaptive-clock-"))
writeFileSync(
  join(dir, "rules.lua"),
  `require('msys.adaptive')
msys.adaptive.registerRules({ ["a.test"] = { responses = {
  { code = "^421", trigger = "3/60", action = {"suspend", "10 minutes"} } } } }, "replace")
`,
)
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const START_SEC = 1_790_000_000
/** Between two looks at a log, and two ticks. */
const FAST_MS = [200, 250]

async function follow(name: string) {
  const path = join(dir, `${name}.log`)
  writeFileSync(path, "")
  const clock = { wallSec: START_SEC, steadySec: 100 }
  let ticks = 0
  const told: string[] = []
  const tell = (_: object, message: string): void => void told.push(message)
  const daemon = await Daemon.start({
    stateDirectory: join(dir, name),
    given: { recorded: null, assignments: [], followsGuide: false },
    readConfiguration: () => ({ given: null, text: "" }),
    rulePaths: () => [join(dir, "rules.lua")],
    follow: [{ path, format: "jsonl", fromEnd: true, skipsCopies: false }],
    host: "test",
    alertServer: null,
    logDirectory: dir,
    nowMicros: () => clock.wallSec * 1e6,
    nowMs: () => clock.steadySec * 1000,
    utcOffsetMinutes: 0,
    // Looks and ticks are made as fast as they can be; nothing else happens by itself.
    timer: (ms, signal) => {
      if (!FAST_MS.includes(ms)) return new Promise((resolve) => signal.addEventListener("abort", resolve))
      if (ms === 250) ticks++
      return wait(1)
    },
    log: { info: tell, warn: tell, error: tell },
    effects: new Effects(),
    metrics: new DaemonMetrics(),
    snapshotSec: 1000,
    canaryPercent: null,
  })
  onTestFinished(() => daemon.close())
  const until = (isSo: () => boolean) => vi.waitFor(() => expect(isSo()).toBe(true), 20_000)
  return {
    ...{ clock, daemon, told, until },
    /** Lets both clocks go on, and the daemon see it. */
    async pass(sec: number): Promise<void> {
      clock.wallSec += sec
      clock.steadySec += sec
      const seen = ticks + 3
      await until(() => ticks >= seen)
    },
    /** As a mail server on this machine writes it. */
    writes(type: "delivery" | "transient"): void {
      const line = { time: clock.wallSec, type, binding: "b1", domain: "a.test", response: "421 busy" }
      appendFileSync(path, `${JSON.stringify(line)}\n`)
    },
    stateSec: () => daemon.core.store.nowMicros / 1e6 - START_SEC,
  }
}

test("a clock that is two hours ahead for a moment: what is a minute apart stays so", async () => {
  const { clock, daemon, pass, writes, until, stateSec, told } = await follow("moment")
  writes("delivery")
  await until(() => daemon.ledger.taken === 1)
  await pass(10)
  expect(stateSec()).toBe(9)
  clock.wallSec += 7200
  writes("transient")
  await pass(5)
  expect([stateSec() <= 14, daemon.ledger.taken]).toEqual([true, 1])
  clock.wallSec -= 7200
  await pass(1)
  // What bears the time of that moment is refused, as from any clock that is wrong.
  await until(() => told.some((line) => line.includes("further in the future than clocks may differ")))
  for (let i = 2; i < 7; i++) {
    writes("transient")
    await until(() => daemon.ledger.taken === i)
    await pass(60)
  }
  expect([stateSec(), daemon.core.held, daemon.alarms]).toEqual([315, 0, []])
})

test("a machine that slept: its lines wait for a minute, and time goes on from there", async () => {
  const { clock, daemon, pass, writes, until, stateSec } = await follow("slept")
  writes("delivery")
  await until(() => daemon.ledger.taken === 1)
  clock.wallSec += 7200
  writes("delivery")
  await pass(0)
  await pass(59)
  expect([stateSec() < 60, daemon.ledger.taken]).toEqual([true, 1])
  await pass(2)
  await until(() => daemon.ledger.taken === 2)
  await until(() => stateSec() === 7260)
  expect(daemon.alarms).toEqual([])
})

test("a state whose time lies ahead is an alarm while it does", async () => {
  const { clock, daemon, pass, writes, until, told } = await follow("ahead")
  writes("delivery")
  await until(() => daemon.ledger.taken === 1)
  clock.wallSec -= 7200
  const alarm = "the state's time is 7199 s ahead of this machine's clock: events count as of then"
  await pass(1)
  expect([daemon.alarms, told.filter((line) => line === alarm).length]).toEqual([[alarm], 1])
  for (let i = 0; i < 2; i++) await pass(3600)
  expect(daemon.alarms).toEqual([])
  expect(told).toContain("this machine's clock has come up with the state's time")
})
