/**
 * A copy of the state that a disk has spoilt: the one before it and the journal
 * behind that are the whole state. A journal whose beginning is gone is none.
 */
import { readdirSync, readFileSync, rmSync, truncateSync } from "node:fs"
import { afterAll, expect, test } from "vitest"
import { Workplace } from "./command.js"
import { RunningDaemon } from "./running-daemon.js"

const place = new Workplace()
const daemons: RunningDaemon[] = []
afterAll(async () => {
  for (const daemon of daemons) await daemon.remove()
  place.remove()
})

const RULES = `require('msys.adaptive')
msys.adaptive.registerRules({ ["*"] = { responses = {
  { code = "^421", trigger = "1", action = {"suspend", "4 hours"} },
} } }, "replace")
`

async function start(): Promise<RunningDaemon> {
  place.write({ "rules.lua": RULES })
  const daemon = await RunningDaemon.start(place.dir, [
    ...["--rules", "rules.lua", "--state", "state", "--socket", "adaptive.sock"],
  ])
  daemons.push(daemon)
  return daemon
}

/** Has pairs suspended. */
async function suspend(daemon: RunningDaemon, domains: readonly string[]): Promise<void> {
  const time = Date.now() / 1000
  const body = domains
    .map((domain) => JSON.stringify({ time, type: "transient", binding: "b1", domain, response: "421 no" }))
    .join("\n")
  const reply = await fetch(`${daemon.url}/events`, { method: "POST", body })
  expect(await reply.json()).toMatchObject({ taken: domains.length, refused: 0 })
}

/** One run after the other, each ended by a copy of the state. */
const ROUNDS = 4

test("with the last copy spoilt nothing is missing", async () => {
  for (let round = 1; round <= ROUNDS; round++) {
    const daemon = await start()
    await suspend(daemon, [`d${round}.test`])
    expect(await daemon.end("SIGTERM")).toEqual([0, null])
  }
  const { length } = readFileSync(place.path("state/snapshot"))
  truncateSync(place.path("state/snapshot"), Math.floor(length / 2))
  const spoilt = readFileSync(place.path("state/snapshot"))
  const whole = readFileSync(place.path("state/snapshot.previous"))
  const daemon = await start()
  expect(daemon.log).toContain("E_SNAPSHOT_DAMAGED")
  expect(await daemon.json("/v1/status")).toMatchObject({ state: { pairs: ROUNDS, held: ROUNDS } })
  for (let round = 1; round <= ROUNDS; round++)
    expect(await daemon.json(`/v1/decision?binding=b1&domain=d${round}.test`)).toMatchObject({
      allowed: false,
    })
  expect(await daemon.end("SIGTERM")).toEqual([0, null])
  // The copy made at the end has the place of the spoilt one, and not of the whole one.
  expect(readFileSync(place.path("state/snapshot.damaged")).equals(spoilt)).toBe(true)
  expect(readFileSync(place.path("state/snapshot.previous")).equals(whole)).toBe(true)
})

test("what came before the journal is missing: that is told, and nothing is begun anew", async () => {
  const daemon = await start()
  await suspend(daemon, ["last.test"])
  await daemon.end("SIGKILL")
  for (const name of ["snapshot", "snapshot.previous"]) rmSync(place.path("state", name))
  // Who was killed leaves its socket, and whoever comes next removes it.
  const files = (): string[] => readdirSync(place.path("state")).filter((name) => !name.endsWith(".socket"))
  const before = files()
  await expect(start()).rejects.toThrow(/the journal is damaged: the segment before it is missing/)
  expect(files()).toEqual(before)
})
