/** Both ends of a control socket, as tests need them: daemons in processes of their own, and clients that misbehave. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createConnection, createServer, type Server, type Socket } from "node:net"
import { fileURLToPath } from "node:url"

const CHILD = fileURLToPath(new URL("control-child.mjs", import.meta.url))

export interface ChildDaemon {
  readonly process: ChildProcess
  /** "ready", or the code of what was in the way. */
  readonly said: string
  end(signal: NodeJS.Signals): Promise<void>
}

const running = new Set<ChildProcess>()

/** For the end of a test that failed in the middle of it. */
export function endChildren(): void {
  for (const child of running) child.kill("SIGKILL")
}

export async function childDaemon(path: string, name = "the daemon"): Promise<ChildDaemon> {
  const child = spawn(process.execPath, [CHILD, path, name], { stdio: ["ignore", "pipe", "inherit"] })
  running.add(child)
  const closed = once(child, "close").then(() => running.delete(child))
  let said = ""
  for await (const piece of child.stdout) {
    said += String(piece)
    if (said.endsWith("\n")) break
  }
  return {
    process: child,
    said: said.trim(),
    async end(signal) {
      child.kill(signal)
      await closed
    },
  }
}

interface Said {
  readonly id: number
  readonly do: string
  readonly line?: string
}

/** Something that listens, and does with each line what it is told to. */
export async function imposterAt(
  path: string,
  answer: (said: Said, socket: Socket) => void,
): Promise<Server> {
  const server = createServer((socket) => {
    socket.on("error", () => {})
    socket.on("data", (piece: Buffer) => {
      for (const line of piece.toString("utf8").split("\n").filter(Boolean)) answer(JSON.parse(line), socket)
    })
  }).listen(path)
  await once(server, "listening")
  return server
}

/** The first answer of a daemon, or something like it. */
export function greeting(id: number, more: object = {}): string {
  const hello = { id, version: 1, program: "adaptive", programVersion: "9", pid: 1, nowMicros: 0, ...more }
  return `${JSON.stringify(hello)}\n`
}

/** A client without manners: it says what it wants, and reads when it is asked to. */
export class RawClient {
  readonly socket: Socket
  readonly closed: Promise<void>

  constructor(path: string) {
    this.socket = createConnection({ path, allowHalfOpen: true })
    // Its daemon may go away in the middle of what it says.
    this.socket.on("error", () => {})
    this.closed = new Promise((resolve) => this.socket.once("close", () => resolve()))
  }

  say(...messages: (object | string | Uint8Array)[]): this {
    for (const message of messages)
      this.socket.write(
        typeof message === "string" || message instanceof Uint8Array
          ? message
          : `${JSON.stringify(message)}\n`,
      )
    return this
  }

  /** Says no more, and hears all that is still said. */
  async finish(): Promise<unknown[]> {
    this.socket.end()
    return this.hear()
  }

  /** All that is said, up to the other side's end. */
  async hear(): Promise<unknown[]> {
    let text = ""
    this.socket.setEncoding("utf8")
    this.socket.on("data", (piece: string) => {
      text += piece
    })
    await Promise.race([once(this.socket, "end"), this.closed])
    this.socket.end()
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line))
  }
}

/** A promise that is kept from outside. */
export class Later<T> {
  keep!: (value: T) => void
  fail!: (error: Error) => void
  readonly promise = new Promise<T>((resolve, reject) => {
    this.keep = resolve
    this.fail = reject
  })
}
