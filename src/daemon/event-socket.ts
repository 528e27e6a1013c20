/**
 * A unix socket that takes events: whatever a program writes into it, in any of the
 * formats of logs. When the program has ended its side it is told how many were
 * taken; until then it is slowed down to what the journal takes. A program may be
 * silent for as long as it likes, until another one wants its place.
 */
import { createServer, type Socket } from "node:net"
import { listenOn } from "../control/socket-file.js"
import type { Code } from "../errors.js"
import type { FormatName } from "../ingest/detect.js"
import { OpenBytesFault } from "./intake.js"
import { type StreamHost, takeStream } from "./stream.js"

export interface EventSocketOptions extends StreamHost {
  readonly path: string
  readonly format: FormatName | null
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: () => number
  /** More at once are told to come again, unless one has been silent for long. */
  readonly maxClients?: number
  /** Told of what befalls the socket itself; by default nobody is. */
  readonly failed?: (error: unknown) => void
}

export interface EventSocket {
  /** How many clients are connected that send events. */
  readonly clients: number
  close(): Promise<void>
}

const MAX_CLIENTS = 64
/** A mail server has quiet hours; it loses its place only to another client, and not for a short pause. */
const SILENT_MS = 60_000
/** How long a client that is sent away may take to see why, and what it may go on saying meanwhile. */
const PARTING_MS = 1000
const MAX_UNHEARD_BYTES = 4 << 20

/** @throws ControlFault for a path that cannot be listened on */
export async function startEventSocket(options: EventSocketOptions): Promise<EventSocket> {
  const clients = new Clients(options)
  const server = createServer({ allowHalfOpen: true }, (socket) => clients.enter(socket))
  await listenOn(server, options.path, { called: "the socket for events", option: "--event-socket" })
  server.on("error", options.failed ?? (() => {}))
  return {
    get clients() {
      return clients.count
    },
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      clients.leave()
      return closed
    },
  }
}

interface Client {
  readonly socket: Socket
  /** Since when nothing has come, although it would be taken; null while something of it is being taken. */
  silentSinceMs: number | null
  /** Nothing more of it is taken. */
  isSentAway: boolean
}

class Clients {
  readonly #options: EventSocketOptions
  readonly #maxClients: number
  readonly #clients = new Set<Client>()
  /** Sent away, and not gone yet. */
  readonly #parting = new Set<Socket>()
  #entered = 0

  constructor(options: EventSocketOptions) {
    this.#options = options
    this.#maxClients = options.maxClients ?? MAX_CLIENTS
  }

  get count(): number {
    return this.#clients.size
  }

  enter(socket: Socket): void {
    socket.on("error", () => socket.destroy())
    if (this.#clients.size >= this.#maxClients && !this.#makeRoom()) {
      this.#part(socket, {
        code: "E_CONTROL_BUSY",
        message: `${this.#maxClients} programs send events already, and no more are taken: nothing of this was read`,
        hint: "try again in a moment, or send the events of several programs over one connection",
      })
      return
    }
    this.#take(socket)
  }

  leave(): void {
    for (const { socket } of this.#clients) socket.destroy()
    for (const socket of this.#parting) socket.destroy()
  }

  #take(socket: Socket): void {
    const { path, format, nowMs } = this.#options
    const client: Client = { socket, silentSinceMs: nowMs(), isSentAway: false }
    this.#clients.add(client)
    socket.on("close", () => this.#clients.delete(client))
    const name = `client ${++this.#entered} of ${path}`
    takeStream(name, format, heard(client, nowMs), this.#options).then(
      (sum) => socket.end(`${JSON.stringify(sum)}\n`),
      (error: unknown) => {
        if (client.isSentAway) return
        if (error instanceof OpenBytesFault) {
          this.#clients.delete(client)
          this.#part(socket, error)
          return
        }
        socket.destroy()
        // A client that leaves is none of our mistakes.
        if (!(error instanceof Error && "code" in error)) this.#options.failed?.(error)
      },
    )
  }

  /** Sends the one away that has been silent for the longest. @returns false where none has been for long */
  #makeRoom(): boolean {
    const untilMs = this.#options.nowMs() - SILENT_MS
    let longest: Client | null = null
    let sinceMs = untilMs
    for (const client of this.#clients)
      if (client.silentSinceMs !== null && client.silentSinceMs <= sinceMs) {
        longest = client
        sinceMs = client.silentSinceMs
      }
    if (longest === null) return false
    this.#clients.delete(longest)
    longest.isSentAway = true
    this.#part(longest.socket, {
      code: "E_CONTROL_BUSY",
      message: `nothing came for ${SILENT_MS / 1000} seconds, and another program wanted the place: whole lines that came before were taken`,
      hint: "connect again when there is something to send",
    })
    return true
  }

  /** Tells why, and ends. What a client still says must not keep that from it: it is taken, up to a bound. */
  #part(
    socket: Socket,
    { code, message, hint }: { readonly code: Code; readonly message: string; readonly hint: string },
  ): void {
    // Telling costs too.
    if (this.#parting.size >= this.#maxClients) {
      socket.destroy()
      return
    }
    this.#parting.add(socket)
    socket.on("close", () => this.#parting.delete(socket))
    let unheardBytes = 0
    socket.on("data", (piece: Buffer) => {
      unheardBytes += piece.length
      if (unheardBytes > MAX_UNHEARD_BYTES) socket.destroy()
    })
    socket.on("end", () => socket.destroy())
    socket.setTimeout(PARTING_MS, () => socket.destroy())
    socket.end(`${JSON.stringify({ error: { code, message, hint } })}\n`)
  }
}

/** What a client says, and since when it says nothing. The side that answers stays open when the other one has ended. */
async function* heard(client: Client, nowMs: () => number): AsyncGenerator<Buffer, void, undefined> {
  const pieces = client.socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  for await (const piece of pieces) {
    // What it was told is how much of it counts.
    if (client.isSentAway) throw new Error("the client was sent away")
    client.silentSinceMs = null
    yield piece
    client.silentSinceMs = nowMs()
  }
}
