/** What is said of events to whoever sent them: only what is so, also when a body breaks off or the disk is full. */
import { expect, test } from "vitest"
import { eventsRoute } from "../../src/daemon/api/events.js"
import type { JournalEvent } from "../../src/daemon/entries.js"
import { Intake } from "../../src/daemon/intake.js"
import type { Ledger } from "../../src/daemon/ledger.js"
import { LogOrder } from "../../src/daemon/log-order.js"
import { takeStream } from "../../src/daemon/stream.js"
import { HttpFault } from "../../src/http/fault.js"
import type { HttpRequest, Reply } from "../../src/http/request.js"
import { PairTable } from "../../src/model/pair-table.js"
import { StoreFault } from "../../src/store/fault.js"

const NOW_SEC = 1_790_000_000
const EVENT = `${JSON.stringify({ time: NOW_SEC, type: "delivery", domain: "a.test" })}\n`
const cut = new HttpFault(400, "E_HTTP_CUT", "the request ends too early", "send all of it")

const makeIntake = (): Intake =>
  new Intake({ pairs: new PairTable(), nowMicros: () => NOW_SEC * 1e6, utcOffsetMinutes: 0 })

/** A disk that takes nothing until it is told to. */
class SlowDisk {
  isTroubled = false
  events = 0
  written = 0
  readonly #waiting: (() => void)[] = []

  get ledger(): Ledger {
    return this as unknown as Ledger
  }

  async take(events: readonly unknown[]): Promise<void> {
    this.events += events.length
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.written += events.length
  }

  write(): void {
    this.isTroubled = false
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

async function* body(...pieces: readonly (string | Error)[]): AsyncGenerator<Buffer, void, undefined> {
  for (const piece of pieces) {
    if (piece instanceof Error) throw piece
    yield Buffer.from(piece)
  }
}

/** Lets everything that can go on do so. */
const turns = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** Of logs that are read beside. */
const order = new LogOrder({
  take: async () => {},
  timer: (_, signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(null))),
})
const ended = new AbortController()
const at = (atMicros: number) => ({ events: [{ atMicros } as JournalEvent] })

function post(disk: SlowDisk, ...pieces: readonly (string | Error)[]) {
  let look = (): void => {}
  const timer = (_: number, signal: AbortSignal): Promise<unknown> =>
    new Promise((resolve, reject) => {
      look = () => resolve(null)
      signal.addEventListener("abort", () => reject(signal.reason))
    })
  const { route } = eventsRoute({
    intake: makeIntake(),
    ledger: disk.ledger,
    taken: () => {},
    turn: (atMicros) => order.turn(null, atMicros, ended.signal),
    isCatchingUp: () => !order.mayTell(NOW_SEC * 1e6),
    timer,
  })
  const request = { query: new URLSearchParams(), client: "test", body: body(...pieces) }
  const seen: { reply: Reply | HttpFault | null } = { reply: null }
  Promise.resolve(route.handle(request as unknown as HttpRequest)).then(
    (reply) => {
      seen.reply = reply
    },
    (fault: HttpFault) => {
      seen.reply = fault
    },
  )
  const seconds = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      look()
      await turns()
    }
  }
  return { seen, seconds }
}

test("a stream that breaks off ends when all that was told to be taken is on the disk", async () => {
  const disk = new SlowDisk()
  let told = 0
  let ended: unknown = null
  takeStream("test", "jsonl", body(EVENT, EVENT, cut), {
    intake: makeIntake(),
    ledger: disk.ledger,
    taken: ({ events }) => {
      told += events.length
    },
    turn: async () => {},
  }).catch((error: unknown) => {
    ended = [error, disk.written]
  })
  await turns()
  expect([told, ended]).toEqual([2, null])
  disk.write()
  await turns()
  expect(ended).toEqual([cut, 2])
})

test("a body that breaks off: what is said to be taken is on the disk", async () => {
  const disk = new SlowDisk()
  const { seen } = post(disk, EVENT + EVENT, cut)
  await turns()
  expect([disk.events, seen.reply]).toEqual([2, null])
  disk.write()
  await turns()
  expect(seen.reply).toMatchObject({
    status: 400,
    code: "E_HTTP_CUT",
    message: "the request ends too early; 2 events before that were taken",
  })
})

test("a disk that is full for a moment: the answer waits for it", async () => {
  const disk = new SlowDisk()
  const { seen, seconds } = post(disk, EVENT)
  await turns()
  disk.isTroubled = true
  await seconds(4)
  disk.write()
  await seconds(9)
  expect(seen.reply).toMatchObject({ status: 200, json: { taken: 1, refused: 0 } })
})

test("a disk that stays full: told within five seconds, with how many events count already", async () => {
  const disk = new SlowDisk()
  const { seen, seconds } = post(disk, ...Array<string>(100).fill(EVENT))
  await turns()
  disk.isTroubled = true
  await seconds(5)
  expect(seen.reply).toMatchObject({ status: 503, code: "E_JOURNAL_WRITE", headers: {} })
  const { message, hint } = seen.reply as HttpFault
  expect(message).toContain(`the first ${disk.events} events were taken and count`)
  expect(hint).toContain(`behind the first ${disk.events} events`)
  expect(disk.events).toBeGreaterThan(0)
  const { events } = disk
  // What was taken is written, and nothing more of that body is taken.
  disk.write()
  await seconds(2)
  expect([disk.events, disk.written]).toEqual([events, events])
})

test("a disk that is full when the request comes: nothing is taken, and it may be sent again", async () => {
  const disk = new SlowDisk()
  disk.isTroubled = true
  const { seen } = post(disk, EVENT)
  await turns()
  expect(seen.reply).toMatchObject({ status: 503, headers: { "retry-after": "5" } })
  expect(disk.events).toBe(0)
})

test("while a log tells of older things its events come first", async () => {
  const disk = new SlowDisk()
  const log = order.enter()
  log.told(at((NOW_SEC - 100) * 1e6))
  const { seen, seconds } = post(disk, EVENT)
  await seconds(1)
  expect([disk.events, seen.reply]).toEqual([0, null])
  log.told(at(NOW_SEC * 1e6 + 1))
  await seconds(1)
  expect([disk.events, seen.reply]).toEqual([1, null])
  disk.write()
  await turns()
  expect(seen.reply).toMatchObject({ status: 200, json: { taken: 1 } })
  log.leave()
})

test("for seconds only", async () => {
  const disk = new SlowDisk()
  const log = order.enter()
  log.told(at((NOW_SEC - 100) * 1e6))
  const { seen, seconds } = post(disk, EVENT)
  await seconds(6)
  expect(disk.events).toBe(0)
  expect(seen.reply).toMatchObject({ status: 503, code: "E_CATCHING_UP", headers: { "retry-after": "5" } })
  log.leave()
  await turns()
})

test("a mistake of this program says what was taken before it", async () => {
  const disk = new SlowDisk()
  const { seen } = post(disk, EVENT, new TypeError("x is not a function"))
  await turns()
  disk.write()
  await turns()
  expect(seen.reply).toMatchObject({
    status: 500,
    code: "E_HTTP_INTERNAL",
    message: "the answer could not be made; 1 events before that were taken",
    cause: new TypeError("x is not a function"),
  })
})

test("a daemon that ends on a disk that takes nothing says that nothing was taken", async () => {
  const disk = new SlowDisk()
  disk.take = async () => {
    throw new StoreFault("E_JOURNAL_WRITE", "the disk is full", "make room")
  }
  const { seen } = post(disk, EVENT)
  await turns()
  expect(seen.reply).toMatchObject({ status: 503, code: "E_JOURNAL_WRITE" })
})

test("what many keep of lines whose end is not here yet is bounded", async () => {
  const intake = makeIntake()
  const open = Buffer.from(`[{"time":${NOW_SEC},"x":"${"x".repeat(15 << 20)}`)
  const stream = (): Promise<unknown> =>
    takeStream("test", "jsonl", body(open.toString(), open.subarray(0, 300_000).toString(), cut), {
      intake,
      ledger: { take: async () => {} } as unknown as Ledger,
      taken: () => {},
      turn: async () => {},
    }).catch((error: unknown) => error)
  const together = await Promise.all(Array.from({ length: 6 }, stream))
  const refused = together.filter((error) => error !== cut)
  expect(refused.length).toBeGreaterThan(0)
  expect(refused[0]).toMatchObject({ code: "E_INTAKE_BUSY" })
  // What they kept is free again.
  expect(await stream()).toBe(cut)
})
