/** Rules that cannot be swapped in, for reasons that are not their own, and those that an operator or the canary has refused. */
import { cpSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from "node:fs"
import { setTimeout as wait } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest"
import { Workplace } from "./command.js"
import { RunningDaemon } from "./running-daemon.js"

const ROOT = fileURLToPath(new URL("../../", import.meta.url))
/** A machine that is busy takes its time. */
const TIMEOUT_MS = 60_000

let place: Workplace
beforeEach(() => {
  place = new Workplace()
})
afterEach(() => place.remove())

/** Rules whose suspension says which ones they are. */
const rules = (unit: string): string =>
  `msys.adaptive.registerRules({ ["x.test"] = { responses = { { code = "^421 busy", trigger = "1", action = {"suspend", "${unit}"} } } } }, "replace")\n`

/** Rules of which a rehearsal takes milliseconds for each event: a function of theirs is asked again and again. */
const SLOW = `msys.adaptive.registerRules({ ["x.test"] = {
  responses = { { code = "^421 busy", trigger = "1", action = {"reduce_connections", 1} } },
  configuration = { max_outbound_connections = function(curr) for i = 1, 100000 do end return 500 end },
} }, "replace")\n`

async function running(args: readonly string[] = [], main?: string): Promise<RunningDaemon> {
  return daemonOf(["--rules", "rules.lua", ...args], main)
}

async function daemonOf(args: readonly string[], main?: string): Promise<RunningDaemon> {
  const all = ["--state", "state", "--socket", "a.sock", ...args]
  const daemon = await RunningDaemon.start(place.dir, all, null, {}, main)
  onTestFinished(() => daemon.remove())
  return daemon
}

async function ask(...words: string[]): Promise<string> {
  const { code, stdout } = await place.adaptive(["rules", ...words, "--socket", "a.sock"])
  return `${code} ${stdout}`
}

async function statusOf(daemon: RunningDaemon): Promise<unknown> {
  return daemon.json("/v1/status")
}

const now = (): number => Math.floor(Date.now() / 1000)

async function post(daemon: RunningDaemon, count: number, of: (i: number) => object): Promise<void> {
  const lines = Array.from({ length: count }, (_, i) =>
    JSON.stringify({ type: "transient", binding: "b1", domain: "x.test", response: "421 busy", ...of(i) }),
  )
  const reply = await fetch(`${daemon.url}/events`, { method: "POST", body: lines.join("\n") })
  expect(reply.status).toBe(200)
}

test(
  "a thread for rules that does not start is an alarm, and no script's fault; when it does again, the rules serve",
  async () => {
    // As in an upgrade of the package while the daemon runs.
    for (const name of ["dist", "scriptlets", "rules", "package.json"])
      cpSync(`${ROOT}${name}`, place.path("package", name), { recursive: true })
    symlinkSync(`${ROOT}node_modules`, place.path("package/node_modules"))
    place.write({ "rules.lua": rules("1 hours") })
    const daemon = await running([], place.path("package/dist/cli/main.js"))
    const worker = place.path("package/dist/reload/worker.js")
    renameSync(worker, `${worker}.gone`)
    place.write({ "rules.lua": rules("2 hours") })
    const line = JSON.parse(await daemon.said(/the thread that loads rules does not start/)) as object
    expect(line).toMatchObject({ alarm: "rules", code: "E_RULES_WORKER", hint: expect.any(String) })
    daemon.signal("SIGHUP")
    await post(daemon, 1, () => ({ time: now() }))
    expect(await statusOf(daemon)).toMatchObject({
      ready: true,
      rules: { number: 1, refused: expect.stringMatching(/does not start/) },
      alarms: [expect.stringMatching(/does not start/)],
    })
    expect(daemon.log).not.toMatch(/rules\.lua:1/)
    renameSync(`${worker}.gone`, worker)
    await daemon.said(/revision 2 of the rules serves/)
    expect(await statusOf(daemon)).toMatchObject({ alarms: [], rules: { refused: null } })
  },
  TIMEOUT_MS,
)

test(
  "rules that cannot be kept do not serve, and are tried again; an operator who goes back is told what serves",
  async () => {
    place.write({ "rules.lua": rules("1 hours") })
    const daemon = await running()
    place.write({ "rules.lua": rules("2 hours") })
    await daemon.said(/revision 2 of the rules serves/)
    // Where a directory stands no file can be written.
    const inTheWay = (number: number): string =>
      place.path(`state/rules-${String(number).padStart(9, "0")}.new`)
    mkdirSync(inTheWay(3))
    expect(await ask("rollback", "1")).toMatch(
      /^1 Revision 1 does not serve, revision 2 serves on: .*state\/rules-000000003: rules cannot be kept: EISDIR.*\nhint: make room/,
    )
    expect(await statusOf(daemon)).toMatchObject({ alarms: [], rules: { number: 2 } })
    mkdirSync(inTheWay(4))
    place.write({ "rules.lua": rules("4 hours") })
    const line = JSON.parse(await daemon.said(/rules are refused: .*rules-000000004: rules cannot be kept/))
    expect(line).toMatchObject({ code: "E_STATE_UNUSABLE", hint: expect.stringMatching(/make room/) })
    expect(await ask("history")).toMatch(
      /\nWhat the rule files say is refused since \d.*: E_STATE_UNUSABLE: .*rules-000000004.*\n {2}hint: make room.*\n$/,
    )
    rmSync(inTheWay(4), { recursive: true })
    await daemon.said(/revision 4 of the rules serves/)
    expect(await statusOf(daemon)).toMatchObject({ alarms: [], rules: { number: 4 } })
    expect(await ask("history")).not.toMatch(/refused/)
  },
  TIMEOUT_MS,
)

describe("what was passed over", () => {
  test(
    "what an operator went back from stays out, over a restart and SIGHUP, until the files say something new",
    async () => {
      place.write({ "rules.lua": rules("1 hours"), "a.conf": "adaptive_enabled = on\n" })
      const first = await running(["--config", "a.conf"])
      place.write({ "rules.lua": rules("2 hours") })
      await first.said(/revision 2 of the rules serves/)
      expect(await ask("rollback")).toMatch(/^0 Revision 1 serves again, as revision 3,/)
      place.write({ "a.conf": "adaptive_enabled = on\nmax_retries = 5\n" })
      first.signal("SIGHUP")
      await first.said(/the rule files say what was passed over: revision 3 serves on/)
      await first.end("SIGTERM")
      const second = await running(["--config", "a.conf"])
      await second.said(/revision 3 of the run before serves: an operator went back from/)
      expect(await statusOf(second)).toMatchObject({ alarms: [], rules: { number: 3 } })
      place.write({ "rules.lua": rules("3 hours") })
      await second.said(/revision \d of the rules serves/)
      await second.end("SIGTERM")
      const third = await running(["--config", "a.conf"])
      expect(third.log).not.toMatch(/of the run before/)
    },
    TIMEOUT_MS,
  )

  test(
    "what the canary has refused stays out over a restart, until it may hold more",
    async () => {
      place.write({ "rules.lua": rules("1 seconds") })
      const first = await running(["--canary", "10"])
      await post(first, 180, (i) => ({
        time: now() - 200 + i,
        ...(i === 0 ? {} : { response: "250 ok", type: "delivery" }),
      }))
      place.write({ "rules.lua": rules("2 hours") })
      await first.said(/rules are refused: .* would have been held/)
      await first.end("SIGTERM")
      const second = await running(["--canary", "10"])
      await second.said(/rules are refused: .* would have been held.*; revision 1 of the run before serves/)
      expect(await statusOf(second)).toMatchObject({
        rules: { number: 1, refused: expect.stringMatching(/held/) },
      })
      expect(await ask("history")).toMatch(
        /is refused since .*E_RULES_REHEARSAL: .*\n {2}hint: change the rules/,
      )
      await second.end("SIGTERM")
      const third = await running(["--canary", "100"])
      expect(await statusOf(third)).toMatchObject({ alarms: [], rules: { number: 2 } })
    },
    TIMEOUT_MS,
  )
})

test(
  "rules that cannot be rehearsed serve, and that is told; a warning with --canary",
  async () => {
    const LEVELS = { info: 30, warning: 40 }
    for (const [args, level] of [
      [[], LEVELS.info],
      [["--canary", "10"], LEVELS.warning],
    ] as const) {
      rmSync(place.path("state"), { recursive: true, force: true })
      place.write({ "rules.lua": rules("1 hours") })
      const first = await running(args)
      place.write({ "rules.lua": rules("2 hours") })
      const line = await first.said(/revision 2 is not rehearsed: no events since the start/)
      expect(JSON.parse(line)).toMatchObject({ level, number: 2 })
      await first.said(/revision 2 of the rules serves/)
      await first.end("SIGTERM")
      const second = await running(args)
      expect(second.log).not.toMatch(/not rehearsed/)
      await second.end("SIGTERM")
      place.write({ "rules.lua": rules("3 hours") })
      const third = await running(args)
      const told = await third.said(/revision 3 is not rehearsed: no events since the start/)
      expect(JSON.parse(told)).toMatchObject({ level, number: 3 })
      await third.end("SIGTERM")
    }
  },
  TIMEOUT_MS,
)

test(
  "a daemon that is told to end while it rehearses rules ends within five seconds, and with those that serve",
  async () => {
    place.write({ "rules.lua": rules("1 seconds") })
    const daemon = await running()
    // Longer than anyone waits.
    await post(daemon, 20_000, (i) => ({ time: now(), binding: `b${i % 1000}` }))
    place.write({ "rules.lua": SLOW })
    await daemon.said(/revision 2 is rehearsed on the last hour/)
    const startMs = performance.now()
    expect(await daemon.end("SIGTERM")).toEqual([0, null])
    expect(performance.now() - startMs).toBeLessThan(5000)
    expect(daemon.log).not.toMatch(/revision 2 of the rules serves|cannot be rehearsed/)
  },
  TIMEOUT_MS,
)

test(
  "who goes back and is overtaken by the rule files is told so",
  async () => {
    place.write({ "rules.lua": rules("1 seconds") })
    const daemon = await running()
    await post(daemon, 700, (i) => ({ time: now(), binding: `b${i}` }))
    place.write({ "rules.lua": rules("2 seconds") })
    await daemon.said(/revision 2 of the rules serves/)
    place.write({ "rules.lua": SLOW })
    await daemon.said(/revision 3 is rehearsed on the last hour/)
    let answer: string | null = null
    const asking = ask("rollback", "1").then((text) => {
      answer = text
    })
    // Whenever it comes, one of these comes after it.
    for (let hours = 1; answer === null; hours++) {
      place.write({ "rules.lua": rules(`${hours} hours`) })
      await wait(300)
    }
    await asking
    expect(answer).toMatch(/^1 Revision 1 does not serve: something newer came before its turn/)
  },
  2 * TIMEOUT_MS,
)

test(
  "a rule file that a configuration comes to name is followed from then on, and so is what it requires",
  async () => {
    const conf = (source: string): string =>
      `adaptive_enabled = on\nscriptlet "scriptlet" { script "own" { source = "${source}" } }\n`
    place.write({ "a.conf": conf("one/rules.lua"), "one/rules.lua": rules("1 hours") })
    place.write({
      "two/rules.lua": `-- registerRules\nrequire("lib.more")\n`,
      "two/lib/more.lua": rules("2 hours"),
    })
    const daemon = await daemonOf(["--config", "a.conf"])
    place.write({ "a.conf": conf("two/rules.lua") })
    daemon.signal("SIGHUP")
    await daemon.said(/revision 2 of the rules serves/)
    place.write({ "two/lib/more.lua": rules("3 hours") })
    await daemon.said(/revision 3 of the rules serves/)
  },
  TIMEOUT_MS,
)

test(
  "a system file and a script that come to stand beside a configuration are taken",
  async () => {
    place.write({
      "etc/a.conf": `adaptive_enabled = on\nscriptlet "scriptlet" { script "own" { source = "own.rules" } }\n`,
    })
    const daemon = await daemonOf(["--config", "etc/a.conf"])
    place.write({ "etc/adaptive_rules.lua": `module("msys.adaptive_rules", package.seeall)\nRules = {}\n` })
    await daemon.said(/revision 2 of the rules serves/)
    mkdirSync(place.path("etc/own"))
    await wait(1000)
    place.write({ "etc/own/rules.lua": rules("3 hours") })
    await daemon.said(/revision 3 of the rules serves/)
  },
  TIMEOUT_MS,
)

test(
  "SIGHUP with a configuration reads all anew, says so, and makes no revision of what is the same",
  async () => {
    place.write({ "rules.lua": rules("1 hours"), "a.conf": "adaptive_enabled = on\n" })
    const daemon = await running(["--config", "a.conf"])
    const said = /the rule files, read anew, say what they said: revision 1 serves on/
    for (let i = 1; i <= 3; i++) {
      daemon.signal("SIGHUP")
      await daemon.said(said, i)
    }
    expect(await ask("rollback")).toBe("1 There is no revision to go back to\n")
    place.write({ "rules.lua": "broken(" })
    await daemon.said(/rules are refused/)
    place.write({ "rules.lua": rules("1 hours") })
    await expect
      .poll(() => statusOf(daemon), { timeout: TIMEOUT_MS })
      .toMatchObject({
        alarms: [],
        rules: { number: 1, refused: null },
      })
    place.write({ "a.conf": "adaptive_enabled = on\nmax_retries = 5\n" })
    daemon.signal("SIGHUP")
    await daemon.said(/revision 2 of the rules serves/)
  },
  TIMEOUT_MS,
)

test(
  "functions answer as the rules that serve have them, and those of before are gone with them",
  async () => {
    const withFunction = (limit: number): string =>
      `msys.adaptive.registerRules({ ["x.test"] = { configuration = { outbound_throttle_messages = function() return ${limit} end } } }, "replace")\n`
    place.write({ "rules.lua": withFunction(1000) })
    const daemon = await running()
    const perHour = async (): Promise<unknown> =>
      ((await daemon.json("/v1/decision?binding=b1&domain=x.test")) as { perHour: unknown }).perHour
    const threads: number[] = []
    for (let i = 1; i <= 6; i++) {
      expect(await perHour()).toBe(i * 1000)
      if (process.platform === "linux") threads.push(readdirSync(`/proc/${daemon.pid}/task`).length)
      place.write({ "rules.lua": withFunction((i + 1) * 1000) })
      await daemon.said(new RegExp(`revision ${i + 1} of the rules serves`))
    }
    // The first ones begin while the process is still getting its own.
    expect(threads.at(-1) ?? 0).toBeLessThanOrEqual((threads[2] ?? 0) + 1)
    expect(await daemon.end("SIGTERM")).toEqual([0, null])
  },
  TIMEOUT_MS,
)

test(
  "a rehearsal has its time, and then an end",
  async () => {
    const path = new URL("../../dist/daemon/rehearse.js", import.meta.url).href
    const { rehearse } = (await import(path)) as typeof import("../../src/daemon/rehearse.js")
    const source = { file: "a.lua", bytes: Buffer.from("while true do end") }
    const recorded = {
      sources: [source],
      base: null,
      roots: [],
      nowSec: 0,
      extensions: true,
      configuration: null,
      found: { modules: new Map(), files: new Map() },
    }
    const configuration = { recorded: null, assignments: [], followsGuide: false }
    const request = { blocks: [], before: recorded, after: recorded, configuration }
    const waited: number[] = []
    const limits = {
      limitMs: 7000,
      signal: new AbortController().signal,
      timer: async (ms: number) => void waited.push(ms),
    }
    await expect(rehearse(request, limits)).rejects.toMatchObject({
      code: "E_RULES_REHEARSAL",
      message: "rules could not be rehearsed within 7 seconds",
      hint: expect.stringMatching(/functions/),
    })
    expect(waited).toEqual([7000])
  },
  TIMEOUT_MS,
)
