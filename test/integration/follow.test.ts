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
import type { FormatName } from "../../src/ingest/detect.js"
import { PairTable } from "../../src/model/pair-table.js"

const NOW_SEC = 1_790_000_000

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "adaptive-follow-"))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const at = (name = "log"): string => join(dir, name)
const line = (domain: string): string =>
  `${JSON.stringify({ time: NOW_SEC, type: "delivery", binding: "b1", domain, response: "250 ok" })}\n`

/** Follows a log in one run after the other; the journal is what the runs before have noted. */
class Following {
  /** Domains, in the order of their events; what is told of the log in brackets. */
  readonly told: string[] = []
  /** The run ends with so many pieces taken. */
  piecesLeft = Number.POSITIVE_INFINITY
  ended: Promise<void> | null = null
  #state: unknown
  #follower: Follower | null = null
  #lookAgain: (() => void) | null = null
  #hasLooked: () => void = () => {}
  readonly #path: string
  readonly #format: FormatName

  constructor(path = at(), format: FormatName = "jsonl") {
    this.#path = path
    this.#format = format
  }

  /** A run begins, and looks once. */
  async start(): Promise<void> {
    const pairs = new PairTable()
    const follower = new Follower({
      path: this.#path,
      format: this.#format,
      fromEnd: true,
      skipsCopies: false,
      state: this.#state,
      intake: new Intake({ pairs, nowMicros: () => NOW_SEC * 1e6, utcOffsetMinutes: 0 }),
      ledger: {
        take: async (events: readonly { readonly pair: number }[], note: SourceNote | null) => {
          for (const { pair } of events) this.told.push(pairs.name(pair).domain)
          if (note !== null) this.#state = JSON.parse(JSON.stringify(note.state))
          if (--this.piecesLeft === 0) this.ended = this.end()
        },
      } as unknown as Ledger,
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
  appendFileSync(at(), domains.map(line).join(""))
  following.piecesLeft = 2
  void following.look()
  while (following.ended === null) await new Promise((resolve) => setImmediate(resolve))
  await following.ended
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
