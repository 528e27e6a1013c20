/**
 * Rules that change while mail flows: again and again, some of them broken. No event
 * is lost or counted twice, each is judged by one revision, and what was decided is
 * what a second run of the journal decides with the revisions that served then.
 */
import { appendFileSync, cpSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { afterAll, expect, test } from "vitest"
import { TestDaemon } from "./test-daemon.js"

interface Decided {
  readonly rule: { readonly line: number }
}

const SECONDS = Number(process.env.ADAPTIVE_RELOAD_SECONDS ?? 10)
const EVENTS_A_SECOND = 1700
const dir = mkdtempSync(join(tmpdir(), "adaptive-reload-"))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const RULES = join(dir, "rules.lua")
/** Each revision says which one it is: its rule stands in a line of its own. Every third is broken. */
function rules(number: number): string {
  const text = `require('msys.adaptive')${"\n".repeat(number)}
msys.adaptive.registerRules({ ["*"] = { responses = {
  { code = "^421 busy", trigger = "3/10", action = {"reduce_connections", 1} },
}, configuration = { max_outbound_connections = {1, 100000} } } }, "replace")
`
  return number % 3 === 2 ? `${text} broken(` : text
}

function write(number: number): void {
  writeFileSync(`${RULES}.new`, rules(number))
  renameSync(`${RULES}.new`, RULES)
}

test(`${SECONDS} seconds of mail, a reload every 200 ms`, { timeout: 400_000 }, async () => {
  write(0)
  // The journal is kept from the beginning: it is read a second time.
  const daemon = new TestDaemon({ dir, name: "reloaded", rules: RULES, snapshotSec: 1e6 })
  writeFileSync(daemon.log, "")
  daemon.start()
  await daemon.until(() => daemon.ready === 1)
  const start = performance.now()
  let lines = 0
  let revision = 0
  let lastMicros = 0
  const first = await daemon.facts()
  /** The rules that decided, seen by where they stand. */
  const places = (): number[] =>
    [...daemon.told.values()].map((text) => (JSON.parse(text) as Decided).rule.line)
  // On a busy machine few of them serve in that time: then it takes longer.
  const isEnough = (): boolean => new Set(places()).size > 2
  for (let elapsed = 0; elapsed < SECONDS * 1000 || !isEnough(); elapsed = performance.now() - start) {
    let text = ""
    for (; lines < (elapsed / 1000) * EVENTS_A_SECOND; lines++) {
      lastMicros = Math.max(Date.now() * 1000, lastMicros + 1)
      const time = lastMicros / 1e6
      text += `${JSON.stringify({ time, type: "transient", binding: `b${lines % 7}`, domain: `d${lines % 91}.test`, response: "421 busy" })}\n`
    }
    appendFileSync(daemon.log, text)
    if (elapsed > revision * 200) write(++revision)
    await wait(10)
  }
  let facts = await daemon.facts()
  while (facts.taken < lines) facts = await daemon.facts()
  const { serving } = facts
  expect(facts.taken).toBe(lines)
  // Killed: nothing is put in order for those who read the journal.
  await daemon.kill()
  expect(serving).toBeGreaterThan(2)

  cpSync(daemon.state, join(dir, "again"), {
    recursive: true,
    filter: (path) => !path.endsWith(".socket"),
  })
  const again = new TestDaemon({ dir, name: "again", rules: RULES, snapshotSec: 1e6 })
  writeFileSync(again.log, "")
  again.repeatsAll = true
  again.start()
  await again.until(() => again.ready === 1)
  await again.kill()
  // None goes back to an earlier one, and of those that served many are seen.
  const seen = places()
  expect(seen).toEqual(seen.toSorted((a, b) => a - b))
  expect(new Set(seen).size).toBeGreaterThan(2)
  // Of very many decisions a second run tells the last ones only.
  expect(again.told.size).toBeGreaterThanOrEqual(Math.min(daemon.told.size, 100_000))
  const told = [...again.told].filter(([id]) => id <= daemon.told.size)
  expect(told.at(-1)?.[0]).toBe(daemon.told.size)
  expect(told).toEqual(told.map(([id]) => [id, daemon.told.get(id)]))
  console.log(
    `${lines} events, ${serving} revisions served of ${revision} written, ${daemon.told.size} decisions, ` +
      `longest delay ${facts.delayMs.toFixed(1)} ms, heap ${first.heapMB.toFixed(0)} to ${facts.heapMB.toFixed(0)} MB`,
  )
})
