/** A replay in steps is the same replay: whatever the steps, and as often as it goes back. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import { afterAll, expect, test } from "vitest"
import { globalOptions } from "../../src/config/global-options.js"
import { dryRun } from "../../src/replay/dry-run.js"
import { Session, type Step } from "../../src/replay/session.js"
import { decisionJson } from "../../src/report/json.js"
import { Store } from "../../src/store/store.js"
import { r } from "../engine/explaining.js"
import { custom, load } from "../rules/loading.js"
import { mainlogLine } from "./replaying.js"

const START = 1_790_000_000
const dir = mkdtempSync(join(tmpdir(), "adaptive-session-"))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const TABLE = `["a.test"] = { responses = {
  ${r("^421 busy", "1", '{"suspend", "3 minutes"}')}, ${r("^451", "2/60", '{"reduce_connections", 3}')} },
  configuration = { max_outbound_connections = {2, 40} } }`
const { rules, functions } = load({ "custom.lua": custom(`{ ${TABLE} }`, "replace") })
const ruling = { rules, ask: (...[id, args]: Parameters<typeof functions.call>) => functions.call(id, args) }

/** An hour of three pairs that are now and then refused, and two quiet ones. */
const LAST_SEC = 1399 * 8
const path = join(dir, "mainlog")
const texts = ["ok", "ok", "451 slow", "451 slow", "451 slow", "ok", "421 busy", "450 other"]
writeFileSync(
  path,
  Array.from({ length: 1400 }, (_, i) =>
    mainlogLine(
      (START + i * 8) * 1e6,
      i < 450 ? (texts[(i * 7) % texts.length] as string) : "ok",
      "a.test",
      `b${i % 3}`,
    ),
  )
    .join("\n")
    .concat("\n"),
)

const common = {
  files: [path],
  format: null,
  reorderSec: 60,
  mode: "simulate",
  ruling,
  lookup: globalOptions([]),
  chunkBytes: 4096,
} as const
const session = () => new Session({ ...common, makeStore: () => new Store() })
const words = (steps: readonly Step[]) =>
  steps.map(({ decision, where }) => decisionJson(decision, where, { sources: true }))

/** What a dry-run decides. */
const whole: string[] = []
await dryRun(common, {
  decision: (decision, where) => whole.push(decisionJson(decision, where, { sources: true })),
})
const timeOf = (line: string): number => (JSON.parse(line) as { at: number }).at

test("there is something to step through", () => {
  expect(whole.length).toBeGreaterThan(50)
  expect(new Set(whole.map((line) => (JSON.parse(line) as { source: string }).source))).toEqual(
    new Set(["response", "lift", "positive"]),
  )
})

test("next, to the end", async () => {
  const one = session()
  const steps: string[] = []
  for (let more = await one.next(); more.length > 0; more = await one.next()) steps.push(...words(more))
  expect(steps).toEqual(whole)
  expect(await one.next()).toEqual([])
  await one.close()
})

test("forth and back, in any steps", async () => {
  const step = fc.oneof(fc.constant("next" as const), fc.integer({ min: -100, max: LAST_SEC }))
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const one = session()
      let told = 0
      for (const where of steps) {
        if (where === "next") {
          const more = words(await one.next())
          expect(more).toEqual(whole.slice(told, told + more.length))
          expect(more.length > 0 || told === whole.length).toBe(true)
          told += more.length
          continue
        }
        const atSec = START + where
        const isBack = atSec * 1e6 < one.nowMicros
        const decided = words(await one.goto(atSec * 1e6))
        const until = whole.filter((line) => timeOf(line) <= atSec).length
        expect(decided).toEqual(whole.slice(isBack ? 0 : told, Math.max(until, isBack ? 0 : told)))
        told = Math.max(until, isBack ? 0 : told)
      }
      await one.close()
    }),
    { numRuns: 60 },
  )
})

test("time goes on behind the end of the traffic, and does not begin before its start", async () => {
  const one = session()
  expect(await one.goto((START - 1000.5) * 1e6)).toEqual([])
  expect(words(await one.goto((START + LAST_SEC) * 1e6))).toEqual(whole)
  one.store.suspend(0, (START + LAST_SEC + 100) * 1e6)
  // Sweeps are made each minute from the first event on.
  const lift = START + Math.ceil((LAST_SEC + 100) / 60) * 60
  expect(
    (await one.goto((START + LAST_SEC + 600) * 1e6)).map(({ decision }) => decision.atMicros / 1e6),
  ).toEqual([lift])
  await one.close()
})

test("a session that is given up in the middle leaves nothing behind", async () => {
  const one = session()
  await one.next()
  await one.close()
  await one.close()
})

test("traffic that is not there", async () => {
  const one = new Session({ ...common, files: [join(dir, "nosuch")], makeStore: () => new Store() })
  await expect(one.next()).rejects.toMatchObject({ code: "E_TRAFFIC_MISSING" })
})

test("steps end where the traffic of the replay does, though time would bring more about", async () => {
  const ending = new Session({ ...common, toSec: START + 2000, makeStore: () => new Store() })
  await ending.goto((START + 1990) * 1e6)
  for (;;) {
    const steps = await ending.next()
    if (steps.length === 0) break
    for (const { decision } of steps) expect(decision.atMicros).toBeLessThan((START + 2000) * 1e6)
  }
  await ending.close()
})
