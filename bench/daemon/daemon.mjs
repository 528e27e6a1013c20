/**
 * A running daemon: events a second through a followed file and through HTTP, as
 * fast as it takes them and at a steady pace, and how long `/v1/decision` takes
 * meanwhile. The peer of the first is a loop that reads the same file and parses each
 * line, in this process, and does nothing with it; of the second, the same questions
 * to a daemon that takes nothing.
 */
import { once } from "node:events"
import { appendFileSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from "node:fs"
import { Agent, request } from "node:http"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads"
import { startDaemon } from "./start.mjs"

const LINES = 500_000
const PAIRS = 20_000
/** Events a second, where they come at a steady pace. */
const PACE = 50_000
/** One decision is asked for every so many milliseconds. */
const ASK_EVERY_MS = 2
/** Asked before: code is compiled with these, as with those of any other day. */
const WARMING = 8000
/** One client may ask a thousand times a second. */
const WARMING_EVERY_MS = 0.5
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

/**
 * Asks at a steady pace in a thread that does nothing else.
 * @returns when its code is compiled: notes what each takes from the call of the first function to that of the second
 */
async function makeAsking(url) {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { url } })
  await once(worker, "message")
  return {
    begin: () => worker.postMessage("begin"),
    end() {
      worker.postMessage("end")
      return once(worker, "message").then(([latency]) => latency)
    },
  }
}

/** Over a socket of its own: a client of HTTP would be measured too. */
async function askOn(url) {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname).setNoDelay(true)
  await once(socket, "connect")
  /** @type {(value?: undefined) => void} */
  let answered = () => {}
  let rest = ""
  socket.setEncoding("latin1").on("data", (text) => {
    rest += text
    const body = rest.indexOf("\r\n\r\n") + 4
    if (body < 4 || rest.length < body + Number(/^content-length: (\d+)/im.exec(rest)[1])) return
    if (!rest.startsWith("HTTP/1.1 200 ")) throw new Error(rest)
    rest = ""
    answered()
  })
  const took = []
  let said = ""
  parentPort.on("message", (word) => {
    said = word
  })
  for (let i = 0; said !== "end"; i++) {
    if (i === WARMING) parentPort.postMessage("warm")
    const answer = new Promise((resolve) => {
      answered = resolve
    })
    const from = performance.now()
    socket.write(
      `GET /v1/decision?binding=b${i % 20}&domain=d${i % 999}.test HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    )
    await answer
    if (said === "begin") took.push(performance.now() - from)
    await wait(i < WARMING ? WARMING_EVERY_MS : ASK_EVERY_MS)
  }
  socket.destroy()
  parentPort.removeAllListeners()
  took.sort((a, b) => a - b)
  const at = (share) => took[Math.min(took.length - 1, Math.floor(took.length * share))]
  parentPort.postMessage({ p50: at(0.5), p99: at(0.99), p999: at(0.999), asked: took.length })
  agent.destroy()
}

/** A daemon of its own while something is done with it. */
async function withDaemon(args, work) {
  const dir = mkdtempSync(join(tmpdir(), "adaptive-bench-"))
  const { child, url } = await startDaemon(dir, args)
  try {
    return await work(url)
  } finally {
    const ended = new Promise((resolve) => child.once("exit", resolve))
    child.kill("SIGKILL")
    await Promise.race([ended, wait(2000)])
    rmSync(dir, { recursive: true, force: true })
  }
}

const inColumns = ({ p50, p99, p999, asked }) => ({
  "decision p50 ms": p50.toFixed(2),
  "p99 ms": p99.toFixed(2),
  "p99.9 ms": p999.toFixed(2),
  asked,
})

function measure(name, path, args, feed, source) {
  return withDaemon(args, async (url) => {
    const asking = await makeAsking(url)
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
    const asking = await makeAsking(url)
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
    const followed = join(dir, "followed.jsonl")
    writeFileSync(followed, "")
    const file = await measure(
      "a followed file",
      path,
      ["--follow", followed, "--from-start"],
      async () => writeFileSync(followed, whole),
      followed.replaceAll(".", "\\."),
    )
    const idle = await measureIdle(makeAppend(join(dir, "beside.jsonl")))
    const growing = join(dir, "growing.jsonl")
    writeFileSync(growing, "")
    const paced = await measure(
      `a followed file that grows by ${PACE} a second`,
      path,
      ["--follow", growing, "--from-start"],
      makeAppend(growing),
      growing.replaceAll(".", "\\."),
    )
    const text = readFileSync(path, "utf8").split("\n")
    const http = await measure(
      "HTTP, 1,000 events a request",
      path,
      [],
      async (url) => {
        for (let i = 0; i < LINES; i += 1000)
          await ask(`${url}/events`, { method: "POST" }, text.slice(i, i + 1000).join("\n"))
      },
      "http",
    )
    agent.destroy()
    return [file, idle, paced, http]
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

if (!isMainThread && workerData?.url !== undefined) await askOn(workerData.url)
else if (process.argv[1] === fileURLToPath(import.meta.url)) console.table(await benchDaemon())
