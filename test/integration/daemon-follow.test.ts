/**
 * Where a log is begun that was never followed: at its end when the daemon is ready,
 * not at what is the end when it is first read, nor at that of a later run. And a
 * pipe that is followed ends with the daemon, not the other way round.
 */
import { execFileSync } from "node:child_process"
import { appendFileSync, closeSync, openSync, writeFileSync, writeSync } from "node:fs"
import { afterAll, expect, test } from "vitest"
import { Workplace } from "./command.js"
import { RunningDaemon } from "./running-daemon.js"

const place = new Workplace()
const daemons: RunningDaemon[] = []
afterAll(async () => {
  for (const daemon of daemons) await daemon.remove()
  place.remove()
})

const line = (number: number): string =>
  `${JSON.stringify({ time: Date.now() / 1000, type: "delivery", binding: "b1", domain: `d${number}.test`, response: "250 ok" })}\n`

async function start(name: string, ...more: string[]): Promise<RunningDaemon> {
  const daemon = await RunningDaemon.start(place.dir, [
    ...["--follow", `${name}.jsonl`, "--state", `${name}-state`, "--socket", `${name}.sock`, ...more],
  ])
  daemons.push(daemon)
  return daemon
}

/** Events of the log that this run has taken, once they are so many. */
async function taken(daemon: RunningDaemon, count: number): Promise<number> {
  const ask = async (): Promise<number> => {
    const { sources } = (await daemon.json("/v1/status")) as { sources: { path: string; events: number }[] }
    return sources.find(({ path }) => path.endsWith(".jsonl") || path === "stdin")?.events ?? 0
  }
  return daemon.until(ask, (events) => events >= count)
}

// name | lines before the first run (null: there is no log) | options | taken by the first, the second run
test.each<[string, number | null, string[], number, number]>([
  ["old-lines", 3, [], 1, 2],
  ["no-log", null, [], 1, 2],
  ["empty-log", 0, [], 1, 2],
  ["from-start", 3, ["--from-start"], 4, 2],
])("%s", async (name, before, more, ofFirst, ofSecond) => {
  const log = place.path(`${name}.jsonl`)
  if (before !== null) writeFileSync(log, Array.from({ length: before }, (_, i) => line(i)).join(""))
  const first = await start(name, ...more)
  appendFileSync(log, line(10))
  expect(await taken(first, ofFirst)).toBe(ofFirst)
  expect(await first.end("SIGTERM")).toEqual([0, null])
  appendFileSync(log, line(11))
  const second = await start(name, ...more)
  appendFileSync(log, line(12))
  expect(await taken(second, ofSecond)).toBe(ofSecond)
})

test.each<[string, number | null]>([
  ["unread-log", 3],
  ["unread-no-log", null],
])("%s: a run that saw no line leaves none of the next to be skipped", async (name, before) => {
  const log = place.path(`${name}.jsonl`)
  if (before !== null) writeFileSync(log, Array.from({ length: before }, (_, i) => line(i)).join(""))
  expect(await (await start(name)).end("SIGTERM")).toEqual([0, null])
  appendFileSync(log, line(20) + line(21))
  const second = await start(name)
  expect(await taken(second, 2)).toBe(2)
})

test("a pipe that stays open does not keep a daemon that is told to end", async () => {
  const fifo = place.path("fifo")
  execFileSync("mkfifo", [fifo])
  // Both ends: whoever opened one of them only would wait for the other.
  const pipe = openSync(fifo, "r+")
  const args = ["--follow", "-", "--format", "jsonl", "--state", "pipe-state", "--socket", "pipe.sock"]
  const daemon = await RunningDaemon.start(place.dir, args, pipe)
  daemons.push(daemon)
  writeSync(pipe, line(30) + line(31))
  expect(await taken(daemon, 2)).toBe(2)
  expect(await daemon.end("SIGTERM")).toEqual([0, null])
  closeSync(pipe)
  expect(daemon.log).not.toContain('"level":50')
})

const nowSec = (): number => Math.floor(Date.now() / 1000)
const mainlogLine = (domain: string): string =>
  `${nowSec()}@m1@b1@c1@T@${domain}@0@g1@b1@5@0@0.02@10.0.0.1@451 greylisted\n`
const bouncelogLine = (domain: string): string =>
  `${nowSec()}@m1@b1@c1@T@u@${domain}@f@s.test@g1@b1@5@51@201@10.0.0.1@451 greylisted\n`
const outOfBandLine = (domain: string): string =>
  `${nowSec()}@m1@b1@c1@B@u@${domain}@f@s.test@g1@b1@21@10@201@10.0.0.1@550 no such user\n`

// name | logs, and what they hold before | transient failures that are taken of two, which both logs tell
test.each<[string, Record<string, string>, string[], number]>([
  ["beside-by-lines", { "a.log": mainlogLine("old.test"), "b.log": bouncelogLine("old.test") }, [], 2],
  ["beside-by-name", { "mainlog.ec": "", "bouncelog.ec": "" }, [], 2],
  ["beside-first", { "bouncelog.ec": bouncelogLine("old.test"), "mainlog.ec": "" }, [], 2],
  ["of-another-node", { "n1/mainlog.ec": "", "n2/bouncelog.ec": "" }, [], 4],
  ["all-bouncelogs", { "mainlog.ec": "", "bouncelog.ec": "" }, ["--format", "bouncelog"], 2],
])(
  "%s: a failure that a mainlog and a bouncelog tell counts once where they are of one node",
  async (name, logs, more, count) => {
    const paths = Object.keys(logs).map((log) => `${name}/${log}`)
    place.write(Object.fromEntries(Object.entries(logs).map(([log, text]) => [`${name}/${log}`, text])))
    const follow = paths.flatMap((path) => ["--follow", path])
    const daemon = await RunningDaemon.start(place.dir, [
      ...[...follow, "--state", `${name}-state`, "--socket", `${name}.sock`, ...more],
    ])
    daemons.push(daemon)
    for (const path of paths) {
      const isMain = /mainlog|a\.log/.test(path)
      const line = isMain ? mainlogLine : bouncelogLine
      appendFileSync(
        place.path(path),
        line("a.test") + line("a.test") + (isMain ? "" : outOfBandLine("a.test")),
      )
    }
    const counted = (text: string, type: string): number =>
      [...text.matchAll(new RegExp(`^adaptive_events_total\\{.*type="${type}"\\} (\\d+)$`, "gm"))].reduce(
        (sum, [, events]) => sum + Number(events),
        0,
      )
    // The last line of a bouncelog is one that no mainlog tells.
    const metrics = await daemon.until(
      () => daemon.text("/metrics"),
      (text) => counted(text, "oob") === 1 && counted(text, "transient") >= count,
    )
    expect(counted(metrics, "transient")).toBe(count)
  },
)

test("logs that grew while nobody read them decide what a replay of them decides", async () => {
  const beginSec = nowSec() - 3000
  const line = (sec: number, binding: string, response: string): string =>
    `${JSON.stringify({
      time: beginSec + sec,
      type: response.startsWith("250") ? "delivery" : "transient",
      binding,
      domain: "a.test",
      response,
    })}\n`
  const minutes = Array.from({ length: 48 }, (_, i) => i * 60)
  // A failure a minute is no storm; each ten minutes there is one.
  const storm = (sec: number): string =>
    sec % 600 === 180 ? [31, 32, 33].map((more) => line(sec + more, "b2", "421 busy")).join("") : ""
  place.write({
    "behind/rules.lua": `require('msys.adaptive')
msys.adaptive.registerRules({ ["*"] = { responses = {
  { code = "^421 busy", trigger = "2/60", action = {"suspend", "2 minutes"} },
} } }, "replace")
`,
    "behind/one.jsonl": minutes.map((sec) => line(sec, "b1", "250 ok")).join(""),
    "behind/two.jsonl": minutes.map((sec) => line(sec + 30, "b1", "421 busy") + storm(sec)).join(""),
  })
  const logs = ["behind/one.jsonl", "behind/two.jsonl"]
  const { stdout } = await place.adaptive([
    ...["dry-run", "--rules", "behind/rules.lua", "--traffic", ...logs, "--json"],
  ])
  const replayed = String(stdout)
    .trimEnd()
    .split("\n")
    .map((text) => JSON.parse(text) as { kind: string })
    .filter(({ kind }) => kind === "decision")
  expect(replayed.length).toBe(10)
  const daemon = await RunningDaemon.start(place.dir, [
    ...logs.flatMap((log) => ["--follow", log]),
    ...["--from-start", "--rules", "behind/rules.lua", "--state", "behind/state", "--socket", "behind.sock"],
  ])
  daemons.push(daemon)
  const effects = await daemon.effects()
  const live = await daemon.until(
    () => effects,
    ({ length }) => length >= replayed.length,
  )
  expect(live.slice(0, replayed.length).map(({ data }) => data)).toEqual(
    replayed.map((decision) => ({ ...decision, line: null })),
  )
})
