/**
 * A daemon with a million pairs that is killed: how long until the next one is ready,
 * and how long a stop takes. The peer reads the state's files and does nothing else.
 */
import { once } from "node:events"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { startDaemon } from "./start.mjs"

const PAIRS = 1_000_000
const BINDINGS = 100

function log() {
  const time = Date.now() / 1000
  return Array.from({ length: PAIRS }, (_, i) => {
    const isFailure = i % 20 === 0
    return `${JSON.stringify({
      time,
      type: isFailure ? "transient" : "delivery",
      binding: `b${i % BINDINGS}`,
      domain: `d${Math.floor(i / BINDINGS)}.test`,
      response: isFailure ? "421 4.7.0 try again later" : "250 ok",
    })}\n`
  }).join("")
}

/** @returns the process, where it answers, and the seconds until it was ready */
async function start(dir) {
  const from = performance.now()
  const follow = ["--follow", join(dir, "log.jsonl"), "--from-start", "--snapshot-interval", "5"]
  const { child, url } = await startDaemon(dir, follow)
  return { child, url, seconds: (performance.now() - from) / 1000 }
}

async function metric(url, name) {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, "m").exec(text)?.[1] ?? 0)
}

export async function benchRestart() {
  const dir = mkdtempSync(join(tmpdir(), "adaptive-bench-restart-"))
  try {
    writeFileSync(join(dir, "log.jsonl"), log())
    const first = await start(dir)
    while ((await metric(first.url, "adaptive_pairs")) < PAIRS) await wait(500)
    // A copy of the whole state, and some seconds more of journal.
    while ((await metric(first.url, "adaptive_snapshot_bytes")) < PAIRS * 10) await wait(500)
    const killed = once(first.child, "exit")
    first.child.kill("SIGKILL")
    await killed
    const from = performance.now()
    const state = join(dir, "state")
    let bytes = 0
    for (const name of readdirSync(state))
      if (statSync(join(state, name)).isFile()) bytes += readFileSync(join(state, name)).length
    const reading = (performance.now() - from) / 1000
    const second = await start(dir)
    const pairs = await metric(second.url, "adaptive_pairs")
    const ended = once(second.child, "exit")
    const asked = performance.now()
    second.child.kill("SIGTERM")
    await ended
    return [
      {
        pairs,
        "state MB": (bytes / 1e6).toFixed(0),
        "ready s": second.seconds.toFixed(2),
        "reading its files s": reading.toFixed(2),
        ratio: `${(second.seconds / reading).toFixed(0)} x`,
        "stopped s": ((performance.now() - asked) / 1000).toFixed(2),
      },
    ]
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table(await benchRestart())
