/**
 * The answering end of the control socket: makes it, lets clients in up to a
 * bound, and takes it away at the end. What is done for one client is session.ts,
 * what stands at the path socket-file.ts. Keeps out what commands mean: the
 * program that listens hands in a handler.
 */
import { createServer, type Server, type Socket } from "node:net"
import { ControlFault } from "./fault.js"
import { type ControlHandler, Session } from "./session.js"
import { listenOn } from "./socket-file.js"

const MAX_CLIENTS = 256
const IDLE_MS = 600_000

export interface ControlOptions {
  /** Of the socket; its directory exists. */
  readonly path: string
  readonly handler: ControlHandler
  readonly programVersion: string
  /** More at once are told to come again. */
  readonly maxClients?: number
  /** A client that neither asks nor reads for so long is let go. */
  readonly idleMs?: number
  /** Told of what a handler throws, and of what befalls the socket itself; by default nobody is. */
  readonly failed?: (error: unknown) => void
}

export interface Control {
  readonly path: string
  /** How many clients are connected. */
  readonly clients: number
  /** Lets nobody in any more, removes the socket, and waits until what is being answered is answered. */
  close(): Promise<void>
}

/**
 * Listens for commands on a unix socket that only its own user may open.
 * A socket file that nobody answers on is taken over.
 * @throws ControlFault E_CONTROL_TAKEN, E_CONTROL_KIND, E_CONTROL_PATH
 */
export async function startControl(options: ControlOptions): Promise<Control> {
  const { path, failed = () => {} } = options
  const clients = new Clients(options)
  const server = createServer({ allowHalfOpen: true }, (socket) => clients.enter(socket))
  await listenOn(server, path)
  server.on("error", failed)
  let closing: Promise<void> | null = null
  return {
    path,
    get clients() {
      return clients.count
    },
    close() {
      closing ??= closed(server, clients)
      return closing
    },
  }
}

/** The server removes the file when it stops listening, and ends when the last client has left. */
function closed(server: Server, clients: Clients): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    clients.leave()
  })
}

class Clients {
  readonly #options: ControlOptions
  readonly #maxClients: number
  readonly #sessions = new Set<Session>()
  /** Those that are told that there are too many. */
  #refused = 0
  #isClosing = false

  constructor(options: ControlOptions) {
    this.#options = options
    this.#maxClients = options.maxClients ?? MAX_CLIENTS
  }

  get count(): number {
    return this.#sessions.size
  }

  enter(socket: Socket): void {
    const isRefused = this.#sessions.size >= this.#maxClients
    // Telling costs too.
    if (this.#isClosing || (isRefused && this.#refused >= this.#maxClients)) {
      socket.on("error", () => {})
      socket.destroy()
      return
    }
    const { handler, programVersion, idleMs = IDLE_MS, failed = () => {} } = this.#options
    const session = new Session(socket, { handler, programVersion, idleMs, failed })
    if (isRefused) {
      this.#refused++
      socket.once("close", () => this.#refused--)
      session.refuse(tooMany(this.#maxClients))
      return
    }
    this.#sessions.add(session)
    socket.once("close", () => this.#sessions.delete(session))
  }

  leave(): void {
    this.#isClosing = true
    for (const session of this.#sessions) session.leave()
  }
}

function tooMany(maxClients: number): ControlFault {
  return new ControlFault(
    "E_CONTROL_BUSY",
    `the daemon has ${maxClients} clients and takes no more`,
    "try again in a moment, or close a console that is not needed",
  )
}
