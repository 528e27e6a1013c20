/**
 * A running daemon: events a second through a followed file and through HTTP, as
 * fast as it takes them and at a steady pace, and how long `/v1/decision` takes
 * meanwhile. The peer of the first is a loop that reads the same file and parses each
 * line, in this process, and does nothing with it; of the second, the same questions
 * to a daemon that takes nothing. Where the system allows it, the steady pace is measured
 * once more by one who asks and never waits for a processor himself.
 */
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { appendFileSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from "node:fs"
import { Agent, request } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { startDaemon } from "./start.mjs"

const ASK = fileURLToPath(new URL("ask.mjs", import.meta.url))
const LINES = 500_000
const PAIRS = 20_000
/** Events a second, where they come at a steady pace. */
const PACE = 50_000
/** Between two looks at how far it is: making the text of metrics keeps it busy too. */
const POLL_MS = 500
const REPLIES = ["250 2.0.0 OK", "421 4.7.0 try again later", "550 5.1.1 no such user", "451 4.3.0 busy"]

function line(i, time) {
  const reply = i % 10 < 8 ? 0 : 1 + (i % 3)
  return `${JSON.stringify({
    time,
    type: ["delivery", "transient", "permanent", "transient"][reply],
    binding: `b${i % 20}`,
    domain: `d${(i * 7919) % (PAIRS / 20)}.test`,
    response: REPLIES[reply],
  })}\n`
}

function generate() {
  const from = Date.now() / 1000 - 30
  return Array.from({ length: LINES }, (_, i) => line(i, from + (i * 25) / LINES)).join("")
}

/** Lines that will happen from soon on, made before: whoever is measured must not wait for that. @returns appends them at a steady pace */
function makeAppend(path) {
  const from = Date.now() / 1000 + 1
  const lines = Array.from({ length: LINES }, (_, i) => Buffer.from(line(i, from + i / PACE)))
  const ends = new Float64Array(LINES)
  for (const [i, { length }] of lines.entries()) ends[i] = (ends[i - 1] ?? 0) + length
  const bytes = Buffer.concat(lines)
  return async () => {
    const begin = performance.now()
    for (let i = 0, written = 0; i < LINES; ) {
      await wait(5)
      i = Math.min(LINES, 1 + Math.floor(((performance.now() - begin) / 1000) * PACE))
      appendFileSync(path, bytes.subarray(written, ends[i - 1]))
      written = ends[i - 1]
    }
  }
}

/** Reads and parses, and does nothing with it: events a second. */
function readAndParse(path) {
  const start = performance.now()
  const file = openSync(path, "r")
  const buffer = Buffer.alloc(1 << 16)
  let rest = ""
  let count = 0
  for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) {
    const lines = `${rest}${buffer.toString("utf8", 0, read)}`.split("\n")
    rest = lines.pop()
    for (const line of lines) if (JSON.parse(line).time > 0) count++
  }
  return (count / (performance.now() - start)) * 1000
}

const agent = new Agent({ keepAlive: true, maxSockets: 4 })
function ask(url, options = {}, body = null) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, ...options }, (reply) => {
      let text = ""
      reply.setEncoding("utf8")
      reply.on("data", (piece) => {
        text += piece
      })
      reply.on("end", () => resolve(text))
    })
    sent.on("error", reject)
    sent.end(body)
  })
}

async function eventsOf(url, source) {
  let sum = 0
  for (const [, count] of (await ask(`${url}/metrics`)).matchAll(
    new RegExp(`^adaptive_events_total\\{source="${source}",.*\\} (\\d+)$`, "gm"),
  ))
    sum += Number(count)
  return sum
}

/** May a program go before all others here, so that it never waits for a processor? */
function mayGoFirst() {
  return spawnSync("chrt", ["--fifo", "1", "true"]).status === 0
}

/**
 * Asks at a steady pace in a program that does nothing else.
 * @param goesFirst it never waits for a processor: what it notes is the daemon's time
 * @returns when its code is compiled: notes what each takes from the call of the first function to that of the second
 */
async function makeAsking(url, goesFirst) {
  const [command, ...args] = [...(goesFirst ? ["chrt", "--fifo", "1"] : []), process.execPath, ASK, url]
  const asking = spawn(command, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] })
  await once(asking, "message")
  return {
    begin: () => asking.send("begin"),
    end() {
      asking.send("end")
      return once(asking, "message").then(([latency]) => latency)
    },
  }
}

/** A daemon of its own while something is done with it. */
async function withDaemon(args, work) {
  const dir = mkdtempSync(join(tmpdir(), "adaptive-bench-"))
  const { child, url } = await startDaemon(dir, args)
  try {
    return await work(url)
  } finally {
    const ended = once(child, "exit")
    child.kill("SIGKILL")
    await ended
    rmSync(dir, { recursive: true, force: true })
  }
}

const inColumns = ({ p50, p99, p999, asked }) => ({
  "decision p50 ms": p50.toFixed(2),
  "p99 ms": p99.toFixed(2),
  "p99.9 ms": p999.toFixed(2),
  asked,
})

/** @param what name: of the row; path: of the same lines; args: of the daemon; feed: gives them; source: as metrics name it */
function measure({ name, path, args, feed, source, goesFirst }) {
  return withDaemon(args, async (url) => {
    const asking = await makeAsking(url, goesFirst)
    const from = performance.now()
    const fed = feed(url)
    // Code is compiled and matchers are made with the first events: that is not what is measured.
    while ((await eventsOf(url, source)) < LINES / 10) await wait(POLL_MS)
    asking.begin()
    await fed
    while ((await eventsOf(url, source)) < LINES) await wait(POLL_MS)
    const perSec = (LINES / (performance.now() - from)) * 1000
    const latency = await asking.end()
    const plain = readAndParse(path)
    return {
      "": name,
      "events/s": Math.round(perSec),
      "read and parse only": Math.round(plain),
      ratio: `${(plain / perSec).toFixed(1)} x`,
      ...inColumns(latency),
    }
  })
}

/** What answers take of a daemon that has nothing else to do, while the same is written beside it. */
function measureIdle(append) {
  return withDaemon([], async (url) => {
    const asking = await makeAsking(url, false)
    asking.begin()
    await append()
    return { "": "nothing, beside a file that grows as fast", ...inColumns(await asking.end()) }
  })
}

export async function benchDaemon() {
  const dir = mkdtempSync(join(tmpdir(), "adaptive-bench-log-"))
  const path = join(dir, "events.jsonl")
  try {
    const whole = generate()
    writeFileSync(path, whole)
    const text = whole.split("\n")
    const following = (file, name, feed, goesFirst = false) => {
      const followed = join(dir, file)
      writeFileSync(followed, "")
      return measure({
        name,
        path,
        args: ["--follow", followed, "--from-start"],
        feed: feed(followed),
        source: followed.replaceAll(".", "\\."),
        goesFirst,
      })
    }
    const paced = `a followed file that grows by ${PACE} a second`
    const rows = [
      await following("followed.jsonl", "a followed file", (file) => async () => writeFileSync(file, whole)),
      await measureIdle(makeAppend(join(dir, "beside.jsonl"))),
      await following("growing.jsonl", paced, makeAppend),
    ]
    if (mayGoFirst())
      rows.push(await following("again.jsonl", `${paced}; who asks waits for no processor`, makeAppend, true))
    else console.log("who asks waits for a processor, too: chrt (util-linux) is not there, or not allowed")
    const http = await measure({
      name: "HTTP, 1,000 events a request",
      path,
      args: [],
      async feed(url) {
        for (let i = 0; i < LINES; i += 1000)
          await ask(`${url}/events`, { method: "POST" }, text.slice(i, i + 1000).join("\n"))
      },
      source: "http",
      goesFirst: false,
    })
    agent.destroy()
    return [...rows, http]
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table(await benchDaemon())
