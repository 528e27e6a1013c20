/**
 * A machine whose clock jumps under a daemon: what was a moment's mistake leaves no
 * trace in the state, and what was none is an alarm while it is so.
 */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { follow, START_SEC } from "./following.js"

const dir = mkdtempSync(join(tmpdir(), "adaptive-clock-"))
writeFileSync(
  join(dir, "rules.lua"),
  `require('msys.adaptive')
msys.adaptive.registerRules({ ["a.test"] = { responses = {
  { code = "^421", trigger = "3/60", action = {"suspend", "10 minutes"} } } } }, "replace")
`,
)
afterAll(() => rmSync(dir, { recursive: true, force: true }))

async function followed(name: string) {
  const following = await follow({ dir, name })
  const { path, clock, daemon } = following
  return {
    ...following,
    /** As a mail server on this machine writes it. */
    writes(type: "delivery" | "transient"): void {
      const line = { time: clock.wallSec, type, binding: "b1", domain: "a.test", response: "421 busy" }
      appendFileSync(path, `${JSON.stringify(line)}\n`)
    },
    stateSec: () => daemon.core.store.nowMicros / 1e6 - START_SEC,
  }
}

test("a clock that is two hours ahead for a moment: what is a minute apart stays so", async () => {
  const { clock, daemon, pass, writes, until, stateSec, told } = await followed("moment")
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
  const { clock, daemon, pass, writes, until, stateSec } = await followed("slept")
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
  const { clock, daemon, pass, writes, until, told } = await followed("ahead")
  writes("delivery")
  await until(() => daemon.ledger.taken === 1)
  clock.wallSec -= 7200
  const alarm = "the state's time is 7199 s ahead of this machine's clock: events count as of then"
  await pass(1)
  expect([daemon.alarms, told.filter((line) => line === `error ${alarm}`).length]).toEqual([[alarm], 1])
  for (let i = 0; i < 2; i++) await pass(3600)
  expect(daemon.alarms).toEqual([])
  expect(told).toContain("info this machine's clock has come up with the state's time")
})
