/** The socket for events, on a real socket: who is let in, who is sent away and told why, and what counts of whom. */
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { connect, Server, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest"
import { type EventSocket, startEventSocket } from "../../src/daemon/event-socket.js"
import { Intake } from "../../src/daemon/intake.js"
import type { Ledger } from "../../src/daemon/ledger.js"
import { PairTable } from "../../src/model/pair-table.js"

const NOW_SEC = 1_790_000_000
const EVENT = `${JSON.stringify({ time: NOW_SEC, type: "delivery", domain: "a.test" })}\n`
const MAX_CLIENTS = 3

let dir: string
let socket: EventSocket
let nowMs = 0
let taken = 0
/** Pieces that the ledger was given. */
let given = 0
/** What the ledger waits for before it takes something. */
let disk: Promise<void> = Promise.resolve()
const failed = vi.fn()

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "adaptive-events-"))
  nowMs = 0
  taken = 0
  given = 0
  disk = Promise.resolve()
  failed.mockClear()
  const take = async (events: readonly unknown[]): Promise<void> => {
    given++
    await disk
    taken += events.length
  }
  socket = await startEventSocket({
    path: join(dir, "events.sock"),
    format: "jsonl",
    intake: new Intake({ pairs: new PairTable(), nowMicros: () => NOW_SEC * 1e6, utcOffsetMinutes: 0 }),
    ledger: { take } as unknown as Ledger,
    taken: () => {},
    turn: async () => {},
    nowMs: () => nowMs,
    maxClients: MAX_CLIENTS,
    failed,
  })
})
afterEach(async () => {
  await socket.close()
  rmSync(dir, { recursive: true, force: true })
})

async function client(): Promise<Socket> {
  const made = connect({ path: join(dir, "events.sock"), allowHalfOpen: true })
  onTestFinished(() => void made.destroy())
  await once(made, "connect")
  return made
}

/** All that a client is told. */
async function answer(of: Socket): Promise<unknown> {
  let text = ""
  for await (const bytes of of) text += bytes
  return JSON.parse(text)
}

const until = (isSo: () => boolean): Promise<void> => vi.waitFor(() => expect(isSo()).toBe(true), 10_000)

/** As many as there is room for. */
async function fill(): Promise<Socket[]> {
  const clients: Socket[] = []
  for (let i = 0; i < MAX_CLIENTS; i++) clients.push(await client())
  await until(() => socket.clients === MAX_CLIENTS)
  return clients
}

const busy = (message: RegExp): unknown => ({
  error: {
    code: "E_CONTROL_BUSY",
    message: expect.stringMatching(message),
    hint: expect.stringContaining(" "),
  },
})

test("one more than there is room for is told why; when another has left, there is room", async () => {
  const [first] = await fill()
  nowMs = 59_000
  const more = await client()
  more.write(EVENT)
  expect(await answer(more)).toEqual(busy(/^3 programs send events already.* nothing of this was read$/))
  expect(taken).toBe(0)
  first?.end(EVENT)
  expect(await answer(first as Socket)).toEqual({ taken: 1, refused: 0 })
  await until(() => socket.clients < MAX_CLIENTS)
  const next = await client()
  next.end(EVENT)
  expect(await answer(next)).toEqual({ taken: 1, refused: 0 })
})

test("one that has been silent the longest makes room, and what it sent before is taken", async () => {
  const [first, second, third] = (await fill()) as [Socket, Socket, Socket]
  first.write(EVENT)
  await until(() => taken === 1)
  nowMs = 30_000
  // Half a line is none.
  second.write(EVENT + EVENT.slice(0, 9))
  third.write(EVENT)
  await until(() => taken === 3)
  nowMs = 95_000
  const more = await client()
  more.end(EVENT)
  expect(await answer(more)).toEqual({ taken: 1, refused: 0 })
  expect(await answer(first)).toEqual(busy(/^nothing came for 60 seconds, .* were taken$/))
  second.end(EVENT.slice(9))
  expect(await answer(second)).toEqual({ taken: 2, refused: 0 })
  expect(taken).toBe(5)
})

test("one that waits for the disk is not silent", async () => {
  const clients = await fill()
  let write = (): void => {}
  disk = new Promise((resolve) => {
    write = resolve
  })
  // More than may be underway: nothing further is read of it.
  const much = EVENT.repeat(10_000)
  for (const one of clients) one.end(much)
  await until(() => given === MAX_CLIENTS * 32)
  nowMs = 1_000_000
  expect(await answer(await client())).toEqual(busy(/^3 programs/))
  write()
  for (const one of clients) expect(await answer(one)).toEqual({ taken: 10_000, refused: 0 })
})

test("what befalls the socket itself is told, and ends nothing", async () => {
  const listening = vi.spyOn(Server.prototype, "close")
  await socket.close()
  const [server] = listening.mock.contexts as [Server]
  listening.mockRestore()
  const fault = new Error("EMFILE: too many open files")
  server.emit("error", fault)
  expect(failed).toHaveBeenCalledWith(fault)
})
