/**
 * An SMTP server that keeps nothing: it says yes to every message, or puts each one
 * off in words that the test chose. For a real mail server to send to.
 */
import { createServer, type Server, type Socket } from "node:net"

interface State {
  refusal: string | null
  accepted: number
  refused: number
}

export class SmtpSink {
  readonly port: number
  readonly #server: Server
  readonly #sockets: Set<Socket>
  readonly #state: State

  private constructor(server: Server, sockets: Set<Socket>, state: State) {
    const address = server.address()
    if (address === null || typeof address === "string") throw new Error("no port")
    this.port = address.port
    this.#server = server
    this.#sockets = sockets
    this.#state = state
  }

  static async listen(): Promise<SmtpSink> {
    const state: State = { refusal: null, accepted: 0, refused: 0 }
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on("close", () => sockets.delete(socket))
      // A client that goes away is no fault of the test.
      socket.on("error", () => {})
      converse(socket, state)
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    return new SmtpSink(server, sockets, state)
  }

  /** What is answered to MAIL FROM from now on; null: every message is taken. */
  answers(refusal: string | null): void {
    this.#state.refusal = refusal
  }

  get accepted(): number {
    return this.#state.accepted
  }

  get refused(): number {
    return this.#state.refused
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }
}

/** One client: line by line, the text of a message unread up to its dot. */
function converse(
  socket: Socket,
  state: { refusal: string | null; accepted: number; refused: number },
): void {
  const say = (line: string): void => void socket.write(`${line}\r\n`)
  let rest = ""
  let isText = false
  say("220 sink.example.com ESMTP")
  socket.on("data", (bytes: Buffer) => {
    const lines = `${rest}${bytes.toString("latin1")}`.split("\r\n")
    rest = lines.pop() as string
    for (const line of lines) {
      if (isText) {
        if (line !== ".") continue
        isText = false
        state.accepted++
        say("250 2.0.0 taken")
        continue
      }
      const verb = line.slice(0, 4).toUpperCase()
      if (verb === "MAIL" && state.refusal !== null) {
        // 421 is the last word on a connection: RFC 5321, 3.8.
        state.refused++
        socket.end(`${state.refusal}\r\n`)
        return
      }
      if (verb === "DATA") {
        isText = true
        say("354 go on")
      } else if (verb === "QUIT") {
        socket.end("221 2.0.0 bye\r\n")
        return
      } else say("250 2.0.0 ok")
    }
  })
}
