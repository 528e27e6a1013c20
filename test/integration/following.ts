/**
 * The built daemon in this process, which follows one log, with clocks that a test
 * sets. Looks at the log and ticks are made as fast as they can be; nothing else
 * happens by itself.
 */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { expect, onTestFinished, vi } from "vitest"
import type { Daemon } from "../../src/daemon/daemon.js"
import { Effects } from "../../src/daemon/effects.js"
import { DaemonMetrics } from "../../src/daemon/metrics.js"

type Program = typeof import("../../src/daemon/daemon.js")
// Rules are read by a worker, which there is in what is built only.
const built = (await import(new URL("../../dist/daemon/daemon.js", import.meta.url).href)) as Program

export const START_SEC = 1_790_000_000
const TICK_MS = 250
/** Between two looks at a log, at most. */
const LOOK_MS = 200

export interface FollowingOptions {
  /** Where the log, the state and `rules.lua` are. */
  readonly dir: string
  readonly name: string
}

export interface Following {
  /** The log. */
  readonly path: string
  readonly clock: { wallSec: number; steadySec: number }
  readonly daemon: Daemon
  /** Lines of its own log: the level, a blank, the message. */
  readonly told: string[]
  looks(): number
  until(isSo: () => boolean): Promise<void>
  /** Lets both clocks go on, and the daemon see it. */
  pass(sec: number): Promise<void>
  /** Parts of the log that it says were lost. */
  losses(): string
  end(): Promise<void>
}

export async function follow({ dir, name }: FollowingOptions): Promise<Following> {
  const path = join(dir, `${name}.log`)
  // One that is not there is another matter.
  writeFileSync(path, "", { flag: "a" })
  const clock = { wallSec: START_SEC, steadySec: 100 }
  const metrics = new DaemonMetrics()
  let looks = 0
  let ticks = 0
  const told: string[] = []
  const tell = (level: string) => (_: object, message: string) => void told.push(`${level} ${message}`)
  const daemon = await built.Daemon.start({
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
    timer: (ms, signal) => {
      if (ms > TICK_MS) return new Promise((resolve) => signal.addEventListener("abort", resolve))
      if (ms === TICK_MS) ticks++
      if (ms <= LOOK_MS) looks++
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
  const until = async (isSo: () => boolean): Promise<void> => {
    await vi.waitFor(() => expect(isSo()).toBe(true), 20_000)
  }
  return {
    ...{ path, clock, daemon, told, until, end },
    looks: () => looks,
    async pass(sec) {
      clock.wallSec += sec
      clock.steadySec += sec
      const seen = ticks + 3
      await until(() => ticks >= seen)
    },
    losses: () => /^adaptive_losses_total\{.*\} (\d+)$/m.exec(metrics.registry.text())?.[1] ?? "none",
  }
}
