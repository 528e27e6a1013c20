/**
 * The asking end of the control socket: one connection, requests and their
 * replies. Every way in which that can fail says where, and what to do about it.
 * Keeps out when to connect again: only whoever asks knows what may be asked
 * twice.
 */
import { stat } from "node:fs/promises"
import { createConnection, type Socket } from "node:net"
import { ControlFault, systemCode } from "./fault.js"
import {
  type CommandReply,
  type Decoded,
  type Hello,
  MAX_TEXT_LENGTH,
  MessageDecoder,
  PROTOCOL_VERSION,
  type Reply,
  type Request,
  readReply,
  requestLine,
} from "./protocol.js"
import { checkSocketPath } from "./socket-path.js"

/** A daemon that is busy with a sweep answers within this time. */
const HELLO_MS = 10_000

export interface ConnectOptions {
  /** How long to wait for the first answer; commands may take as long as they want. */
  readonly helloMs?: number
}

/** A connection to a daemon that has said what it is. */
export interface ControlClient {
  readonly hello: Hello
  /** False once the connection is gone, from whichever side. */
  readonly isOpen: boolean
  /**
   * @throws ControlFault when there is no answer: E_CONTROL_ABSENT for a command that certainly did not reach the
   * daemon; with E_CONTROL_LOST it is open whether it was carried out
   */
  command(line: string): Promise<CommandReply>
  /** What the last word of a line may become. @throws ControlFault */
  complete(line: string): Promise<readonly string[]>
  close(): void
}

/** @throws ControlFault */
export async function connect(
  path: string,
  { helloMs = HELLO_MS }: ConnectOptions = {},
): Promise<ControlClient> {
  checkSocketPath(path)
  const connection = new Connection(path, await open(path))
  const hello = await connection.hello(helloMs)
  return {
    hello,
    get isOpen() {
      return connection.isOpen
    },
    command: (line) => connection.command(line),
    complete: (line) => connection.complete(line),
    close: () => connection.close(),
  }
}

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path })
    const failed = (error: Error): void => {
      refusal(path, error).then(reject, reject)
    }
    socket.once("error", failed)
    socket.once("connect", () => {
      socket.off("error", failed)
      resolve(socket)
    })
  })
}

const startHint = (path: string): string =>
  `is the daemon running? adaptive run --socket ${path}; one with another socket is named with --socket or ADAPTIVE_SOCKET`

/** Why nobody can be asked there. */
async function refusal(path: string, error: Error): Promise<ControlFault> {
  const found = await stat(path).catch(() => null)
  // A file that is no socket refuses a connection as a socket does that nobody listens on.
  if (found !== null && !found.isSocket())
    return new ControlFault(
      "E_CONTROL_KIND",
      `${path}: this is ${found.isDirectory() ? "a directory" : "a file"} and no socket`,
      "name the socket of the daemon with --socket or ADAPTIVE_SOCKET",
    )
  switch (systemCode(error)) {
    case "ENOENT":
    case "ENOTDIR":
      return new ControlFault("E_CONTROL_ABSENT", `${path}: there is no such socket`, startHint(path))
    case "ECONNREFUSED":
      return new ControlFault(
        "E_CONTROL_ABSENT",
        `${path}: nobody answers on this socket: the daemon that made it has ended`,
        startHint(path),
      )
    case "EACCES":
    case "EPERM":
      return new ControlFault(
        "E_CONTROL_DENIED",
        `${path}: permission denied: ${found === null ? "its directory is closed to this user" : `the socket belongs to the user with the number ${found.uid}`}`,
        "give the command as the user that the daemon runs as, e.g. with sudo -u",
      )
    case "EAGAIN":
      return new ControlFault(
        "E_CONTROL_BUSY",
        `${path}: the daemon takes no more connections at the moment`,
        "try again in a moment",
      )
    default:
      return new ControlFault(
        "E_CONTROL_LOST",
        `${path}: no connection: ${error.message}`,
        "name another socket with --socket, or look at the daemon's log",
      )
  }
}

interface Pending {
  /** What has come of an answer in pieces. */
  readonly pieces: string[]
  length: number
  resolve(reply: Reply): void
  reject(fault: ControlFault): void
}

class Connection {
  readonly #path: string
  readonly #socket: Socket
  readonly #decoder = new MessageDecoder()
  readonly #pending = new Map<number, Pending>()
  #lastId = 0
  #isOpen = true

  constructor(path: string, socket: Socket) {
    this.#path = path
    this.#socket = socket
    socket.on("data", (piece: Buffer) => this.#take(this.#decoder.feed(piece)))
    // What comes after it, as after an end in the middle of a line, is the same in every case: "close".
    socket.on("error", () => {})
    socket.on("close", () => this.#end(this.#lost()))
  }

  get isOpen(): boolean {
    return this.#isOpen && this.#socket.writable
  }

  async hello(withinMs: number): Promise<Hello> {
    const timer = setTimeout(() => {
      this.#end(
        new ControlFault(
          "E_CONTROL_SILENT",
          `${this.#path}: whoever listens there says nothing`,
          "is the daemon stopped, or something else than adaptive? look at its process, or name another socket with --socket",
        ),
      )
    }, withinMs)
    try {
      const reply = await this.#ask((id) => ({ id, do: "hello", version: PROTOCOL_VERSION }))
      if (reply.kind !== "hello") throw this.#stranger("its first answer is none to the question")
      const { version, program, programVersion } = reply.hello
      if (program !== "adaptive") throw this.#stranger("it is another program")
      if (version !== PROTOCOL_VERSION)
        throw new ControlFault(
          "E_CONTROL_VERSION",
          `${this.#path}: the daemon (adaptive ${programVersion}) speaks version ${version} of the protocol, this command version ${PROTOCOL_VERSION}`,
          "use the command of the same release as the daemon, or restart the daemon",
        )
      return reply.hello
    } catch (error) {
      this.close()
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  async command(line: string): Promise<CommandReply> {
    const reply = await this.#ask((id) => ({ id, do: "command", line }))
    if (reply.kind === "text") return { ok: reply.ok, text: reply.text }
    throw this.#stranger("its answer to a command is none")
  }

  async complete(line: string): Promise<readonly string[]> {
    const reply = await this.#ask((id) => ({ id, do: "complete", line }))
    if (reply.kind === "candidates") return reply.candidates
    throw this.#stranger("its answer to what may follow is none")
  }

  close(): void {
    this.#end(this.#lost())
  }

  async #ask(request: (id: number) => Request): Promise<Reply> {
    if (!this.isOpen) throw this.#gone()
    const id = ++this.#lastId
    const line = requestLine(request(id))
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { pieces: [], length: 0, resolve, reject })
      this.#socket.write(line, (error) => {
        // The system refuses a write to who has gone: of this line at least the end was not delivered.
        if (error && systemCode(error) === "EPIPE" && this.#pending.delete(id)) reject(this.#gone())
      })
    })
  }

  #take({ values, fault }: Decoded): void {
    for (const value of values) {
      if (!this.#isOpen) return
      const reply = readReply(value)
      if (reply === null) this.#end(this.#stranger("it says something that is no answer"))
      else this.#answered(reply)
    }
    if (fault !== null) this.#end(this.#stranger(fault.message))
  }

  #answered(reply: Reply): void {
    if (reply.kind === "end") {
      this.#end(this.#placed(reply.fault))
      return
    }
    const { id } = reply
    const pending = this.#pending.get(id)
    if (pending === undefined) {
      this.#end(this.#stranger("it answers what was not asked"))
      return
    }
    if (reply.kind !== "text") {
      this.#pending.delete(id)
      if (reply.kind === "error") pending.reject(this.#placed(reply.fault))
      else pending.resolve(reply)
      return
    }
    pending.pieces.push(reply.text)
    pending.length += reply.text.length
    if (pending.length > MAX_TEXT_LENGTH) this.#end(this.#stranger("its answer is longer than one may be"))
    else if (!reply.more) {
      this.#pending.delete(id)
      pending.resolve({ ...reply, text: pending.pieces.join("") })
    }
  }

  #end(fault: ControlFault): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#socket.destroy()
    const waiting = [...this.#pending.values()]
    this.#pending.clear()
    for (const { reject } of waiting) reject(fault)
  }

  #gone(): ControlFault {
    return new ControlFault(
      "E_CONTROL_ABSENT",
      `${this.#path}: the daemon had gone before the command was given`,
      startHint(this.#path),
    )
  }

  #placed({ code, message, hint }: ControlFault): ControlFault {
    return new ControlFault(code, `${this.#path}: ${message}`, hint)
  }

  #lost(): ControlFault {
    return new ControlFault(
      "E_CONTROL_LOST",
      `${this.#path}: the connection broke before the answer came: whether the command was carried out is open`,
      "look at what stands, e.g. with adaptive suspensions or adaptive list, before giving it again",
    )
  }

  #stranger(seen: string): ControlFault {
    return new ControlFault(
      "E_CONTROL_GARBAGE",
      `${this.#path}: whoever listens there does not speak as this command does: ${seen}`,
      "name the socket of an adaptive daemon of the same release with --socket",
    )
  }
}
