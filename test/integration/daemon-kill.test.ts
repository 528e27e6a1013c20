/**
 * A daemon that is killed at any moment, again and again, while its log grows: in
 * the end it has decided what a replay of that log decides, nothing more and
 * nothing twice, and what an operator was told is done stays done.
 */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { afterAll, expect, test } from "vitest"
import { decisionJson } from "../../src/report/json.js"
import { RunningDaemon } from "./running-daemon.js"
import { TestDaemon } from "./test-daemon.js"

type Api = typeof import("../../src/index.js")
const built = (await import(new URL("../../dist/index.js", import.meta.url).href)) as Api

const ROUNDS = Number(process.env.ADAPTIVE_KILLS ?? 12)
const dir = mkdtempSync(join(tmpdir(), "adaptive-kill-"))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const RULES = join(dir, "rules.lua")
writeFileSync(
  RULES,
  `require('msys.adaptive')
msys.adaptive.registerRules({ ["*"] = {
  responses = {
    { code = "^421 busy", trigger = "2/5", action = {"suspend", "2 seconds"} },
    { code = "^450 slow", trigger = "4/30", action = {"reduce_connections", 1} },
  },
  configuration = { max_outbound_connections = {1, 1000} },
} }, "replace")
`,
)

let seed = 11
const random = (below: number): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return Math.floor((seed / 2 ** 32) * below)
}
const REPLIES = ["421 busy", "421 busy", "450 slow", "450 slow", "550 5.1.1 no such user", "451 other"]

let lastMicros = 0
function line(): string {
  // No two at one time, and none before another: a log is written in order.
  lastMicros = Math.max(Date.now() * 1000, lastMicros + 1)
  const isFailure = random(3) > 0
  const response = REPLIES[random(REPLIES.length)] as string
  return `${JSON.stringify({
    time: lastMicros / 1e6,
    type: isFailure ? (response.startsWith("5") ? "permanent" : "transient") : "delivery",
    binding: `b${random(4)}`,
    domain: `d${random(10)}.test`,
    response: isFailure ? response : "250 ok",
  })}\n`
}

/** Cut anywhere: a reader may find half a line. */
async function appendCut(path: string, text: string): Promise<void> {
  const half = random(text.length)
  appendFileSync(path, text.slice(0, half))
  await wait(2)
  appendFileSync(path, text.slice(half))
}

/** Writes again and again for as long as the work takes; what fails in either is told, and nothing is left running. */
async function whileWriting(write: () => Promise<void>, work: () => Promise<void>): Promise<void> {
  let isWriting = true
  const writing = (async () => {
    while (isWriting) await write()
  })()
  await work().finally(() => {
    isWriting = false
    return writing
  })
}

const TIMEOUT_MS = 60_000 + ROUNDS * 5_000

test(`killed ${ROUNDS} times: the decisions of a replay, each once`, { timeout: TIMEOUT_MS }, async () => {
  const daemon = new TestDaemon({ dir, name: "decisions", rules: RULES, snapshotSec: 0.3 })
  writeFileSync(daemon.log, "")
  let lines = 0
  const write = async (): Promise<void> => {
    let text = ""
    for (let i = random(40); i >= 0; i--, lines++) text += line()
    await appendCut(daemon.log, text)
    await wait(3)
  }
  await whileWriting(write, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      daemon.start()
      const { ready } = daemon
      const told = daemon.told.size
      await daemon.until(() => daemon.ready > ready && daemon.told.size > told)
      await wait(random(700))
      await daemon.kill()
    }
  })
  daemon.start()
  const loaded = await built.loadRules([RULES])
  const wanted: string[] = []
  await built.dryRun(
    loaded,
    built.globalOptions([]),
    { files: [daemon.log], mode: "observe" },
    { decision: (decision) => wanted.push(decisionJson(decision, null, { sources: false })) },
  )
  expect(wanted.length).toBeGreaterThan(ROUNDS)
  await daemon.until(() => daemon.told.size >= wanted.length)
  await daemon.end()
  // Time goes on after the last line: what it lifts comes behind.
  const found = Array.from({ length: wanted.length }, (_, i) => daemon.told.get(i + 1))
  expect(found).toEqual(wanted)
  expect([...daemon.told.keys()].sort((a, b) => a - b)).toEqual(
    Array.from(daemon.told.keys(), (_, i) => i + 1),
  )
  console.log(`${lines} lines, ${wanted.length} decisions, ${daemon.repeats} told twice, ${daemon.runs} runs`)
})

test("what an operator was told is done stays done, however soon the daemon is killed", async () => {
  const daemon = new TestDaemon({ dir, name: "operated", rules: RULES, snapshotSec: 0.5 })
  writeFileSync(daemon.log, "")
  const ends = new Map<string, number>()
  for (let round = 0; round < 8; round++) {
    daemon.start()
    const { ready } = daemon
    await daemon.until(() => daemon.ready > ready)
    const list = await daemon.ask("adaptive suspensions")
    // Overrides that were answered, and no others.
    for (const [binding, ttl] of ends) {
      const found = new RegExp(`default/${binding} +op\\.test +(\\d+) +1`).exec(list)
      expect(Number(found?.[1])).toBeGreaterThan(ttl - 600)
    }
    expect(list.match(/op\.test/g) ?? []).toHaveLength(ends.size)
    const binding = `o${round}`
    for (let i = 0; i < 3; i++) {
      lastMicros = Math.max(Date.now() * 1000, lastMicros + 1)
      const busy = {
        time: lastMicros / 1e6,
        type: "transient",
        binding,
        domain: "op.test",
        response: "421 busy",
      }
      appendFileSync(daemon.log, `${JSON.stringify(busy)}\n`)
    }
    const told = daemon.told.size
    await daemon.until(() => daemon.told.size > told)
    const ttl = 5000 + round * 1000
    const reply = await daemon.ask(`adaptive override ttl ${ttl} --binding ${binding}`)
    expect(reply).toContain("1 ")
    ends.set(binding, ttl)
    await daemon.kill()
  }
})

test("several logs: each line of them counts once, whenever it is killed", {
  timeout: TIMEOUT_MS,
}, async () => {
  const rules = join(dir, "each.lua")
  writeFileSync(
    rules,
    `require('msys.adaptive')
msys.adaptive.registerRules({ ["*"] = { responses = {
  { code = "^421 busy", trigger = "1", action = {"suspend", "1 hours"} },
} } }, "replace")
`,
  )
  const paths = ["one", "two", "three"].map((name) => join(dir, `${name}.jsonl`))
  for (const path of paths) writeFileSync(path, "")
  const args = [
    ...paths.flatMap((path) => ["--follow", path]),
    ...["--from-start", "--rules", rules, "--state", join(dir, "many"), "--socket", join(dir, "many.sock")],
    ...["--snapshot-interval", "1"],
  ]
  let pairs = 0
  const write = async (): Promise<void> => {
    for (const path of paths) {
      let text = ""
      // Each line is of another pair, and suspends it: so many decisions are to be made.
      for (let i = random(60); i >= 0; i--)
        text += `${JSON.stringify({ time: Date.now() / 1000, type: "transient", binding: `p${pairs++}`, domain: "a.test", response: "421 busy" })}\n`
      await appendCut(path, text)
    }
    await wait(5)
  }
  await whileWriting(write, async () => {
    for (let round = 0; round < Math.ceil(ROUNDS / 4); round++) {
      const daemon = await RunningDaemon.start(dir, args)
      await wait(random(400))
      await daemon.end("SIGKILL")
    }
  })
  const daemon = await RunningDaemon.start(dir, args)
  const ask = async (): Promise<{ decisions: number; pairs: number; held: number }> =>
    ((await daemon.json("/v1/status")) as { state: Awaited<ReturnType<typeof ask>> }).state
  const state = await daemon.until(ask, ({ decisions }) => decisions >= pairs)
  expect(state).toMatchObject({ decisions: pairs, pairs, held: pairs })
  expect(await daemon.text("/metrics")).not.toMatch(/^adaptive_(?:losses|bad_lines)_total\{.*\} [1-9]/m)
  expect(await daemon.end("SIGTERM")).toEqual([0, null])
})
