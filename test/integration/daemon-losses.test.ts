/**
 * A part of a followed log that is lost: told, counted, and an alarm that ends by
 * itself; and what is no loss raises none. The built daemon in this process, with a
 * clock that the test sets.
 */
import { appendFileSync, copyFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { afterAll, expect, onTestFinished, test, vi } from "vitest"
import { Effects } from "../../src/daemon/effects.js"
import { DaemonMetrics } from "../../src/daemon/metrics.js"

type Program = typeof import("../../src/daemon/daemon.js")
// Rules are read by a worker, which there is in what is built only.
const { Daemon } = (await import(new URL("../../dist/daemon/daemon.js", import.meta.url).href)) as Program

const dir = mkdtempSync(join(tmpdir(), "adaptive-losses-"))
writeFileSync(
  join(dir, "rules.lua"),
  "require('msys.adaptive')\nmsys.adaptive.registerRules({}, \"replace\")\n",
)
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Between two looks at a log. */
const LOOK_MS = 200
const START_SEC = 1_790_000_000
const line = `${JSON.stringify({ time: START_SEC, type: "delivery", domain: "a.test" })}\n`

async function follow(name: string) {
  const path = join(dir, `${name}.log`)
  // One that is not there is another matter.
  writeFileSync(path, "", { flag: "a" })
  const clock = { sec: START_SEC }
  const metrics = new DaemonMetrics()
  let looks = 0
  const told: string[] = []
  const tell = (level: string) => (_: object, message: string) => void told.push(`${level} ${message}`)
  const daemon = await Daemon.start({
    stateDirectory: join(dir, name),
    given: { recorded: null, assignments: [], followsGuide: false },
    readConfiguration: () => ({ given: null, text: "" }),
    rulePaths: () => [join(dir, "rules.lua")],
    follow: [{ path, format: "jsonl", fromEnd: true, skipsCopies: false }],
    host: "test",
    alertServer: null,
    logDirectory: dir,
    nowMicros: () => clock.sec * 1e6,
    nowMs: () => clock.sec * 1000,
    utcOffsetMinutes: 0,
    // Looks are made as fast as they can be; nothing else happens by itself.
    timer: (ms, signal) => {
      if (ms !== LOOK_MS) return new Promise((resolve) => signal.addEventListener("abort", resolve))
      looks++
      return wait(1)
    },
    log: { info: tell("info"), warn: tell("warn"), error: tell("error") },
    effects: new Effects(),
    metrics,
    snapshotSec: 1000,
    canaryPercent: null,
  })
  let isOpen = true
  const end = async (): Promise<void> => {
    if (isOpen) await daemon.close()
    isOpen = false
  }
  onTestFinished(end)
  return {
    ...{ path, clock, daemon, told, end },
    looks: () => looks,
    losses: () => /^adaptive_losses_total\{.*\} (\d+)$/m.exec(metrics.registry.text())?.[1] ?? "none",
    until: (isSo: () => boolean) => vi.waitFor(() => expect(isSo()).toBe(true), 20_000),
  }
}

test("a loss is an alarm for an hour, a count, and a line in the log", async () => {
  const before = await follow("gone")
  appendFileSync(before.path, line)
  await before.until(() => before.daemon.ledger.taken === 1)
  await before.end()
  rmSync(before.path)
  // Another file with another number, which begins otherwise.
  appendFileSync(`${before.path}.new`, `\n${line}${line}`)
  copyFileSync(`${before.path}.new`, before.path)
  const { path, clock, daemon, told, losses, until } = await follow("gone")
  await until(() => daemon.ledger.taken === 2)
  const alarm = `${path}: part of it is lost: the file that was read before is not there any more`
  expect(daemon.alarms).toEqual([alarm])
  expect(told.filter((text) => text.startsWith("warn"))).toEqual([
    `warn ${path}: the file that was read before is not there any more: part of it is lost`,
  ])
  expect(losses()).toBe("1")
  // It can be read, and is.
  expect(daemon.sources.of(path).trouble).toBe(null)
  clock.sec += 3599
  expect(daemon.alarms).toEqual([alarm])
  clock.sec += 1
  expect(daemon.alarms).toEqual([])
  expect(losses()).toBe("1")
})

test("a log that is cut when all of it has been read: no alarm, no loss, with a copy and without", async () => {
  const { path, daemon, told, looks, losses, until } = await follow("cut")
  appendFileSync(path, line)
  await until(() => daemon.ledger.taken === 1)
  copyFileSync(path, `${path}.1`)
  truncateSync(path)
  appendFileSync(path, `\n${line}`)
  await until(() => daemon.ledger.taken === 2)
  rmSync(`${path}.1`)
  const before = looks()
  await until(() => looks() > before + 1)
  truncateSync(path)
  await until(() => told.some((text) => /^info .*: what was written in that moment is not found$/.test(text)))
  appendFileSync(path, `\n\n${line}`)
  await until(() => daemon.ledger.taken === 3)
  expect([daemon.alarms, losses()]).toEqual([[], "0"])
  expect(told.filter((text) => !text.startsWith("info"))).toEqual([])
})
