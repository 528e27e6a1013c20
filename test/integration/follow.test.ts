/**
 * A log that is followed, on a real file system, with a ledger that only notes: what
 * is taken, and from where the next run goes on, whatever rotation and the disk do.
 * Looks when the test says so.
 */
import { execFileSync } from "node:child_process"
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { Follower } from "../../src/daemon/follow.js"
import { Intake } from "../../src/daemon/intake.js"
import type { Ledger, SourceNote } from "../../src/daemon/ledger.js"
import { LogOrder } from "../../src/daemon/log-order.js"
import type { FormatName } from "../../src/ingest/detect.js"
import { PairTable } from "../../src/model/pair-table.js"

const NOW_SEC = 1_790_000_000

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "adaptive-follow-"))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const at = (name = "log"): string => join(dir, name)
const event = (domain: string, sec = 0): object => ({
  time: NOW_SEC + sec,
  type: "delivery",
  binding: "b1",
  domain,
  response: "250 ok",
})
const line = (domain: string, sec = 0): string => `${JSON.stringify(event(domain, sec))}\n`

/** Where nothing is waited for. */
const untilEnded = (_: number, signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve(null)))

/** What the runs of all logs have noted. */
class Notes {
  readonly pairs = new PairTable()
  readonly intake = new Intake({ pairs: this.pairs, nowMicros: () => NOW_SEC * 1e6, utcOffsetMinutes: 0 })
  /** Domains, in the order of their events; what is told of logs in brackets. */
  readonly told: string[] = []
  readonly states = new Map<string, unknown>()
  order = this.newOrder()
  /** The run ends with so many pieces taken. */
  piecesLeft = Number.POSITIVE_INFINITY
  ended: Promise<unknown> | null = null
  end: () => Promise<unknown> = async () => {}

  /** Of another run. */
  newOrder(): LogOrder {
    this.order = new LogOrder({ timer: untilEnded, take: (events, notes) => this.take(events, notes) })
    return this.order
  }

  async take(events: readonly { readonly pair: number }[], notes: readonly SourceNote[]): Promise<void> {
    for (const { pair } of events) this.told.push(this.pairs.name(pair).domain)
    for (const { source, state } of notes) this.states.set(source, JSON.parse(JSON.stringify(state)))
    if (--this.piecesLeft === 0) this.ended = this.end()
  }
}

/** Follows a log in one run after the other. */
class Following {
  #follower: Follower | null = null
  #lookAgain: (() => void) | null = null
  #hasLooked: () => void = () => {}
  readonly #path: string
  readonly #format: FormatName | null
  readonly notes: Notes

  constructor(path = at(), format: FormatName | null = "jsonl", notes = new Notes()) {
    this.#path = path
    this.#format = format
    this.notes = notes
  }

  get told(): string[] {
    return this.notes.told
  }

  /** A run begins, and looks once. */
  async start(): Promise<void> {
    const { notes } = this
    const follower = new Follower({
      path: this.#path,
      format: this.#format,
      fromEnd: true,
      skipsCopies: false,
      state: notes.states.get(this.#path),
      intake: notes.intake,
      ledger: notes as unknown as Ledger,
      order: notes.order,
      isClockDoubtful: () => false,
      failed: (error) => this.told.push(`[${String(error)}]`),
      timer: (_, signal) =>
        new Promise((resolve, reject) => {
          this.#lookAgain = () => resolve(null)
          signal.addEventListener("abort", () => reject(signal.reason))
          if (signal.aborted) reject(signal.reason)
          this.#hasLooked()
        }),
      taken: (_, { bad }) => void this.told.push(...bad.map(({ reason }) => `[bad: ${reason}]`)),
      troubled: (_, trouble) => void this.told.push(trouble === null ? "[well]" : `[${trouble.message}]`),
      lost: (_, { message }, isSure) => void this.told.push(`[lost${isSure ? "" : "?"}: ${message}]`),
    })
    this.#follower = follower
    const looked = this.#looked()
    await follower.start()
    await looked
  }

  async look(times = 1): Promise<void> {
    for (let i = 0; i < times; i++) {
      const looked = this.#looked()
      this.#lookAgain?.()
      await looked
    }
  }

  async end(): Promise<void> {
    await this.#follower?.close()
  }

  async again(): Promise<void> {
    await this.end()
    await this.start()
  }

  #looked(): Promise<void> {
    return new Promise((resolve) => {
      this.#hasLooked = resolve
    })
  }
}

/** Enough for a file that was renamed to be left. */
const PATIENT = 4

test("the last line of a rotated log lacks its end: taken once, by runs before and after the new one's first byte", async () => {
  writeFileSync(at(), "")
  const following = new Following()
  await following.start()
  appendFileSync(at(), line("a.test") + line("open.test").trimEnd())
  await following.look()
  renameSync(at(), at("log.1"))
  writeFileSync(at(), "")
  await following.look(PATIENT)
  await following.again()
  await following.look(PATIENT)
  appendFileSync(at(), line("b.test"))
  await following.again()
  await following.look(PATIENT)
  await following.again()
  await following.end()
  expect(following.told).toEqual(["a.test", "open.test", "b.test"])
})

test("a run that ends at any moment leaves the rest of what was read to the next", async () => {
  writeFileSync(at(), "")
  const following = new Following()
  await following.start()
  const domains = Array.from({ length: 500 }, (_, i) => `d${i}.test`)
  // Many pieces, and one reading.
  appendFileSync(at(), domains.map((domain) => line(domain)).join(""))
  const { notes } = following
  notes.piecesLeft = 4
  notes.end = () => following.end()
  void following.look()
  while (notes.ended === null) await new Promise((resolve) => setImmediate(resolve))
  await notes.ended
  expect(following.told.length).toBeGreaterThan(100)
  expect(following.told.length).toBeLessThan(400)
  await following.start()
  await following.end()
  expect(following.told).toEqual(domains)
})

test("copied and cut: nothing is lost, and nobody is told so", async () => {
  writeFileSync(at(), "")
  const following = new Following()
  await following.start()
  appendFileSync(at(), line("a.test"))
  await following.look()
  appendFileSync(at(), line("unread.test"))
  copyFileSync(at(), at("log.1"))
  truncateSync(at(), 0)
  appendFileSync(at(), line("b.test"))
  await following.look()
  await following.again()
  await following.look(PATIENT)
  await following.end()
  expect(following.told).toEqual(["a.test", "unread.test", "b.test"])
})

test.each<[string, () => void, string]>([
  ["a directory", () => execFileSync("mkdir", [at()]), "[is a directory]"],
  ["a named pipe", () => execFileSync("mkfifo", [at()]), "[is no regular file: nothing is read from it]"],
])("%s: told once, and followed when it is a log", async (_, make, told) => {
  make()
  const following = new Following()
  await following.start()
  await following.look(2)
  rmSync(at(), { recursive: true })
  await following.look(2)
  appendFileSync(at(), line("a.test"))
  await following.look()
  await following.end()
  const missing = expect.stringMatching(/^\[there is no such file yet/)
  expect(following.told).toEqual([told, missing, "a.test", "[well]"])
})

test.skipIf(!existsSync("/proc/self/mem"))("a log that cannot be read ends no run", async () => {
  const following = new Following("/proc/self/mem", "powermta")
  await following.start()
  await following.look(3)
  await following.again()
  await following.end()
  expect(following.told).toEqual(["[cannot be read: EIO]", "[cannot be read: EIO]"])
})

const HEADER = "type,timeLogged,orig,rcpt,vmta,dsnDiag,queue"
const csv = (domain: string, reply: string): string =>
  `d,2026-09-21 14:13:20+0000,a@b.test,x@${domain},b1,"smtp;${reply}",${domain}/b1\n`
const pretty = (domain: string): string => `${JSON.stringify(event(domain), null, 2)}\n`

// what | format | the log | what is told of it when it is read at once
test.each<[string, FormatName, string, string[]]>([
  ["JSON printed over lines", "jsonl", pretty("a.test") + pretty("b.test"), ["a.test", "b.test"]],
  [
    "one behind the other on a line, with line ends of another kind and a blank line",
    "jsonl",
    `${pretty("a.test").trimEnd()} ${pretty("b.test").replaceAll("\n", "\r\n")}\n${line("c.test")}`,
    ["a.test", "b.test", "c.test"],
  ],
  [
    "a reply of several lines in quotes",
    "powermta",
    `${HEADER}\n${csv("a.test", "250 ok\n\n250 yes")}${csv("b.test", "250 ok")}`,
    ["a.test", "b.test"],
  ],
])("%s: a run that ends amid a record leaves it to the next", async (_, format, log, told) => {
  for (let end = log.indexOf("\n") + 1; end > 0; end = log.indexOf("\n", end) + 1) {
    const path = at(`log${end}`)
    writeFileSync(path, "")
    const following = new Following(path, format)
    await following.start()
    appendFileSync(path, log.slice(0, end))
    await following.look()
    await following.end()
    appendFileSync(path, log.slice(end))
    await following.start()
    await following.end()
    expect(following.told, `cut at ${end}`).toEqual(told)
  }
})

test("a line of very many events, and of very many things that are none", async () => {
  writeFileSync(at(), "")
  const following = new Following()
  await following.start()
  const events = Array.from({ length: 150_000 }, (_, i) => event(`d${i % 10}.test`))
  appendFileSync(at(), `${JSON.stringify(events)}\n[${"1,".repeat(200_000)}1]\n${line("last.test")}`)
  await following.look()
  await following.end()
  const counts = new Map<string, number>()
  for (const told of following.told.map((text) => text.replace(/\d/, "N")))
    counts.set(told, (counts.get(told) ?? 0) + 1)
  expect([...counts]).toEqual([
    ["dN.test", 150_000],
    // The first of them: no memory holds all.
    ["[bad: an event is an object, this is N]", 1000],
    ["last.test", 1],
  ])
})

test("a log that begins with much that is none: told, and read from where it is one", async () => {
  writeFileSync(at(), "")
  const following = new Following(at(), null)
  await following.start()
  const other = "Nov 28 08:00:00 mx dovecot: imap-login: Login: user=<someone>, rip=192.0.2.1\n"
  appendFileSync(at(), other.repeat(1200))
  await following.look()
  expect(following.told.at(-1)).toBe(
    "[none of its lines so far has the shape of a known format: nothing is taken until one has]",
  )
  following.told.length = 0
  await following.again()
  appendFileSync(at(), other + line("a.test") + other)
  await following.look()
  await following.end()
  expect(following.told.filter((told) => !told.startsWith("[bad: "))).toEqual(["a.test"])
})

test("logs that are behind tell in the order of their times, also over a run that ends in between", async () => {
  const paths = [at("one"), at("two"), at("three")]
  const times = [
    Array.from({ length: 900 }, (_, i) => i * 20),
    Array.from({ length: 1800 }, (_, i) => i * 10),
    Array.from({ length: 10 }, (_, i) => 3000 + i),
  ]
  for (const path of paths) writeFileSync(path, "")
  const notes = new Notes()
  const followings = paths.map((path) => new Following(path, "jsonl", notes))
  await Promise.all(followings.map((following) => following.start()))
  for (const [i, path] of paths.entries())
    appendFileSync(
      path,
      (times[i] as number[])
        .map((sec) => line(`${String(sec).padStart(5, "0")}.${i}.test`, sec - 20_000))
        .join(""),
    )
  notes.piecesLeft = 20
  notes.end = () => Promise.all(followings.map((following) => following.end()))
  for (const following of followings) void following.look()
  while (notes.ended === null) await new Promise((resolve) => setImmediate(resolve))
  await notes.ended
  expect(notes.told.length).toBeGreaterThan(500)
  expect(notes.told.length).toBeLessThan(2710)
  notes.newOrder()
  await Promise.all(followings.map((following) => following.start()))
  await Promise.all(followings.map((following) => following.end()))
  expect(notes.told.length).toBe(2710)
  expect(notes.told).toEqual([...notes.told].sort())
})
